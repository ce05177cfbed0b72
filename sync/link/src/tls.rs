//! TLS on both ends: version 1.3 only, the hub's own CA only, `ring` only, HTTP/2 by ALPN, sessions resumed.
//!
//! * The server asks for a client certificate and lets a client without one in only to enrol
//!   ([`ClientAuth::Optional`]); every other route needs the identity that the certificate carries. One that has
//!   expired is let in only to renew.
//! * Resumption is stateful: a ticket is an identifier of 32 bytes rather than the sealed client certificate
//!   (about 600 bytes more on each reconnect), at the price of a full handshake with a freshly started hub.
//! * No 0-RTT data: it can be replayed (RFC 8446 §8).

mod client;
mod expired;
mod judged;
mod pinned;
mod server;

use std::{fmt, sync::Arc};

use rustls::{
    RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject},
};
use x509_parser::prelude::{FromDer, X509Certificate};

pub use client::client_config;
pub use judged::{JudgedBy, Shown};
pub use pinned::{PinMismatch, enrolment_client_config, is_pin_mismatch};
pub use server::{ClientAuth, SharedServerCert, server_config};

/// The application protocol of a sync connection (RFC 7301; RFC 9113 §3.2).
pub const ALPN_H2: &[u8] = b"h2";

/// Plaintext and TLS records that rustls may hold for a connection whose socket is full, in bytes. What sits here
/// can no longer be overtaken by an urgent request, so it is two chunks of [`crate::transport::CHUNK_BYTES`]
/// rather than rustls's 64 KiB (2 s of a 256 kbit/s link).
pub const TLS_BUFFER_BYTES: usize = 2 * 1024;

/// SHA-256 of `bytes` (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}

/// SHA-256 of a CA certificate's DER: what an enrolment token pins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaFingerprint(pub [u8; 32]);

impl CaFingerprint {
    /// The fingerprint of a certificate.
    pub fn of_der(der: &[u8]) -> Self {
        Self(sha256(der))
    }

    /// The fingerprint of the first certificate in a PEM text.
    ///
    /// # Errors
    /// [`TlsError::Pem`] when there is none.
    pub fn of_pem(pem: &str) -> Result<Self, TlsError> {
        Ok(Self::of_der(&first_certificate(pem, "CA certificate")?))
    }
}

impl fmt::Display for CaFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for CaFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaFingerprint({self})")
    }
}

/// Why a TLS configuration could not be built.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM text holds no certificate.
    #[error("cannot set up TLS: the {what} is not a certificate in PEM; restore the file or enrol again")]
    Pem {
        /// Which text.
        what: &'static str,
    },
    /// The certificate and the key do not belong together, or rustls refuses one of them.
    #[error(
        "cannot set up TLS: the {what} and its key do not fit together; restore both from one backup, or enrol again"
    )]
    Credentials {
        /// Whose certificate.
        what: &'static str,
        /// What rustls says.
        #[source]
        source: rustls::Error,
    },
    /// The CA certificate cannot be a trust anchor.
    #[error(
        "cannot set up TLS: the CA certificate cannot be trusted as one; fetch it again by enrolling again"
    )]
    Ca(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The TLS library does not offer version 1.3 with this provider: a fault of the build.
    #[error("cannot set up TLS: this build lacks TLS 1.3; install a released build")]
    Provider(#[source] rustls::Error),
}

impl TlsError {
    /// The stable code of this failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pem { .. } => "tls-pem",
            Self::Credentials { .. } => "tls-credentials",
            Self::Ca(_) => "tls-ca",
            Self::Provider(_) => "tls-provider",
        }
    }

    /// Never: files have to change first.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// Every certificate of a PEM text, in order.
///
/// # Errors
/// [`TlsError::Pem`] when one cannot be decoded or there is none.
pub(crate) fn certificates(pem: &str, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match found {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(TlsError::Pem { what }),
    }
}

/// The first certificate of a PEM text.
///
/// # Errors
/// [`TlsError::Pem`] when there is none.
pub(crate) fn first_certificate(pem: &str, what: &'static str) -> Result<CertificateDer<'static>, TlsError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| TlsError::Pem { what })
}

/// Whether `ca`'s key has signed `cert`.
pub(crate) fn issued_by(cert: &CertificateDer<'_>, ca: &CertificateDer<'_>) -> bool {
    let (Ok((_, cert)), Ok((_, ca))) = (X509Certificate::from_der(cert), X509Certificate::from_der(ca))
    else {
        return false;
    };
    cert.issuer() == ca.subject() && cert.verify_signature(Some(ca.public_key())).is_ok()
}

fn trust_anchor(ca_pem: &str) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    let ca = first_certificate(ca_pem, "CA certificate")?;
    roots.add(ca).map_err(|e| TlsError::Ca(Box::new(e)))?;
    Ok(Arc::new(roots))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
