//! Inputs on disk: `tests/fuzz/corpus/TARGET` and `tests/fuzz/crashers/TARGET`.

use std::io;
use std::path::{Path, PathBuf};

/// The folder of the fuzz crate.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("fuzz")
}

/// Every input kept for a target, by file name: its corpus, and what once made it panic.
///
/// # Errors
/// The file system; a folder that is not there holds nothing.
pub fn inputs(target: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    for part in ["corpus", "crashers"] {
        let files = match std::fs::read_dir(folder().join(part).join(target)) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for file in files {
            let path = file?.path();
            let bytes = std::fs::read(&path)?;
            found.push((path, bytes));
        }
    }
    found.sort();
    Ok(found)
}
