//! A pull that waits for news looks again with every commit, and writes nothing for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use holdfast_core::id::Scope;
use holdfast_core::message::{Request, Response};
use holdfast_link::{
    serve::{PATH, routes},
    server::Limits,
};
use holdfast_store::{
    Result,
    downstream::Taken,
    sql::{Database, Sql},
    sqlite::Sqlite,
    writer::Writer,
};

use crate::{
    store::{open_on, put_into, replica, sync_records},
    support::Hub,
};

/// A database that counts its transactions.
struct Counted {
    inner: Sqlite,
    reads: AtomicU64,
    writes: AtomicU64,
}

impl Database for Counted {
    fn read(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        self.reads.fetch_add(1, Relaxed);
        self.inner.read(work)
    }
    fn write(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        self.writes.fetch_add(1, Relaxed);
        self.inner.write(work)
    }
    fn kind(&self) -> &'static str {
        "counted"
    }
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), waited).await.is_ok(), "never: {what}");
}

#[tokio::test]
async fn idle_pull_confirms_once_however_often_it_looks_again() {
    let inner = Sqlite::in_memory().unwrap();
    let db = Arc::new(Counted { inner, reads: AtomicU64::new(0), writes: AtomicU64::new(0) });
    let (hub, node) = (Arc::new(open_on("hub", db.clone())), replica("n1"));
    put_into(&hub, "Patient", "p1", r#""name":"Ann""#);
    hub.share(&Scope::patient("p1"), "north").unwrap();
    sync_records(&node.records, &hub, &node.peer);
    put_into(&hub, "Patient", "p1", r#""name":"Anna""#);
    let pull = |acked, wait_ms| Request::Pull {
        actor: node.records.actor(),
        acked,
        pending: vec![],
        max_bytes: 1 << 20,
        wait_ms,
    };
    let Response::Page(page) = hub.respond(&node.peer, &pull(vec![], 0)) else { panic!("no page") };
    let Taken::Durable(acked) = node.records.take_page(hub.actor(), &page).unwrap() else { panic!("a gap") };

    let writer = Writer::start(hub.clone()).unwrap();
    let server = Hub::serve(Limits::default(), routes(writer.clone())).await;
    let connection = server.enrol("north", "n1").await.connect(&server.endpoint).await;
    let before = db.writes.load(Relaxed);
    let idle = Bytes::from(pull(acked, 20_000).encode().unwrap());
    let (asked, looked) = (tokio::spawn(async move { connection.request(PATH, idle).await }), &db.reads);
    eventually("confirmed", || db.writes.load(Relaxed) > before).await;
    for _ in 0..5 {
        let looks = looked.load(Relaxed);
        eventually("looked again", || {
            writer.announce();
            looked.load(Relaxed) > looks
        })
        .await;
    }
    assert_eq!(db.writes.load(Relaxed) - before, 1, "what was confirmed is written down once");
    assert!(!asked.is_finished(), "it still waits for news");

    put_into(&hub, "Patient", "p1", r#""name":"Anne""#);
    writer.announce();
    let answer = Response::decode(&asked.await.unwrap().unwrap()).unwrap();
    let Response::Page(news) = answer else { panic!("{answer:?}") };
    assert_eq!((news.visits.len(), news.visits[0].from), (1, page.visits[0].to), "the confirmation counted");
}
