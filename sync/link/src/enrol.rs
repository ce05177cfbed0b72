//! How a replica gets its certificate, and a new one before the old expires. The replica's side; the upstream's is
//! [`crate::enrolment`].
//!
//! 1. Central IT mints a token: `hf1.SECRET.FINGERPRINT`, good once and for 15 minutes.
//! 2. The replica makes its key, connects, and believes only the CA whose fingerprint the token names.
//! 3. It posts the secret and a signing request. The hub knows from the token who this is.
//! 4. The replica checks what it got, and stores it: `ca.pem`, `cert.pem`, and at last `identity.json`.

mod error;
mod folder;
mod token;
pub mod wire;

use bytes::Bytes;
use serde::Serialize;

use crate::{
    identity::{PeerCertificate, PeerIdentity},
    keys::PrivateKey,
    tls::{CaFingerprint, enrolment_client_config, first_certificate, issued_by},
    transport::{Connection, Endpoint},
};

pub use error::EnrolError;
pub use folder::{CA_FILE, CERT_FILE, IDENTITY_FILE};
pub use token::{EnrolToken, SecretHash, TOKEN_LIFE_MS, TokenSecret};
pub use wire::{EnrolAnswer, EnrolBody, RenewBody};

/// Where a token is turned into a certificate; the only route without a client certificate.
pub const ENROL_PATH: &str = "/enrol";

/// Where a certificate is turned into a newer one.
pub const RENEW_PATH: &str = "/renew";

/// Life of a client certificate, in days (design.md §7).
pub const CERTIFICATE_DAYS: u32 = 90;

/// Age at which a replica renews its certificate, in days: two months of outage then still leave it valid.
pub const RENEW_AFTER_DAYS: u32 = 30;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What an enrolled replica holds besides its key. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// Who the hub says this replica is.
    pub identity: PeerIdentity,
    /// The client certificate, in PEM.
    pub cert_pem: String,
    /// The hub's CA, in PEM.
    pub ca_pem: String,
    /// Where to sync, in the hub's order of preference.
    pub endpoints: Vec<Endpoint>,
    /// End of the certificate's validity, in Unix milliseconds.
    pub not_after_ms: u64,
}

impl Enrolled {
    /// Whether it is time to renew at `now_ms` (Unix milliseconds).
    pub fn is_renewal_due(&self, now_ms: u64) -> bool {
        let left_at_renewal = u64::from(CERTIFICATE_DAYS - RENEW_AFTER_DAYS) * DAY_MS;
        now_ms.saturating_add(left_at_renewal) >= self.not_after_ms
    }
}

/// Enrols `key` at the hub. `now_ms` (Unix milliseconds) is the time by which the hub's certificate and the new one
/// are judged.
///
/// # Errors
/// [`EnrolError`]: the hub is not the token's, cannot be reached, refuses (its code is passed on), or its answer
/// does not hold together.
pub async fn enrol(
    hub: &Endpoint,
    token: &EnrolToken,
    key: &PrivateKey,
    now_ms: u64,
) -> Result<Enrolled, EnrolError> {
    let tls = enrolment_client_config(token.ca(), now_ms).map_err(EnrolError::Tls)?;
    let body = EnrolBody { token: token.secret().to_text(), csr: key.csr_pem().map_err(EnrolError::Key)? };
    let connection = Connection::open(hub, tls).await.map_err(EnrolError::of_transport)?;
    let answer = ask(&connection, ENROL_PATH, &body).await?;
    check(answer, token.ca(), key, now_ms)
}

/// Renews the certificate of `current` over `connection`, which uses it. The key stays.
///
/// # Errors
/// As [`enrol`]; also when the hub answers with another identity or another CA than the present ones.
pub async fn renew(
    connection: &Connection,
    current: &Enrolled,
    key: &PrivateKey,
    now_ms: u64,
) -> Result<Enrolled, EnrolError> {
    let ca = CaFingerprint::of_pem(&current.ca_pem).map_err(EnrolError::Tls)?;
    let body = RenewBody { csr: key.csr_pem().map_err(EnrolError::Key)? };
    let answer = ask(connection, RENEW_PATH, &body).await?;
    let renewed = check(answer, ca, key, now_ms)?;
    if renewed.identity != current.identity {
        return Err(EnrolError::Answer { why: "it names another replica" });
    }
    Ok(renewed)
}

async fn ask(
    connection: &Connection,
    path: &'static str,
    body: &impl Serialize,
) -> Result<EnrolAnswer, EnrolError> {
    let body =
        serde_json::to_vec(body).map_err(|_| EnrolError::Answer { why: "the request has no JSON form" })?;
    let bytes = connection.request(path, Bytes::from(body)).await.map_err(EnrolError::of_transport)?;
    serde_json::from_slice(&bytes)
        .map_err(|_| EnrolError::Answer { why: "it is not the JSON that was expected" })
}

/// Believes nothing that the CA has not signed: the identity is the certificate's.
fn check(
    answer: EnrolAnswer,
    pin: CaFingerprint,
    key: &PrivateKey,
    now_ms: u64,
) -> Result<Enrolled, EnrolError> {
    let wrong = |why| EnrolError::Answer { why };
    let ca = first_certificate(&answer.ca, "CA certificate").map_err(EnrolError::Tls)?;
    let cert = first_certificate(&answer.cert, "client certificate").map_err(EnrolError::Tls)?;
    if CaFingerprint::of_der(&ca) != pin {
        return Err(wrong("its CA is not the one that was pinned"));
    }
    if !issued_by(&cert, &ca) {
        return Err(wrong("its certificate is not signed by its CA"));
    }
    let peer = PeerCertificate::from_der(&cert).map_err(EnrolError::Identity)?;
    if peer.public_key_sha256 != key.public_key_sha256() {
        return Err(wrong("its certificate is for another key"));
    }
    if peer.identity != answer.identity {
        return Err(wrong("its certificate names another replica"));
    }
    if peer.not_after_ms <= now_ms {
        return Err(wrong("its certificate has expired already; check the clocks"));
    }
    Ok(Enrolled {
        identity: peer.identity,
        cert_pem: answer.cert,
        ca_pem: answer.ca,
        endpoints: answer.endpoints,
        not_after_ms: peer.not_after_ms,
    })
}
