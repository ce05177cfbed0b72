//! A token becomes a certificate once, for its bearer alone, from the right hub alone.

use crate::support::{DAY_MS, Hub, now_ms};
use bytes::Bytes;
use holdfast_link::ca::{ServerCertificate, ServerName};
use holdfast_link::{
    enrol::{
        ENROL_PATH, EnrolBody, EnrolError, EnrolToken, Enrolled, TOKEN_LIFE_MS, TokenSecret, enrol, renew,
    },
    identity::{PeerIdentity, PeerKind},
    keys::{KEY_FILE, PrivateKey},
    server::{ServeOptions, SyncRoutes, serve},
    tls::{ClientAuth, SharedServerCert, enrolment_client_config, server_config},
    transport::{Connection, Endpoint, TransportError},
};
use tokio::net::TcpListener;

#[tokio::test]
async fn enrolled_replica_is_known_by_its_certificate() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let connection = replica.connect(&hub.endpoint).await;
    let who = connection.request("/whoami", Bytes::new()).await.unwrap();
    assert_eq!(who, "holdfast://north/node/n1");
    assert_eq!(replica.enrolled.endpoints, hub.enrolment.endpoints);
    let issued = hub.tokens.issued();
    assert_eq!(issued[0].public_key_sha256, replica.key.public_key_sha256());
}

#[tokio::test]
async fn used_token_is_good_for_its_key_alone() {
    let hub = Hub::start().await;
    let token = hub.token("north", "n1");
    let key = PrivateKey::generate().unwrap();
    let first = enrol(&hub.endpoint, &token, &key, now_ms()).await.unwrap();
    let again = enrol(&hub.endpoint, &token, &key, now_ms()).await.unwrap();
    assert_eq!((first, hub.tokens.issued().len()), (again, 1), "a lost answer is given again");
    let other = PrivateKey::generate().unwrap();
    let refused = enrol(&hub.endpoint, &token, &other, now_ms()).await.unwrap_err();
    assert_eq!(refused.code(), "enrol-token-used");
    assert!(!refused.is_retryable());
}

#[tokio::test]
async fn of_many_bearers_at_once_one_is_enrolled() {
    let hub = Hub::start().await;
    let token = hub.token("north", "n1");
    let attempts = (0..8).map(|_| {
        let (endpoint, token) = (hub.endpoint.clone(), token.clone());
        tokio::spawn(async move {
            enrol(&endpoint, &token, &PrivateKey::generate().unwrap(), now_ms()).await.is_ok()
        })
    });
    let mut enrolled = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        enrolled += usize::from(attempt.await.unwrap());
    }
    assert_eq!((enrolled, hub.tokens.issued().len()), (1, 1));
}

