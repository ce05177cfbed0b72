//! How this machine's clock stands beside the peer's, as the `Date` of its answers tells (RFC 9110 §6.6.1).

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::DATE;

const UNKNOWN: i64 = i64::MIN;
/// `Date` has whole seconds, and an answer is on its way for a while: what differs by less is no difference.
const BLUR_MS: u64 = 10_000;

/// What is known of the peer's clock.
#[derive(Debug)]
pub(super) struct PeerClock {
    ahead_ms: AtomicI64,
}

impl PeerClock {
    pub(super) fn new() -> Self {
        Self { ahead_ms: AtomicI64::new(UNKNOWN) }
    }

    /// Takes note of an answer that has just come. What changes by less than the blur is left as it is.
    pub(super) fn saw(&self, headers: &HeaderMap, now: SystemTime) {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        let Some(theirs) = date.and_then(|text| httpdate::parse_http_date(text).ok()) else { return };
        let (Some(own_ms), Some(their_ms)) = (unix_ms(now), unix_ms(theirs)) else { return };
        let ahead_ms = own_ms - their_ms;
        let ahead_ms = if ahead_ms.unsigned_abs() < BLUR_MS { 0 } else { ahead_ms };
        let before = self.ahead_ms.load(Relaxed);
        if before == UNKNOWN || ahead_ms == 0 || ahead_ms.abs_diff(before) >= BLUR_MS {
            self.ahead_ms.store(ahead_ms, Relaxed);
        }
    }

    /// How far this machine's clock is ahead of the peer's, in milliseconds; negative: behind; `None` before the first answer.
    pub(super) fn ahead_ms(&self) -> Option<i64> {
        Some(self.ahead_ms.load(Relaxed)).filter(|ms| *ms != UNKNOWN)
    }
}

fn unix_ms(time: SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_is_off_is_noticed_and_one_that_is_nearly_right_is_right() {
        let clock = PeerClock::new();
        let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds);
        let saw = |theirs: u64, own: u64| {
            let date = httpdate::fmt_http_date(at(theirs)).parse().unwrap();
            clock.saw(&HeaderMap::from_iter([(DATE, date)]), at(own));
            clock.ahead_ms()
        };
        assert_eq!(clock.ahead_ms(), None);
        clock.saw(&HeaderMap::new(), at(0));
        clock.saw(&HeaderMap::from_iter([(DATE, "soon".parse().unwrap())]), at(0));
        assert_eq!(clock.ahead_ms(), None);
        assert_eq!(saw(100, 103), Some(0));
        assert_eq!(saw(100, 3700), Some(3_600_000));
        assert_eq!(saw(101, 3704), Some(3_600_000));
        assert_eq!(saw(100, 40), Some(-60_000));
        assert_eq!(saw(100, 95), Some(0));
    }
}
