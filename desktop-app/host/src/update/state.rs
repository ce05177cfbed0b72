//! How an update stands, as the app shows it.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::OWN_VERSION;

/// How far an update is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "stage", rename_all = "kebab-case")]
pub enum Stage {
    /// There are no release keys here: nothing is fetched.
    Off,
    /// The node was not asked yet.
    Unknown,
    /// The node has nothing newer.
    Current,
    /// A newer version is being fetched.
    #[serde(rename_all = "camelCase")]
    Downloading {
        /// Which.
        version: String,
        /// Bytes that are here.
        done_bytes: u64,
        /// Its size in bytes.
        size_bytes: u64,
    },
    /// It is here and verified, and waits for the machine's installer.
    Ready {
        /// Which.
        version: String,
    },
    /// It is installed; it starts when the program is started again.
    Installed {
        /// Which.
        version: String,
    },
}

/// What is told of updates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// The version that runs.
    pub own_version: &'static str,
    /// How far the next one is.
    #[serde(flatten)]
    pub stage: Stage,
    /// What went wrong last, until it goes well: what, why, what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What is shared between the worker and whoever asks.
#[derive(Debug)]
pub struct Updates(Mutex<Told>);

impl Default for Updates {
    fn default() -> Self {
        Self(Mutex::new(Told { own_version: OWN_VERSION, stage: Stage::Unknown, problem: None }))
    }
}

impl Updates {
    /// How it stands.
    pub fn told(&self) -> Told {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// It goes well, and stands so now.
    pub(super) fn reach(&self, stage: Stage) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (told.stage, told.problem) = (stage, None);
    }

    /// It does not go on for now.
    pub(super) fn fail(&self, why: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).problem = Some(why);
    }
}
