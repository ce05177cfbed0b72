//! How a handler learns who asks.

use axum::extract::FromRequestParts;
use http::{StatusCode, request::Parts};

use super::Problem;
use crate::identity::PeerCertificate;

/// The peer's verified certificate. A request over a connection without one is refused with 401 and the code
/// `peer-certificate-required`, here as by every policy but [`super::SyncPolicy::Anybody`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer(pub PeerCertificate);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<PeerCertificate>().cloned().map(Peer).ok_or_else(certificate_required)
    }
}

pub(super) fn certificate_required() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "peer-certificate-required",
        "the request is refused: it came without a client certificate; enrol this replica, then connect with its certificate",
    )
}
