//! Peers that stop answering: each side finds out by itself and gives the slot back.

use std::time::{Duration, Instant};

use crate::support::{Hub, forwarder::Forwarder, impatient};
use bytes::Bytes;
use holdfast_link::{
    server::Limits,
    transport::{Connection, Endpoint},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const FAST: u64 = 100_000_000;

fn impatient_limits() -> Limits {
    Limits {
        handshake: Duration::from_millis(300),
        first_request: Duration::from_millis(300),
        body_idle: Duration::from_millis(300),
        keep_alive_interval: Duration::from_millis(200),
        keep_alive_timeout: Duration::from_millis(200),
        ..Limits::default()
    }
}

#[tokio::test]
async fn server_that_accepts_and_never_answers_times_out() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("https://{}", silent.local_addr().unwrap())).unwrap();
    let begun = Instant::now();
    let refused = Connection::open_with(&endpoint, replica.tls(), impatient()).await.unwrap_err();
    assert_eq!((refused.code(), refused.is_retryable()), ("connect-timeout", true));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn server_that_freezes_in_mid_connection_is_found_by_ping() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let link = Forwarder::start(&hub.endpoint, FAST).await;
    let patient = holdfast_link::transport::Timeouts { answer: Duration::from_secs(60), ..impatient() };
    let connection = Connection::open_with(&link.endpoint, replica.tls(), patient).await.unwrap();
    connection.request("/whoami", Bytes::new()).await.unwrap();
    link.freeze();
    let begun = Instant::now();
    let failed = connection.request("/whoami", Bytes::new()).await.unwrap_err();
    assert_eq!((failed.code(), failed.is_retryable()), ("connection-closed", true));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(connection.is_closed());
}

#[tokio::test]
async fn handler_that_never_answers_times_out_and_spares_the_connection() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let connection = Connection::open_with(&hub.endpoint, replica.tls(), impatient()).await.unwrap();
    let failed = connection.request("/slow", Bytes::new()).await.unwrap_err();
    assert_eq!(failed.code(), "request-timeout");
    connection.request("/whoami", Bytes::new()).await.unwrap();
}

#[tokio::test]
async fn slow_loris_handshakes_are_cut_and_others_get_in() {
    let limits = Limits { handshakes: 2, ..impatient_limits() };
    let hub = Hub::start_with(limits).await;
    let address = hub.endpoint.authority();
    let mut loris = Vec::new();
    for _ in 0..4 {
        let mut socket = TcpStream::connect(&address).await.unwrap();
        socket.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
        loris.push(socket);
    }
    let begun = Instant::now();
    hub.enrol("north", "n1").await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    for mut socket in loris {
        let end = tokio::time::timeout(Duration::from_secs(2), socket.read(&mut [0; 16])).await;
        assert!(matches!(end, Ok(Ok(0) | Err(_))), "the server has closed it");
    }
}

#[tokio::test]
async fn client_that_freezes_gives_its_slot_back() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().unwrap();
    let limits = Limits { connections_per_peer: 1, ..impatient_limits() };
    let hub = Hub::start_with(limits).await;
    let replica = hub.enrol("north", "n1").await;
    let link = Forwarder::start(&hub.endpoint, FAST).await;
    let frozen = replica.connect(&link.endpoint).await;
    frozen.request("/whoami", Bytes::new()).await.unwrap();
    link.freeze();
    let freed = async {
        while replica.connect(&hub.endpoint).await.request("/whoami", Bytes::new()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), freed).await.unwrap();
    let told = recorder.render();
    for code in ["peer-frozen", "peer-too-many-connections"] {
        assert!(told.contains(&format!("sync_refused_total{{code=\"{code}\"}}")), "{code} in {told}");
    }
}

#[tokio::test]
async fn connection_that_asks_nothing_is_dropped() {
    let hub = Hub::start_with(impatient_limits()).await;
    let replica = hub.enrol("north", "n1").await;
    let idle = replica.connect(&hub.endpoint).await;
    let used = replica.connect(&hub.endpoint).await;
    used.request("/whoami", Bytes::new()).await.unwrap();
    let dropped = async {
        while !idle.is_closed() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), dropped).await.unwrap();
    used.request("/whoami", Bytes::new()).await.expect("who has asked stays");
}
