//! A link tells its store when it has heard the upstream to the end: a calendar begins, and time comes back, by that.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{body::Bytes, routing::post};
use holdfast_core::id::{ActorId, Entity};
use holdfast_core::message::{Request, Response};
use holdfast_link::{
    driver::{Link, LinkConfig},
    serve::PATH,
    server::{Limits, Peer, SyncPolicy, SyncRoutes},
};
use holdfast_store::{
    Records,
    author::Base,
    sql::{Database, Value},
    sqlite::Sqlite,
    upstream::Peer as StorePeer,
    writer::Writer,
};

use crate::{store::booking::desk, support::Hub};

/// A hub's records on the sync port. As long as `holds_back`, its pages say that more waits. `pulls` counts.
fn answering(records: Arc<Records>, holds_back: Arc<AtomicBool>, pulls: Arc<AtomicU64>) -> SyncRoutes {
    let answer = async move |Peer(certificate): Peer, body: Bytes| {
        let replica = certificate.identity.replica().to_owned();
        let peer = StorePeer { replica, clinic: "north".into(), kind: "node".into() };
        let request = Request::decode(&body).unwrap();
        let mut response = records.respond(&peer, &request);
        if let Response::Page(page) = &mut response {
            pulls.fetch_add(1, Relaxed);
            if holds_back.load(Relaxed) {
                page.waiting += 1;
            }
            if page.visits.is_empty() {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        response.encode().unwrap()
    };
    SyncRoutes::new().route(PATH, SyncPolicy::Replica, post(answer))
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), waited).await.is_ok(), "never: {what}");
}

/// When the last pull began that brought everything, as the node has it noted.
fn heard_ms(db: &Sqlite, hub: ActorId) -> Option<u64> {
    let mut found = None;
    db.read(&mut |sql| {
        let text = "SELECT value FROM meta WHERE name LIKE $1";
        let rows = sql.query(text, &[Value::from(format!("rights-heard/%/{hub}"))])?;
        found = rows.first().map(|row| row.blob(0)).transpose()?.map(<[u8]>::to_vec);
        Ok(())
    })
    .unwrap();
    found.map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap()))
}

#[tokio::test]
async fn a_calendar_begins_once_the_hub_was_heard_to_the_end() {
    let (node, hub) = (desk("north"), desk(""));
    let (db, clock) = (node.db.clone(), node.now.clone());
    let (node, hub) = (Arc::new(node.records), Arc::new(hub.records));
    let (holds_back, pulls) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let served = answering(hub.clone(), holds_back.clone(), pulls.clone());
    let server = Hub::serve(Limits::default(), served).await;
    let enrolled = server.enrol("north", "n1").await;
    let config =
        LinkConfig { endpoints: vec![server.endpoint.clone()], tls: enrolled.tls(), page_bytes: 1 << 20 };
    let link = Link::start(Writer::start(node.clone()).unwrap(), config);
    let begin = || node.write(|tx| tx.begin_calendar("north", &[hub.actor()], "node"));
    eventually("several pulls", || pulls.load(Relaxed) > 3).await;
    assert_eq!(begin().unwrap_err().code(), "hub-not-heard", "more waits at the hub");
    assert_eq!(heard_ms(&db, hub.actor()), None);

    holds_back.store(false, Relaxed);
    eventually("heard", || heard_ms(&db, hub.actor()).is_some()).await;
    begin().unwrap();
    let first = heard_ms(&db, hub.actor());
    // By the node's own clock, and again as time goes by.
    clock.fetch_add(3_600_000, Relaxed);
    eventually("heard later", || heard_ms(&db, hub.actor()) > first.map(|ms| ms + 3_000_000)).await;
    let entity = Entity::new("Appointment", "a");
    let json = r#"{"resourceType":"Appointment","id":"a","status":"proposed"}"#;
    hub.write(|tx| {
        tx.at_clinic("north");
        tx.put(&entity, json, &Base::Blind, "patient")
    })
    .unwrap();
    eventually("a page of news", || node.read(|view| view.get(&entity)).unwrap().is_some()).await;
    assert!(heard_ms(&db, hub.actor()) <= Some(clock.load(Relaxed)), "not later than it was");
    drop(link);
}
