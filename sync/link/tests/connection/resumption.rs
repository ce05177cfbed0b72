//! What a reconnect costs.

use std::time::Duration;

use crate::support::Hub;
use bytes::Bytes;
use holdfast_link::transport::{Connection, Counters};

async fn one_request(connection: &Connection) -> Counters {
    connection.request("/whoami", Bytes::new()).await.unwrap();
    // The tickets and the window updates of the handshake are on their way still.
    tokio::time::sleep(Duration::from_millis(100)).await;
    connection.counters()
}

#[tokio::test]
async fn resumed_connection_is_the_same_peer_for_fewer_bytes() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let tls = replica.tls();
    let fresh = Connection::open(&hub.endpoint, tls.clone()).await.unwrap();
    assert!(!fresh.is_resumed());
    let cost_fresh = one_request(&fresh).await;
    let after = one_request(&fresh).await;
    drop(fresh);
    let resumed = Connection::open(&hub.endpoint, tls.clone()).await.unwrap();
    assert!(resumed.is_resumed());
    let who = resumed.request("/whoami", Bytes::new()).await.unwrap();
    assert_eq!(who, "holdfast://north/node/n1");
    drop(resumed);
    let resumed = Connection::open(&hub.endpoint, tls).await.unwrap();
    assert!(resumed.is_resumed(), "tickets come with resumed handshakes too");
    let cost = one_request(&resumed).await;
    let total = |c: Counters| c.bytes_in + c.bytes_out;
    println!("figure: link_fresh_connection_bytes {} B ({cost_fresh:?})", total(cost_fresh));
    println!("figure: link_resumed_connection_bytes {} B ({cost:?})", total(cost));
    println!("figure: link_next_request_bytes {} B", total(after) - total(cost_fresh));
    assert!(total(cost) < 1600, "{cost:?}");
    assert!(total(cost) * 2 < total(cost_fresh));
}
