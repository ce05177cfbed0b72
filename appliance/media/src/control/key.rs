//! The key that the clinic role and the relay share: a file that both read, made by whoever comes first.
//!
//! It is the bearer token of the control port, and what TURN's credentials are made of.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Random bytes in it; it is written in hexadecimal.
const BYTES: usize = 32;

/// The key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read or made.
    #[error(
        "cannot use the relay key {path}: it cannot be read or made; let the relay's user own its folder"
    )]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Others may read it.
    #[error(
        "cannot use the relay key {path}: others can read it; run chmod 600 on it, or remove it to have a new one made"
    )]
    Open {
        /// Which.
        path: PathBuf,
    },
    /// It is not what was written.
    #[error("cannot use the relay key {path}: it has to be {} hexadecimal digits; remove it to have a new one made", BYTES * 2)]
    Damaged {
        /// Which.
        path: PathBuf,
    },
}

/// The key. Says nothing of itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayKey(String);

impl std::fmt::Debug for RelayKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RelayKey(…)")
    }
}

impl RelayKey {
    /// As it stands after `Bearer`.
    pub fn token(&self) -> &str {
        &self.0
    }

    /// Whether this is it, in a time that does not depend on how much of it is right.
    pub fn is(&self, token: &[u8]) -> bool {
        let differs = self.0.bytes().zip(token).fold(0, |differs, (ours, theirs)| differs | (ours ^ theirs));
        token.len() == self.0.len() && differs == 0
    }

    /// Reads it; makes it if there is none.
    ///
    /// # Errors
    /// [`KeyError`]: the file cannot be read or made, is open to others, or is no key.
    pub fn read_or_make(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        // One that is there needs no room on the disk.
        if path.exists() {
            return Self::read(path);
        }
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| failed(std::io::Error::other(error.to_string())))?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        // Written under another name and linked, so that nobody reads half of it and the first of two wins.
        let draft = path.with_extension(format!("draft-{}", &text[..16]));
        let mut made =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(failed)?;
        let linked = made
            .write_all(text.as_bytes())
            .and_then(|()| made.sync_all())
            .and_then(|()| std::fs::hard_link(&draft, path));
        let _ = std::fs::remove_file(&draft);
        match linked {
            Ok(()) => Ok(Self(text)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::read(path),
            Err(error) => Err(failed(error)),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`KeyError`], as above.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::Open { path: path.to_owned() });
        }
        let mut text = String::new();
        file.take(1_024).read_to_string(&mut text).map_err(failed)?;
        let text = text.trim_end();
        if text.len() != BYTES * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(KeyError::Damaged { path: path.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_made_once_private_and_found_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("relay-key");
        let made = RelayKey::read_or_make(&path).expect("made");
        assert_eq!(RelayKey::read_or_make(&path).expect("found"), made);
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1, "no draft is left");
        assert!(made.is(made.token().as_bytes()));
        for wrong in ["", "x", &made.token()[1..], &format!("{}0", made.token())] {
            assert!(!made.is(wrong.as_bytes()));
        }
        assert!(!format!("{made:?}").contains(made.token()));
    }

    #[test]
    fn key_that_others_can_read_or_that_is_none_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("relay-key");
        RelayKey::read_or_make(&path).expect("made");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("opened");
        assert!(matches!(RelayKey::read(&path), Err(KeyError::Open { .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("closed");
        std::fs::write(&path, "short").expect("written");
        assert!(matches!(RelayKey::read(&path), Err(KeyError::Damaged { .. })));
    }
}
