//! Where the hub keeps records, tokens and certificates given out.

use std::path::Path;
use std::sync::Arc;

use holdfast_clinical::FhirRules;
use holdfast_link::enrol::SecretHash;
use holdfast_link::identity::{PeerCertificate, PeerIdentity};
use holdfast_store::fleet;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sql::Database;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::token::{self, TokenState};
use holdfast_store::{Place, Records, Result, Surroundings};

use crate::ca::IssuedCertificate;
use crate::config::Config;
use crate::enrolment::{IssuedLog, TakenToken, TokenError, TokenStore};
use crate::postgres::{Postgres, PostgresOptions, Presence};

/// The schema version this build writes.
pub const SCHEMA: u16 = 1;

/// Opens the database that the configuration names and brings it up to date.
///
/// # Errors
/// [`holdfast_store::StoreError`] if it cannot be reached or used.
pub fn open_database(config: &Config) -> Result<Arc<dyn Database>> {
    let url = database_url(config)?;
    if url.is_empty() {
        let path = config.hub.data_dir.join(holdfast_store::backup::DATABASE_FILE);
        return Ok(Arc::new(Sqlite::open(&path, SqliteOptions::default())?));
    }
    Ok(Arc::new(Postgres::open(&url, postgres_options(config)?)?))
}

fn postgres_options(config: &Config) -> Result<PostgresOptions> {
    let (tls, ca_pem) = (config.database.sslmode, ca_pem(config)?);
    Ok(PostgresOptions { tls, ca_pem, ..PostgresOptions::default() })
}

fn ca_pem(config: &Config) -> Result<Option<String>> {
    let Some(path) = &config.database.ca_file else { return Ok(None) };
    let read = std::fs::read_to_string(path).map_err(|error| holdfast_store::StoreError::File {
        path: path.display().to_string(),
        reason: format!(
            "{error}; database.ca_file must hold the CA of the database server's certificate, in PEM"
        ),
    });
    read.map(Some)
}

fn database_url(config: &Config) -> Result<String> {
    if config.database.url_file.is_empty() {
        return Ok(config.database.url.clone());
    }
    let path = Path::new(&config.database.url_file);
    let text = std::fs::read_to_string(path).map_err(|error| holdfast_store::StoreError::File {
        path: path.display().to_string(),
        reason: format!("{error}; it must hold the database's URL"),
    })?;
    Ok(text.trim().to_owned())
}

/// Takes up the hub's identity over its database, and on PostgreSQL shows to other hub processes that this one serves.
///
/// # Errors
/// [`holdfast_store::StoreError::OtherFolder`] if another process serves from the database with another data folder; any
/// other of the database or the sidecar.
pub fn open_records(config: &Config, db: Arc<dyn Database>) -> Result<(Records, Option<Presence>)> {
    let open = |is_alone: bool| {
        let identity = Identity::beside(Arc::new(FileSidecar::open(&config.hub.data_dir)?));
        let identity = if is_alone { identity } else { identity.beside_others() };
        let place = Place { clinic: String::new(), schema: SCHEMA };
        Records::open(db.clone(), Arc::new(FhirRules), identity, place, Surroundings::default())
    };
    let url = database_url(config)?;
    if url.is_empty() {
        return Ok((open(true)?, None));
    }
    let (records, presence) = Presence::begin(&url, &postgres_options(config)?, open)?;
    Ok((records, Some(presence)))
}

/// Tokens and issued certificates in the database.
pub struct DatabaseTokens(pub Arc<dyn Database>);

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TokenError {
    TokenError::Store(error.into())
}

impl TokenStore for DatabaseTokens {
    fn insert(
        &self,
        hash: SecretHash,
        identity: &PeerIdentity,
        expires_at_ms: u64,
    ) -> std::result::Result<(), TokenError> {
        token::insert(&*self.0, &hash.0, &identity.to_uri(), expires_at_ms).map_err(failed)
    }

    fn take(
        &self,
        hash: SecretHash,
        key_sha256: &[u8; 32],
        now_ms: u64,
    ) -> std::result::Result<TakenToken, TokenError> {
        match token::take(&*self.0, &hash.0, key_sha256, now_ms).map_err(failed)? {
            Ok(token::Taken { identity, certificate }) => {
                let identity = PeerIdentity::parse_uri(&identity).map_err(failed)?;
                Ok(TakenToken { identity, certificate })
            }
            Err(TokenState::Unknown) => Err(TokenError::Unknown),
            Err(TokenState::Used) => Err(TokenError::Used),
            Err(TokenState::Expired) => Err(TokenError::Expired),
        }
    }
}

impl IssuedLog for DatabaseTokens {
    fn record(
        &self,
        issued: &IssuedCertificate,
        token: Option<SecretHash>,
    ) -> std::result::Result<(), TokenError> {
        let record = token::Issued {
            serial: issued.serial.as_bytes(),
            identity: &issued.identity.to_uri(),
            key_sha256: &issued.public_key_sha256,
            not_after_ms: issued.not_after_ms,
        };
        let brought = token.as_ref().map(|hash| (&hash.0[..], issued.cert_pem.as_str()));
        token::record_issued(&*self.0, &record, brought).map_err(failed)
    }

    fn is_revoked(&self, identity: &PeerIdentity) -> std::result::Result<bool, TokenError> {
        let name = (identity.clinic().to_owned(), identity.replica().to_owned());
        Ok(fleet::revoked(&*self.0).map_err(failed)?.contains(&name))
    }

    fn knows(&self, shown: &PeerCertificate) -> std::result::Result<bool, TokenError> {
        let record = token::Issued {
            serial: shown.serial.as_bytes(),
            identity: &shown.identity.to_uri(),
            key_sha256: &shown.public_key_sha256,
            not_after_ms: shown.not_after_ms,
        };
        token::is_good(&*self.0, &record).map_err(failed)
    }
}
