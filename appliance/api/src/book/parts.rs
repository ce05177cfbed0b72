//! What a binary gives, so that patients can book.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use holdfast_store::StoreError;
use holdfast_store::view::View;
use tokio::time::Instant;

use super::error::BookError;
use super::limits::{Limiters, Limits};
use super::secret::Key;
use crate::error::ApiError;
use crate::schedule::roster::Roster;
use crate::state::ApiState;

/// Who works at a clinic, and who they are, is looked up again after so long. When they work is asked each time of what breaks their
/// hours, and in the transaction that books.
const ROSTER_FRESH: Duration = Duration::from_secs(10);

/// What is needed so that patients can book. Where it is not given, nobody can.
pub struct BookParts {
    pub(super) key: Key,
    pub(super) code_to: PathBuf,
    pub(super) limits: Limiters,
    rosters: Mutex<HashMap<String, (Instant, Arc<Roster>)>>,
}

impl std::fmt::Debug for BookParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BookParts").field("code_to", &self.code_to).finish_non_exhaustive()
    }
}

impl BookParts {
    /// `key`: 256 random bits that every process on the database has, and nobody else. `code_to`: the file to which one-time codes are
    /// written instead of being sent, for tests and demonstrations. `limits`: how often a code is asked for; none: as often as anybody
    /// likes.
    pub fn new(key: [u8; 32], code_to: PathBuf, limits: Option<Limits>) -> Self {
        let limits = Limiters::new(limits);
        Self { key: Key::new(key), code_to, limits, rosters: Mutex::default() }
    }

    /// Who works at a clinic.
    pub(super) fn roster(&self, view: &mut View<'_>, clinic: &str) -> Result<Arc<Roster>, StoreError> {
        let fresh = {
            let all = self.rosters.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(clinic).filter(|(read, _)| read.elapsed() < ROSTER_FRESH).map(|(_, one)| one.clone())
        };
        if let Some(roster) = fresh {
            return Ok(roster);
        }
        let roster = Arc::new(Roster::read_at(view, clinic)?);
        let mut all = self.rosters.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (read, _)| read.elapsed() < ROSTER_FRESH);
        all.insert(clinic.to_owned(), (Instant::now(), roster.clone()));
        Ok(roster)
    }
}

/// What was given.
///
/// # Errors
/// [`BookError::Off`] where patients cannot book.
pub(super) fn parts(state: &ApiState) -> Result<Arc<BookParts>, ApiError> {
    state.parts().book.clone().ok_or_else(|| BookError::Off.into())
}
