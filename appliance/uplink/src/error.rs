//! Why a link to an upstream cannot be had.

use holdfast_link::enrol::EnrolError;
use holdfast_link::keys::KeyError;
use holdfast_link::transport::TransportError;
use holdfast_store::StoreError;

/// Why a link to an upstream cannot be had. The text has three parts: what failed, why, what to do.
#[derive(Debug, thiserror::Error)]
pub enum UplinkError {
    /// A key or another private file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Enrolment failed, or what is left of it cannot be used.
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    /// The upstream's address is none.
    #[error(transparent)]
    Endpoint(TransportError),
    /// Nobody has said where to sync.
    #[error("cannot sync: no address of the upstream is known; set one in the configuration, or enrol again")]
    NoEndpoint,
    /// The upstream cannot be reached.
    #[error(transparent)]
    Unreachable(TransportError),
    /// The link has ended.
    #[error("cannot reach the upstream: the link has ended; start this program again")]
    Ended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UplinkError {
    /// The stable code of this failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::Enrol(_) => "enrol",
            Self::Endpoint(_) => "endpoint-bad",
            Self::NoEndpoint => "no-endpoint",
            Self::Unreachable(_) => "upstream-unreachable",
            Self::Ended => "link-ended",
            Self::Store(error) => error.code(),
        }
    }

    /// Whether the same may succeed later with nothing mended by hand.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Key(error) => error.is_retryable(),
            Self::Unreachable(_) => true,
            Self::Store(error) => error.is_retryable(),
            Self::Enrol(_) | Self::Endpoint(_) | Self::NoEndpoint | Self::Ended => false,
        }
    }
}
