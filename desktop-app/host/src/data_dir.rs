//! The data folder of a desktop: what is where in it.

use std::path::{Path, PathBuf};

use holdfast_link::keys::{KeyError, ensure_private_dir};
use holdfast_store::backup::DATABASE_FILE;

use crate::failure::Failure;

/// The folder's name below the user's data folder.
const NAME: &str = "holdfast-desktop";
/// The file's name in it.
pub(crate) const PORT_FILE: &str = "port";

/// A data folder by its path; nothing in it has been touched yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Names a folder.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder of this user (XDG base directories): `data_home` is `XDG_DATA_HOME`, `home` is `HOME`.
    ///
    /// # Errors
    /// [`Failure::NoHome`] if neither says where.
    pub fn of_user(data_home: Option<PathBuf>, home: Option<PathBuf>) -> Result<Self, Failure> {
        let below = data_home.filter(|path| path.is_absolute());
        let below = below.or_else(|| home.map(|home| home.join(".local/share"))).ok_or(Failure::NoHome)?;
        Ok(Self(below.join(NAME)))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The folder with the database, its sidecar beside it.
    pub fn records(&self) -> PathBuf {
        self.0.join("records")
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.records().join(DATABASE_FILE)
    }

    /// What the node gave at enrolment, and this desktop's key.
    pub fn enrolment(&self) -> PathBuf {
        self.0.join("enrolment")
    }

    /// The wrapped keys, the tries, and the secret of the device.
    pub fn vault(&self) -> PathBuf {
        self.0.join("vault")
    }

    /// The logs.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// The port of the window's address.
    pub fn port(&self) -> PathBuf {
        self.0.join(PORT_FILE)
    }

    /// What the window itself keeps: its language, and the names of those who signed in. Made if need be.
    ///
    /// # Errors
    /// [`KeyError`] if it cannot be made, or others can reach it.
    pub fn window(&self) -> Result<PathBuf, KeyError> {
        let folder = self.0.join("window");
        ensure_private_dir(&folder)?;
        Ok(folder)
    }

    /// What can be set by hand.
    pub fn settings(&self) -> PathBuf {
        self.0.join("settings.toml")
    }

    /// A new version of this program while it is fetched.
    pub fn updates(&self) -> PathBuf {
        self.0.join("updates")
    }

    /// The hashed tokens of programs.
    pub fn tokens(&self) -> PathBuf {
        self.0.join("tokens")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_follows_the_xdg_variables() {
        let of = |data: Option<&str>, home: Option<&str>| {
            DataDir::of_user(data.map(PathBuf::from), home.map(PathBuf::from)).map(|dir| dir.0)
        };
        assert_eq!(of(Some("/x"), Some("/h")).unwrap(), PathBuf::from("/x/holdfast-desktop"));
        let below_home = PathBuf::from("/h/.local/share/holdfast-desktop");
        assert_eq!(of(None, Some("/h")).unwrap(), below_home);
        assert_eq!(of(Some("relative"), Some("/h")).unwrap(), below_home, "only absolute paths count");
        assert_eq!(of(None, None).unwrap_err().code(), "no-home");
    }
}
