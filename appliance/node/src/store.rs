//! Opening the records in a data folder, and saying plainly why they cannot be opened.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use holdfast_clinical::FhirRules;
use holdfast_core::rules::Rules;
use holdfast_link::keys::read_private;
use holdfast_store::identity::Identity;
use holdfast_store::schema;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::{Place, Records, StoreError, Surroundings};

use crate::config::StoreConfig;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::machine::fingerprint;

/// Version of the data in the segments that this build writes.
const SCHEMA: u16 = 1;
/// Where SQLite keeps `user_version` in its header (<https://www.sqlite.org/fileformat2.html#database_header>).
const USER_VERSION_AT: usize = 60;
const HEADER_BYTES: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The records and the database below them.
#[derive(Clone)]
pub struct Opened {
    /// For checkpoints, backups and scrubs.
    pub db: Arc<Sqlite>,
    /// Everything else.
    pub records: Arc<Records>,
}

/// Opens or creates the records in a locked data folder. Blocks.
///
/// # Errors
/// [`Failure::Damaged`], [`Failure::Newer`], [`Failure::Key`] for the encryption key, [`Failure::Store`].
pub fn open(dir: &DataDir, config: &StoreConfig, clinic: &str) -> Result<Opened, Failure> {
    let path = dir.database();
    let options = options(config)?;
    refuse_newer(&path)?;
    let db = Sqlite::open(&path, options).map_err(|error| damaged(&path, error))?;
    let db = Arc::new(db);
    let sidecar = Arc::new(FileSidecar::open(dir.path())?);
    let rules: Arc<dyn Rules> = Arc::new(FhirRules);
    let place = Place { clinic: clinic.to_owned(), schema: SCHEMA };
    let identity = Identity::beside(sidecar);
    let mark = if config.is_bound_to_machine { fingerprint() } else { None };
    let identity = match mark {
        Some(mark) => identity.on_machine(mark),
        None => identity,
    };
    let records = Records::open(db.clone(), rules, identity, place, Surroundings::default());
    let records = records.map_err(|error| damaged(&path, error))?;
    Ok(Opened { db, records: Arc::new(records) })
}

/// How the database is to be opened.
///
/// # Errors
/// [`Failure::Key`] or [`Failure::Other`] if the key file cannot be used.
pub fn options(config: &StoreConfig) -> Result<SqliteOptions, Failure> {
    let key = config.encryption_key_file.as_deref().map(read_key).transpose()?;
    Ok(SqliteOptions { key, ..SqliteOptions::default() })
}

fn read_key(path: &Path) -> Result<[u8; 32], Failure> {
    let bytes = read_private(path)?;
    let text = String::from_utf8_lossy(&bytes);
    parse_key(text.trim()).ok_or_else(|| {
        let path = path.display();
        let text = format!(
            "cannot use the encryption key in {path}: it is not 64 hexadecimal digits; put the right file there, or make \
             a new key for a new node with `head -c 32 /dev/urandom | xxd -p -c 64 > {path}; chmod 600 {path}`"
        );
        Failure::with_exit("encryption-key", 10, text)
    })
}

fn parse_key(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let bytes: Vec<u8> =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |all, digit| all << 4 | digit)).collect();
    (digits.len() == 64).then(|| bytes.try_into().ok()).flatten()
}

fn damaged(path: &Path, error: StoreError) -> Failure {
    match error {
        StoreError::Corrupt(why) => Failure::Damaged { path: path.to_owned(), why },
        StoreError::Wire(why) => Failure::Damaged { path: path.to_owned(), why: why.to_string() },
        other => Failure::Store(other),
    }
}

/// A plain database tells its schema in its header; of an encrypted one the store itself says it.
fn refuse_newer(path: &Path) -> Result<(), Failure> {
    let mut header = [0; HEADER_BYTES];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    if read.is_err() || !header.starts_with(MAGIC) {
        return Ok(());
    }
    let version: [u8; 4] = std::array::from_fn(|at| header[USER_VERSION_AT + at]);
    let found = i64::from(u32::from_be_bytes(version));
    if found > schema::VERSION {
        return Err(Failure::Newer { path: path.to_owned(), found, known: schema::VERSION });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> StoreConfig {
        StoreConfig { encryption_key_file: None, is_bound_to_machine: false }
    }

    #[test]
    fn newer_and_damaged_databases_are_told_apart() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        let _lock = dir.lock().unwrap();
        let opened = open(&dir, &plain(), "clinic").unwrap();
        opened.db.checkpoint().unwrap();
        drop(opened);
        let good = std::fs::read(dir.database()).unwrap();

        let mut newer = good.clone();
        newer[USER_VERSION_AT..USER_VERSION_AT + 4].copy_from_slice(&9_999u32.to_be_bytes());
        std::fs::write(dir.database(), newer).unwrap();
        let refused = open(&dir, &plain(), "clinic").err().unwrap();
        assert_eq!((refused.code(), refused.exit_code()), ("database-newer", 15));

        std::fs::write(dir.database(), vec![7; good.len()]).unwrap();
        let refused = open(&dir, &plain(), "clinic").err().unwrap();
        assert_eq!((refused.code(), refused.exit_code()), ("database-damaged", 14), "{refused}");
    }

    #[test]
    fn keys_are_64_hexadecimal_digits() {
        assert_eq!(parse_key(&"0a".repeat(32)), Some([10; 32]));
        for bad in ["", "0a", &"0g".repeat(32), &"0a".repeat(33)] {
            assert_eq!(parse_key(bad), None, "{bad}");
        }
    }
}
