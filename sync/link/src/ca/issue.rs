//! Issuing certificates: short, dated, and naming exactly what the upstream has decided.

use std::net::IpAddr;

use crate::{
    identity::{CertificateSerial, IdentityError, PeerCertificate, PeerIdentity},
    tls::sha256,
};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyUsagePurpose, PublicKeyData,
    SanType, SerialNumber,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Authority, CaError, SigningRequest};

/// How far a certificate is dated back, in days, for replicas whose clock is behind.
const BACKDATED_DAYS: i64 = 1;

/// A certificate for a replica, and what the upstream keeps of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// The certificate alone, in PEM; the other side knows the CA.
    pub cert_pem: String,
    /// Who it names.
    pub identity: PeerIdentity,
    /// The number by which it is revoked.
    pub serial: CertificateSerial,
    /// End of validity, in Unix milliseconds.
    pub not_after_ms: u64,
    /// SHA-256 of the DER SubjectPublicKeyInfo: the "known key" of a later renewal.
    pub public_key_sha256: [u8; 32],
}

impl IssuedCertificate {
    fn new(cert_pem: String, peer: PeerCertificate) -> Self {
        let PeerCertificate { identity, serial, not_after_ms, public_key_sha256 } = peer;
        Self { cert_pem, identity, serial, not_after_ms, public_key_sha256 }
    }

    /// Reads a certificate that this authority has issued before.
    ///
    /// # Errors
    /// [`CaError::Identity`] if it is not one.
    pub(crate) fn parse_pem(cert_pem: &str) -> Result<Self, CaError> {
        let der = CertificateDer::from_pem_slice(cert_pem.as_bytes())
            .map_err(|_| CaError::Identity(IdentityError::Certificate))?;
        let peer = PeerCertificate::from_der(&der).map_err(CaError::Identity)?;
        Ok(Self::new(cert_pem.to_owned(), peer))
    }
}

/// A name that an upstream's TLS server is reached by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerName {
    /// A DNS name.
    Dns(String),
    /// An IP address.
    Ip(IpAddr),
}

impl ServerName {
    /// Takes a DNS name or an IP address without brackets.
    pub fn parse(name: &str) -> Self {
        name.parse().map_or_else(|_| Self::Dns(name.to_ascii_lowercase()), Self::Ip)
    }

    fn to_san(&self) -> Result<SanType, CaError> {
        match self {
            Self::Ip(ip) => Ok(SanType::IpAddress(*ip)),
            Self::Dns(name) => {
                let refused = || CaError::Name { name: name.clone() };
                rustls::pki_types::DnsName::try_from(name.as_str()).map_err(|_| refused())?;
                name.as_str().try_into().map(SanType::DnsName).map_err(|_| refused())
            }
        }
    }
}

impl Authority {
    /// Certifies the key of `request` as `identity`, from `now_ms` (Unix milliseconds) for `days`.
    ///
    /// # Errors
    /// [`CaError::Clock`], [`CaError::Random`], [`CaError::Sign`].
    pub fn issue_client(
        &self,
        request: &SigningRequest,
        identity: &PeerIdentity,
        now_ms: u64,
        days: u32,
    ) -> Result<IssuedCertificate, CaError> {
        let mut params = leaf(identity.replica(), ExtendedKeyUsagePurpose::ClientAuth, now_ms, days)?;
        let uri = identity.to_uri().as_str().try_into().map_err(CaError::Sign)?;
        params.subject_alt_names.push(SanType::URI(uri));
        let cert = params.signed_by(request.public_key(), &self.issuer).map_err(CaError::Sign)?;
        let peer = PeerCertificate::from_der(cert.der()).map_err(CaError::Identity)?;
        Ok(IssuedCertificate::new(cert.pem(), peer))
    }

    /// Certifies `key` as a TLS server by these names and returns the chain in PEM: the certificate, then the CA,
    /// which an enrolling replica needs to see.
    ///
    /// # Errors
    /// [`CaError::Name`], [`CaError::Clock`], [`CaError::Random`], [`CaError::Sign`].
    pub fn issue_server(
        &self,
        key: &impl PublicKeyData,
        names: &[ServerName],
        now_ms: u64,
        days: u32,
    ) -> Result<String, CaError> {
        let mut params = leaf("Holdfast upstream", ExtendedKeyUsagePurpose::ServerAuth, now_ms, days)?;
        params.subject_alt_names = names.iter().map(ServerName::to_san).collect::<Result<_, _>>()?;
        let cert = params.signed_by(key, &self.issuer).map_err(CaError::Sign)?;
        Ok(format!("{}{}", cert.pem(), self.cert_pem))
    }
}

