//! Trust for one enrolment: the CA is not known yet, only its fingerprint, which came with the token.

use std::{sync::Arc, time::Duration};

use rustls::{
    CertificateError, ClientConfig, Error, OtherError, RootCertStore,
    client::{Resumption, WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, UnixTime},
    time_provider::TimeProvider,
    version::TLS13,
};

use super::{
    ALPN_H2, CaFingerprint, TlsError,
    judged::{JudgedBy, Shown},
    provider,
};

/// Trusts only a server whose chain ends in the CA with this fingerprint, for the name that was dialled.
/// `now_ms` (Unix milliseconds) is the time by which validity is judged.
///
/// # Errors
/// [`TlsError::Provider`] when the build lacks TLS 1.3.
pub fn enrolment_client_config(pin: CaFingerprint, now_ms: u64) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = provider();
    let within = provider.clone();
    let verifier = JudgedBy::new(provider.clone(), move |shown| {
        let Shown { end_entity, intermediates, name, ocsp_response, now } = shown;
        let verifier = verifier(pin, intermediates, within.clone())?;
        verifier.verify_server_cert(end_entity, intermediates, name, ocsp_response, *now).map(drop)
    });
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(FixedTime { now_ms }))
        .with_protocol_versions(&[&TLS13])
        .map_err(TlsError::Provider)?
        .dangerous() // "dangerous" is rustls's word for any verifier of one's own
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN_H2.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// The server's chain does not hold the CA that the enrolment token names: somebody stands in between, or the
/// token is another hub's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server's chain does not end in the CA that the enrolment token names")]
pub struct PinMismatch;

/// Whether a TLS failure is a [`PinMismatch`].
pub fn is_pin_mismatch(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => other.0.is::<PinMismatch>(),
        _ => false,
    }
}

/// The ordinary verifier, with the pinned CA out of the presented chain as its only root.
fn verifier(
    pin: CaFingerprint,
    chain: &[CertificateDer<'_>],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mismatch = || CertificateError::Other(OtherError(Arc::new(PinMismatch)));
    let ca = chain.iter().find(|der| CaFingerprint::of_der(der) == pin).ok_or_else(mismatch)?;
    let mut roots = RootCertStore::empty();
    roots.add(ca.clone().into_owned())?;
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|e| Error::General(e.to_string()))
}

#[derive(Debug)]
struct FixedTime {
    now_ms: u64,
}

impl TimeProvider for FixedTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(self.now_ms)))
    }
}
