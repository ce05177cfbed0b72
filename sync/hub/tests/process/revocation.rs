//! Revoked by the command line while the hub runs: at once, on connections that stand.

use std::time::{Duration, Instant};

use holdfast_core::message::{Request, Response};
use holdfast_link::enrol::renew;

use crate::replica::{Replica, code, now_ms};
use crate::support::Hub;

/// The hub looks every second.
const AT_ONCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn revoked_replica_is_refused_where_it_waits_and_what_it_sends_is_kept_for_review() {
    let hub = Hub::start();
    let node = Replica::of(&hub, "north", "n1").await;
    node.greet().await;
    let segment = node.save("p1").remove(0);
    hub.shows("sync_replicas{kind=\"node\",state=\"ok\"} 1");
    assert!(hub.metrics().contains("sync_replica_seen_seconds_ago{replica=\"north/n1\"}"));
    let pull =
        Request::Pull { actor: node.actor(), acked: vec![], pending: vec![], max_bytes: 1, wait_ms: 20_000 };
    let waits = node.ask(pull);
    let revoke = async {
        hub.run(&["revoke", "--clinic", "north", "--replica", "n1", "--reason", "the laptop was stolen"]);
        Instant::now()
    };
    let (answer, revoked_at) = tokio::join!(waits, revoke);
    assert_eq!(code(&answer), "replica-revoked");
    assert!(revoked_at.elapsed() < AT_ONCE, "{:?}", revoked_at.elapsed());
    assert_eq!(code(&node.push(segment.clone()).await), "replica-revoked");
    assert_eq!(code(&node.push(segment).await), "replica-revoked");
    assert_eq!(code(&node.greet().await), "replica-revoked");
    let refused = renew(&node.connection, &node.enrolled, &node.key, now_ms()).await.unwrap_err();
    assert_eq!(refused.code(), "replica-revoked", "and gets no new certificate");
    hub.has_told("replica-revoked");
    hub.shows("sync_quarantined_segments 1");
    hub.shows("sync_replicas{kind=\"node\",state=\"revoked\"} 1");
    hub.shows("store_notices{code=\"replica-revoked\"} 1");
    hub.shows("store_notices{code=\"quarantined\"} 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_revoked_replica_sent_is_listed_shown_accepted_and_dropped_beside_the_running_hub() {
    let hub = Hub::start();
    let (node, other) = (Replica::of(&hub, "north", "n1").await, Replica::of(&hub, "north", "n2").await);
    assert!(matches!(node.greet().await, Response::Welcome { .. }));
    assert!(matches!(other.greet().await, Response::Welcome { .. }));
    assert_eq!(hub.run(&["quarantine", "list"]).trim(), "nothing is held for review");
    let segments = [node.save("p1").remove(0), node.save("p2").remove(1)];
    hub.run(&["revoke", "--clinic", "north", "--replica", "n1"]);
    for segment in &segments {
        assert_eq!(code(&node.push(segment.clone()).await), "replica-revoked");
    }
    let listed = hub.run(&["quarantine", "list"]);
    let numbers: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(numbers.len(), 2, "{listed}");
    assert!(listed.lines().all(|line| line.contains("north/n1  replica-revoked  1 save: ")), "{listed}");
    let shown = hub.run(&["quarantine", "show", numbers[0]]);
    assert!(shown.contains("Patient/p1") && shown.contains(" by "), "{shown}");
    let refused = hub.fails(&["quarantine", "accept", numbers[1]]);
    assert!(
        refused.contains("it is still held") && refused.contains("accept what lies between first"),
        "{refused}"
    );
    let accepted = hub.run(&["quarantine", "accept", numbers[0]]);
    assert!(accepted.starts_with("accepted: 1 save of north/n1 merged"), "{accepted}");
    let dropped = hub.run(&["quarantine", "drop", numbers[1]]);
    assert!(dropped.starts_with("dropped: 1 save of north/n1"), "{dropped}");
    for what in ["show", "accept", "drop"] {
        let unknown = hub.fails(&["quarantine", what, numbers[1]]);
        assert!(
            unknown.contains(&format!("nothing is held for review under the number {}", numbers[1])),
            "{unknown}"
        );
    }
    let fetch = |id: &str| Request::Fetch { entities: vec![holdfast_core::id::Entity::new("Patient", id)] };
    let Response::States(states) = other.ask(fetch("p1")).await else { panic!("no answer") };
    assert_eq!(states.len(), 1, "the running hub has what was accepted");
    assert_eq!(other.ask(fetch("p2")).await, Response::States(vec![]), "and not what was dropped");
    assert_eq!(code(&node.push(segments[1].clone()).await), "quarantine-dropped");
    hub.shows("sync_quarantined_segments 0");
    hub.shows("store_notices{code=\"quarantine-accepted\"} 1");
    hub.shows("store_notices{code=\"quarantine-dropped\"} 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_certificate_is_not_let_in_and_the_others_of_the_replica_are() {
    let hub = Hub::start();
    let node = Replica::of(&hub, "north", "n1").await;
    assert!(matches!(node.greet().await, Response::Welcome { .. }));
    let listed = hub.run(&["certificates"]);
    let serial = listed.split_whitespace().next().unwrap();
    assert!(listed.contains("holdfast://north/node/n1"), "{listed}");
    hub.run(&["revoke", "--serial", serial, "--reason", "lost"]);
    let begun = Instant::now();
    let refused = loop {
        match node.try_ask(node.records.hello().unwrap()).await {
            Ok(_) => assert!(begun.elapsed() < AT_ONCE, "it is let in still"),
            Err(refused) => break refused,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((refused.code(), refused.is_retryable()), ("peer-revoked", false), "{refused}");
    hub.has_told("peer-revoked");
    assert!(hub.run(&["certificates"]).contains("revoked"));
    hub.shows("store_notices{code=\"certificate-revoked\"} 1");
    let again = Replica::of(&hub, "north", "n1").await;
    assert!(matches!(again.greet().await, Response::Welcome { .. }), "enrolled anew, it is back");
}
