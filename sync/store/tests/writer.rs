//! The writing thread ends before its writer is gone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::replica;
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
