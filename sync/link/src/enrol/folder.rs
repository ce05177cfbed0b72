//! The enrolment on disk: `ca.pem`, `cert.pem`, `identity.json`, beside the key.
//!
//! Each file is replaced whole. `identity.json` comes last and holds the endpoints; who the replica is, is read from
//! `cert.pem`. A renewal keeps key and CA, so that a power cut between two files leaves a pair that works.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{EnrolError, Enrolled};
use crate::{
    identity::{PeerCertificate, PeerIdentity},
    keys::{KeyError, PrivateKey, ensure_private_dir, write_public},
    tls::first_certificate,
    transport::Endpoint,
};

/// The hub's CA certificate.
pub const CA_FILE: &str = "ca.pem";
/// The client certificate.
pub const CERT_FILE: &str = "cert.pem";
/// The identity, for people and scripts, and the endpoints.
pub const IDENTITY_FILE: &str = "identity.json";

#[derive(Serialize, Deserialize)]
struct IdentityJson {
    #[serde(flatten)]
    identity: PeerIdentity,
    endpoints: Vec<Endpoint>,
}

impl Enrolled {
    /// Writes the enrolment durably into `dir` (0700).
    ///
    /// # Errors
    /// [`EnrolError::Key`] when the folder is open to others or cannot be written.
    pub fn save(&self, dir: &Path) -> Result<(), EnrolError> {
        let json = IdentityJson { identity: self.identity.clone(), endpoints: self.endpoints.clone() };
        let json = serde_json::to_vec_pretty(&json).map_err(|_| incomplete(dir, "it has no JSON form"))?;
        ensure_private_dir(dir).map_err(EnrolError::Key)?;
        write_public(dir, CA_FILE, self.ca_pem.as_bytes()).map_err(EnrolError::Key)?;
        write_public(dir, CERT_FILE, self.cert_pem.as_bytes()).map_err(EnrolError::Key)?;
        write_public(dir, IDENTITY_FILE, &json).map_err(EnrolError::Key)
    }

    /// Loads what [`Enrolled::save`] wrote and checks that it is `key`'s. `Ok(None)`: `dir` holds no enrolment.
    ///
    /// # Errors
    /// [`EnrolError::Incomplete`] when a file is missing or damaged, or the certificate is another key's or
    /// another replica's; [`EnrolError::Key`] when a file cannot be read.
    pub fn load(dir: &Path, key: &PrivateKey) -> Result<Option<Self>, EnrolError> {
        let Some(json) = read(dir, IDENTITY_FILE)? else { return Ok(None) };
        let wrong = |why| incomplete(dir, why);
        let json: IdentityJson =
            serde_json::from_str(&json).map_err(|_| wrong("identity.json is damaged"))?;
        let ca_pem = read(dir, CA_FILE)?.ok_or_else(|| wrong("ca.pem is missing"))?;
        let cert_pem = read(dir, CERT_FILE)?.ok_or_else(|| wrong("cert.pem is missing"))?;
        let der = first_certificate(&cert_pem, "client certificate").map_err(EnrolError::Tls)?;
        let peer = PeerCertificate::from_der(&der).map_err(EnrolError::Identity)?;
        if peer.public_key_sha256 != key.public_key_sha256() {
            return Err(wrong("cert.pem is for another key"));
        }
        if peer.identity != json.identity {
            return Err(wrong("cert.pem and identity.json name different replicas"));
        }
        let (identity, endpoints, not_after_ms) = (peer.identity, json.endpoints, peer.not_after_ms);
        Ok(Some(Self { identity, cert_pem, ca_pem, endpoints, not_after_ms }))
    }
}

fn read(dir: &Path, name: &str) -> Result<Option<String>, EnrolError> {
    let path = dir.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EnrolError::Key(KeyError::Io { what: "read", path, source })),
    }
}

fn incomplete(dir: &Path, why: &'static str) -> EnrolError {
    EnrolError::Incomplete { path: dir.to_owned(), why }
}
