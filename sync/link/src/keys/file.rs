//! Private files: written whole or not at all, readable by their owner alone.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use super::KeyError;

/// Largest private file that is read, in bytes: a key or a chain is under 4 KiB.
const MAX_PRIVATE_BYTES: u64 = 64 * 1024;

/// Makes `dir` with mode 0700, or checks that an existing one is not open to others.
///
/// # Errors
/// [`KeyError::TooOpen`] for an existing folder that group or others can reach, [`KeyError::Io`] otherwise.
pub fn ensure_private_dir(dir: &Path) -> Result<(), KeyError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|e| io_error("create", dir, e))?;
    let found = fs::metadata(dir).map_err(|e| io_error("read", dir, e))?;
    refuse_open(dir, &found, 0o700)
}

/// Reads a private file.
///
/// # Errors
/// [`KeyError::Missing`], [`KeyError::TooOpen`] when group or others have any permission on it, [`KeyError::Io`].
pub fn read_private(path: &Path) -> Result<Vec<u8>, KeyError> {
    let file = File::open(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => KeyError::Missing { path: path.to_owned() },
        _ => io_error("read", path, e),
    })?;
    // The mode of the open file, not of the path: nobody can swap it in between.
    let found = file.metadata().map_err(|e| io_error("read", path, e))?;
    refuse_open(path, &found, 0o600)?;
    let mut bytes = Vec::new();
    file.take(MAX_PRIVATE_BYTES).read_to_end(&mut bytes).map_err(|e| io_error("read", path, e))?;
    Ok(bytes)
}

/// Writes `dir/name` with mode 0600: temporary file, fsync, rename, fsync of the folder. After a power cut the
/// old content is there whole, or the new.
///
/// # Errors
/// [`KeyError::Io`].
pub fn write_private(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), KeyError> {
    write_atomic(dir, name, bytes, 0o600)
}

/// As [`write_private`], with mode 0644: for certificates, which are no secret.
///
/// # Errors
/// [`KeyError::Io`].
pub fn write_public(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), KeyError> {
    write_atomic(dir, name, bytes, 0o644)
}

fn write_atomic(dir: &Path, name: &str, bytes: &[u8], mode: u32) -> Result<(), KeyError> {
    let target = dir.join(name);
    let temporary = dir.join(format!(".{name}.{}.new", std::process::id()));
    let written = write_new(&temporary, bytes, mode)
        .and_then(|()| fs::rename(&temporary, &target))
        .and_then(|()| File::open(dir)?.sync_all());
    written.map_err(|e| {
        let _ = fs::remove_file(&temporary);
        io_error("write", &target, e)
    })
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    // `create_new` with the mode: the file is never there with a looser one.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn refuse_open(path: &Path, found: &fs::Metadata, fix: u32) -> Result<(), KeyError> {
    let mode = found.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyError::TooOpen { path: path.to_owned(), mode, fix });
    }
    Ok(())
}

fn io_error(what: &'static str, path: &Path, source: io::Error) -> KeyError {
    KeyError::Io { what, path: path.to_owned(), source }
}
