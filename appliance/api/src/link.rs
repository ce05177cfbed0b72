//! How the link to head office is, as the binary that runs it reports it.

use serde::Serialize;
use utoipa::ToSchema;

/// What the link is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LinkState {
    /// A session stands.
    Connected,
    /// A connection is being made.
    Connecting,
    /// The last attempt failed; the next one is at `nextTryMs`.
    Waiting,
    /// No link is configured, or this is the hub.
    #[default]
    Off,
}

/// Why the last attempt failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkError {
    /// Stable code.
    pub code: String,
    /// What failed, why, what to do. Shown to people.
    pub message: String,
}

/// Long work on the link: a first sync, a large catch-up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkProgress {
    /// What it is, for people: `first copy of today's patients`.
    pub what: String,
    /// Steps done.
    pub done: u64,
    /// Steps in all; 0 if not known yet.
    pub total: u64,
}

/// How the link is now. Times are Unix milliseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkStatus {
    /// What the link is doing.
    pub state: LinkState,
    /// URL of the endpoint in use, or tried last.
    pub endpoint: Option<String>,
    /// Since when it has been in this state; for `connecting` and `waiting`, since when it has not been connected.
    pub since_ms: Option<u64>,
    /// Why the last attempt failed; `None` once a session stands.
    pub last_error: Option<LinkError>,
    /// When the next attempt is due.
    pub next_try_ms: Option<u64>,
    /// Scopes (patients and the like) whose news is still to come. 0 if nothing is known to wait.
    pub waiting_scopes: u64,
    /// Long work in progress.
    pub progress: Option<LinkProgress>,
    /// How far this machine's clock is ahead of that at the other end, in milliseconds; 0 if they agree to ten seconds, negative
    /// if it is behind, `None` before they have met, or once this clock was set since.
    pub clock_ahead_ms: Option<i64>,
}

/// What this replica sends to, and what "it has arrived" means to people.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Above {
    /// Head office: what it has acknowledged is safe from whatever happens to the clinic.
    #[default]
    HeadOffice,
    /// The clinic's node: this is a desktop.
    Node,
}

impl Above {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HeadOffice => "head office",
            Self::Node => "the clinic's node",
        }
    }
}

/// Asked for the link's state at every change and every second while somebody watches; must not block.
pub trait LinkReport: Send + Sync {
    /// How the link is now.
    fn report(&self) -> LinkStatus;

    /// What is at the other end.
    fn above(&self) -> Above {
        Above::HeadOffice
    }
}

/// A replica without a link: the hub, or a node that is not enrolled.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkOff;

impl LinkReport for LinkOff {
    fn report(&self) -> LinkStatus {
        LinkStatus::default()
    }
}
