//! How many patients are there at once.

use super::forecast::Expected;
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

/// The most who are there at once, of several types together.
pub fn peak(of_kinds: &[Vec<f64>]) -> f64 {
    let at = |step: usize| of_kinds.iter().filter_map(|day| day.get(step)).sum::<f64>();
    (0..HOURS * PER_HOUR).map(at).fold(0.0, f64::max)
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
