//! Why the desktop cannot start or cannot do something, as a person reads it.

use std::path::PathBuf;

use holdfast_api::access::tokens::TokenError;
use holdfast_api::config::Problems;
use holdfast_link::keys::KeyError;
use holdfast_store::StoreError;
use holdfast_uplink::UplinkError;

use crate::update::install::InstallError;
use crate::vault::VaultError;

/// Why something failed. The text has three parts: what failed, why, what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No folder for data.
    #[error(
        "cannot start: neither XDG_DATA_HOME nor HOME says where data goes; set HOME, or name a folder with --data-dir"
    )]
    NoHome,
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}: {why}; give this user a folder that it owns and can write (--data-dir)", path.display())]
    DataDir {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The program runs already.
    #[error("Holdfast runs already on {} ({holder}); use its window, or end it first", path.display())]
    Running {
        /// The data folder.
        path: PathBuf,
        /// Who has it, as far as is known.
        holder: String,
    },
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] Problems),
    /// No port could be had.
    #[error(
        "cannot serve the window on {address}: {why}; leave --listen out, or name a free port of 127.0.0.1"
    )]
    Port {
        /// Where.
        address: std::net::SocketAddr,
        /// Why.
        why: String,
    },
    /// An address that others could reach.
    #[error("cannot serve on {0}: the desktop serves its own window alone; listen on 127.0.0.1")]
    NotLoopback(std::net::SocketAddr),
    /// This desktop is not enrolled.
    #[error(
        "cannot open records: this desktop belongs to no clinic yet; have the clinic's node enrol it (`holdfast-node enrol-desktop --name NAME`)"
    )]
    NotEnrolled,
    /// Nobody of the clinic is known here yet.
    #[error(
        "the sign-in has to wait: the clinic's people have not come from its node yet; see that the node can be reached, then try again"
    )]
    NobodyHere,
    /// It is enrolled already.
    #[error(
        "cannot enrol: this desktop belongs to clinic \"{0}\" already; for another clinic remove its data folder first, which loses what the node does not have yet"
    )]
    Enrolled(String),
    /// The link to the node, or the enrolment.
    #[error(transparent)]
    Uplink(#[from] UplinkError),
    /// The store.
    #[error("cannot use the records of this desktop: {0}")]
    Store(#[from] StoreError),
    /// The wrapped keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A private file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A token of a program.
    #[error("cannot use the tokens of this desktop: {0}")]
    Token(#[from] TokenError),
    /// There is nothing to start the program again for.
    #[error(
        "Holdfast is not started again: no newer version is installed, or it runs without a window; close it and open it again"
    )]
    NothingInstalled,
    /// A new version cannot be installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// The system refuses something.
    #[error(
        "cannot start: {what} ({why}); restart the machine, and tell the clinic's IT if it happens again"
    )]
    System {
        /// What failed.
        what: &'static str,
        /// Why.
        why: String,
    },
}

impl Failure {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoHome => "no-home",
            Self::DataDir { .. } => "data-dir",
            Self::Running { .. } => "already-running",
            Self::Settings(_) => "settings",
            Self::Port { .. } => "port",
            Self::NotLoopback(_) => "not-loopback",
            Self::NotEnrolled => "not-enrolled",
            Self::NobodyHere => "people-not-here",
            Self::Enrolled(_) => "already-enrolled",
            Self::Uplink(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Token(error) => error.code(),
            Self::NothingInstalled => "nothing-installed",
            Self::Install(error) => error.code(),
            Self::System { .. } => "system",
        }
    }

    /// Whether the same may succeed later with nothing mended by hand.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Uplink(error) => error.is_retryable(),
            Self::Store(error) => error.is_retryable(),
            Self::Vault(error) => error.is_retryable(),
            Self::Key(error) => error.is_retryable(),
            Self::Install(error) => error.is_retryable(),
            Self::NobodyHere => true,
            _ => false,
        }
    }
}
