//! The certificate authority of an upstream: it certifies the replicas below, and the upstream's own TLS server. The hub
//! has one for the nodes, and a node one for its desktops.
//!
//! Its key (`ca-key.pem`, 0600) is the root of every replica's trust. It is made once and never silently made
//! again: a certificate without its key is an error, for a new CA would lock out every enrolled replica.

mod csr;
mod error;
mod issue;
pub mod renewal;
mod server_cert;

use std::path::Path;

use crate::{
    keys::{PrivateKey, ensure_private_dir, write_public},
    tls::CaFingerprint,
};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

pub use csr::{CsrError, SigningRequest};
pub use error::CaError;
pub use issue::{IssuedCertificate, ServerName};
pub use server_cert::{SERVER_CERT_DAYS, SERVER_CERT_RENEW_DAYS, ServerCertificate};

/// The CA's private key.
pub const CA_KEY_FILE: &str = "ca-key.pem";
/// The CA's certificate.
pub const CA_CERT_FILE: &str = "ca.pem";

/// Life of the CA certificate, in days: ten years.
pub const CA_DAYS: u32 = 3653;

/// A CA, with its key in memory. `Debug` shows the fingerprint alone.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    cert_pem: String,
    fingerprint: CaFingerprint,
}

impl Authority {
    /// Loads the CA of `dir`, or makes it there. `now_ms` (Unix milliseconds) dates a new certificate.
    ///
    /// # Errors
    /// [`CaError::Key`] when the key is missing beside a certificate, damaged, or readable by others;
    /// [`CaError::Mismatch`] when key and certificate do not belong together; [`CaError::Sign`].
    pub fn load_or_create(dir: &Path, now_ms: u64) -> Result<Self, CaError> {
        ensure_private_dir(dir).map_err(CaError::Key)?;
        let path = dir.join(CA_CERT_FILE);
        match std::fs::read_to_string(&path) {
            Ok(pem) => Self::from_parts(PrivateKey::load(dir, CA_KEY_FILE).map_err(CaError::Key)?, pem),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Self::create(dir, now_ms),
            Err(source) => Err(CaError::Read { path, source }),
        }
    }

    /// The CA's certificate, in PEM.
    pub fn cert_pem(&self) -> &str {
        &self.cert_pem
    }

    /// SHA-256 of the CA's certificate: what an enrolment token pins.
    pub fn fingerprint(&self) -> CaFingerprint {
        self.fingerprint
    }

    /// The key first, then the certificate: after a power cut in between, the next start goes on with that key.
    fn create(dir: &Path, now_ms: u64) -> Result<Self, CaError> {
        let key = PrivateKey::load_or_create(dir, CA_KEY_FILE).map_err(CaError::Key)?.into_key_pair();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Holdfast CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        issue::set_validity(&mut params, now_ms, CA_DAYS)?;
        params.serial_number = Some(issue::random_serial()?);
        let pem = params.self_signed(&key).map_err(CaError::Sign)?.pem();
        write_public(dir, CA_CERT_FILE, pem.as_bytes()).map_err(CaError::Key)?;
        Self::from_parts(PrivateKey::load(dir, CA_KEY_FILE).map_err(CaError::Key)?, pem)
    }

    fn from_parts(key: PrivateKey, cert_pem: String) -> Result<Self, CaError> {
        if issue::public_key_of(&cert_pem)? != key.public_key_sha256() {
            return Err(CaError::Mismatch);
        }
        let fingerprint = CaFingerprint::of_pem(&cert_pem).map_err(CaError::Tls)?;
        let issuer = Issuer::from_ca_cert_pem(&cert_pem, key.into_key_pair()).map_err(CaError::Sign)?;
        Ok(Self { issuer, cert_pem, fingerprint })
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_800_000_000_000;

    #[test]
    fn the_same_ca_is_found_again_and_its_key_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("ca");
        let first = Authority::load_or_create(&dir, NOW_MS).unwrap();
        let again = Authority::load_or_create(&dir, NOW_MS + 1).unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
        let mode = std::fs::metadata(dir.join(CA_KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn certificate_without_its_key_is_refused_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("ca");
        Authority::load_or_create(&dir, NOW_MS).unwrap();
        std::fs::remove_file(dir.join(CA_KEY_FILE)).unwrap();
        assert_eq!(Authority::load_or_create(&dir, NOW_MS).unwrap_err().code(), "key-missing");
        PrivateKey::load_or_create(&dir, CA_KEY_FILE).unwrap();
        assert_eq!(Authority::load_or_create(&dir, NOW_MS).unwrap_err().code(), "ca-mismatch");
    }
}
