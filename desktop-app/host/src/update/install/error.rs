//! Why a new version is not installed.

use std::path::PathBuf;

use holdfast_release::ReleaseError;

use super::super::status::Outcome;

/// Why a new version is not installed. The text has three parts: what failed, why, what to do.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Keys, a name, a signature or bytes.
    #[error("the new version is not installed: {0}")]
    Release(#[from] ReleaseError),
    /// No keys.
    #[error("the new version is not installed: the release keys {} cannot be read ({why}); install Holdfast's package again", path.display())]
    Keys {
        /// Where.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A folder of the installer's.
    #[error(
        "the new version is not installed: its folder cannot be used ({0}); check the disk, it is tried again by itself"
    )]
    Folder(String),
    /// What was handed over is no folder with a package and its signature, each a plain file.
    #[error(
        "the new version is not installed: {what} was handed over, and only a folder with a package and its signature is taken; \
         nothing needs to be done"
    )]
    Shape {
        /// What is wrong.
        what: &'static str,
    },
    /// The package inside is another one than its name says.
    #[error(
        "the new version is not installed: {name} holds {inside}; build and sign it again under its own name"
    )]
    Inside {
        /// What the file is called.
        name: String,
        /// What it says itself.
        inside: String,
    },
    /// The same or an older version.
    #[error(
        "the new version is not installed: {name} is not newer than {installed}, which is installed; nothing needs to be done"
    )]
    NotNewer {
        /// What the file is called.
        name: String,
        /// Its version.
        version: String,
        /// What is installed.
        installed: String,
    },
    /// It needs a package that is not here.
    #[error(
        "the new version is not installed: {name} needs {needs}, which this machine has not; have IT install it with `apt install`"
    )]
    Needs {
        /// What the file is called.
        name: String,
        /// What it needs, as Debian writes it.
        needs: String,
    },
    /// Debian's installer fails.
    #[error(
        "the new version is not installed: dpkg says {0:?}; it is tried again by itself, or run `dpkg --configure -a` as root"
    )]
    Dpkg(String),
}

impl InstallError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Release(error) => error.code(),
            Self::Keys { .. } => "install-keys",
            Self::Folder(_) => "install-folder",
            Self::Shape { .. } => "install-shape",
            Self::Inside { .. } => "install-inside",
            Self::NotNewer { .. } => "install-not-newer",
            Self::Needs { .. } => "install-needs",
            Self::Dpkg(_) => "install-dpkg",
        }
    }

    /// Whether the same package may be installed later: dpkg may be busy, the disk full, or what it needs installed by then.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Release(error) => error.is_retryable(),
            Self::Folder(_) | Self::Dpkg(_) | Self::Keys { .. } | Self::Needs { .. } => true,
            Self::Shape { .. } | Self::Inside { .. } | Self::NotNewer { .. } => false,
        }
    }

    /// What became of the package.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            // Somebody has handed it over again; what was asked for is so.
            Self::NotNewer { version, installed, .. } if version == installed => Outcome::Installed,
            error if error.is_retryable() => Outcome::Later,
            _ => Outcome::Refused,
        }
    }

    /// Which package it is about, if that is known.
    pub(super) fn package(&self) -> Option<&str> {
        match self {
            Self::Release(
                ReleaseError::Tampered { name }
                | ReleaseError::UnknownKey { name }
                | ReleaseError::SignatureMalformed { name }
                | ReleaseError::OtherFile { name, .. }
                | ReleaseError::TooLarge { name },
            )
            | Self::Inside { name, .. }
            | Self::NotNewer { name, .. }
            | Self::Needs { name, .. } => Some(name),
            _ => None,
        }
    }
}
