//! An upstream's own TLS server certificate: kept beside its key, renewed in good time.

use std::path::Path;

use crate::{
    keys::{PrivateKey, ensure_private_dir, write_public},
    tls::SharedServerCert,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use x509_parser::{
    extensions::GeneralName,
    prelude::{FromDer, X509Certificate},
};

use super::{Authority, CaError, ServerName, issue::public_key_of};

/// Life of the server certificate, in days.
pub const SERVER_CERT_DAYS: u32 = 90;

/// Rest of life at which it is renewed, in days.
pub const SERVER_CERT_RENEW_DAYS: u64 = 30;

const KEY_FILE: &str = "server-key.pem";
const CHAIN_FILE: &str = "server.pem";
const DAY_S: u64 = 24 * 60 * 60;

/// The server's chain (leaf, then CA) and its key.
#[derive(Debug)]
pub struct ServerCertificate {
    /// The chain in PEM.
    pub chain_pem: String,
    /// The leaf's key.
    pub key: PrivateKey,
    /// Whether the chain was issued by this call.
    pub renewed: bool,
}

impl ServerCertificate {
    /// Loads the certificate of `dir`; issues a new one, for the same key, when there is none, when fewer than
    /// [`SERVER_CERT_RENEW_DAYS`] of it are left at `now_ms` (Unix milliseconds), when it is dated after `now_ms`,
    /// when another CA or key is behind it, or when it lacks one of `names`. Call it at start and daily.
    ///
    /// # Errors
    /// [`CaError`] when the key cannot be used or the certificate not be issued or written.
    pub fn load_or_issue(
        dir: &Path,
        ca: &Authority,
        names: &[ServerName],
        now_ms: u64,
    ) -> Result<Self, CaError> {
        ensure_private_dir(dir).map_err(CaError::Key)?;
        let key = PrivateKey::load_or_create(dir, KEY_FILE).map_err(CaError::Key)?;
        let kept = std::fs::read_to_string(dir.join(CHAIN_FILE)).unwrap_or_default();
        if is_good(&kept, ca, &key, names, now_ms) {
            return Ok(Self { chain_pem: kept, key, renewed: false });
        }
        let pair = PrivateKey::load(dir, KEY_FILE).map_err(CaError::Key)?.into_key_pair();
        let chain_pem = ca.issue_server(&pair, names, now_ms, SERVER_CERT_DAYS)?;
        write_public(dir, CHAIN_FILE, chain_pem.as_bytes()).map_err(CaError::Key)?;
        Ok(Self { chain_pem, key, renewed: true })
    }

    /// The form that a running server takes; `replace` it there after a renewal.
    ///
    /// # Errors
    /// [`CaError::Tls`].
    pub fn to_shared(&self) -> Result<std::sync::Arc<SharedServerCert>, CaError> {
        SharedServerCert::new(&self.chain_pem, &self.key).map_err(CaError::Tls)
    }
}

fn is_good(chain_pem: &str, ca: &Authority, key: &PrivateKey, names: &[ServerName], now_ms: u64) -> bool {
    let Ok(der) = CertificateDer::from_pem_slice(chain_pem.as_bytes()) else { return false };
    let Ok((_, cert)) = X509Certificate::from_der(&der) else { return false };
    let now_s = now_ms / 1000;
    let from = cert.validity().not_before.timestamp();
    let until = u64::try_from(cert.validity().not_after.timestamp()).unwrap_or(0);
    chain_pem.ends_with(ca.cert_pem())
        && public_key_of(chain_pem).is_ok_and(|found| found == key.public_key_sha256())
        && u64::try_from(from).unwrap_or(0) <= now_s
        && now_s + SERVER_CERT_RENEW_DAYS * DAY_S <= until
        && names.iter().all(|name| has_name(&cert, name))
}

fn has_name(cert: &X509Certificate<'_>, wanted: &ServerName) -> bool {
    let Ok(Some(san)) = cert.subject_alternative_name() else { return false };
    san.value.general_names.iter().any(|found| match (found, wanted) {
        (GeneralName::DNSName(found), ServerName::Dns(name)) => found == name,
        (GeneralName::IPAddress(found), ServerName::Ip(std::net::IpAddr::V4(ip))) => *found == ip.octets(),
        (GeneralName::IPAddress(found), ServerName::Ip(std::net::IpAddr::V6(ip))) => *found == ip.octets(),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_800_000_000_000;
    const DAY_MS: u64 = 86_400_000;

    #[test]
    fn certificate_is_kept_until_it_must_be_renewed() {
        let home = tempfile::tempdir().unwrap();
        let ca = Authority::load_or_create(&home.path().join("ca"), NOW_MS).unwrap();
        let dir = home.path().join("tls");
        let names =
            [ServerName::parse("hub.example"), ServerName::parse("127.0.0.1"), ServerName::parse("::1")];
        let at = |days: u64, names: &[ServerName]| {
            ServerCertificate::load_or_issue(&dir, &ca, names, NOW_MS + days * DAY_MS).unwrap()
        };
        let first = at(0, &names);
        assert!(first.renewed && !at(59, &names).renewed);
        assert!(at(61, &names).renewed);
        assert!(!at(61, &names[..1]).renewed, "a name fewer needs no new certificate");
        assert!(at(61, &[ServerName::parse("other.example")]).renewed);
        assert_eq!(first.key.public_key_sha256(), at(61, &names).key.public_key_sha256());
        assert!(first.to_shared().is_ok());
    }

    #[test]
    fn certificate_of_another_ca_is_renewed() {
        let home = tempfile::tempdir().unwrap();
        let names = [ServerName::parse("hub.example")];
        let dir = home.path().join("tls");
        for ca in ["a", "b"] {
            let ca = Authority::load_or_create(&home.path().join(ca), NOW_MS).unwrap();
            assert!(ServerCertificate::load_or_issue(&dir, &ca, &names, NOW_MS).unwrap().renewed);
        }
    }
}
