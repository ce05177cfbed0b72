//! The days to come.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use super::history::{HOURS, History, OfKind, weekday};
use super::model::{LEVEL_HALF_WEEKS, Model, weight};

/// The most days that are told ahead: what comes later is as the last of them.
pub const MAX_AHEAD: usize = 60;
/// Standard deviations on either side in which nine of ten days lie.
const NINE_OF_TEN: f64 = 1.645;
/// For how many arrivals of a weekday's own the hours of the whole week count.
const HOUR_LEANING: f64 = 20.0;

/// What is expected of one type on one day.
#[derive(Clone, PartialEq, Debug)]
pub struct Expected {
    /// The local day.
    pub date: Date,
    /// Who comes.
    pub came: f64,
    /// Who does not.
    pub missed: f64,
    /// Nine of ten days have at least so many who come, and at most `high`.
    pub low: f64,
    /// See `low`.
    pub high: f64,
    /// Who comes in each hour of the local clock; adds up to `came`.
    pub hours: [f64; HOURS],
}

/// What is expected.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Forecast {
    /// By type, each with one entry a day.
    pub kinds: BTreeMap<String, Vec<Expected>>,
    /// Days of the past that say something; the fewer, the less it says. At none of them all is zero.
    pub telling_days: usize,
}

/// What is expected of the days from the history's end on: `ahead` of them, [`MAX_AHEAD`] at the most. On days that are `closed`, nobody.
pub fn forecast(history: &History, ahead: usize, closed: &BTreeSet<Date>) -> Forecast {
    let now = history.first.saturating_add(i64::try_from(history.days).unwrap_or(0).days());
    let shape = clinic(history, now).shape;
    let dates: Vec<Date> = now.series(1.day()).take(ahead.min(MAX_AHEAD)).collect();
    let of_kind = |of: &OfKind| {
        let days = series(history, of);
        let model = Model::fit(&days, now, Some(&shape));
        let rate = missed_rate(history, of, now);
        let expect = |date: &Date| {
            let booked = if closed.contains(date) { 0.0 } else { model.expect(*date) };
            let came = booked * (1.0 - rate);
            let spread = if booked > 0.0 { NINE_OF_TEN * model.spread(&days, *date) } else { 0.0 };
            let hours = shares(of, weekday(*date)).map(|share| share * came);
            Expected {
                date: *date,
                came,
                missed: booked * rate,
                low: (came - spread).max(0.0),
                high: came + spread,
                hours,
            }
        };
        dates.iter().map(expect).collect()
    };
    Forecast {
        kinds: history.kinds.iter().map(|(kind, of)| (kind.clone(), of_kind(of))).collect(),
        telling_days: history.telling().count(),
    }
}

/// The model of the clinic as a whole.
fn clinic(history: &History, now: Date) -> Model {
    let total = |at: usize| history.kinds.values().map(|of| f64::from(of.days[at].booked())).sum();
    let days: Vec<(Date, f64)> = history.telling().map(|(at, date)| (date, total(at))).collect();
    Model::fit(&days, now, None)
}

fn series(history: &History, of: &OfKind) -> Vec<(Date, f64)> {
    history.telling().map(|(at, date)| (date, f64::from(of.days[at].booked()))).collect()
}

/// Of those who were booked, which part did not come; the last weeks count most, and a type of which little is known leans on the clinic.
fn missed_rate(history: &History, of: &OfKind, now: Date) -> f64 {
    const LEAN_BOOKED: f64 = 20.0;
    let sums = |kinds: &mut dyn Iterator<Item = &OfKind>| {
        kinds.fold((0.0, 0.0), |sums, of| {
            history.telling().fold(sums, |(missed, booked), (at, date)| {
                let (counts, weight) = (of.days[at], weight(date, now, LEVEL_HALF_WEEKS));
                (missed + weight * f64::from(counts.missed), booked + weight * f64::from(counts.booked()))
            })
        })
    };
    let (missed, booked) = sums(&mut history.kinds.values());
    let whole = if booked > 0.0 { missed / booked } else { 0.0 };
    let (missed, booked) = sums(&mut std::iter::once(of));
    (missed + LEAN_BOOKED * whole) / (booked + LEAN_BOOKED)
}

/// Which part of a day's arrivals comes in each hour.
fn shares(of: &OfKind, day: usize) -> [f64; HOURS] {
    let week: [f64; HOURS] =
        std::array::from_fn(|hour| of.hours.iter().map(|day| f64::from(day[hour])).sum());
    let all: f64 = week.iter().sum();
    if all <= 0.0 {
        return [0.0; HOURS];
    }
    let own: f64 = of.hours[day].iter().map(|count| f64::from(*count)).sum();
    std::array::from_fn(|hour| {
        (f64::from(of.hours[day][hour]) + HOUR_LEANING * week[hour] / all) / (own + HOUR_LEANING)
    })
}
