//! Signing requests (PKCS #10, RFC 2986). Of a request only the public key is used: whatever name it asks for, the
//! identity comes from the token or from the certificate that is renewed.

use crate::tls::sha256;
use rcgen::SubjectPublicKeyInfo;
use rustls::pki_types::{CertificateSigningRequestDer, pem::PemObject};
use x509_parser::{
    certification_request::X509CertificationRequest,
    oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_SIG_ED25519},
    prelude::FromDer,
    x509::SubjectPublicKeyInfo as ParsedKey,
};

/// A request whose signature has been checked: its sender holds the private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningRequest {
    public_key: SubjectPublicKeyInfo,
    key_sha256: [u8; 32],
}

impl SigningRequest {
    /// Parses a request in PEM and checks its signature. Pure; cost is one signature check.
    ///
    /// # Errors
    /// [`CsrError::Malformed`], [`CsrError::WeakKey`] for anything but P-256, P-384 and Ed25519,
    /// [`CsrError::BadSignature`].
    pub fn parse_pem(pem: &str) -> Result<Self, CsrError> {
        let der =
            CertificateSigningRequestDer::from_pem_slice(pem.as_bytes()).map_err(|_| CsrError::Malformed)?;
        Self::parse_der(&der)
    }

    /// As [`SigningRequest::parse_pem`], for DER.
    ///
    /// # Errors
    /// As [`SigningRequest::parse_pem`].
    pub fn parse_der(der: &[u8]) -> Result<Self, CsrError> {
        let (rest, csr) = X509CertificationRequest::from_der(der).map_err(|_| CsrError::Malformed)?;
        if !rest.is_empty() {
            return Err(CsrError::Malformed);
        }
        let key = &csr.certification_request_info.subject_pki;
        if !is_strong(key) {
            return Err(CsrError::WeakKey);
        }
        csr.verify_signature().map_err(|_| CsrError::BadSignature)?;
        let public_key = SubjectPublicKeyInfo::from_der(key.raw).map_err(|_| CsrError::WeakKey)?;
        Ok(Self { public_key, key_sha256: sha256(key.raw) })
    }

    /// SHA-256 of the DER SubjectPublicKeyInfo: the name of the key.
    pub fn key_sha256(&self) -> [u8; 32] {
        self.key_sha256
    }

    /// The key to certify.
    pub(super) fn public_key(&self) -> &SubjectPublicKeyInfo {
        &self.public_key
    }
}

fn is_strong(key: &ParsedKey<'_>) -> bool {
    let algorithm = &key.algorithm;
    if algorithm.algorithm == OID_SIG_ED25519 {
        return true;
    }
    let curve = algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok());
    algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY
        && curve.is_some_and(|curve| curve == OID_EC_P256 || curve == OID_NIST_EC_P384)
}

/// Why a signing request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrError {
    /// It is not a PKCS #10 request.
    #[error(
        "the signing request is refused: it is not one PKCS #10 request; update this replica, then enrol again"
    )]
    Malformed,
    /// Its signature is not by the key that it names.
    #[error(
        "the signing request is refused: its signature is not by its own key; make a new key, then enrol again"
    )]
    BadSignature,
    /// Its key is of a kind that is not accepted.
    #[error(
        "the signing request is refused: its key is not ECDSA P-256, P-384 or Ed25519; make a new key, then enrol again"
    )]
    WeakKey,
}

impl CsrError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "csr-malformed",
            Self::BadSignature => "csr-bad-signature",
            Self::WeakKey => "csr-weak-key",
        }
    }

    /// Never: the same bytes give the same answer.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn csr(key: &KeyPair) -> Vec<u8> {
        CertificateParams::default().serialize_request(key).unwrap().der().to_vec()
    }

    #[test]
    fn each_accepted_kind_of_key_passes() {
        for kind in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519] {
            assert!(SigningRequest::parse_der(&csr(&KeyPair::generate_for(kind).unwrap())).is_ok());
        }
    }

    #[test]
    fn forged_signature_and_odd_bytes_are_told_apart() {
        let good = csr(&KeyPair::generate().unwrap());
        let mut forged = good.clone();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(SigningRequest::parse_der(&forged), Err(CsrError::BadSignature));
        let mut longer = good.clone();
        longer.push(0);
        assert_eq!(SigningRequest::parse_der(&longer), Err(CsrError::Malformed));
        assert_eq!(SigningRequest::parse_der(&good[..good.len() - 1]), Err(CsrError::Malformed));
        assert_eq!(SigningRequest::parse_pem("no PEM"), Err(CsrError::Malformed));
    }

    #[test]
    fn rsa_key_is_refused() {
        let pem = include_str!("testdata/rsa-2048.csr.pem");
        assert_eq!(SigningRequest::parse_pem(pem), Err(CsrError::WeakKey));
    }
}
