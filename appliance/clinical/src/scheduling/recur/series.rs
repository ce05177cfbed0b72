//! Instances of a series, in minutes.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::rule::{End, Rule, Until};
use crate::scheduling::span::{Minute, Span};
use crate::scheduling::zone::{Wall, Zone};

/// The most instances of one window: a series that is booked at once is a transaction each.
pub const MAX_INSTANCES: usize = 500;

/// A series that is not worked out.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SeriesError {
    /// More than [`MAX_INSTANCES`].
    #[error("cannot work out the series: it has more than {MAX_INSTANCES} dates there; end it earlier")]
    TooMany,
    /// It has no date in the window.
    #[error("cannot work out the series: no date fits its rule there; check its first day and its end")]
    Empty,
}

impl SeriesError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "series-too-many",
            Self::Empty => "series-empty",
        }
    }
}

/// Appointments that recur at one wall-clock time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Series {
    /// The wall clock of the first.
    pub start: DateTime,
    /// By whose clock.
    pub zone: Zone,
    /// Minutes of each, by the clock on no wall: an hour is an hour on every day.
    pub duration_min: i64,
    /// When it recurs.
    pub rule: Rule,
    /// Wall-clock times that were taken out.
    pub except: BTreeSet<DateTime>,
}

/// One appointment of a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instance {
    /// From 1, those that were taken out counted too: it stays the same whatever is taken out later.
    pub number: u32,
    /// The wall clock by the rule. In a gap of the clock `span` begins at another one.
    pub local: DateTime,
    /// When.
    pub span: Span,
    /// Whether the clock leaves that time out, or has it twice.
    pub wall: Wall,
}

impl Series {
    /// The instances that begin in the window, in order.
    ///
    /// # Errors
    /// [`SeriesError`] if there is none, or more than [`MAX_INSTANCES`].
    pub fn instances(&self, window: Span) -> Result<Vec<Instance>, SeriesError> {
        let mut out = Vec::new();
        for (number, local) in (1_u32..).zip(self.rule.times(self.start)) {
            let (from, wall) = self.zone.at(local);
            if self.is_past_end(number, local, from) || from >= window.to {
                break;
            }
            if from < window.from || self.except.contains(&local) {
                continue;
            }
            if out.len() == MAX_INSTANCES {
                return Err(SeriesError::TooMany);
            }
            out.push(Instance { number, local, span: Span::of(from, self.duration_min), wall });
        }
        if out.is_empty() { Err(SeriesError::Empty) } else { Ok(out) }
    }

    fn is_past_end(&self, number: u32, local: DateTime, at: Minute) -> bool {
        match self.rule.end {
            End::Never => false,
            End::Count(count) => number > count,
            End::Until(Until::Instant(last)) => at > last,
            End::Until(Until::Local(last)) => local > last,
            End::Until(Until::Date(last)) => local.date() > last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVER: Span = Span { from: 0, to: i64::MAX };

    fn series(zone: &str, start: &str, rule: &str) -> Series {
        Series {
            start: start.parse().unwrap(),
            zone: Zone::named(zone).unwrap(),
            duration_min: 30,
            rule: Rule::parse(rule).unwrap(),
            except: BTreeSet::new(),
        }
    }

    fn told(series: &Series) -> Vec<String> {
        let instances = series.instances(EVER).unwrap();
        instances.iter().map(|one| format!("{} {}", one.number, series.zone.instant(one.span.from))).collect()
    }

    #[test]
    fn wall_time_stays_across_a_clock_change() {
        for (zone, start, offsets) in [
            ("Europe/Berlin", "2026-03-20T09:00", ["+01:00", "+01:00", "+02:00"]),
            ("America/New_York", "2026-10-22T09:00", ["-04:00", "-04:00", "-05:00"]),
            ("Australia/Lord_Howe", "2026-09-24T09:00", ["+10:30", "+10:30", "+11:00"]),
            ("Africa/Casablanca", "2026-02-05T09:00", ["+01:00", "+01:00", "+00:00"]),
        ] {
            let told = told(&series(zone, start, "FREQ=WEEKLY;COUNT=3"));
            for (one, offset) in told.iter().zip(offsets) {
                assert!(one.ends_with(&format!("T09:00:00{offset}")), "{zone}: {told:?}");
            }
        }
    }

    #[test]
    fn an_instance_in_the_gap_says_so_and_is_an_hour_later() {
        let nightly = series("Europe/Berlin", "2026-03-28T02:30", "FREQ=DAILY;COUNT=3");
        assert_eq!(
            told(&nightly),
            ["1 2026-03-28T02:30:00+01:00", "2 2026-03-29T03:30:00+02:00", "3 2026-03-30T02:30:00+02:00"]
        );
        let walls: Vec<Wall> = nightly.instances(EVER).unwrap().iter().map(|one| one.wall).collect();
        assert_eq!(walls, [Wall::Once, Wall::Skipped, Wall::Once]);
        let autumn = series("Europe/Berlin", "2026-10-25T02:30", "FREQ=DAILY;COUNT=1");
        assert_eq!(autumn.instances(EVER).unwrap()[0].wall, Wall::Twice);
        assert_eq!(told(&autumn), ["1 2026-10-25T02:30:00+02:00"]);
    }

    #[test]
    fn ends_are_kept_and_what_was_taken_out_still_counts() {
        let mut weekly = series("Europe/Berlin", "2026-06-01T09:00", "FREQ=WEEKLY;COUNT=4");
        weekly.except.insert("2026-06-08T09:00".parse().unwrap());
        let numbers: Vec<u32> = weekly.instances(EVER).unwrap().iter().map(|one| one.number).collect();
        assert_eq!(numbers, [1, 3, 4]);
        for (end, count) in [
            ("UNTIL=20260615", 3),
            ("UNTIL=20260614", 2),
            ("UNTIL=20260615T070000Z", 3),
            ("UNTIL=20260615T065900Z", 2),
            ("UNTIL=20260615T090000", 3),
        ] {
            let all = told(&series("Europe/Berlin", "2026-06-01T09:00", &format!("FREQ=WEEKLY;{end}")));
            assert_eq!(all.len(), count, "{end}");
        }
    }

    #[test]
    fn windows_bound_what_is_worked_out() {
        let daily = series("UTC", "2026-01-01T09:00", "FREQ=DAILY");
        assert_eq!(daily.instances(EVER), Err(SeriesError::TooMany));
        let start = daily.zone.at(daily.start).0;
        let week = daily.instances(Span::of(start + 1_440, 7 * 1_440)).unwrap();
        assert_eq!((week.len(), week[0].number), (7, 2));
        assert_eq!(daily.instances(Span::new(0, start)).unwrap_err().code(), "series-empty");
    }
}
