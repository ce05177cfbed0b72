//! How many patients are there at once.

use super::forecast::{Expected, Forecast};
use super::history::{HOURS, History, LENGTHS, OfKind};

/// Minutes of one step.
pub const STEP_MIN: i64 = 5;
/// Steps of an hour.
const PER_HOUR: usize = 12;
/// How long a visit takes that nobody has timed, in steps: half an hour.
const UNTIMED: usize = 6;

/// Patients who are expected to be there at once, at each step of [`STEP_MIN`] minutes of one day of that type.
///
/// Arrivals are taken to come evenly within their hour, and each stays as long as those did who were timed: the mean of a queue with as
/// many servers as patients (M/G/∞), which is a sum of arrivals times the part that is still there. Who stays past midnight is not told.
pub fn expected_present(history: &History, kind: &str, day: &Expected) -> Vec<f64> {
    let stays =
        history.kinds.get(kind).map_or_else(|| survival(&[0; LENGTHS]), |of: &OfKind| survival(&of.lengths));
    let arrivals: Vec<f64> =
        day.hours.iter().flat_map(|count| std::iter::repeat_n(count / PER_HOUR as f64, PER_HOUR)).collect();
    (0..HOURS * PER_HOUR)
        .map(|step| {
            stays
                .iter()
                .take(step + 1)
                .zip(arrivals[..=step].iter().rev())
                .map(|(stays, came)| stays * came)
                .sum()
        })
        .collect()
}

/// Who is expected to be there at once: now, and at the most in the day to come.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct AtOnce {
    /// Now.
    pub now: f64,
    /// The most at one time, from now until the same time tomorrow.
    pub peak: f64,
}

/// Who of the types that `counts` is expected to be there `minute` minutes past the first midnight of the forecast, by the wall clock.
/// Past the forecast's end nobody is. O(types × steps of a day).
pub fn at_once(history: &History, told: &Forecast, minute: i64, counts: impl Fn(&str) -> bool) -> AtOnce {
    let per_day = HOURS * PER_HOUR;
    let first = usize::try_from(minute.max(0) / STEP_MIN).unwrap_or(usize::MAX);
    let (day, step) = (first / per_day, first % per_day);
    let ahead: Vec<Vec<f64>> = (told.kinds.iter().filter(|(kind, _)| counts(kind)))
        .map(|(kind, days)| {
            let days = days.iter().skip(day).take(2).flat_map(|one| expected_present(history, kind, one));
            days.skip(step).take(per_day).collect()
        })
        .collect();
    // Not the sum of none, which is -0.
    let now = ahead.iter().filter_map(|one| one.first()).fold(0.0, |all, one| all + one);
    AtOnce { now, peak: peak(&ahead) }
}

/// The most who are there at once, of several types together.
pub fn peak(of_kinds: &[Vec<f64>]) -> f64 {
    let at = |step: usize| of_kinds.iter().filter_map(|day| day.get(step)).sum::<f64>();
    let steps = of_kinds.iter().map(Vec::len).max().unwrap_or_default();
    (0..steps).map(at).fold(0.0, f64::max)
}

/// The part that is still there so many steps after they came.
fn survival(lengths: &[u32; LENGTHS]) -> Vec<f64> {
    let all: u32 = lengths.iter().sum();
    if all == 0 {
        return vec![1.0; UNTIMED];
    }
    let mut left = all;
    let part = |count: &u32| {
        let still = f64::from(left) / f64::from(all);
        left -= count;
        still
    };
    lengths.iter().map(part).collect()
}
