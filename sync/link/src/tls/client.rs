//! The configuration of an enrolled replica.

use std::sync::Arc;

use rustls::{ClientConfig, client::Resumption, version::TLS13};

use super::{ALPN_H2, TlsError, certificates, provider, trust_anchor};
use crate::keys::PrivateKey;

/// Servers whose resumption tickets are kept: a node knows several hubs and its desktops' node, never this many.
const RESUMED_SERVERS: usize = 64;

/// Trusts the hub's CA alone and presents `cert_pem`. Keep the result across reconnects: it holds the tickets by
/// which a connection is resumed.
///
/// # Errors
/// [`TlsError`] when a PEM text is not a certificate, or the key does not belong to `cert_pem`.
pub fn client_config(ca_pem: &str, cert_pem: &str, key: &PrivateKey) -> Result<Arc<ClientConfig>, TlsError> {
    let chain = certificates(cert_pem, "client certificate")?;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .map_err(TlsError::Provider)?
        .with_root_certificates(trust_anchor(ca_pem)?)
        .with_client_auth_cert(chain, key.to_rustls())
        .map_err(|source| TlsError::Credentials { what: "client certificate", source })?;
    config.alpn_protocols = vec![ALPN_H2.to_vec()];
    config.resumption = Resumption::in_memory_sessions(RESUMED_SERVERS);
    Ok(Arc::new(config))
}
