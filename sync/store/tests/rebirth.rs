//! Taking a new actor while others write: no op mixes two actors, and none is lost.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use common::replica;
use holdfast_core::id::Lane;
use holdfast_store::author::Base;

const WRITERS: usize = 3;
const REBIRTHS: usize = 30;

#[test]
fn saves_under_way_during_a_rebirth_belong_to_one_actor_and_all_arrive() {
    let (hub, node) = (replica("hub"), replica("node"));
    let (stop, saved) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (node, stop, saved) = (&node, &stop, &saved);
            scope.spawn(move || {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    node.put(
                        "Patient",
                        &format!("p{writer}-{n}"),
                        &format!("\"name\":\"{n}\""),
                        &Base::Blind,
                    );
                    saved.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..REBIRTHS {
            let before = saved.load(Ordering::Relaxed);
            // So that saves fall before, into and after each rebirth.
            while saved.load(Ordering::Relaxed) < before + WRITERS {
                std::thread::yield_now();
            }
            node.records.fork_away().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    let actor = node.records.actor();
    let waiting: usize = Lane::ALL
        .into_iter()
        .flat_map(|lane| node.records.outgoing(lane, 0, 10_000).unwrap())
        .inspect(|segment| assert_eq!(segment.actor, actor, "all is said again under the last one"))
        .map(|segment| (segment.last - segment.first + 1) as usize)
        .sum();
    assert_eq!(waiting, saved.load(Ordering::Relaxed), "each save once");
    node.sync(&hub);
    let all = |one: &common::Replica| one.records.read(|view| view.counts()).unwrap().0;
    assert_eq!((all(&hub), all(&node)), (waiting as u64, waiting as u64));
    assert!(holdfast_store::scrub::scrub(&node.records, &node.db, &mut |_, _| {}).unwrap().count() == 0);
}

#[test]
fn reopening_after_a_rebirth_among_writers_finds_the_same_actor() {
    let node = replica("node");
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let node = &node;
            scope.spawn(move || {
                for n in 0..50 {
                    node.put("Patient", &format!("p{writer}-{n}"), "\"name\":\"Ann\"", &Base::Blind);
                }
            });
        }
        for _ in 0..5 {
            node.records.fork_away().unwrap();
        }
    });
    let (actor, db, sidecar) = (node.records.actor(), node.db.clone(), node.sidecar.clone());
    drop(node);
    assert_eq!(common::open("node", db, sidecar).records.actor(), actor, "nothing looks rolled back");
}
