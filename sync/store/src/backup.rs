//! Backups of a running store, and what it takes for one to come back.
//!
//! A backup holds no sidecar and says of itself that it is a copy: whoever opens it takes a new actor, so that no
//! dot is used twice (see [`crate::identity`]).

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Result, StoreError};
use crate::identity;
use crate::log;
use crate::records::Records;
use crate::salvage;
use crate::scrub::{Findings, check_database, structure};
use crate::sql::Database;
use crate::sqlite::{Sqlite, SqliteOptions};

/// The name of a replica's database in its data folder.
pub const DATABASE_FILE: &str = "holdfast.db";

/// Writes a verified copy of a running replica to the file `to`, which must not exist.
///
/// # Errors
/// [`StoreError::File`] if `to` exists or cannot be written, [`StoreError::Corrupt`] if the copy does not verify
/// (it is removed then), or the database.
pub fn backup_to(records: &Records, db: &Sqlite, to: &Path) -> Result<()> {
    refuse_existing(to)?;
    let partial = to.with_extension("partial");
    remove_if_there(&partial)?;
    records.write(log::seal_all)?;
    // SQLite copies into an empty file, and so into one that is private from its first byte.
    private_file(&partial)?;
    let finished = db.copy_to(&partial).and_then(|()| mark_and_verify(&partial, db.options()));
    if let Err(error) = finished {
        remove_if_there(&partial)?;
        return Err(error);
    }
    make_durable(&partial, to)
}

/// Puts a backup into a data folder, so that opening it makes it a replica again under a new actor. What is there
/// stays whole until the new database stands beside it, verified and durable, and takes its place in one step.
///
/// # Errors
/// [`StoreError::Corrupt`] if the backup does not verify, [`StoreError::File`] if it is not a backup, or the folder
/// has a database and `replace` is false, [`StoreError::DiskFull`]. The database that was there is kept then.
pub fn restore_from(from: &Path, folder: &Path, options: &SqliteOptions, replace: bool) -> Result<()> {
    let target = folder.join(DATABASE_FILE);
    if !replace {
        refuse_existing(&target)?;
    }
    let partial = folder.join("restore.partial");
    remove_if_there(&partial)?;
    let made = copy_private(from, &partial).and_then(|()| verify_backup(&partial, from, options));
    if let Err(error) = made {
        remove_database(&partial)?;
        return Err(error);
    }
    if target.exists() {
        settle(&target, options)?;
    }
    make_durable(&partial, &target)?;
    // The old self's sidecar vouches for nobody any more; the copy says of itself that it is one.
    remove_if_there(&folder.join("replica.id"))?;
    remove_if_there(&folder.join("replica.seq"))
}

fn verify_backup(copy: &Path, from: &Path, options: &SqliteOptions) -> Result<()> {
    let copy = Sqlite::open(copy, options.clone())?;
    if !read_meta(&copy, "copy")? {
        return Err(file(
            from,
            "it is a database in use, not a backup; make one with `holdfast-node backup`",
        ));
    }
    verify(&copy)?;
    copy.checkpoint()
}

/// Leaves no write-ahead log beside a database that is about to be replaced: it would be taken for the new one's. A
/// database that cannot be brought so far is damaged, and is kept under another name.
fn settle(target: &Path, options: &SqliteOptions) -> Result<()> {
    let moved = Sqlite::open(target, options.clone()).and_then(|old| old.checkpoint());
    let log = PathBuf::from(format!("{}-wal", target.display()));
    let is_empty = std::fs::metadata(&log).map_or(0, |found| found.len()) == 0;
    match moved {
        Ok(()) if is_empty => Ok(()),
        Err(StoreError::DiskFull) => Err(StoreError::DiskFull),
        _ => salvage::set_aside(target, &salvage::free_name(target)),
    }
}

fn private_file(path: &Path) -> Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path).map_err(|error| failed(path, &error))
}

fn copy_private(from: &Path, to: &Path) -> Result<()> {
    let mut read = std::fs::File::open(from).map_err(|error| failed(from, &error))?;
    let mut written = private_file(to)?;
    std::io::copy(&mut read, &mut written).map_err(|error| failed(to, &error))?;
    written.sync_all().map_err(|error| failed(to, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::DiskFull,
        _ => file(path, &error.to_string()),
    }
}

fn read_meta(db: &Sqlite, name: &str) -> Result<bool> {
    let mut found = false;
    db.read(&mut |sql| {
        found = identity::meta(sql, name)?.is_some();
        Ok(())
    })?;
    Ok(found)
}

fn mark_and_verify(path: &Path, options: &SqliteOptions) -> Result<()> {
    let copy = Sqlite::open(path, options.clone())?;
    copy.write(&mut |sql| identity::set_meta(sql, "copy", Some(&[1])))?;
    verify(&copy)?;
    copy.checkpoint()
}

fn verify(copy: &Sqlite) -> Result<()> {
    let mut findings = Findings { structure: structure(copy)?, ..Findings::default() };
    check_database(copy, &mut findings, &mut |_, _| {})?;
    match findings.summary() {
        None => Ok(()),
        Some(summary) => Err(StoreError::Corrupt(summary)),
    }
}

fn file(path: &Path, reason: &str) -> StoreError {
    StoreError::File { path: path.display().to_string(), reason: reason.to_owned() }
}

fn refuse_existing(path: &Path) -> Result<()> {
    if path.exists() { Err(file(path, "it exists already; name another, or move it away")) } else { Ok(()) }
}

fn remove_if_there(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file(path, &error.to_string())),
        _ => Ok(()),
    }
}

pub(crate) fn remove_database(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        remove_if_there(&PathBuf::from(format!("{}{suffix}", path.display())))?;
    }
    Ok(())
}

fn make_durable(partial: &Path, to: &Path) -> Result<()> {
    let renamed = std::fs::File::open(partial)
        .and_then(|f| f.sync_all())
        .and_then(|()| std::fs::rename(partial, to))
        .and_then(|()| std::fs::File::open(to.parent().unwrap_or(Path::new(".")))?.sync_all());
    for suffix in ["-wal", "-shm"] {
        remove_if_there(&PathBuf::from(format!("{}{suffix}", partial.display())))?;
    }
    renamed.map_err(|error| failed(to, &error))
}
