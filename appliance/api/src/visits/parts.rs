//! What a binary gives, so that there are visits.

use std::sync::Arc;

use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use holdfast_visits::ids::{ClinicId, MemberId, VisitId};
use holdfast_visits::messages::{CallFacts, IceServers};
use holdfast_visits::session::{RelayAnswer, Request};
use holdfast_visits::token::Keys;

use crate::error::ApiError;
use crate::state::ApiState;
use crate::visits::VisitError;

/// The relay, as the clinic role asks it. What it tells of itself comes by [`crate::visits::resume`]'s hall.
#[async_trait]
pub trait RelayPort: Send + Sync {
    /// Asks it, and waits for the answer as long as an answer is of use.
    async fn ask(&self, visit: &VisitId, request: Request) -> RelayAnswer;
    /// Where a page finds TURN, and as whom, at `now_ms` (milliseconds since 1970).
    fn ice(&self, visit: &VisitId, member: &MemberId, now_ms: u64) -> IceServers;
}

/// What is needed so that there are visits. Where it is not given, there are none.
pub struct VisitParts {
    /// Signs the links of this clinic.
    pub key: SigningKey,
    /// Origins where pages reach this node, then regions; none: the one that the staff's own request came by.
    pub at: Vec<String>,
    /// Whom patients call when nothing else works.
    pub call: CallFacts,
    /// Media.
    pub relay: Arc<dyn RelayPort>,
}

impl std::fmt::Debug for VisitParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VisitParts").field("at", &self.at).finish_non_exhaustive()
    }
}

impl VisitParts {
    /// Whose links are taken here: this clinic's own.
    pub(super) fn keys(&self, clinic: &ClinicId) -> Keys {
        Keys::from([(clinic.clone(), vec![self.key.verifying_key()])])
    }
}

/// What was given.
///
/// # Errors
/// [`VisitError::Off`] where there are no visits.
pub(super) fn parts(state: &ApiState) -> Result<Arc<VisitParts>, ApiError> {
    state.parts().visits.clone().ok_or_else(|| VisitError::Off.into())
}

/// This clinic, as its links name it.
///
/// # Errors
/// [`VisitError::Off`] where it has a name that no link can carry.
pub(super) fn clinic(state: &ApiState) -> Result<ClinicId, ApiError> {
    ClinicId::new(state.writer().records().clinic()).map_err(|_| VisitError::Off.into())
}
