//! Why a call did not come about.

use std::time::Duration;

/// Why.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The connection could not be set up on this side.
    #[error("cannot set up a test call: {what}")]
    SetUp {
        /// What failed.
        what: &'static str,
        /// What the WebRTC stack said.
        #[source]
        source: webrtc::error::Error,
    },
    /// The other side could not be asked.
    #[error("cannot reach whoever answers offers: {0}; see whether it runs and listens there")]
    Unreachable(String),
    /// The other side said no.
    #[error("the offer was refused: {title}")]
    Refused {
        /// Its stable name for that.
        code: String,
        /// Its words.
        title: String,
    },
    /// No media came through in time.
    #[error("no media connection came about within {} s: UDP to the relay's port does not get through, there or back", .0.as_secs())]
    NotConnected(Duration),
}

impl CallError {
    /// Stable name, for programs.
    pub fn code(&self) -> &str {
        match self {
            Self::SetUp { .. } => "call-set-up",
            Self::Unreachable(_) => "call-unreachable",
            Self::Refused { code, .. } => code,
            Self::NotConnected(_) => "call-not-connected",
        }
    }
}
