//! A server verifier of one's own: what a certificate is worth is said by a function, and that its owner holds its key is
//! checked as ever.

use std::sync::Arc;

use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

/// What a server shows.
#[derive(Debug)]
pub struct Shown<'a> {
    /// Its own certificate.
    pub end_entity: &'a CertificateDer<'a>,
    /// Those that it says lead to its CA.
    pub intermediates: &'a [CertificateDer<'a>],
    /// The name that was dialled.
    pub name: &'a ServerName<'a>,
    /// A stapled OCSP response; may be empty.
    pub ocsp_response: &'a [u8],
    /// The time by which it is judged.
    pub now: UnixTime,
}

/// Believes a server by `J`'s judgement of what it shows.
pub struct JudgedBy<J> {
    judge: J,
    provider: Arc<CryptoProvider>,
}

impl<J: Fn(&Shown<'_>) -> Result<(), Error> + Send + Sync> JudgedBy<J> {
    /// A verifier that checks signatures with `provider`.
    pub fn new(provider: Arc<CryptoProvider>, judge: J) -> Arc<Self> {
        Arc::new(Self { judge, provider })
    }
}

impl<J> std::fmt::Debug for JudgedBy<J> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JudgedBy").finish_non_exhaustive()
    }
}

impl<J: Fn(&Shown<'_>) -> Result<(), Error> + Send + Sync> ServerCertVerifier for JudgedBy<J> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        (self.judge)(&Shown { end_entity, intermediates, name, ocsp_response, now })?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
