//! Why a server cannot be started.

use std::io;
use std::net::SocketAddr;

/// Why a server cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A port is somebody else's, or the address not this machine's.
    #[error("cannot listen on {address}: choose another port, or end what has it")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no descriptors, or no memory.
    #[error("cannot set up the relay's {what}")]
    System {
        /// What was set up.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Nothing to listen on.
    #[error("no port is named for the relay to listen on; name one for UDP, TCP or TLS")]
    Nothing,
}

impl ServeError {
    /// A stable name for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "turn-bind",
            Self::System { .. } => "turn-system",
            Self::Nothing => "turn-nothing-to-listen-on",
        }
    }

    /// Whether the same may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    pub(crate) fn system<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::System { what, source: source.into() }
    }
}
