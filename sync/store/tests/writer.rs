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
    let records = Arc::new(replica("node").records);
    let seen = Arc::downgrade(&records);
    let writer = Writer::start(records).unwrap();
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
    for _ in 0..1000 {
        if seen.upgrade().is_none() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the thread did not end");
}