/// The usage tells clients and servers apart: a replica's certificate cannot pose as its upstream (RFC 5280 §4.2.1.12).
fn leaf(
    common_name: &str,
    usage: ExtendedKeyUsagePurpose,
    now_ms: u64,
    days: u32,
) -> Result<CertificateParams, CaError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.serial_number = Some(random_serial()?);
    set_validity(&mut params, now_ms, days)?;
    Ok(params)
}

pub(super) fn set_validity(params: &mut CertificateParams, now_ms: u64, days: u32) -> Result<(), CaError> {
    let seconds = i64::try_from(now_ms / 1000).map_err(|_| CaError::Clock)?;
    let now = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| CaError::Clock)?;
    let back = Duration::days(BACKDATED_DAYS);
    params.not_before = now.checked_sub(back).ok_or(CaError::Clock)?;
    params.not_after = now.checked_add(Duration::days(i64::from(days))).ok_or(CaError::Clock)?;
    Ok(())
}

/// 16 random bytes, positive and without a leading zero (RFC 5280 §4.1.2.2).
pub(super) fn random_serial() -> Result<SerialNumber, CaError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| CaError::Random)?;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

/// SHA-256 of the SubjectPublicKeyInfo of a certificate in PEM.
pub(super) fn public_key_of(cert_pem: &str) -> Result<[u8; 32], CaError> {
    let der = CertificateDer::from_pem_slice(cert_pem.as_bytes()).map_err(|_| CaError::Mismatch)?;
    let (_, cert) = X509Certificate::from_der(&der).map_err(|_| CaError::Mismatch)?;
    Ok(sha256(cert.public_key().raw))
}

#[cfg(test)]
mod tests {
    use crate::{identity::PeerKind, keys::PrivateKey};
    use rcgen::KeyPair;

    use super::*;

    const NOW_MS: u64 = 1_800_000_000_000;
    const DAY_MS: u64 = 86_400_000;

    fn ca() -> (tempfile::TempDir, Authority) {
        let home = tempfile::tempdir().unwrap();
        let ca = Authority::load_or_create(&home.path().join("ca"), NOW_MS).unwrap();
        (home, ca)
    }

    #[test]
    fn client_certificate_names_what_the_upstream_decided_whatever_the_request_asks() {
        let (_home, ca) = ca();
        let key = KeyPair::generate().unwrap();
        let mut asked = CertificateParams::default();
        asked.subject_alt_names.push(SanType::URI("holdfast://south/hub/h1".try_into().unwrap()));
        asked.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let request = SigningRequest::parse_der(asked.serialize_request(&key).unwrap().der()).unwrap();
        let north = PeerIdentity::new("north", PeerKind::Node, "n1").unwrap();
        let issued = ca.issue_client(&request, &north, NOW_MS, 90).unwrap();
        let der = CertificateDer::from_pem_slice(issued.cert_pem.as_bytes()).unwrap();
        let (_, cert) = X509Certificate::from_der(&der).unwrap();
        assert_eq!(PeerCertificate::from_der(&der).unwrap().identity, north);
        assert!(!cert.is_ca());
        assert_eq!(issued.not_after_ms, NOW_MS + 90 * DAY_MS);
        assert_eq!(issued.serial.as_bytes().len(), 16);
    }

    #[test]
    fn serials_differ() {
        let serials: std::collections::BTreeSet<_> =
            (0..100).map(|_| random_serial().unwrap().to_bytes()).collect();
        assert_eq!(serials.len(), 100);
    }

    #[test]
    fn odd_server_names_are_refused() {
        let (_home, ca) = ca();
        let key = PrivateKey::generate().unwrap().into_key_pair();
        let bad = [ServerName::parse("not a name")];
        assert_eq!(ca.issue_server(&key, &bad, NOW_MS, 90).unwrap_err().code(), "ca-name");
    }
}
