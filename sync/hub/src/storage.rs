//! Where the hub keeps records.

use std::path::Path;
use std::sync::Arc;

use holdfast_clinical::FhirRules;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sql::Database;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::{Place, Records, Result, Surroundings};

use crate::config::Config;
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
