//! How much the answer to a bundle may hold: what is asked for in a few bytes can be large.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::RequestError;
use crate::request::limits::{BUNDLE_ANSWER_BYTES, MIB};

/// Bytes of resources that the answer may still hold; shared by the entries of one bundle.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<AtomicUsize>);

impl Budget {
    /// That of a bundle.
    pub(super) fn of_bundle() -> Self {
        Self(Arc::new(AtomicUsize::new(BUNDLE_ANSWER_BYTES)))
    }

    /// Refuses what need not be read any more, since it would have no place.
    ///
    /// # Errors
    /// [`RequestError::AnswerFull`].
    pub(super) fn check(&self) -> Result<(), RequestError> {
        if self.0.load(Ordering::Relaxed) > 0 { Ok(()) } else { Err(self.full()) }
    }

    /// Takes so many bytes. Where they do not fit, nothing that comes after does, so that a bundle is answered up to a point
    /// and not here and there.
    ///
    /// # Errors
    /// [`RequestError::AnswerFull`].
    pub(super) fn take(&self, bytes: usize) -> Result<(), RequestError> {
        let less = |left: usize| Some(left.saturating_sub(bytes));
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).unwrap_or_default();
        if bytes <= before { Ok(()) } else { Err(self.full()) }
    }

    /// The refusal of an answer that is larger than the budget was at first: nothing comes after it.
    pub(super) fn full(&self) -> RequestError {
        self.0.store(0, Ordering::Relaxed);
        RequestError::AnswerFull { limit_mib: BUNDLE_ANSWER_BYTES / MIB }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_leaves_no_place_for_what_comes_after() {
        let budget = Budget::of_bundle();
        budget.take(BUNDLE_ANSWER_BYTES - 10).unwrap();
        budget.check().unwrap();
        assert!(budget.take(11).is_err());
        assert!(budget.take(1).is_err() && budget.check().is_err());
    }
}
