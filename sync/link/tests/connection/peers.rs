//! Who may ask, for how long, and as whom.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use crate::support::{DAY_MS, Hub, now_ms};
use bytes::Bytes;
use holdfast_link::{
    enrol::renew,
    identity::PeerCertificate,
    keys::PrivateKey,
    server::Limits,
    tls::{client_config, enrolment_client_config},
    transport::{Connection, TransportError},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};

#[tokio::test]
async fn certificate_of_another_ca_is_refused() {
    let (hub, other) = (Hub::start().await, Hub::start().await);
    let stranger = other.enrol("north", "n1").await;
    let tls = client_config(hub.ca.cert_pem(), &stranger.enrolled.cert_pem, &stranger.key).unwrap();
    let refused = match Connection::open(&hub.endpoint, tls).await {
        Ok(connection) => connection.request("/whoami", Bytes::new()).await.unwrap_err(),
        Err(refused) => refused,
    };
    assert_eq!(refused.code(), "tls-failed", "{refused}");
}

#[tokio::test]
async fn hub_of_another_ca_is_refused_by_the_replica() {
    let (hub, other) = (Hub::start().await, Hub::start().await);
    let replica = hub.enrol("north", "n1").await;
    let refused = Connection::open(&other.endpoint, replica.tls()).await.unwrap_err();
    assert!(matches!(refused, TransportError::Tls { .. }), "{refused}");
}

#[tokio::test]
async fn replica_of_another_clinic_is_served_as_itself_whatever_it_claims() {
    let hub = Hub::start().await;
    hub.enrol("north", "n1").await;
    let south = hub.enrol("south", "n1").await;
    let connection = south.connect(&hub.endpoint).await;
    let claim = Bytes::from_static(b"holdfast://north/node/n1");
    assert_eq!(connection.request("/whoami", claim).await.unwrap(), "holdfast://south/node/n1");
}

#[tokio::test]
async fn stolen_certificate_without_its_key_is_of_no_use() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let thief = PrivateKey::generate().unwrap();
    let refused = client_config(hub.ca.cert_pem(), &replica.enrolled.cert_pem, &thief).unwrap_err();
    assert_eq!(refused.code(), "tls-credentials");
}

#[tokio::test]
async fn sync_route_without_a_certificate_is_refused() {
    let hub = Hub::start().await;
    let tls = enrolment_client_config(hub.ca.fingerprint(), now_ms()).unwrap();
    let anonymous = Connection::open(&hub.endpoint, tls).await.unwrap();
    let refused = anonymous.request("/echo", Bytes::from_static(b"x")).await.unwrap_err();
    assert_eq!(refused.code(), "peer-certificate-required");
}

#[tokio::test]
async fn policy_of_a_route_holds_whatever_its_handler_asks_for() {
    let hub = Hub::start().await;
    for path in ["/unasking", "/nowhere"] {
        let tls = enrolment_client_config(hub.ca.fingerprint(), now_ms()).unwrap();
        let anonymous = Connection::open(&hub.endpoint, tls).await.unwrap();
        let refused = anonymous.request(path, Bytes::new()).await.unwrap_err();
        assert_eq!(refused.code(), "peer-certificate-required", "{path}");
    }
    let replica = hub.enrol("north", "n1").await;
    let connection = replica.connect(&hub.endpoint).await;
    assert_eq!(connection.request("/unasking", Bytes::new()).await.unwrap(), "reached");
    let refused = connection.request("/nowhere", Bytes::new()).await.unwrap_err();
    assert!(matches!(refused, TransportError::Refused { status: 404, .. }), "{refused}");
}

#[tokio::test]
async fn peer_revoked_in_mid_connection_is_refused_with_the_reason() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let connection = replica.connect(&hub.endpoint).await;
    connection.request("/whoami", Bytes::new()).await.unwrap();
    let der = CertificateDer::from_pem_slice(replica.enrolled.cert_pem.as_bytes()).unwrap();
    hub.revoked.lock().unwrap().insert(PeerCertificate::from_der(&der).unwrap().serial);
    let refused = connection.request("/whoami", Bytes::new()).await.unwrap_err();
    assert_eq!((refused.code(), refused.is_retryable()), ("peer-revoked", false));
    // A new connection, resumed or not, fares no better; nor does a renewal.
    let again = replica.connect(&hub.endpoint).await;
    assert_eq!(again.request("/whoami", Bytes::new()).await.unwrap_err().code(), "peer-revoked");
    let again = replica.connect(&hub.endpoint).await;
    let refused = renew(&again, &replica.enrolled, &replica.key, now_ms()).await.unwrap_err();
    assert_eq!(refused.code(), "peer-revoked");
}

#[tokio::test]
async fn certificate_that_expires_in_mid_connection_can_only_renew() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let connection = replica.connect(&hub.endpoint).await;
    connection.request("/whoami", Bytes::new()).await.unwrap();
    hub.clock_ahead_ms.store(91 * DAY_MS, Relaxed);
    renew(&connection, &replica.enrolled, &replica.key, now_ms()).await.unwrap();
    let refused = connection.request("/whoami", Bytes::new()).await.unwrap_err();
    assert_eq!(refused.code(), "peer-certificate-expired");
}

#[tokio::test]
async fn requests_run_in_parallel_on_one_connection() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let connection = replica.connect(&hub.endpoint).await;
    let requests = (0_u8..4).map(|i| {
        let connection = connection.clone();
        let body = Bytes::from(vec![i; 700_000 + usize::from(i)]);
        tokio::spawn(async move { connection.request("/echo", body.clone()).await.unwrap() == body })
    });
    let slow = connection.clone();
    let slow = tokio::spawn(async move { slow.request("/slow", Bytes::new()).await });
    for request in requests.collect::<Vec<_>>() {
        assert!(request.await.unwrap());
    }
    assert!(!slow.is_finished());
    assert!(connection.counters().bytes_out > 2_800_000);
}

#[tokio::test]
async fn identity_with_too_many_connections_is_told_so_and_others_are_not_disturbed() {
    let hub = Hub::start_with(Limits { connections_per_peer: 2, ..Limits::default() }).await;
    let (north, south) = (hub.enrol("north", "n1").await, hub.enrol("south", "n1").await);
    let mut held = Vec::new();
    for _ in 0..2 {
        let connection = north.connect(&hub.endpoint).await;
        connection.request("/whoami", Bytes::new()).await.unwrap();
        held.push(connection);
    }
    let refused = north.connect(&hub.endpoint).await.request("/whoami", Bytes::new()).await.unwrap_err();
    assert_eq!((refused.code(), refused.is_retryable()), ("peer-too-many-connections", true));
    south.connect(&hub.endpoint).await.request("/whoami", Bytes::new()).await.unwrap();
    drop(held);
    let freed = async {
        while north.connect(&hub.endpoint).await.request("/whoami", Bytes::new()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), freed).await.unwrap();
}

#[tokio::test]
async fn shutdown_lets_the_request_in_progress_finish() {
    let mut hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let connection = replica.connect(&hub.endpoint).await;
    let body = Bytes::from(vec![1; 1_500_000]);
    let request = {
        let (c, b) = (connection.clone(), body.clone());
        tokio::spawn(async move { c.request("/echo", b).await })
    };
    while connection.counters().bytes_out < 100_000 {
        tokio::task::yield_now().await;
    }
    hub.stop();
    assert_eq!(request.await.unwrap().unwrap(), body);
    assert!(Connection::open(&hub.endpoint, replica.tls()).await.is_err());
}
