//! How good the forecast is, on weeks that it has not seen.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::forecast::{Expected, forecast};
use super::history::{Counts, History};

/// What of a day is foretold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Who was expected.
    Booked,
    /// Who came.
    Came,
    /// Who did not.
    Missed,
}

impl Measure {
    fn told(self, day: &Expected) -> f64 {
        match self {
            Self::Booked => day.came + day.missed,
            Self::Came => day.came,
            Self::Missed => day.missed,
        }
    }

    fn real(self, counts: Counts) -> f64 {
        f64::from(match self {
            Self::Booked => counts.booked(),
            Self::Came => counts.came,
            Self::Missed => counts.missed,
        })
    }
}

/// Mean absolute errors on the weeks that were held back, in patients a day and type.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Judged {
    /// Days and types that were compared.
    pub compared: usize,
    /// The forecast's.
    pub ours: f64,
    /// That of the value of the same weekday a week before; of the last week that had such a day, if that one says nothing.
    pub last_week: f64,
}

impl Judged {
    /// Ours over last week's value; below 1 the forecast is better. `None` without anything to compare.
    pub fn ratio(self) -> Option<f64> {
        (self.compared > 0 && self.last_week > 0.0).then(|| self.ours / self.last_week)
    }
}

/// Foretells each whole week from Monday on, from what was known on its first morning, and compares (rolling origin). The first week of
/// the history is only learnt from. Days that say nothing are not compared, for neither knows them: a holiday is in the calendar.
pub fn judge(history: &History, measure: Measure) -> Judged {
    let mut judged = Judged::default();
    let end = history.first.saturating_add(i64::try_from(history.days).unwrap_or(0).days());
    let first = history.dates().skip(7).find(|date| date.weekday() == Weekday::Monday);
    let origins =
        first.into_iter().flat_map(|first| first.series(1.week())).take_while(|origin| *origin < end);
    for origin in origins {
        compare(history, measure, origin, &mut judged);
    }
    if judged.compared > 0 {
        judged.ours /= judged.compared as f64;
        judged.last_week /= judged.compared as f64;
    }
    judged
}

fn compare(history: &History, measure: Measure, origin: Date, judged: &mut Judged) {
    let known = history.until(origin);
    let told = forecast(&known, 7, &BTreeSet::new());
    for (kind, days) in &told.kinds {
        for day in days {
            let Some(real) = history.counts(kind, day.date) else { continue };
            let Some(before) = last_week(&known, kind, day.date) else { continue };
            let (real, before) = (measure.real(real), measure.real(before));
            judged.compared += 1;
            judged.ours += (measure.told(day) - real).abs();
            judged.last_week += (before - real).abs();
        }
    }
}

fn last_week(known: &History, kind: &str, date: Date) -> Option<Counts> {
    let weeks = (1..).map_while(|weeks: i64| date.checked_sub(weeks.weeks()).ok());
    weeks.take_while(|date| *date >= known.first).find_map(|date| known.counts(kind, date))
}
