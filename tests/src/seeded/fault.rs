//! What a history may break.

use std::fmt;

use anyhow::Result;

/// Which promise was broken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Promise {
    /// Time is sold once, but for what is forced in.
    SoldOnce,
    /// What was confirmed is honoured.
    Honoured,
    /// Time that nobody has can be sold again once all is healed.
    NotStranded,
    /// Everything else: something is lost, hidden or different, the store failed, or the sessions did not come to rest.
    Works,
}

/// A broken promise.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Which promise.
    pub promise: Promise,
    /// What happened.
    pub what: String,
}

impl Fault {
    /// What an error tells.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        let works = || Self { promise: Promise::Works, what: format!("{error:#}") };
        error.downcast_ref::<Self>().cloned().unwrap_or_else(works)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.promise, self.what)
    }
}

impl std::error::Error for Fault {}

/// A broken promise as an error.
pub(crate) fn broken<T>(promise: Promise, what: impl Into<String>) -> Result<T> {
    Err(Fault { promise, what: what.into() }.into())
}
