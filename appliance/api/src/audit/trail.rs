//! Looks that wait to be kept. One short lock a request, no input or output.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Look;

/// Different looks that may wait: some 10 MiB of memory.
const MOST: usize = 50_000;

/// Looks since the last page, alike ones counted.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    is_kept: AtomicBool,
    waiting: Mutex<Waiting>,
}

/// What a page is made of.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// Who, what; when first (Unix milliseconds), how often.
    pub(super) looks: HashMap<(String, Look), (u64, u32)>,
    /// Looks past the bound.
    pub(super) lost: u64,
}

impl Trail {
    /// From here on somebody takes what is noted.
    pub(super) fn keep(&self) {
        self.is_kept.store(true, Ordering::Relaxed);
    }

    /// Whether anybody takes what is noted.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept.load(Ordering::Relaxed)
    }

    /// Notes that somebody looked.
    pub(crate) fn note(&self, who: &str, looks: Vec<Look>, now_ms: u64) {
        if looks.is_empty() || !self.is_kept() {
            return;
        }
        let mut waiting = self.waiting();
        for look in looks {
            waiting.add((who.to_owned(), look), now_ms, 1);
        }
    }

    /// Takes what waits.
    pub(super) fn take(&self) -> Waiting {
        std::mem::take(&mut *self.waiting())
    }

    /// Puts back what could not be written.
    pub(super) fn put_back(&self, taken: Waiting) {
        let mut waiting = self.waiting();
        waiting.lost += taken.lost;
        for (key, (at, times)) in taken.looks {
            waiting.add(key, at, times);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, key: (String, Look), at: u64, times: u32) {
        if let Some((first, count)) = self.looks.get_mut(&key) {
            *first = at.min(*first);
            *count = count.saturating_add(times);
        } else if self.looks.len() < MOST {
            self.looks.insert(key, (at, times));
        } else {
            self.lost += u64::from(times);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(n: usize) -> Vec<Look> {
        vec![Look { interaction: "read", what: Some(format!("Patient/p{n}")), ..Look::default() }]
    }

    #[test]
    fn alike_looks_are_counted_and_those_past_the_bound_too() {
        let trail = Trail::default();
        trail.note("anna", look(1), 5);
        assert!(trail.take().looks.is_empty(), "nobody keeps it yet");
        trail.keep();
        for at in [7, 6] {
            trail.note("anna", look(1), at);
        }
        trail.note("ben", look(1), 8);
        let taken = trail.take();
        assert_eq!((taken.looks.len(), taken.looks[&("anna".into(), look(1).remove(0))]), (2, (6, 2)));
        trail.put_back(taken);
        (0..MOST).for_each(|n| trail.note("anna", look(n + 2), 9));
        let taken = trail.take();
        assert_eq!((taken.looks.len(), taken.lost), (MOST, 2));
    }
}
