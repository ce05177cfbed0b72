//! An expired certificate renews itself and does nothing else.

use crate::support::{Hub, Replica, now_ms};
use bytes::Bytes;
use holdfast_link::{ca::SigningRequest, enrolment::EnrolmentError};
use holdfast_link::{
    enrol::{RENEW_PATH, RenewBody, renew},
    identity::PeerCertificate,
    keys::PrivateKey,
    tls::client_config,
    transport::{Connection, TransportError},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};

fn certificate(replica: &Replica) -> PeerCertificate {
    let der = CertificateDer::from_pem_slice(replica.enrolled.cert_pem.as_bytes()).unwrap();
    PeerCertificate::from_der(&der).unwrap()
}

#[tokio::test]
async fn expired_certificate_of_a_known_key_renews_itself_and_goes_on() {
    let hub = Hub::start().await;
    let mut late = hub.expired("north", "n1", 400);
    let connection = late.connect(&hub.endpoint).await;
    let renewed = renew(&connection, &late.enrolled, &late.key, now_ms()).await.unwrap();
    assert_eq!(renewed.identity, late.enrolled.identity);
    late.enrolled = renewed;
    let again = late.connect(&hub.endpoint).await;
    assert_eq!(again.request("/whoami", Bytes::new()).await.unwrap(), "holdfast://north/node/n1");
}

#[tokio::test]
async fn expired_certificate_reaches_no_other_route_and_is_told_its_day() {
    let hub = Hub::start().await;
    let late = hub.expired("north", "n1", 10);
    for path in ["/whoami", "/echo", "/enrol", "/renew/", "/renew/x", "//renew"] {
        let connection = late.connect(&hub.endpoint).await;
        let refused = connection.request(path, Bytes::new()).await.unwrap_err();
        assert_eq!((refused.code(), refused.is_retryable()), ("peer-certificate-expired", false), "{path}");
        let TransportError::Refused { message, .. } = refused else { unreachable!("{refused}") };
        assert!(message.contains("expired on 20") && message.contains("renewing"), "{message}");
    }
}

#[tokio::test]
async fn expired_certificate_of_another_ca_ends_in_the_handshake() {
    let (hub, other) = (Hub::start().await, Hub::start().await);
    let stranger = other.expired("north", "n1", 10);
    let tls = client_config(hub.ca.cert_pem(), &stranger.enrolled.cert_pem, &stranger.key).unwrap();
    let refused = match Connection::open(&hub.endpoint, tls).await {
        Ok(connection) => connection.request(RENEW_PATH, Bytes::new()).await.unwrap_err(),
        Err(refused) => refused,
    };
    assert_eq!(refused.code(), "tls-failed", "{refused}");
}

#[tokio::test]
async fn expired_certificate_that_is_revoked_is_not_renewed() {
    let hub = Hub::start().await;
    let late = hub.expired("north", "n1", 10);
    hub.revoked.lock().unwrap().insert(certificate(&late).serial);
    let connection = late.connect(&hub.endpoint).await;
    let refused = renew(&connection, &late.enrolled, &late.key, now_ms()).await.unwrap_err();
    assert_eq!(refused.code(), "peer-revoked");
}

#[tokio::test]
async fn expired_certificate_is_renewed_for_its_own_key_and_on_record_alone() {
    let hub = Hub::start().await;
    let late = hub.expired("north", "n1", 10);
    let connection = late.connect(&hub.endpoint).await;
    let csr = PrivateKey::generate().unwrap().csr_pem().unwrap();
    let other_key = serde_json::to_vec(&RenewBody { csr }).unwrap();
    let refused = connection.request(RENEW_PATH, other_key.into()).await.unwrap_err();
    assert_eq!(refused.code(), "renew-key-unknown");
    let csr = SigningRequest::parse_pem(&late.key.csr_pem().unwrap()).unwrap();
    let unrecorded = PeerCertificate { serial: hub.tokens.issued()[0].serial.clone(), ..certificate(&late) };
    assert!(hub.enrolment.renew(&csr, &unrecorded, now_ms()).is_ok());
    let forgotten = Hub::start().await.enrolment.renew(&csr, &certificate(&late), now_ms());
    assert!(matches!(forgotten, Err(EnrolmentError::UnknownKey)), "{forgotten:?}");
}
