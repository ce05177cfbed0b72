//! What is free of one resource.

use crate::scheduling::span::{Span, Spans};

/// The time of one resource, made ready for searches: worth keeping between them, and to be made anew when something of it changes.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Free {
    /// Working hours.
    pub(in crate::scheduling) working: Spans,
    /// Neither taken nor another's.
    pub(super) open: Spans,
    /// Taken.
    pub(super) busy: Spans,
}

impl Free {
    /// `busy` is what is taken with its buffers, `owned` the time that whoever confirms may give away (decision 33). O(n).
    pub fn new(working: Spans, busy: Spans, owned: &Spans) -> Self {
        Self { working, open: owned.minus(&busy), busy }
    }

    /// Whether an appointment may stand there: within working hours, and with its buffers in time that is free and ours.
    pub fn takes(&self, span: Span, taken: Span) -> bool {
        self.working.covers(span) && self.open.covers(taken)
    }

    /// Working time that is free and ours.
    pub fn times(&self) -> Spans {
        self.working.intersect(&self.open)
    }

    /// What is taken of it.
    pub fn busy(&self) -> &Spans {
        &self.busy
    }

    /// The same resource with one more span taken.
    pub fn with(&self, taken: Span) -> Self {
        let more = Spans::new([taken]);
        Self { working: self.working.clone(), open: self.open.minus(&more), busy: self.busy.union(&more) }
    }
}
