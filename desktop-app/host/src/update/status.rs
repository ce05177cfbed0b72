//! What the installer leaves for the program to read: one small file beside the incoming folder.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The file's name.
const FILE: &str = "installed.json";

/// What became of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallStatus {
    /// The package's file name; it says its version.
    pub package: String,
    /// Its BLAKE3 hash, in hexadecimal digits; empty if it was refused before it was read.
    pub blake3: String,
    /// What became of it.
    pub outcome: Outcome,
    /// A stable code of what went wrong; empty if nothing did.
    pub code: String,
    /// What happened, for people.
    pub text: String,
}

/// What became of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is installed.
    Installed,
    /// It will never be.
    Refused,
    /// It may be, later.
    Later,
}

/// By what a file that was written anew is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusPrint([i64; 3]);

impl InstallStatus {
    /// Where it lies, for an incoming folder.
    pub fn path(incoming: &Path) -> PathBuf {
        incoming.with_file_name(FILE)
    }

    /// The last one; `None` if there is none that can be read.
    pub fn read(incoming: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(Self::path(incoming)).ok()?).ok()
    }

    /// Which file it is now: another one whenever the installer has written it anew, however soon.
    pub fn print(incoming: &Path) -> Option<StatusPrint> {
        let about = std::fs::metadata(Self::path(incoming)).ok()?;
        Some(StatusPrint([about.ino().cast_signed(), about.mtime(), about.mtime_nsec()]))
    }

    /// Replaces it, for everybody to read.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, incoming: &Path) -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let (path, unfinished) =
            (Self::path(incoming), incoming.with_file_name(".installed.json.unfinished"));
        std::fs::write(&unfinished, serde_json::to_vec(self)?)?;
        std::fs::set_permissions(&unfinished, PermissionsExt::from_mode(0o644))?;
        std::fs::rename(unfinished, path)
    }
}
