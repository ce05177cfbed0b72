//! SQLite under the [`Database`] trait: WAL, `synchronous=FULL`, one writing connection, readers in parallel.

mod statements;

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

use crate::error::{Result, StoreError};
use crate::schema;
use crate::sql::{Database, Sql};
pub(crate) use statements::{Statements, map_error};

/// Readers beyond this open and close a connection of their own.
const IDLE_READERS: usize = 4;
/// Statements kept prepared a connection; there are about a hundred distinct ones.
const PREPARED: usize = 256;
/// Bytes of a page; SQLCipher must be told before it reads the first one.
const PAGE_BYTES: u32 = 8192;
/// Page cache a connection, in KiB (negative in SQLite's pragma means KiB).
const WRITER_CACHE_KIB: i64 = 32 * 1024;
const READER_CACHE_KIB: i64 = 4 * 1024;

/// How durable a commit is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Durability {
    /// `synchronous=FULL`: what was committed survives a power cut.
    #[default]
    Full,
    /// `synchronous=NORMAL`: loses the last commits at a power cut. Exists as the control that a crash checker
    /// must catch; nothing else uses it.
    NormalForControl,
}

/// How to open a database file.
#[derive(Clone, Debug, Default)]
pub struct SqliteOptions {
    /// SQLCipher raw key (32 bytes); `None` stores plainly (the node's disk is encrypted by LUKS).
    pub key: Option<[u8; 32]>,
    /// How durable a commit is.
    pub durability: Durability,
    /// Name of a registered VFS; `None` is the system's.
    pub vfs: Option<String>,
}

/// A SQLite database.
pub struct Sqlite {
    path: Option<PathBuf>,
    options: SqliteOptions,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens or creates a database file and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is not a database or the key is wrong; [`StoreError::Database`] if it
    /// cannot be opened or was written by a newer build.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<Self> {
        if options.vfs.is_none() {
            make_private(path);
        }
        let mut writer = connect(path, &options, false)?;
        prepare_writer(&mut writer, &options)?;
        let readers = Mutex::new(Vec::new());
        Ok(Self { path: Some(path.to_owned()), options, writer: Mutex::new(writer), readers })
    }

    /// Opens a damaged database to read what still reads; nothing in it is changed.
    ///
    /// # Errors
    /// [`StoreError`] if not even its header reads, or the key is wrong.
    pub(crate) fn open_damaged(path: &Path, options: SqliteOptions) -> Result<Self> {
        let writer = connect(path, &options, false)?;
        writer.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)).map_err(map_error)?;
        let readers = Mutex::new(Vec::new());
        Ok(Self { path: Some(path.to_owned()), options, writer: Mutex::new(writer), readers })
    }

    /// A database in memory, for simulations.
    ///
    /// # Errors
    /// [`StoreError::Database`] if there is no memory for it.
    pub fn in_memory() -> Result<Self> {
        let mut writer = Connection::open_in_memory().map_err(map_error)?;
        writer.set_prepared_statement_cache_capacity(PREPARED);
        create(&mut writer)?;
        let options = SqliteOptions::default();
        Ok(Self { path: None, options, writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) })
    }

    /// A byte-for-byte copy in memory, as a backup or a cloned disk would be.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the copy fails.
    pub fn duplicate_in_memory(&self) -> Result<Self> {
        let mut copy = Connection::open_in_memory().map_err(map_error)?;
        copy.set_prepared_statement_cache_capacity(PREPARED);
        let from = self.lock_writer();
        let backup = rusqlite::backup::Backup::new(&from, &mut copy).map_err(map_error)?;
        backup.run_to_completion(1024, std::time::Duration::ZERO, None).map_err(map_error)?;
        drop(backup);
        let options = SqliteOptions::default();
        Ok(Self { path: None, options, writer: Mutex::new(copy), readers: Mutex::new(Vec::new()) })
    }

    /// Writes a consistent copy to `to` while the database is in use. `to` must not exist.
    ///
    /// # Errors
    /// [`StoreError`] of the database; a partial file may remain at `to`.
    pub fn copy_to(&self, to: &Path) -> Result<()> {
        let sql = "VACUUM INTO ?1";
        let reader = self.reader()?;
        let done = reader.execute(sql, [to.to_string_lossy()]).map_err(map_error);
        self.put_back(reader);
        done.map(|_| ())
    }

    /// What `PRAGMA integrity_check` finds; empty if nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the check cannot even run.
    pub fn integrity_findings(&self) -> Result<Vec<String>> {
        if self.path.is_none() {
            return integrity_of(&self.lock_writer());
        }
        // By a reader, so that writers go on.
        let reader = self.reader()?;
        let found = integrity_of(&reader);
        self.put_back(reader);
        found
    }

    /// Rebuilds every index from its table, which heals a damaged index page.
    ///
    /// # Errors
    /// [`StoreError`] if a table cannot be read.
    pub fn rebuild_indexes(&self) -> Result<()> {
        self.lock_writer().execute_batch("REINDEX").map_err(map_error)
    }

    /// Room inside the file that saves fill before it grows.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn free_bytes(&self) -> Result<u64> {
        self.pragma("freelist_count").map(|pages| pages * u64::from(PAGE_BYTES))
    }

    /// Bytes of the database's file, or of the one beside it with this suffix (`-wal`); 0 if there is none.
    pub fn file_bytes(&self, suffix: &str) -> u64 {
        let path = self.path.as_ref().map(|path| format!("{}{suffix}", path.display()));
        path.and_then(|path| std::fs::metadata(path).ok()).map_or(0, |found| found.len())
    }

    fn pragma(&self, name: &str) -> Result<u64> {
        let ask = |connection: &Connection| {
            let found: Result<i64, _> = connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
            found.map(i64::unsigned_abs).map_err(map_error)
        };
        if self.path.is_none() {
            return ask(&self.lock_writer());
        }
        let reader = self.reader()?;
        let found = ask(&reader);
        self.put_back(reader);
        found
    }

    /// Moves the write-ahead log into the database file.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn checkpoint(&self) -> Result<()> {
        let writer = self.lock_writer();
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(map_error)
    }

    /// How this database was opened; a copy of it opens in the same way.
    pub fn options(&self) -> &SqliteOptions {
        &self.options
    }

    fn lock_writer(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction has rolled it back on drop; the connection stays usable.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> Result<Connection> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match (idle, &self.path) {
            (Some(connection), _) => Ok(connection),
            (None, Some(path)) => connect(path, &self.options, true),
            (None, None) => Err(StoreError::Database("a database in memory has no second connection".into())),
        }
    }

    fn put_back(&self, reader: Connection) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(reader);
        }
    }
}

