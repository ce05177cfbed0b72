//! The threads that write and read end before their writer is gone, and none waits for another.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{open, replica};
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::writer::Writer;

#[test]
fn nothing_holds_the_database_once_the_last_writer_is_dropped() {
    for _ in 0..200 {
        let records = Arc::new(replica("node").records);
        let seen = Arc::downgrade(&records);
        let writer = Writer::start(records).unwrap();
        let second = writer.clone();
        drop(writer);
        assert!(seen.upgrade().is_some());
        drop(second);
        assert!(seen.upgrade().is_none(), "the thread still holds the records");
    }
}

#[tokio::test]
async fn job_that_holds_the_last_writer_does_not_wait_for_itself() {
    let writer = Writer::start(Arc::new(replica("node").records)).unwrap();
    let mut commits = writer.commits();
    let (held, (starts, started), (go, gone)) =
        (writer.clone(), std::sync::mpsc::channel(), std::sync::mpsc::channel());
    let writing = tokio::spawn(async move {
        let writer = writer;
        let work = move |_: &mut holdfast_store::Tx<'_>| {
            starts.send(()).unwrap();
            gone.recv().unwrap();
            let _ = &held;
            Ok(())
        };
        writer.write(work).await
    });
    tokio::task::spawn_blocking(move || started.recv().unwrap()).await.unwrap();
    writing.abort();
    assert!(writing.await.unwrap_err().is_cancelled());
    go.send(()).unwrap();
    // The news of commits ends with the thread that tells them.
    let ended = async { while commits.changed().await.is_ok() {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), ended).await.expect("the thread ends");
    assert_eq!(*commits.borrow(), 1, "it told of its commit before, so no panic ended it");
}

#[tokio::test]
async fn reads_wait_for_no_slow_one_and_go_on_after_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let db = Arc::new(Sqlite::open(&folder.path().join("db"), SqliteOptions::default()).unwrap());
    let writer = Writer::start(Arc::new(open("node", db, Arc::default()).records)).unwrap();
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let slow = {
        let writer = writer.clone();
        tokio::spawn(async move { writer.read(move |_| Ok(gone.recv().is_ok())).await })
    };
    let broken = writer.read(|_| -> holdfast_store::error::Result<()> { panic!("on purpose") }).await;
    assert!(matches!(broken, Err(StoreError::Closed)), "{broken:?}");
    let mut reads = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let writer = writer.clone();
        reads.spawn(async move { writer.read(|view| view.get(&Entity::new("Patient", "p"))).await });
    }
    let all = tokio::time::timeout(std::time::Duration::from_secs(20), reads.join_all()).await.unwrap();
    assert!(all.len() == 500 && all.into_iter().all(|one| one.unwrap().is_none()));
    go.send(()).unwrap();
    assert!(slow.await.unwrap().unwrap());
}

#[tokio::test]
async fn a_read_nobody_waits_for_is_not_made() {
    let writer = Writer::start(Arc::new(replica("node").records)).unwrap();
    let (mut gates, mut slow) = (Vec::new(), tokio::task::JoinSet::new());
    // More than there are threads.
    for _ in 0..64 {
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let writer = writer.clone();
        gates.push(go);
        slow.spawn(async move { writer.read(move |_| Ok(gone.recv().is_ok())).await });
    }
    tokio::task::yield_now().await;
    let made = Arc::new(AtomicUsize::new(0));
    let counted = || {
        let made = made.clone();
        writer.read(move |_| Ok(made.fetch_add(1, Ordering::SeqCst)))
    };
    for _ in 0..50 {
        let abandoned = tokio::time::timeout(std::time::Duration::ZERO, counted()).await;
        assert!(abandoned.is_err(), "the threads are busy");
    }
    drop(gates);
    assert_eq!(counted().await.unwrap(), 0, "those before it were not made");
    assert_eq!(slow.join_all().await.len(), 64);
}

/// Whoever remembers what a record said after a commit must see that there was another one before its author is told so.
#[tokio::test]
async fn a_commit_is_counted_before_its_author_is_told() {
    let writer = Writer::start(Arc::new(replica("node").records)).unwrap();
    for n in 0..200 {
        let before = *writer.commits().borrow();
        let entity = Entity::new("Note", format!("n{n}"));
        let text = format!("{{\"resourceType\":\"Note\",\"id\":\"n{n}\"}}");
        writer.write(move |tx| tx.put(&entity, &text, &Base::Blind, "x")).await.unwrap();
        assert!(*writer.commits().borrow() > before, "commit {n}");
    }
}

#[test]
fn local_facts_stay_in_their_database_and_come_back_with_it() {
    let (node, hub) = (replica("node"), replica("hub"));
    node.records.write(|tx| tx.set_local("tries/a", Some(b"3"))).unwrap();
    node.records.write(|tx| tx.set_local("tries/b", Some(b"1"))).unwrap();
    node.put("Note", "n", "\"text\":\"x\"", &Base::Blind);
    node.sync(&hub);
    let of = |records: &holdfast_store::Records, name: &'static str| {
        records.read(move |view| view.local(name)).unwrap()
    };
    assert_eq!(of(&node.records, "tries/a").as_deref(), Some(&b"3"[..]));
    assert_eq!(of(&hub.records, "tries/a"), None);
    let again = open("node", node.db.clone(), node.sidecar.clone());
    assert_eq!(
        again.records.read(|view| view.locals("tries/")).unwrap(),
        [("a".into(), b"3".to_vec()), ("b".into(), b"1".to_vec())]
    );
    again.records.write(|tx| tx.forget_locals(&["tries/a".into()])).unwrap();
    assert_eq!(of(&again.records, "tries/a"), None);
}
