//! What this crate reads out of a peer's certificate, once rustls has verified its chain.

use std::fmt;

use rustls::pki_types::CertificateDer;
use x509_parser::{extensions::GeneralName, prelude::*};

use super::{IDENTITY_SCHEME, IdentityError, PeerIdentity};

/// A certificate's serial number: big-endian, without leading zero bytes (RFC 5280 §4.1.2.2: at most 20 bytes).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateSerial(Vec<u8>);

impl CertificateSerial {
    /// Takes big-endian bytes; leading zeros are dropped, so that equal numbers are equal values.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let start = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
        Self(bytes[start..].to_vec())
    }

    /// The number, big-endian.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateSerial({self})")
    }
}

/// A peer's certificate, reduced to what decisions are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// Who the peer is.
    pub identity: PeerIdentity,
    /// The number by which this certificate is revoked.
    pub serial: CertificateSerial,
    /// End of validity, in Unix milliseconds.
    pub not_after_ms: u64,
    /// SHA-256 of the DER SubjectPublicKeyInfo: the name of the key across renewals.
    pub public_key_sha256: [u8; 32],
}

impl PeerCertificate {
    /// Reads an end-entity certificate. It does not verify the chain: rustls has done so before.
    ///
    /// # Errors
    /// [`IdentityError::Certificate`] when it is not one X.509 certificate, [`IdentityError::NotOneUri`] when it
    /// does not hold exactly one `holdfast://` URI, else as [`PeerIdentity::parse_uri`].
    pub fn from_der(der: &CertificateDer<'_>) -> Result<Self, IdentityError> {
        let (rest, cert) = X509Certificate::from_der(der).map_err(|_| IdentityError::Certificate)?;
        if !rest.is_empty() {
            return Err(IdentityError::Certificate);
        }
        Ok(Self {
            identity: identity_of(&cert)?,
            serial: CertificateSerial::from_bytes(cert.raw_serial()),
            not_after_ms: unix_ms(cert.validity().not_after.timestamp()),
            public_key_sha256: crate::tls::sha256(cert.public_key().raw),
        })
    }
}

fn unix_ms(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or(0).saturating_mul(1000)
}

fn identity_of(cert: &X509Certificate<'_>) -> Result<PeerIdentity, IdentityError> {
    let san = cert.subject_alternative_name().map_err(|_| IdentityError::Certificate)?;
    let names = san.map(|ext| ext.value.general_names.as_slice()).unwrap_or_default();
    let mut uris = names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) if uri.starts_with(IDENTITY_SCHEME) => Some(*uri),
        _ => None,
    });
    match (uris.next(), uris.next()) {
        (Some(uri), None) => PeerIdentity::parse_uri(uri),
        _ => Err(IdentityError::NotOneUri),
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};

    use super::*;

    fn certificate_with_uris(uris: &[&str]) -> CertificateDer<'static> {
        let mut params = CertificateParams::default();
        for uri in uris {
            params.subject_alt_names.push(SanType::URI((*uri).try_into().unwrap()));
        }
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
    }

    #[test]
    fn identity_is_read_from_the_single_uri() {
        let der = certificate_with_uris(&["https://elsewhere/", "holdfast://north/node/n1"]);
        let peer = PeerCertificate::from_der(&der).unwrap();
        assert_eq!(peer.identity.to_uri(), "holdfast://north/node/n1");
    }

    #[test]
    fn two_identities_or_none_are_refused() {
        for uris in [&[][..], &["holdfast://north/node/n1", "holdfast://south/node/n1"][..]] {
            let found = PeerCertificate::from_der(&certificate_with_uris(uris));
            assert_eq!(found.unwrap_err(), IdentityError::NotOneUri);
        }
    }

    #[test]
    fn bytes_after_the_certificate_are_refused() {
        let mut der = certificate_with_uris(&["holdfast://north/node/n1"]).to_vec();
        der.push(0);
        assert_eq!(PeerCertificate::from_der(&der.into()), Err(IdentityError::Certificate));
    }
}
