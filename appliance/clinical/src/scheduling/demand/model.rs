//! One series of days: a level, and the shape of the week.

use super::history::{days_between, weekday};
use jiff::civil::Date;

/// Weeks after which a day counts half for the shape of the week, which changes slowly.
const SHAPE_HALF_WEEKS: f64 = 8.0;
/// Weeks after which a day counts half for the level, which follows the last weeks.
pub(super) const LEVEL_HALF_WEEKS: f64 = 1.0;
/// For how many days of a type's own a weekday of the whole clinic's shape counts.
const LEANING: f64 = 2.0;

/// How many there are on a day of each kind.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub(super) struct Model {
    /// Of a day as the week has them on average.
    pub(super) level: f64,
    /// By weekday, from Monday, in parts of the level.
    pub(super) shape: [f64; 7],
}

impl Model {
    /// Fits the days that say something, as they were known at the beginning of `now`. `lean` is the shape that weekdays with few days
    /// lean on; none: each is what it was, and one that never was is as the others.
    pub(super) fn fit(days: &[(Date, f64)], now: Date, lean: Option<&[f64; 7]>) -> Self {
        let mut sums = [(0.0, 0.0); 7];
        for (date, value) in days {
            let weight = weight(*date, now, SHAPE_HALF_WEEKS);
            let (sum, weights) = &mut sums[weekday(*date)];
            *sum += value * weight;
            *weights += weight;
        }
        let (sum, weights) = sums.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
        if sum <= 0.0 {
            return Self::default();
        }
        let mean = sum / weights;
        let shape = std::array::from_fn(|day| {
            let (sum, weights) = sums[day];
            let (lean, by) = match lean {
                Some(lean) => (lean[day], LEANING),
                None => (1.0, if weights > 0.0 { 0.0 } else { 1.0 }),
            };
            (sum + by * mean * lean) / (weights + by) / mean
        });
        Self { level: level(days, now, &shape), shape }
    }

    /// What is to be expected of that day.
    pub(super) fn expect(&self, date: Date) -> f64 {
        self.level * self.shape[weekday(date)]
    }

    /// The standard deviation of the days about the model; that of a Poisson process at the least.
    pub(super) fn spread(&self, days: &[(Date, f64)], date: Date) -> f64 {
        let squares: f64 = days.iter().map(|(date, value)| (value - self.expect(*date)).powi(2)).sum();
        let seen = if days.is_empty() { 0.0 } else { squares / days.len() as f64 };
        seen.max(self.expect(date)).sqrt()
    }
}

/// What the last days were, each by its weekday.
fn level(days: &[(Date, f64)], now: Date, shape: &[f64; 7]) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (date, value) in days.iter().filter(|(date, _)| shape[weekday(*date)] > 0.0) {
        let weight = weight(*date, now, LEVEL_HALF_WEEKS);
        sum += value * weight;
        weights += shape[weekday(*date)] * weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

pub(super) fn weight(date: Date, now: Date, half_weeks: f64) -> f64 {
    0.5_f64.powf(days_between(date, now) as f64 / 7.0 / half_weeks)
}
