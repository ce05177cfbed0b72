//! The configuration of the sync port.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::{
    ServerConfig,
    server::{
        ClientHello, ResolvesServerCert, ServerSessionMemoryCache, WebPkiClientVerifier,
        danger::ClientCertVerifier,
    },
    sign::CertifiedKey,
    version::TLS13,
};

use super::{ALPN_H2, TlsError, certificates, expired::ExpiredToo, provider, trust_anchor};
use crate::keys::PrivateKey;

/// Sessions that can be resumed, at about 1.5 KiB each: every replica of a large region once, 24 MiB at most.
const RESUMABLE_SESSIONS: usize = 16 * 1024;

/// Tickets sent with each full or resumed handshake, of about 90 bytes each. A ticket serves once; two let a client
/// whose first reconnect broke off half-way still resume with its second.
const TICKETS_PER_CONNECTION: usize = 2;

/// Whether a client must show a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// A connection without a certificate of our CA fails in the handshake.
    Required,
    /// A connection without one is let in, without an identity, so that `/enrol` can be on the same port.
    /// A certificate of any other CA still fails.
    Optional,
}

/// TLS 1.3 with HTTP/2, resumable, for clients certified by the CA in `ca_pem`.
///
/// # Errors
/// [`TlsError`] when `ca_pem` is no usable CA certificate.
pub fn server_config(
    cert: Arc<SharedServerCert>,
    ca_pem: &str,
    auth: ClientAuth,
) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .map_err(TlsError::Provider)?
        .with_client_cert_verifier(client_verifier(ca_pem, auth)?)
        .with_cert_resolver(cert);
    config.alpn_protocols = vec![ALPN_H2.to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(RESUMABLE_SESSIONS);
    config.send_tls13_tickets = TICKETS_PER_CONNECTION;
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}

fn client_verifier(ca_pem: &str, auth: ClientAuth) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut builder = WebPkiClientVerifier::builder_with_provider(trust_anchor(ca_pem)?, provider())
        // A replica has one certificate: the CA's name as a hint would be bytes for nothing.
        .clear_root_hint_subjects();
    if auth == ClientAuth::Optional {
        builder = builder.allow_unauthenticated();
    }
    let strict = builder.build().map_err(|e| TlsError::Ca(Box::new(e)))?;
    Ok(Arc::new(ExpiredToo(strict)))
}

/// The server's certificate, which can be replaced while the server runs.
#[derive(Debug)]
pub struct SharedServerCert {
    current: RwLock<Arc<CertifiedKey>>,
}

impl SharedServerCert {
    /// Takes a PEM chain (leaf first, and the CA last, so that an enrolling client can check it) and its key.
    ///
    /// # Errors
    /// [`TlsError::Pem`], or [`TlsError::Credentials`] when the key is not the leaf's.
    pub fn new(chain_pem: &str, key: &PrivateKey) -> Result<Arc<Self>, TlsError> {
        let current = RwLock::new(certified(chain_pem, key)?);
        Ok(Arc::new(Self { current }))
    }

    /// Serves another certificate from the next handshake on.
    ///
    /// # Errors
    /// As [`SharedServerCert::new`]; the old certificate then stays.
    pub fn replace(&self, chain_pem: &str, key: &PrivateKey) -> Result<(), TlsError> {
        let next = certified(chain_pem, key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }
}

fn certified(chain_pem: &str, key: &PrivateKey) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain = certificates(chain_pem, "server certificate")?;
    let refused = |source| TlsError::Credentials { what: "server certificate", source };
    let certified = CertifiedKey::from_der(chain, key.to_rustls(), &provider()).map_err(refused)?;
    certified.keys_match().map_err(refused)?;
    Ok(Arc::new(certified))
}

impl ResolvesServerCert for SharedServerCert {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}
