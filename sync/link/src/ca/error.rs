//! Why the CA cannot be opened or cannot certify.

use std::path::PathBuf;

use crate::{identity::IdentityError, keys::KeyError, tls::TlsError};

/// Why the CA cannot be opened or cannot certify.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// The CA's key cannot be used.
    #[error(transparent)]
    Key(KeyError),
    /// A file cannot be read.
    #[error("cannot read {}: the operating system refused; check the disk and the folder's owner", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The refusal.
        #[source]
        source: std::io::Error,
    },
    /// The CA's key is not that of its certificate.
    #[error(
        "cannot open the CA: its key and its certificate do not belong together; restore both from one backup"
    )]
    Mismatch,
    /// A certificate on disk cannot be used.
    #[error(transparent)]
    Tls(TlsError),
    /// A certificate that was just issued cannot be read: a bug.
    #[error(transparent)]
    Identity(IdentityError),
    /// The time is outside what a certificate can hold.
    #[error("cannot certify: the clock of this machine is wrong; set it, then try again")]
    Clock,
    /// A name for the server's certificate is not usable.
    #[error(
        "cannot certify the server name {name:?}: it is neither a DNS name nor an IP address; correct it in the configuration"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The random source failed.
    #[error("cannot certify: the random source failed; try again")]
    Random,
    /// Signing failed.
    #[error("cannot certify: the CA's key does not sign; restore the CA from its backup")]
    Sign(#[source] rcgen::Error),
}

impl CaError {
    /// The stable code of this failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(e) => e.code(),
            Self::Read { .. } => "ca-read",
            Self::Mismatch => "ca-mismatch",
            Self::Tls(e) => e.code(),
            Self::Identity(e) => e.code(),
            Self::Clock => "ca-clock",
            Self::Name { .. } => "ca-name",
            Self::Random => "random-failed",
            Self::Sign(_) => "ca-sign",
        }
    }

    /// Whether the same call may succeed later with nothing mended by hand.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Key(e) => e.is_retryable(),
            Self::Read { .. } | Self::Random => true,
            _ => false,
        }
    }
}
