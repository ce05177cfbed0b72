//! What is known of one encoding that a member sends: whether it comes at all, how much it takes, how large it is, and
//! when its sender was last asked for a keyframe.

use super::media::At;
use std::time::Duration;

/// An encoding of which nothing came for so long is not sent now: browsers stop the larger one when they cannot afford it.
pub(super) const SILENT_AFTER: Duration = Duration::from_millis(1_200);

/// How soon a sender is asked for a keyframe again. A keyframe costs it ten times a usual frame; asked for by five
/// receivers that join at once, one is enough.
pub(super) const KEYFRAME_EVERY: Duration = Duration::from_millis(400);

/// Over how long a rate is taken.
const WINDOW: Duration = Duration::from_millis(500);

/// One encoding.
#[derive(Debug, Default)]
pub(super) struct Track {
    last: Option<At>,
    window: Option<(At, u64)>,
    bits_per_s: Option<u64>,
    height: Option<u16>,
    asked: Option<At>,
    wanted: bool,
}

impl Track {
    /// A packet came. True if nothing was coming before.
    pub(super) fn came(&mut self, now: At, bytes: usize, height: Option<u16>) -> bool {
        let begins = !self.is_sent(now);
        self.last = Some(now);
        self.height = height.or(self.height);
        let (since, bits) = self.window.unwrap_or((now, 0));
        let bits = bits + bytes as u64 * 8;
        let span = now.since(since);
        if begins {
            self.window = Some((now, bytes as u64 * 8));
        } else if span >= WINDOW {
            let rate = bits * 1_000 / span.as_millis().max(1) as u64;
            // A quarter of what is new: one keyframe is not a higher rate.
            self.bits_per_s = Some(self.bits_per_s.map_or(rate, |old| (old * 3 + rate) / 4));
            self.window = Some((now, 0));
        } else {
            self.window = Some((since, bits));
        }
        begins
    }

    /// Whether it comes now.
    pub(super) fn is_sent(&self, now: At) -> bool {
        self.last.is_some_and(|last| now.since(last) < SILENT_AFTER)
    }

    /// What it takes, in bit/s of RTP packets; `None` until half a second of it has come.
    pub(super) fn bits_per_s(&self) -> Option<u64> {
        self.bits_per_s
    }

    /// Height of the picture, in pixels, where a keyframe told it.
    pub(super) fn height(&self) -> Option<u16> {
        self.height
    }

    /// Somebody cannot go on without a keyframe.
    pub(super) fn want_keyframe(&mut self) {
        self.wanted = true;
    }

    /// A keyframe begins.
    pub(super) fn keyframe_came(&mut self) {
        self.wanted = false;
    }

    /// Whether the sender is to be asked now; counts as asked then. Asked again until one comes.
    pub(super) fn ask_now(&mut self, now: At) -> bool {
        let due = self.wanted && self.keyframe_due().is_none_or(|due| due <= now);
        if due {
            self.asked = Some(now);
        }
        due
    }

    /// When the sender is to be asked, if a keyframe is wanted and it was asked before.
    pub(super) fn keyframe_due(&self) -> Option<At> {
        if self.wanted { self.asked.map(|asked| asked.plus(KEYFRAME_EVERY)) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sender_is_asked_at_once_then_at_most_every_so_often_and_until_one_comes() {
        let mut track = Track::default();
        assert!(!track.ask_now(At::from_ms(0)), "nobody wants one");
        let mut asked = Vec::new();
        for ms in 0..1_000 {
            track.want_keyframe();
            if track.ask_now(At::from_ms(ms)) {
                asked.push(ms);
            }
        }
        assert_eq!(asked, [0, 400, 800]);
        track.keyframe_came();
        assert!(!track.ask_now(At::from_ms(5_000)));
    }

    #[test]
    fn rate_is_that_of_its_packets() {
        let mut track = Track::default();
        for ms in (0..3_000).step_by(10) {
            track.came(At::from_ms(ms), 1_000, None);
        }
        let rate = track.bits_per_s().expect("after three seconds");
        assert!((780_000..830_000).contains(&rate), "{rate}");
    }

    #[test]
    fn what_stops_is_not_sent_and_what_comes_back_begins() {
        let mut track = Track::default();
        assert!(track.came(At::from_ms(0), 100, Some(180)));
        assert!(!track.came(At::from_ms(100), 100, None));
        assert!(track.is_sent(At::from_ms(1_000)));
        assert!(!track.is_sent(At::from_ms(1_300)));
        assert!(track.came(At::from_ms(2_000), 100, None));
        assert_eq!(track.height(), Some(180));
    }
}
