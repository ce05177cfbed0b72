//! `kill -9` of the PostgreSQL server under load: what was acknowledged is there afterwards, and the hub goes on
//! by itself.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use holdfast_core::id::Entity;
use holdfast_hub::postgres::{Postgres, PostgresOptions};
use holdfast_store::Records;
use holdfast_tests::postgres::Cluster;

use crate::fleet::{hub, put};
use crate::rivals::assert_feeds_have_no_gaps;

const AUTHORS: usize = 3;
const KILLS: usize = 3;

/// Saves until told to stop; which saves were acknowledged, and how many failed as retryable.
fn author(hub: &Records, at: usize, stop: &AtomicBool, acked: &Mutex<Vec<String>>) -> usize {
    let mut failed = 0;
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let id = format!("p{at}-{n}");
        match put(hub, "Patient", &id, r#""name":"Ann""#) {
            Ok(_) => acked.lock().unwrap().push(id),
            Err(error) => {
                assert!(error.is_retryable(), "{error}");
                failed += 1;
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
    failed
}

/// Waits until `n` more saves were acknowledged than there are now.
fn wait_for_more(acked: &Mutex<Vec<String>>, n: usize) {
    let wanted = acked.lock().unwrap().len() + n;
    for _ in 0..6000 {
        if acked.lock().unwrap().len() >= wanted {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the hub did not go on by itself");
}

#[test]
fn killed_server_loses_nothing_acknowledged_and_the_hub_goes_on() {
    let mut cluster = Cluster::start().unwrap();
    let db = Arc::new(Postgres::open(&cluster.url(), PostgresOptions::default()).unwrap());
    let hub = hub(db.clone());
    let (stop, acked) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let failed: usize = std::thread::scope(|scope| {
        let authors: Vec<_> = (0..AUTHORS)
            .map(|at| {
                scope.spawn({
                    let (hub, stop, acked) = (&hub, &stop, &acked);
                    move || author(hub, at, stop, acked)
                })
            })
            .collect();
        for _ in 0..KILLS {
            wait_for_more(&acked, 40);
            cluster.kill_hard().unwrap();
            std::thread::sleep(Duration::from_millis(50));
            cluster.restart().unwrap();
        }
        wait_for_more(&acked, 40);
        stop.store(true, Ordering::Relaxed);
        authors.into_iter().map(|author| author.join().unwrap()).sum()
    });
    assert!(failed > 0, "the kills were felt");
    let acked = acked.into_inner().unwrap();
    for id in &acked {
        hub.read(|view| view.read(&Entity::new("Patient", id.as_str()))).unwrap();
    }
    let held = hub.read(|view| view.counts()).unwrap().0 as usize;
    // A commit whose answer was lost may stand without having been acknowledged.
    assert!(
        (acked.len()..=acked.len() + failed).contains(&held),
        "{held} held, {} acknowledged",
        acked.len()
    );
    assert_feeds_have_no_gaps(&*db);
}
