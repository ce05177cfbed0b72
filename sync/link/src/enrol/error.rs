//! Why an enrolment or a renewal failed, on the replica's side.

use std::path::PathBuf;

use crate::{
    identity::IdentityError,
    keys::KeyError,
    tls::{TlsError, is_pin_mismatch},
    transport::TransportError,
};

/// Why a replica has no (new) certificate.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The token's text is not usable.
    #[error("cannot enrol: the token is not of the form hf1.….…; copy it again, whole")]
    Token,
    /// The server is not the hub that the token names.
    #[error(
        "cannot enrol: that server is not the hub of this token, or somebody stands in between; check the hub's URL and ask central IT for a token of this hub"
    )]
    CaMismatch,
    /// The hub cannot be reached, or refuses. A refusal keeps the hub's code and text.
    #[error(transparent)]
    Transport(TransportError),
    /// The hub's answer does not hold together.
    #[error("cannot use the hub's answer: {why}; report it to central IT")]
    Answer {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The new certificate names nobody.
    #[error(transparent)]
    Identity(IdentityError),
    /// The key cannot be used, or a file not be written.
    #[error(transparent)]
    Key(KeyError),
    /// A certificate cannot be used.
    #[error(transparent)]
    Tls(TlsError),
    /// The folder does not hold a whole enrolment.
    #[error("cannot use the enrolment in {}: {why}; enrol this replica again", path.display())]
    Incomplete {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The random source failed.
    #[error("cannot make a token: the random source failed; try again")]
    Random,
}

impl EnrolError {
    /// The stable code of this failure: the hub's own for a refusal, such as `enrol-token-used`.
    pub fn code(&self) -> &str {
        match self {
            Self::Token => "enrol-token-malformed",
            Self::CaMismatch => "enrol-ca-mismatch",
            Self::Transport(e) => e.code(),
            Self::Answer { .. } => "enrol-bad-answer",
            Self::Identity(e) => e.code(),
            Self::Key(e) => e.code(),
            Self::Tls(e) => e.code(),
            Self::Incomplete { .. } => "enrolment-incomplete",
            Self::Random => "random-failed",
        }
    }

    /// Whether the same call may succeed later with nothing changed by hand.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(e) => e.is_retryable(),
            Self::Key(e) => e.is_retryable(),
            Self::Random => true,
            _ => false,
        }
    }

    pub(super) fn of_transport(error: TransportError) -> Self {
        match &error {
            TransportError::Tls { source, .. } if is_pin_mismatch(source) => Self::CaMismatch,
            _ => Self::Transport(error),
        }
    }
}
