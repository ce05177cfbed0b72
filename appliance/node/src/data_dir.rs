//! The data folder: what is where in it, and the lock that keeps a second node out.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use holdfast_link::keys::{KeyError, ensure_private_dir};
use holdfast_store::backup::DATABASE_FILE;

use crate::failure::Failure;

const LOCK_FILE: &str = "node.lock";
/// The name of [`DataDir::setup_code`].
pub const SETUP_CODE_FILE: &str = "setup-code";

/// A data folder by its path; nothing in it has been touched yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

/// While this lives, no other node works on the folder.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl DataDir {
    /// Names a folder.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.0.join(DATABASE_FILE)
    }

    /// What the hub gave at enrolment, and the node's key.
    pub fn enrolment(&self) -> PathBuf {
        self.0.join("enrolment")
    }

    /// The CA for desktops, and the certificate of the port that they sync with.
    pub fn desktops(&self) -> PathBuf {
        self.0.join("desktops")
    }

    /// The buffer of telemetry.
    pub fn telemetry(&self) -> PathBuf {
        self.0.join("telemetry")
    }

    /// Imported code lists.
    pub fn codes(&self) -> PathBuf {
        self.0.join("codes")
    }

    /// Packages of the staff desktop, unless the configuration names another folder.
    pub fn packages(&self) -> PathBuf {
        self.0.join("packages")
    }

    /// The keys that releases are signed with, unless the configuration names another file.
    pub fn release_keys(&self) -> PathBuf {
        self.0.join("release.pub")
    }

    /// Downtime packs, unless the configuration names another folder.
    pub fn downtime(&self) -> PathBuf {
        self.0.join("downtime")
    }

    /// Where a running node takes orders from the console.
    pub fn control_socket(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    /// The key that the clinic role and the relay have.
    pub fn relay_key(&self) -> PathBuf {
        self.0.join("relay-key")
    }

    /// The key that links of visits are signed with.
    pub fn visit_key(&self) -> PathBuf {
        self.0.join("visit-key")
    }

    /// The hashed tokens.
    pub fn tokens(&self) -> PathBuf {
        self.0.join("tokens")
    }

    /// The ready admin token of `--dev`.
    pub fn dev_token(&self) -> PathBuf {
        self.0.join("dev-token")
    }

    /// The code by which the first administrator is made; there until somebody is.
    pub fn setup_code(&self) -> PathBuf {
        self.0.join(SETUP_CODE_FILE)
    }

    /// The URL under which a node last served this folder.
    pub fn url(&self) -> PathBuf {
        self.0.join("node.url")
    }

    /// Makes the folder if need be, and locks it.
    ///
    /// # Errors
    /// [`Failure::DataDir`], [`Failure::DataDirInUse`], or [`Failure::Key`] if others can reach the folder.
    pub fn lock(&self) -> Result<Lock, Failure> {
        ensure_private_dir(&self.0).map_err(|error| match error {
            KeyError::Io { source, .. } => self.unusable(&source),
            other => Failure::Key(other),
        })?;
        let mut file = self.open_lock().map_err(|error| self.unusable(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _unreadable = file.read_to_string(&mut holder);
                return Err(Failure::DataDirInUse { path: self.0.clone(), holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(self.unusable(&error)),
        }
        // Only for the message above: on a full disk it stays empty.
        let _unwritten = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "process {}", std::process::id()));
        Ok(Lock { _file: file })
    }

    fn open_lock(&self) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).open(self.0.join(LOCK_FILE))
    }

    fn unusable(&self, error: &std::io::Error) -> Failure {
        Failure::DataDir { path: self.0.clone(), why: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_lock_is_refused_until_the_first_is_gone() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        let lock = dir.lock().unwrap();
        let refused = dir.lock().unwrap_err();
        assert_eq!((refused.code(), refused.exit_code()), ("data-dir-in-use", 12));
        assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
        drop(lock);
        dir.lock().unwrap();
    }

    #[test]
    fn folder_that_cannot_be_made_says_why() {
        let refused = DataDir::new("/dev/null/data").lock().unwrap_err();
        assert_eq!((refused.code(), refused.exit_code()), ("data-dir", 11));
        assert!(refused.to_string().contains("node.data_dir"), "{refused}");
    }
}
