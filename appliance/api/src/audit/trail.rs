//! Looks that wait to be kept. One short lock a request, no input or output.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use holdfast_clinical::audit::NOT_KEPT;
use tokio::sync::Notify;

use super::Look;

/// What may wait of all: far more than a clinic looks at in a second.
const OF_ALL: Room = Room { looks: 50_000, bytes: 16 << 20 };
/// What may wait of one sign-in, so that nobody can fill the room of the others. All who have not signed in are one.
const OF_ONE: Room = Room { looks: 5_000, bytes: 4 << 20 };

/// Different looks, and the bytes that they take.
#[derive(Clone, Copy, Debug, Default)]
struct Room {
    looks: usize,
    bytes: usize,
}

impl Room {
    fn has_place_in(self, most: Self, bytes: usize) -> bool {
        self.looks < most.looks && self.bytes + bytes <= most.bytes
    }

    fn is_half_of(self, most: Self) -> bool {
        self.looks * 2 >= most.looks || self.bytes * 2 >= most.bytes
    }

    fn add(&mut self, bytes: usize) {
        self.looks += 1;
        self.bytes += bytes;
    }
}

/// Looks since the last page, alike ones counted.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    is_kept: AtomicBool,
    waiting: Mutex<Waiting>,
    filled: Notify,
    end: Mutex<Option<End>>,
}

/// The last page that was written here, so that the next need not look for it. Others may write to the same database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct End {
    /// Which database.
    pub(super) actor: String,
    /// The page's number.
    pub(super) number: u64,
    /// Its hash.
    pub(super) hash: String,
}

#[derive(Debug, Default)]
struct Waiting {
    of: HashMap<String, Theirs>,
    used: Room,
}

/// What one sign-in looked at.
#[derive(Debug, Default)]
struct Theirs {
    /// When first (Unix milliseconds), how often.
    looks: HashMap<Look, (u64, u32)>,
    used: Room,
    /// Looks for which there was no room: since when, how many.
    lost: Option<(u64, u32)>,
}

/// A line of a page to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// Unix milliseconds of the first.
    pub(super) at: u64,
    /// Who looked.
    pub(super) who: String,
    /// At what; of the interaction [`NOT_KEPT`] if it stands for looks that there was no room for.
    pub(super) look: Look,
    /// How often.
    pub(super) times: u32,
}

impl Line {
    /// That a line could not be kept.
    pub(super) fn lost(self) -> Self {
        Self { look: Look { interaction: NOT_KEPT, ..Look::default() }, ..self }
    }
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
        let was_half = waiting.is_half_full_by(who);
        for look in looks {
            waiting.add(Line { at: now_ms, who: who.to_owned(), look, times: 1 });
        }
        // Once on the way up: while nothing can be written, the clock alone says when it is tried again.
        if !was_half && waiting.is_half_full_by(who) {
            self.filled.notify_one();
        }
    }

    /// Returns once so much waits that it should be kept without waiting for the clock.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Takes what waits, oldest first.
    pub(super) fn take(&self) -> Vec<Line> {
        let waiting = std::mem::take(&mut *self.waiting());
        let mut lines = Vec::with_capacity(waiting.used.looks);
        for (who, theirs) in waiting.of {
            let line = |(look, (at, times))| Line { at, who: who.clone(), look, times };
            lines.extend(theirs.looks.into_iter().map(line));
            lines.extend(theirs.lost.map(|(at, times)| line((Look::default(), (at, times))).lost()));
        }
        lines.sort_by(|a, b| (a.at, &a.who).cmp(&(b.at, &b.who)));
        lines
    }

    /// Puts back what could not be written.
    pub(super) fn put_back(&self, lines: Vec<Line>) {
        let mut waiting = self.waiting();
        lines.into_iter().for_each(|line| waiting.add(line));
    }

    /// The last page that was written here.
    pub(super) fn end(&self) -> Option<End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes the last page.
    pub(super) fn ends_at(&self, end: End) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, line: Line) {
        let Line { at, who, look, times } = line;
        let bytes = look.bytes();
        let theirs = self.of.entry(who).or_default();
        if look.interaction == NOT_KEPT {
            theirs.lose(at, times);
        } else if let Some((first, count)) = theirs.looks.get_mut(&look) {
            *first = at.min(*first);
            *count = count.saturating_add(times);
        } else if self.used.has_place_in(OF_ALL, bytes) && theirs.used.has_place_in(OF_ONE, bytes) {
            self.used.add(bytes);
            theirs.used.add(bytes);
            theirs.looks.insert(look, (at, times));
        } else {
            theirs.lose(at, times);
        }
    }

    fn is_half_full_by(&self, who: &str) -> bool {
        self.used.is_half_of(OF_ALL) || self.of.get(who).is_some_and(|theirs| theirs.used.is_half_of(OF_ONE))
    }
}

