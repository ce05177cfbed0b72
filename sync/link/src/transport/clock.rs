//! How this machine's clock stands beside the peer's, as the `Date` of its answers tells (RFC 9110 §6.6.1).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::DATE;

/// `Date` has whole seconds, and an answer is on its way for a while: what differs by less is no difference.
const BLUR_MS: u64 = 10_000;

/// How this machine's clock stood beside the peer's when an answer came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockBeside {
    ahead_ms: i64,
    wall: SystemTime,
    at: Instant,
}

impl ClockBeside {
    /// How far this machine's clock is ahead of the peer's, in milliseconds: 0 if it is so by less than ten seconds, negative if it
    /// is behind. `None` if this clock has not gone on evenly since the answer came: somebody has set it, or the machine slept, and
    /// the next answer tells.
    pub fn ahead_ms(&self, wall: SystemTime, now: Instant) -> Option<i64> {
        let went_on = now.checked_duration_since(self.at)?;
        let expected = self.wall.checked_add(went_on)?;
        let off = wall.duration_since(expected).unwrap_or_else(|behind| behind.duration());
        (off < Duration::from_millis(BLUR_MS)).then_some(self.ahead_ms)
    }
}

/// What is known of the peer's clock.
#[derive(Debug, Default)]
pub(super) struct PeerClock(Mutex<Option<ClockBeside>>);

impl PeerClock {
    /// Takes note of an answer that has just come. What changes by less than the blur is left as it is.
    pub(super) fn saw(&self, headers: &HeaderMap, wall: SystemTime, at: Instant) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        let Some(theirs) = date.and_then(|text| httpdate::parse_http_date(text).ok()) else { return };
        let (Some(own_ms), Some(their_ms)) = (unix_ms(wall), unix_ms(theirs)) else { return };
        let measured_ms = own_ms - their_ms;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before_ms = known.map_or(0, |known| known.ahead_ms);
        let ahead_ms = match measured_ms {
            small if small.unsigned_abs() < BLUR_MS => 0,
            same if same.abs_diff(before_ms) < BLUR_MS => before_ms,
            other => other,
        };
        *known = Some(ClockBeside { ahead_ms, wall, at });
    }

    /// As the last answer told; `None` before the first.
    pub(super) fn beside(&self) -> Option<ClockBeside> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unix_ms(time: SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
    }

    fn date(seconds: u64) -> HeaderMap {
        HeaderMap::from_iter([(DATE, httpdate::fmt_http_date(wall(seconds)).parse().unwrap())])
    }

    #[test]
    fn a_clock_that_is_off_is_noticed_and_one_that_is_nearly_right_is_right() {
        let (clock, at) = (PeerClock::default(), Instant::now());
        let saw = |theirs: u64, own: u64| {
            clock.saw(&date(theirs), wall(own), at);
            clock.beside().and_then(|beside| beside.ahead_ms(wall(own), at))
        };
        clock.saw(&HeaderMap::new(), wall(0), at);
        clock.saw(&HeaderMap::from_iter([(DATE, "soon".parse().unwrap())]), wall(0), at);
        assert_eq!(clock.beside(), None);
        assert_eq!(saw(100, 103), Some(0));
        assert_eq!(saw(100, 3700), Some(3_600_000));
        assert_eq!(saw(101, 3704), Some(3_600_000));
        assert_eq!(saw(100, 40), Some(-60_000));
        assert_eq!(saw(100, 95), Some(0));
    }

    #[test]
    fn nothing_is_known_of_a_clock_that_was_set_since() {
        let (clock, at) = (PeerClock::default(), Instant::now());
        clock.saw(&date(100), wall(3700), at);
        let later = |own: u64| clock.beside().unwrap().ahead_ms(wall(own), at + Duration::from_secs(20));
        assert_eq!((later(3720), later(3729)), (Some(3_600_000), Some(3_600_000)));
        assert_eq!((later(100), later(3740), later(90_000)), (None, None, None));
    }
}
