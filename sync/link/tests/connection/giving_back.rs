//! What a restored hub cannot take back yet is offered again on the connection that stands.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{body::Bytes, routing::post};
use holdfast_core::message::{Request, Response};
use holdfast_link::{
    driver::{Link, LinkConfig},
    serve::PATH,
    server::{Limits, Peer, SyncPolicy, SyncRoutes},
};
use holdfast_store::{Records, author::Base, upstream::Peer as StorePeer, writer::Writer};

use crate::{
    store::{Replica, open, replica},
    support::Hub,
};

/// What a hub was asked: greetings, and how many resources of each giving have to be given again.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
struct Asked {
    hellos: usize,
    later: Vec<u64>,
}

/// A hub's records on the sync port, with a note of what was asked. An idle pull waits as it does in earnest.
fn watched(records: Arc<Records>, asked: Arc<Mutex<Asked>>) -> SyncRoutes {
    let answer = async move |Peer(certificate): Peer, body: Bytes| {
        let identity = &certificate.identity;
        let (replica, clinic) = (identity.replica().to_owned(), identity.clinic().to_owned());
        let peer = StorePeer { replica, clinic, kind: "node".into() };
        let request = Request::decode(&body).unwrap();
        let response = records.respond(&peer, &request);
        match (&request, &response) {
            (Request::Hello { .. }, _) => asked.lock().unwrap().hellos += 1,
            (Request::GiveBack { states, .. }, Response::Lacking { later, .. }) if !states.is_empty() => {
                asked.lock().unwrap().later.push(*later);
            }
            (_, Response::Page(page)) if page.visits.is_empty() => {
                tokio::time::sleep(Duration::from_secs(20)).await;
            }
            _ => {}
        }
        response.encode().unwrap()
    };
    SyncRoutes::new().route(PATH, SyncPolicy::Replica, post(answer))
}

/// A hub as its backup has it, the node whose save it lacks, and the node that holds what the hub wrote beside that save.
fn restored() -> (Replica, Replica, Replica) {
    let (hub, a, b) = (replica("hub"), replica("a"), replica("b"));
    for node in [&a, &b] {
        node.put("Patient", "p1", r#""name":"Ann","phone":"1""#, &Base::Blind);
        node.sync(&hub);
    }
    a.sync(&hub);
    let backup = Arc::new(hub.db.duplicate_in_memory().unwrap());
    a.put("Patient", "p1", r#""name":"Ann","phone":"2""#, &Base::Blind);
    a.sync(&hub);
    hub.put("Patient", "p1", r#""name":"Anna","phone":"2""#, &Base::Blind);
    b.sync(&hub);
    (open("hub", backup, Arc::default()), a, b)
}

/// Waits, in earnest, until something holds.
async fn eventually(what: &str, holds: impl FnMut() -> bool) {
    assert!(holds_within(Duration::from_secs(20), holds).await, "never: {what}");
}

async fn holds_within(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(limit, waited).await.is_ok()
}

#[tokio::test]
async fn what_waits_for_anothers_save_is_given_on_the_same_connection_once_that_is_there() {
    let (hub, a, b) = restored();
    let wanted = b.json("Patient", "p1");
    let hub_records = Arc::new(hub.records);
    let asked = Arc::new(Mutex::new(Asked::default()));
    let server = Hub::serve(Limits::default(), watched(hub_records.clone(), asked.clone())).await;
    let enrolled = server.enrol("north", "b").await;
    let config =
        LinkConfig { endpoints: vec![server.endpoint.clone()], tls: enrolled.tls(), page_bytes: 1 << 20 };
    let writer = Writer::start(Arc::new(b.records)).unwrap();
    let link = Link::start(writer, config);
    eventually("offered", || !asked.lock().unwrap().later.is_empty()).await;
    eventually("idle", || link.state().settled).await;
    assert_eq!(*asked.lock().unwrap(), Asked { hellos: 1, later: vec![1] }, "a's save is not there");
    crate::store::sync_records(&a.records, &hub_records, &a.peer);

    let is_there = || {
        let entity = holdfast_core::id::Entity::new("Patient", "p1");
        hub_records.read(|view| view.read(&entity)).unwrap().json == wanted
    };
    assert!(!is_there(), "nobody has given what the hub wrote");
    // Three minutes in steps that no time-out of the link notices: whatever is under way is answered in between.
    for _ in 0..36 {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(5)).await;
        tokio::time::resume();
        if holds_within(Duration::from_millis(100), is_there).await {
            break;
        }
    }
    assert!(is_there(), "it was given again");
    assert_eq!(*asked.lock().unwrap(), Asked { hellos: 1, later: vec![1, 0] });
}
