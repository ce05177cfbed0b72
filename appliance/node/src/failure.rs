//! Why a command of the node failed, as a person at the console reads it and as a script tells it by the exit code.

use std::net::SocketAddr;
use std::path::PathBuf;

use holdfast_link::ca::CaError;
use holdfast_link::keys::KeyError;
use holdfast_store::StoreError;
use holdfast_uplink::UplinkError;

use crate::config::Problems;

/// Why a command failed. The text has three parts: what failed, why, what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] Problems),
    /// `--dev` on an address that others can reach.
    #[error(
        "cannot serve on {0} with --dev: it gives a ready admin token over plain HTTP, so it is for this machine alone; listen on 127.0.0.1, or leave --dev out"
    )]
    DevNotLoopback(SocketAddr),
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}: {why}; give the node's user a folder that it owns and can write (node.data_dir or --data-dir)", path.display())]
    DataDir {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Another process works on the data folder.
    #[error("cannot use the data folder {}: another node works on it ({holder}); stop that one, or give this one a folder of its own", path.display())]
    DataDirInUse {
        /// Which.
        path: PathBuf,
        /// Who has it, as far as is known.
        holder: String,
    },
    /// The port cannot be had.
    #[error(
        "cannot listen on {address}: {why}; stop what listens there, or set node.listen (--listen) to a free port"
    )]
    Port {
        /// Where.
        address: SocketAddr,
        /// Why.
        why: String,
    },
    /// The database does not read.
    #[error("cannot open the database {}: it is damaged, or encrypted with another key ({why}); check store.encryption_key_file, else copy what still reads (`holdfast-node scrub --rebuild`), restore a backup (`holdfast-node restore`) or enrol a new data folder, which takes the records from the hub", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// The database is of a newer build.
    #[error("cannot open the database {}: it was written by a newer version (schema {found}; this build knows up to {known}); install that version again, or restore a backup from before the upgrade", path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// The store failed otherwise.
    #[error("cannot use the store: {0}")]
    Store(#[from] StoreError),
    /// A key or certificate cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The link to the hub, or the enrolment that it needs, cannot be had.
    #[error(transparent)]
    Uplink(UplinkError),
    /// The CA for desktops cannot be used.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// Anything else; the text has the three parts.
    #[error("{text}")]
    Other {
        /// Stable code.
        code: &'static str,
        /// What, why, what to do.
        text: String,
        /// Exit code.
        exit: u8,
    },
}

/// What the exit codes mean, for `--help`.
pub const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed; 2 wrong arguments; 10 configuration; 11 data folder not usable; \
12 another node works on the data folder; 13 port taken; 14 database damaged; 15 database of a newer version; 16 disk full; \
17 no node runs; 20 import incomplete; 21 scrub found damage; 22 check of visits failed.";

/// Exit code: no node runs on the data folder.
pub const EXIT_NOT_RUNNING: u8 = 17;
/// Exit code: something was not imported.
pub const EXIT_IMPORT: u8 = 20;
/// Exit code: a scrub found damage that is not healed.
pub const EXIT_DAMAGE: u8 = 21;

/// Exit code: a test call did not go as it should.
pub const EXIT_CHECK: u8 = 22;

impl From<UplinkError> for Failure {
    fn from(error: UplinkError) -> Self {
        match error {
            UplinkError::Key(error) => Self::Key(error),
            UplinkError::Store(error) => Self::Store(error),
            other => Self::Uplink(other),
        }
    }
}

impl Failure {
    /// A failure without a kind of its own.
    pub fn other(code: &'static str, text: impl Into<String>) -> Self {
        Self::Other { code, text: text.into(), exit: 1 }
    }

    /// The same, with an exit code of its own.
    pub fn with_exit(code: &'static str, exit: u8, text: impl Into<String>) -> Self {
        Self::Other { code, text: text.into(), exit }
    }

    /// Stable code for logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::DevNotLoopback(_) => "dev-not-loopback",
            Self::DataDir { .. } => "data-dir",
            Self::DataDirInUse { .. } => "data-dir-in-use",
            Self::Port { .. } => "port",
            Self::Damaged { .. } => "database-damaged",
            Self::Newer { .. } => "database-newer",
            Self::Store(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Uplink(error) => error.code(),
            Self::Ca(error) => error.code(),
            Self::Other { code, .. } => code,
        }
    }

    /// What the process exits with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::DevNotLoopback(_) => 10,
            Self::DataDir { .. } => 11,
            Self::Key(KeyError::TooOpen { .. } | KeyError::Io { .. }) => 11,
            Self::DataDirInUse { .. } => 12,
            Self::Port { .. } => 13,
            Self::Damaged { .. } | Self::Store(StoreError::Corrupt(_)) => 14,
            Self::Newer { .. } => 15,
            Self::Store(StoreError::DiskFull) => 16,
            Self::Uplink(UplinkError::NoEndpoint) => 10,
            Self::Store(_) | Self::Key(_) | Self::Uplink(_) | Self::Ca(_) => 1,
            Self::Other { exit, .. } => *exit,
        }
    }

    /// The text with the causes that it does not repeat.
    pub fn full_text(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let next = error.to_string();
            if !text.contains(&next) {
                text.push_str(&format!(" ({next})"));
            }
            cause = error.source();
        }
        text
    }
}