impl Theirs {
    fn lose(&mut self, at: u64, times: u32) {
        let (since, count) = self.lost.unwrap_or((at, 0));
        self.lost = Some((since.min(at), count.saturating_add(times)));
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn look(n: usize) -> Vec<Look> {
        vec![Look { interaction: "read", what: Some(format!("Patient/p{n}")), ..Look::default() }]
    }

    fn kept() -> Trail {
        let trail = Trail::default();
        trail.keep();
        trail
    }

    fn lost(lines: &[Line]) -> Vec<(&str, u64, u32)> {
        let lost = lines.iter().filter(|line| line.look.interaction == NOT_KEPT);
        lost.map(|line| (line.who.as_str(), line.at, line.times)).collect()
    }

    #[test]
    fn alike_looks_are_counted() {
        let trail = Trail::default();
        trail.note("anna", look(1), 5);
        assert!(trail.take().is_empty(), "nobody keeps it yet");
        trail.keep();
        for at in [7, 6] {
            trail.note("anna", look(1), at);
        }
        trail.note("ben", look(1), 8);
        let line = |who: &str, at, times| Line { at, who: who.into(), look: look(1).remove(0), times };
        let taken = trail.take();
        assert_eq!(taken, [line("anna", 6, 2), line("ben", 8, 1)]);
        trail.put_back(taken);
        trail.note("anna", look(1), 9);
        assert_eq!(trail.take(), [line("anna", 6, 3), line("ben", 8, 1)]);
    }

    #[test]
    fn whoever_floods_the_trail_takes_no_room_of_others_and_is_named() {
        let trail = kept();
        (0..4 * OF_ONE.looks).for_each(|n| trail.note("flood", look(n), 5 + n as u64));
        trail.note("anna", look(1), 9);
        let taken = trail.take();
        let of = |who: &str| taken.iter().filter(|line| line.who == who).count();
        assert_eq!((of("anna"), of("flood")), (1, OF_ONE.looks + 1));
        assert_eq!(lost(&taken), [("flood", 5 + OF_ONE.looks as u64, 3 * OF_ONE.looks as u32)]);
        trail.put_back(taken);
        trail.note("flood", look(10 * OF_ONE.looks), 1);
        assert_eq!(lost(&trail.take()), [("flood", 1, 3 * OF_ONE.looks as u32 + 1)], "it is not forgotten");
    }

    #[test]
    fn all_together_have_a_bound_of_looks_and_of_bytes() {
        let trail = kept();
        for n in 0..=OF_ALL.looks {
            trail.note(&format!("user-{}", n % 20), look(n), 5);
        }
        assert_eq!(lost(&trail.take()).len(), 1);
        let patients: Vec<String> = (0..1_000).map(|n| format!("{n:0>36}")).collect();
        for n in 0..1_000 {
            let heavy = Look { patients: patients.clone(), ..look(n).remove(0) };
            trail.note(&format!("user-{}", n % 20), vec![heavy], 5);
        }
        let taken = trail.take();
        let bytes: usize = taken.iter().map(|line| line.look.bytes()).sum();
        assert!(bytes <= OF_ALL.bytes + 20 * 1_000 && bytes > OF_ALL.bytes / 2, "{bytes}");
        assert_eq!(
            lost(&taken).iter().map(|(_, _, times)| *times as usize).sum::<usize>() + taken.len() - 20,
            1_000
        );
    }

    #[test]
    fn what_fills_up_is_kept_at_once() {
        let trail = kept();
        (1..OF_ONE.looks / 2).for_each(|n| trail.note("flood", look(n), 5));
        assert_eq!(trail.filled().now_or_never(), None);
        trail.note("flood", look(0), 5);
        assert_eq!(trail.filled().now_or_never(), Some(()));
        trail.note("flood", look(OF_ONE.looks), 5);
        assert_eq!(trail.filled().now_or_never(), None, "once is enough");
    }
}
