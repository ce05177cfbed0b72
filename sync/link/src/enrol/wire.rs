//! The JSON of `/enrol` and `/renew`. Unknown members are ignored, so that versions overlap.

use serde::{Deserialize, Serialize};

use crate::{identity::PeerIdentity, transport::Endpoint};

/// What is posted to `/enrol`. It holds a secret: it has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct EnrolBody {
    /// The token's secret: 32 bytes in base64url without padding.
    pub token: String,
    /// The signing request, in PEM.
    pub csr: String,
}

/// What is posted to `/renew`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenewBody {
    /// The signing request, in PEM.
    pub csr: String,
}

/// What either answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// The client certificate, in PEM.
    pub cert: String,
    /// The CA certificate, in PEM.
    pub ca: String,
    /// Who the replica is; the certificate says the same.
    pub identity: PeerIdentity,
    /// Where to sync, in order of preference.
    pub endpoints: Vec<Endpoint>,
}
