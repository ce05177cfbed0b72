//! Segments and requests that may not be taken, one class each.

use holdfast_core::id::Scope;
use holdfast_core::message::{Page, Position, Request, Response};
use holdfast_link::keys::PrivateKey;
use holdfast_link::tls::client_config;
use holdfast_link::transport::Connection;

use crate::replica::{Replica, code, save, sealed};
use crate::support::Hub;

/// The signature follows the head of 96 bytes.
const SIGNATURE_AT: usize = 100;
const TEN_YEARS_MS: u64 = 315_576_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn gap_is_refused_until_it_is_filled() {
    let hub = Hub::start();
    let node = Replica::of(&hub, "north", "n1").await;
    node.greet().await;
    node.save("p1");
    let segments = node.save("p2");
    assert_eq!(code(&node.push(segments[1].clone()).await), "log-gap");
    hub.has_told("log-gap");
    for segment in segments {
        assert!(matches!(node.push(segment).await, Response::Ack { .. }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rewind_and_fork_are_told_apart() {
    let hub = Hub::start();
    let node = Replica::of(&hub, "north", "n1").await;
    node.greet().await;
    save(&node.records, "p1");
    let (longer, other) = (node.copied(), node.copied());
    let first = node.segments().remove(0);
    assert!(matches!(node.push(first).await, Response::Ack { .. }));
    // The same saves cut otherwise, and other saves under the same numbers.
    save(&longer, "p2");
    assert_eq!(code(&node.push(sealed(&longer).remove(0)).await), "log-rewind");
    hub.has_told("log-rewind");
    node.save("p2");
    let second = node.segments().remove(1);
    assert!(matches!(node.push(second).await, Response::Ack { .. }));
    other.outgoing(holdfast_core::id::Lane::CHART, 0, 1).unwrap();
    save(&other, "p9");
    assert_eq!(code(&node.push(sealed(&other).remove(1)).await), "log-fork");
    hub.has_told("log-fork");
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_damaged_and_newer_segments_are_refused() {
    let hub = Hub::start();
    let node = Replica::of(&hub, "north", "n1").await;
    node.greet().await;
    let good = node.save("p1").remove(0);
    let altered = |at: usize, with: u8| {
        let mut bytes = good.clone();
        bytes[at] = with;
        bytes
    };
    let end = good.len() - 5;
    assert_eq!(code(&node.push(altered(SIGNATURE_AT, !good[SIGNATURE_AT])).await), "segment-signature");
    assert_eq!(code(&node.push(altered(0, 2)).await), "segment-format");
    let damaged = node.push(altered(end, !good[end])).await;
    assert!(["segment-damaged", "segment-root"].contains(&code(&damaged)), "{damaged:?}");
    for told in ["segment-signature", "segment-format", code(&damaged)] {
        hub.has_told(told);
    }
    assert!(
        matches!(node.push(good.clone()).await, Response::Ack { .. }),
        "the good one is taken all the same"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_actor_and_unknown_replica_are_refused() {
    let (hub, elsewhere) = (Hub::start(), Hub::start());
    let node = Replica::of(&hub, "north", "n1").await;
    let segment = node.save("p1").remove(0);
    assert_eq!(code(&node.push(segment).await), "actor-unknown", "it has not said hello");
    hub.has_told("actor-unknown");
    let stranger = Replica::of(&elsewhere, "north", "n1").await;
    let tls = client_config(&node.enrolled.ca_pem, &stranger.enrolled.cert_pem, &stranger.key).unwrap();
    let refused = match Connection::open(&hub.endpoint, tls).await {
        Ok(connection) => connection.request("/sync", bytes::Bytes::new()).await.unwrap_err(),
        Err(refused) => refused,
    };
    assert_eq!(refused.code(), "tls-failed", "{refused}");
    hub.has_told("handshake-failed");
    let foreign_key = PrivateKey::generate().unwrap();
    assert!(client_config(&node.enrolled.ca_pem, &node.enrolled.cert_pem, &foreign_key).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_replica_gets_no_further_than_its_certificate() {
    let hub = Hub::start();
    let north = Replica::of(&hub, "north", "n1").await;
    let south = Replica::of(&hub, "south", "n1").await;
    north.greet().await;
    let segment = north.save("p1").remove(0);
    assert!(matches!(north.push(segment.clone()).await, Response::Ack { .. }));
    south.greet().await;
    let scopes = |scope| vec![Position { scope, at: 0 }];
    for scope in [Scope::patient("p1"), Scope::clinic("north"), Scope("anything".into())] {
        let hold = Request::Hold { actor: south.actor(), scopes: scopes(scope), urgent: true };
        assert_eq!(code(&south.ask(hold).await), "scope-denied");
    }
    hub.has_told("scope-denied");
    let fetch = Request::Fetch { entities: vec![holdfast_core::id::Entity::new("Patient", "p1")] };
    assert_eq!(south.ask(fetch).await, Response::States(vec![]));
    assert_eq!(code(&south.push(segment).await), "actor-unknown", "another's log");
    assert_eq!(code(&south.ask(north.records.hello().unwrap()).await), "actor-taken");
    hub.has_told("actor-taken");
    let pull =
        Request::Pull { actor: south.actor(), acked: vec![], pending: vec![], max_bytes: 1, wait_ms: 0 };
    let Response::Page(Page { ops, states, .. }) = south.ask(pull).await else { panic!() };
    assert!(ops.is_empty() && states.is_empty());
    for garbage in [&b""[..], b"\xff\xff\xff", &[7; 4000]] {
        let answer = south.connection.request("/sync", bytes::Bytes::copy_from_slice(garbage)).await.unwrap();
        assert_eq!(code(&Response::decode(&answer).unwrap()), "damaged");
    }
    hub.has_told("damaged");
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_of_the_future_is_carried_and_told() {
    let hub = Hub::start();
    let node = Replica::of(&hub, "north", "n1").await;
    node.greet().await;
    node.clock_is_ahead(7 * TEN_YEARS_MS);
    for id in ["p1", "p2", "p3"] {
        save(&node.records, id);
    }
    assert!(matches!(node.push(node.segments().remove(0)).await, Response::Ack { .. }), "nothing is lost");
    hub.shows("store_notices{code=\"clock-future\"} 1");
    assert!(hub.log().contains("\"clock-future\""));
}
