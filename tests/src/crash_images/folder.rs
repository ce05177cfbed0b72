//! Folders that images are written to: in memory where the machine has it, since nothing here needs a disk.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Result;

use super::log::SIDECAR;
use super::survival::Image;

/// A scratch folder that is removed when it is dropped.
///
/// # Errors
/// If none can be made.
pub fn scratch() -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let at = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    Ok(tempfile::Builder::new().prefix("holdfast-crash-").tempdir_in(at)?)
}

/// Makes an empty folder of this name.
///
/// # Errors
/// If it cannot be emptied or made.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder.join(SIDECAR))?)
}

/// Writes an image into a folder that holds nothing else.
///
/// # Errors
/// If it cannot be written.
pub fn write(folder: &Path, image: &Image) -> Result<()> {
    empty(folder)?;
    for (name, bytes) in image {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(folder.join(name))?;
        file.write_all(bytes)?;
    }
    Ok(())
}

/// Keeps an image for a person to look at; where.
pub fn keep(image: &Image, number: usize) -> Option<String> {
    let folder = std::env::temp_dir().join(format!("holdfast-crash-{}-{number}", std::process::id()));
    write(&folder, image).ok()?;
    Some(folder.display().to_string())
}