#[tokio::test]
async fn expired_and_unknown_tokens_are_refused() {
    let hub = Hub::start().await;
    let key = PrivateKey::generate().unwrap();
    let identity = PeerIdentity::new("north", PeerKind::Node, "n1").unwrap();
    let old = hub.enrolment.mint_token(&identity, now_ms() - TOKEN_LIFE_MS).unwrap();
    let strange = EnrolToken::new(TokenSecret::random().unwrap(), hub.ca.fingerprint());
    for (token, code) in [(old, "enrol-token-expired"), (strange, "enrol-token-unknown")] {
        let refused = enrol(&hub.endpoint, &token, &key, now_ms()).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    assert!(hub.tokens.issued().is_empty());
}

#[tokio::test]
async fn hub_of_another_ca_is_not_believed() {
    let (hub, other) = (Hub::start().await, Hub::start().await);
    let token = hub.token("north", "n1");
    let key = PrivateKey::generate().unwrap();
    let refused = enrol(&other.endpoint, &token, &key, now_ms()).await.unwrap_err();
    assert!(matches!(refused, EnrolError::CaMismatch), "{refused}");
    enrol(&hub.endpoint, &token, &key, now_ms()).await.expect("the secret never reached the other hub");
}

#[tokio::test]
async fn man_in_the_middle_who_shows_the_real_ca_is_not_believed() {
    let (hub, other) = (Hub::start().await, Hub::start().await);
    let home = tempfile::tempdir().unwrap();
    let names = [ServerName::parse("127.0.0.1")];
    let own =
        ServerCertificate::load_or_issue(&home.path().join("tls"), &other.ca, &names, now_ms()).unwrap();
    let posing = own.chain_pem.replace(other.ca.cert_pem(), hub.ca.cert_pem());
    let cert = SharedServerCert::new(&posing, &own.key).unwrap();
    let tls = server_config(cert, hub.ca.cert_pem(), ClientAuth::Optional).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("https://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(serve(listener, tls, SyncRoutes::new(), ServeOptions::default(), std::future::pending()));
    let key = PrivateKey::generate().unwrap();
    let refused = enrol(&endpoint, &hub.token("north", "n1"), &key, now_ms()).await.unwrap_err();
    assert!(matches!(refused, EnrolError::Transport(TransportError::Tls { .. })), "{refused}");
}

#[tokio::test]
async fn forged_signing_request_is_refused_and_leaves_the_token_good() {
    let hub = Hub::start().await;
    let token = hub.token("north", "n1");
    let tls = enrolment_client_config(token.ca(), now_ms()).unwrap();
    let connection = Connection::open(&hub.endpoint, tls).await.unwrap();
    for (csr, code) in [
        (forged_csr(), "csr-bad-signature"),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n".to_owned(),
            "csr-malformed",
        ),
        (include_str!("../../src/ca/testdata/rsa-2048.csr.pem").to_owned(), "csr-weak-key"),
    ] {
        let body = serde_json::to_vec(&EnrolBody { token: token.secret().to_text(), csr }).unwrap();
        let refused = connection.request(ENROL_PATH, body.into()).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    enrol(&hub.endpoint, &token, &PrivateKey::generate().unwrap(), now_ms()).await.unwrap();
}

/// A request that names one key and is signed by another.
fn forged_csr() -> String {
    let (victim, thief) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
    let params = rcgen::CertificateParams::default();
    let csr = params.serialize_request(&thief).unwrap();
    let (own, other) = (rcgen::PublicKeyData::der_bytes(&thief), rcgen::PublicKeyData::der_bytes(&victim));
    let at = csr.der().windows(own.len()).position(|w| w == own).unwrap();
    let mut der = csr.der().to_vec();
    der[at..at + own.len()].copy_from_slice(other);
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    format!("-----BEGIN CERTIFICATE REQUEST-----\n{base64}\n-----END CERTIFICATE REQUEST-----\n")
}

#[tokio::test]
async fn enrolment_survives_on_disk_and_belongs_to_its_key() {
    let hub = Hub::start().await;
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("link");
    let key = PrivateKey::load_or_create(&dir, KEY_FILE).unwrap();
    assert!(Enrolled::load(&dir, &key).unwrap().is_none());
    let enrolled = enrol(&hub.endpoint, &hub.token("north", "n1"), &key, now_ms()).await.unwrap();
    enrolled.save(&dir).unwrap();
    let key = PrivateKey::load(&dir, KEY_FILE).unwrap();
    assert_eq!(Enrolled::load(&dir, &key).unwrap().unwrap(), enrolled);
    let stranger = Enrolled::load(&dir, &PrivateKey::generate().unwrap()).unwrap_err();
    assert_eq!(stranger.code(), "enrolment-incomplete");
    let text = std::fs::read_to_string(dir.join("identity.json")).unwrap();
    std::fs::write(dir.join("identity.json"), text.replace("north", "south")).unwrap();
    assert_eq!(Enrolled::load(&dir, &key).unwrap_err().code(), "enrolment-incomplete");
}

#[tokio::test]
async fn renewed_certificate_lasts_longer_and_names_the_same_replica() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    assert!(!replica.enrolled.is_renewal_due(now_ms()));
    assert!(replica.enrolled.is_renewal_due(now_ms() + 31 * DAY_MS));
    let connection = replica.connect(&hub.endpoint).await;
    let renewed = renew(&connection, &replica.enrolled, &replica.key, now_ms()).await.unwrap();
    assert_eq!(renewed.identity, replica.enrolled.identity);
    assert_ne!(renewed.cert_pem, replica.enrolled.cert_pem);
    let serials: Vec<_> = hub.tokens.issued().into_iter().map(|c| c.serial).collect();
    assert!(serials.len() == 2 && serials[0] != serials[1]);
}

#[tokio::test]
async fn renewal_without_a_certificate_is_refused() {
    let hub = Hub::start().await;
    let replica = hub.enrol("north", "n1").await;
    let tls = enrolment_client_config(hub.ca.fingerprint(), now_ms()).unwrap();
    let anonymous = Connection::open(&hub.endpoint, tls).await.unwrap();
    let refused = renew(&anonymous, &replica.enrolled, &replica.key, now_ms()).await.unwrap_err();
    assert_eq!(refused.code(), "peer-certificate-required");
}
