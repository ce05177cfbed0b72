//! The lock that keeps a second program out of a data folder, whatever started it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;

use holdfast_link::keys::{KeyError, ensure_private_dir};

use crate::data_dir::DataDir;
use crate::failure::Failure;

const LOCK_FILE: &str = "desktop.lock";

/// While this lives, no other program works on the folder.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Makes the folder if need be, and locks it.
    ///
    /// # Errors
    /// [`Failure::DataDir`], [`Failure::Running`], or [`Failure::Key`] if others can reach the folder.
    pub fn take(dir: &DataDir) -> Result<Self, Failure> {
        let unusable = |why: String| Failure::DataDir { path: dir.path().to_owned(), why };
        ensure_private_dir(dir.path()).map_err(|error| match error {
            KeyError::Io { source, .. } => unusable(source.to_string()),
            other => Failure::Key(other),
        })?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file =
            options.open(dir.path().join(LOCK_FILE)).map_err(|error| unusable(error.to_string()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _unreadable = file.read_to_string(&mut holder);
                return Err(Failure::Running {
                    path: dir.path().to_owned(),
                    holder: holder.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error.to_string())),
        }
        // Only for the message above: on a full disk it stays empty.
        let _unwritten = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "process {}", std::process::id()));
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_program_is_refused_until_the_first_is_gone() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        let lock = FolderLock::take(&dir).unwrap();
        let refused = FolderLock::take(&dir).unwrap_err();
        assert_eq!(refused.code(), "already-running");
        assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
        drop(lock);
        FolderLock::take(&dir).unwrap();
    }
}
