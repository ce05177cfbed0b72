//! TLS to PostgreSQL, and what may go without it: nothing to another machine unless it is asked for, and never a
//! password.

use std::sync::Arc;

use holdfast_link::tls::JudgedBy;
use holdfast_store::error::{Result, StoreError};
use postgres::Config;
use postgres::config::{Host, SslMode};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How the connection to the server is secured, by libpq's names (PostgreSQL's documentation, §34.19).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// None on this machine; elsewhere `verify-full`, unless the address itself says otherwise.
    #[default]
    Unset,
    /// None.
    Disable,
    /// Encrypted; whoever answers is believed to be the server.
    Require,
    /// Encrypted, and the server shows a certificate of the configured CA for the name that was dialled.
    VerifyFull,
}

impl TlsMode {
    /// The mode by its name; empty is [`TlsMode::Unset`].
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self::Unset),
            "disable" => Some(Self::Disable),
            "require" => Some(Self::Require),
            "verify-full" => Some(Self::VerifyFull),
            _ => None,
        }
    }
}

/// Decides how to connect and tells the configuration; `None` is without TLS.
///
/// # Errors
/// [`StoreError::Refused`], with its fix, if a password would go over the network in the clear, or the CA is missing
/// or no certificate.
pub(super) fn connector(
    config: &mut Config,
    mode: TlsMode,
    ca_pem: Option<&str>,
) -> Result<Option<MakeRustlsConnect>> {
    let is_elsewhere = config.get_hosts().iter().any(is_elsewhere)
        || config.get_hostaddrs().iter().any(|address| !address.is_loopback());
    let mode = match (mode, config.get_ssl_mode()) {
        (TlsMode::Unset, SslMode::Disable) => TlsMode::Disable,
        (TlsMode::Unset, SslMode::Require) if ca_pem.is_none() => TlsMode::Require,
        (TlsMode::Unset, _) if is_elsewhere || ca_pem.is_some() => TlsMode::VerifyFull,
        (TlsMode::Unset, _) => TlsMode::Disable,
        (mode, _) => mode,
    };
    if mode == TlsMode::Disable {
        if is_elsewhere && config.get_password().is_some() {
            return Err(refused(
                "its address has a password, which would cross the network in the clear; set database.sslmode to \
                 \"verify-full\" and database.ca_file to the CA of the server's certificate",
            ));
        }
        config.ssl_mode(SslMode::Disable);
        return Ok(None);
    }
    config.ssl_mode(SslMode::Require);
    let tls = match mode {
        TlsMode::VerifyFull => verifying(ca_pem)?,
        _ => believing()?,
    };
    Ok(Some(MakeRustlsConnect::new(tls)))
}

fn is_elsewhere(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
            name != "localhost" && !address.is_ok_and(|address| address.is_loopback())
        }
        Host::Unix(_) => false,
    }
}

fn refused(why: &str) -> StoreError {
    StoreError::Refused { code: "database-tls", message: format!("cannot connect to the database: {why}") }
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| refused("this build lacks TLS; install a released build"))
}

fn verifying(ca_pem: Option<&str>) -> Result<ClientConfig> {
    let missing = "the server is on another machine, and nothing says which certificate is its own; set database.ca_file \
                   to the CA of the server's certificate, or database.sslmode to \"disable\" where another layer encrypts";
    let pem = ca_pem.ok_or_else(|| refused(missing))?;
    let mut roots = RootCertStore::empty();
    for der in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let added = der.ok().map(|der| roots.add(der));
        if !matches!(added, Some(Ok(()))) {
            return Err(refused(
                "database.ca_file holds something else than CA certificates in PEM; put those there",
            ));
        }
    }
    if roots.is_empty() {
        return Err(refused("database.ca_file holds no certificate in PEM; put the CA's there"));
    }
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}

/// Takes any certificate; that its owner holds its key is still checked.
fn believing() -> Result<ClientConfig> {
    let verifier = JudgedBy::new(Arc::new(ring::default_provider()), |_| Ok(()));
    // "dangerous" is rustls's word for any verifier of one's own
    Ok(builder()?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(url: &str, mode: TlsMode) -> Result<bool, String> {
        let made = connector(&mut url.parse().unwrap(), mode, None);
        made.map(|tls| tls.is_some()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_password_crosses_no_network_in_the_clear() {
        for url in [
            "postgresql://hub:hunter2@db.example/hf?sslmode=disable",
            "postgresql://hub:hunter2@127.0.0.1,db.example/hf?sslmode=disable",
            "host=localhost hostaddr=192.0.2.1 user=hub password=hunter2 sslmode=disable",
        ] {
            for mode in [TlsMode::Unset, TlsMode::Disable] {
                let refused = decided(url, mode).unwrap_err();
                assert!(refused.contains("verify-full") && !refused.contains("hunter2"), "{refused}");
            }
            assert_eq!(decided(url, TlsMode::Require), Ok(true));
        }
    }

    #[test]
    fn this_machine_goes_without_and_others_are_verified_unless_told_otherwise() {
        for here in ["127.0.0.1", "[::1]", "localhost", "%2Frun%2Fpostgresql"] {
            assert_eq!(
                decided(&format!("postgresql://hub:x@{here}/hf"), TlsMode::Unset),
                Ok(false),
                "{here}"
            );
        }
        let elsewhere = "postgresql://hub@db.example/hf";
        assert!(decided(elsewhere, TlsMode::Unset).unwrap_err().contains("database.ca_file"));
        assert_eq!(decided(elsewhere, TlsMode::Disable), Ok(false));
        assert_eq!(decided(&format!("{elsewhere}?sslmode=require"), TlsMode::Unset), Ok(true));
    }
}
