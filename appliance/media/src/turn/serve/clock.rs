//! The clocks.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::turn::Now;

/// Both clocks of a [`Now`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }

    pub(crate) fn now(&self) -> Now {
        let unix_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Now { ms: self.start.elapsed().as_millis() as u64, unix_s }
    }
}