fn integrity_of(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(100)").map_err(map_error)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(map_error)?;
    let found: Vec<String> = rows.collect::<Result<_, _>>().map_err(map_error)?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

/// Makes a new database's file readable by its owner alone; the files that SQLite puts beside it take after it. What
/// cannot be made here SQLite cannot make either, and says why.
fn make_private(path: &Path) {
    let _there_or_impossible =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
}

fn connect(path: &Path, options: &SqliteOptions, read_only: bool) -> Result<Connection> {
    let access = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str()),
        None => Connection::open_with_flags(path, flags),
    }
    .map_err(map_error)?;
    if let Some(key) = &options.key {
        let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
        connection
            .execute_batch(&format!("PRAGMA key = \"x'{hex}'\"; PRAGMA cipher_page_size = {PAGE_BYTES}"))
            .map_err(map_error)?;
    }
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(map_error)?;
    let cache = if read_only { READER_CACHE_KIB } else { WRITER_CACHE_KIB };
    connection.pragma_update(None, "cache_size", -cache).map_err(map_error)?;
    Ok(connection)
}

fn prepare_writer(connection: &mut Connection, options: &SqliteOptions) -> Result<()> {
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(map_error);
    set("page_size", &PAGE_BYTES.to_string())?;
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(map_error)?;
    if mode != "wal" {
        return Err(StoreError::Database(format!("it cannot use a write-ahead log (journal mode {mode})")));
    }
    set("synchronous", if options.durability == Durability::Full { "FULL" } else { "NORMAL" })?;
    // 16 MiB of log between checkpoints: a reconcile rewrites a page many times before it is copied.
    set("wal_autocheckpoint", "2048")?;
    set("journal_size_limit", "67108864")?;
    set("temp_store", "MEMORY")?;
    create(connection)
}

fn create(connection: &mut Connection) -> Result<()> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(map_error)?;
    if found > schema::VERSION {
        return Err(StoreError::Database(format!(
            "it was written by a newer version (schema {found}, this build knows {}); upgrade this build",
            schema::VERSION
        )));
    }
    if found == schema::VERSION {
        return Ok(());
    }
    let transaction = connection.transaction().map_err(map_error)?;
    for table in schema::TABLES {
        for statement in schema::sqlite_ddl(table) {
            transaction.execute_batch(&statement).map_err(map_error)?;
        }
    }
    transaction.pragma_update(None, "user_version", schema::VERSION).map_err(map_error)?;
    transaction.commit().map_err(map_error)
}

impl Database for Sqlite {
    fn read(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        if self.path.is_none() {
            let writer = self.lock_writer();
            return work(&mut Statements::new(&writer));
        }
        let reader = self.reader()?;
        let done = in_transaction(&reader, "BEGIN", work);
        self.put_back(reader);
        done
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        let writer = self.lock_writer();
        in_transaction(&writer, "BEGIN IMMEDIATE", work)
    }

    fn parallel_reads(&self) -> usize {
        IDLE_READERS
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }
}

fn in_transaction(
    connection: &Connection,
    begin: &str,
    work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>,
) -> Result<()> {
    connection.prepare_cached(begin).and_then(|mut s| s.execute([])).map_err(map_error)?;
    let guard = RollbackOnDrop(connection);
    work(&mut Statements::new(connection))?;
    connection.prepare_cached("COMMIT").and_then(|mut s| s.execute([])).map_err(map_error)?;
    drop(guard);
    Ok(())
}

/// Leaves no transaction open, whether the work failed, the commit failed, or the work panicked.
struct RollbackOnDrop<'a>(&'a Connection);

impl Drop for RollbackOnDrop<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit()
            && let Err(error) = self.0.execute_batch("ROLLBACK")
        {
            tracing::error!(error = %error, "a transaction could not be rolled back");
        }
    }
}
