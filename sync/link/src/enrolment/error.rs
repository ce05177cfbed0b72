//! Why an upstream enrols or renews nobody.

use std::error::Error;

use crate::server::Problem;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::TokenError;
use crate::ca::{CaError, CsrError};

/// A refusal. Its text is what the replica's operator reads; what happened inside the upstream stays in `source`.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// The body is not what `/enrol` or `/renew` takes.
    #[error("the request is refused: it is not an enrolment request; update this replica, then try again")]
    Malformed,
    /// No such token.
    #[error(
        "the enrolment is refused: the upstream does not know this token; copy it again, whole, or ask for a new one"
    )]
    TokenUnknown,
    /// The token has been used.
    #[error(
        "the enrolment is refused: the token has been used already, for another key; ask for a new one, and tell whoever gave it to you if it was not you who used it"
    )]
    TokenUsed,
    /// The token is too old.
    #[error("the enrolment is refused: the token is older than 15 minutes; ask for a new one")]
    TokenExpired,
    /// The replica is revoked.
    #[error("the renewal is refused: this replica has been revoked; ask whoever runs the upstream")]
    Revoked,
    /// An expired certificate that the upstream has no record of, or for another key than the one to certify.
    #[error(
        "the renewal is refused: the certificate has expired, and the upstream has no record that it was given out for this key; enrol this replica again"
    )]
    UnknownKey,
    /// The signing request is not accepted.
    #[error(transparent)]
    Csr(CsrError),
    /// The upstream's store failed.
    #[error(
        "the enrolment failed: the upstream cannot reach its store; try again in a minute, with a new token if this one is refused"
    )]
    Store(#[source] Box<dyn Error + Send + Sync>),
    /// The upstream's CA failed.
    #[error(
        "the enrolment failed: the upstream cannot certify; ask whoever runs the upstream to look at its log"
    )]
    Ca(#[source] CaError),
    /// The random source failed.
    #[error("no token was made: the random source failed; try again")]
    Random,
    /// The work was cut off: the upstream is shutting down, or has a bug.
    #[error(
        "the enrolment failed: the upstream was interrupted; try again, with a new token if this one is refused"
    )]
    Interrupted,
}

impl EnrolmentError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "enrol-malformed",
            Self::TokenUnknown => "enrol-token-unknown",
            Self::TokenUsed => "enrol-token-used",
            Self::TokenExpired => "enrol-token-expired",
            Self::Revoked => "replica-revoked",
            Self::UnknownKey => "renew-key-unknown",
            Self::Csr(e) => e.code(),
            Self::Store(_) => "enrol-store-failed",
            Self::Ca(_) => "enrol-ca-failed",
            Self::Random => "random-failed",
            Self::Interrupted => "enrol-interrupted",
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Random | Self::Interrupted)
    }

    /// The HTTP status of this refusal.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed | Self::Csr(_) => StatusCode::BAD_REQUEST,
            Self::TokenUnknown => StatusCode::UNAUTHORIZED,
            Self::Revoked | Self::UnknownKey => StatusCode::FORBIDDEN,
            Self::TokenUsed => StatusCode::CONFLICT,
            Self::TokenExpired => StatusCode::GONE,
            Self::Store(_) | Self::Random | Self::Interrupted => StatusCode::SERVICE_UNAVAILABLE,
            Self::Ca(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(super) fn of_token(error: TokenError) -> Self {
        match error {
            TokenError::Unknown => Self::TokenUnknown,
            TokenError::Used => Self::TokenUsed,
            TokenError::Expired => Self::TokenExpired,
            TokenError::Store(source) => Self::Store(source),
        }
    }
}

impl IntoResponse for EnrolmentError {
    fn into_response(self) -> Response {
        Problem::new(self.status(), self.code(), self.to_string()).into_response()
    }
}
