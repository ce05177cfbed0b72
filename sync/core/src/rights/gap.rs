//! When a holder may take back what a silent taker has not sold.

/// How far a clock may be wrong, milliseconds. A clock that shows local time for UTC is off by up to 14 hours, and that is how clocks of
/// clinics are wrong for long without anybody noticing.
pub const SKEW_BOUND_MS: u64 = 14 * 60 * 60 * 1_000;

/// Why it may not take back yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "cannot take the time back yet: the one who may sell it until {sell_until_ms} has not been heard since {needed_ms} (Unix \
     milliseconds of this clock); wait for its link, or have it return the time"
)]
pub struct TooEarly {
    /// The taker sells until here.
    pub sell_until_ms: u64,
    /// A pull has to begin later than this.
    pub needed_ms: u64,
}

/// Whether a pull from the taker that began at `pulled_ms` by the holder's clock, and brought everything, came late enough: all that the
/// taker has sold was sold before it. Two clocks of which each is off by `skew_ms` at most are apart by twice that.
///
/// # Errors
/// [`TooEarly`].
pub fn may_take_back(sell_until_ms: u64, pulled_ms: Option<u64>, skew_ms: u64) -> Result<(), TooEarly> {
    let needed_ms = sell_until_ms.saturating_add(skew_ms.saturating_mul(2));
    if pulled_ms.is_some_and(|began| began > needed_ms) {
        return Ok(());
    }
    Err(TooEarly { sell_until_ms, needed_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_taker_has_stopped_selling_when_a_fast_holder_takes_back() {
        let (until, skew) = (1_000_000, 5_000);
        for true_ms in until - 3 * skew..until + 4 * skew {
            let (holder, taker) = (true_ms + skew, true_ms - skew);
            if may_take_back(until, Some(holder), skew).is_ok() {
                assert!(taker >= until, "at {true_ms} the taker still sells");
            }
        }
        assert!(may_take_back(until, None, skew).is_err());
        assert!(may_take_back(u64::MAX, Some(u64::MAX), skew).is_err(), "what has no end does not come back");
    }
}
