//! Working hours: weekly templates, holidays, extra hours and time off, as spans of minutes.
//!
//! ```text
//! working = ((weekly templates − closed) ∪ extra) − off
//! ```
//! So extra hours open a holiday, and nothing opens what somebody has off.

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};

use super::span::{DAY_MIN, Span, Spans};
use super::zone::Zone;

/// The longest window that is worked out at once, in days: a year and what is booked past it.
pub const MAX_WINDOW_DAYS: i64 = 800;

/// The most templates and shifts that one resource may have, so that a hostile record costs little.
pub const MAX_SHIFTS: usize = 200;

/// Hours that cannot be worked out.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HoursError {
    /// More than [`MAX_WINDOW_DAYS`] were asked for.
    #[error(
        "cannot work out {days} days of hours: {MAX_WINDOW_DAYS} at the most are worked out at once; ask for fewer"
    )]
    WindowTooLong {
        /// How many were asked for.
        days: i64,
    },
    /// More than [`MAX_SHIFTS`].
    #[error("cannot work out the hours: they have {count} shifts, and {MAX_SHIFTS} are the most; join some")]
    TooManyShifts {
        /// How many there are.
        count: usize,
    },
}

impl HoursError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WindowTooLong { .. } => "hours-window-too-long",
            Self::TooManyShifts { .. } => "hours-too-many-shifts",
        }
    }
}

/// The same hours on some days of the week, by the wall clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shift {
    /// On which days it begins.
    pub days: Vec<Weekday>,
    /// When it begins.
    pub from: Time,
    /// When it ends; on the next day if that is not later than `from`.
    pub to: Time,
}

/// A weekly template and when it holds.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Week {
    /// The hours; they may overlap.
    pub shifts: Vec<Shift>,
    /// The first day on which a shift begins.
    pub first: Option<Date>,
    /// The last day on which a shift begins.
    pub last: Option<Date>,
}

/// When one practitioner, room or piece of equipment works. Templates add up: who changes hours ends one and begins another.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Hours {
    /// Weekly templates.
    pub weeks: Vec<Week>,
    /// Holidays of the clinic.
    pub closed: Spans,
    /// Hours beside the templates, on holidays too.
    pub extra: Spans,
    /// Leave, sickness, maintenance.
    pub off: Spans,
}

impl Hours {
    /// When the resource works in the window. O(days × shifts + n of spans).
    ///
    /// # Errors
    /// [`HoursError`] if the window or the templates are too many.
    pub fn working(&self, zone: &Zone, window: Span) -> Result<Spans, HoursError> {
        let days = window.length_min() / DAY_MIN;
        if days > MAX_WINDOW_DAYS {
            return Err(HoursError::WindowTooLong { days });
        }
        let count = self.weeks.iter().map(|week| week.shifts.len()).sum();
        if count > MAX_SHIFTS {
            return Err(HoursError::TooManyShifts { count });
        }
        let templates = Spans::new(self.template_spans(zone, window));
        Ok(templates.minus(&self.closed).union(&self.extra).minus(&self.off).within(window))
    }

    fn template_spans(&self, zone: &Zone, window: Span) -> Vec<Span> {
        // A shift of the day before may reach into the window.
        let first = zone.local(window.from).date().yesterday().unwrap_or(Date::MIN);
        let last = zone.local(window.to).date();
        let mut out = Vec::new();
        for date in first.series(1.day()).take_while(|date| *date <= last) {
            for week in self.weeks.iter().filter(|week| week.holds(date)) {
                let begun = week.shifts.iter().filter(|shift| shift.days.contains(&date.weekday()));
                out.extend(begun.map(|shift| shift.on(zone, date)));
            }
        }
        out
    }
}

impl Week {
    fn holds(&self, date: Date) -> bool {
        self.first.is_none_or(|first| first <= date) && self.last.is_none_or(|last| date <= last)
    }
}

impl Shift {
    /// The shift that begins on that day; empty if the clock leaves all of it out.
    fn on(&self, zone: &Zone, date: Date) -> Span {
        let end = if self.to > self.from { date } else { date.tomorrow().unwrap_or(date) };
        Span::new(zone.opens(date, self.from), zone.opens(end, self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::zone::minute_of_instant;
    use jiff::civil::{date, time};

    const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    fn utc(text: &str) -> i64 {
        minute_of_instant(text).unwrap()
    }

    fn shift(days: &[Weekday], from: (i8, i8), to: (i8, i8)) -> Shift {
        Shift { days: days.to_vec(), from: time(from.0, from.1, 0, 0), to: time(to.0, to.1, 0, 0) }
    }

    fn hours(shifts: Vec<Shift>) -> Hours {
        Hours { weeks: vec![Week { shifts, ..Week::default() }], ..Hours::default() }
    }

    fn on(name: &str, hours: &Hours, day: Date) -> Vec<String> {
        let zone = Zone::named(name).unwrap();
        let spans = hours.working(&zone, zone.day(day)).unwrap();
        spans.iter().map(|span| format!("{}–{}", zone.instant(span.from), zone.instant(span.to))).collect()
    }

    #[test]
    fn local_hours_stay_across_a_clock_change() {
        let week = hours(vec![shift(&ALL, (8, 0), (12, 0)), shift(&ALL, (13, 0), (17, 0))]);
        for (name, before, after) in [
            ("Europe/Berlin", date(2026, 3, 28), date(2026, 3, 29)),
            ("Europe/Berlin", date(2026, 10, 24), date(2026, 10, 25)),
            ("America/New_York", date(2026, 3, 7), date(2026, 3, 8)),
            ("America/New_York", date(2026, 10, 31), date(2026, 11, 1)),
            ("Australia/Lord_Howe", date(2026, 10, 3), date(2026, 10, 4)),
            ("Africa/Casablanca", date(2026, 2, 14), date(2026, 2, 15)),
        ] {
            for day in [before, after] {
                let spans = on(name, &week, day);
                let local: Vec<_> =
                    spans.iter().map(|one| one.contains("T08:00") || one.contains("T13:00")).collect();
                assert_eq!(local, [true, true], "{name} {day} {spans:?}");
            }
            assert_ne!(
                on(name, &week, before)[0][19..],
                on(name, &week, after)[0][19..],
                "{name}: another offset"
            );
        }
    }

    #[test]
    fn night_shifts_follow_the_clock() {
        let night = hours(vec![shift(&[Weekday::Saturday], (22, 0), (6, 0))]);
        let zone = Zone::named("Europe/Berlin").unwrap();
        for (saturday, length) in
            [(date(2026, 3, 28), 7 * 60), (date(2026, 10, 24), 9 * 60), (date(2026, 6, 6), 8 * 60)]
        {
            let window = Span::new(zone.day(saturday).from, zone.day(saturday).to + 2 * DAY_MIN);
            assert_eq!(night.working(&zone, window).unwrap().total_min(), length, "{saturday}");
        }
        // It reaches into a window that begins on Sunday.
        assert_eq!(
            on("Europe/Berlin", &night, date(2026, 6, 7)),
            ["2026-06-07T00:00:00+02:00–2026-06-07T06:00:00+02:00"]
        );
    }

    #[test]
    fn hours_in_the_gap_begin_where_it_ends_and_end_where_it_begins() {
        for (from, to, expected) in [
            ((2, 30), (4, 0), vec!["2026-03-29T03:00:00+02:00–2026-03-29T04:00:00+02:00"]),
            ((1, 0), (2, 30), vec!["2026-03-29T01:00:00+01:00–2026-03-29T03:00:00+02:00"]),
            ((2, 0), (3, 0), vec![]),
        ] {
            assert_eq!(on("Europe/Berlin", &hours(vec![shift(&ALL, from, to)]), date(2026, 3, 29)), expected);
        }
        // In the hour that comes twice nobody works twice.
        let half = hours(vec![shift(&ALL, (2, 0), (2, 30))]);
        assert_eq!(
            on("Europe/Berlin", &half, date(2026, 10, 25)),
            ["2026-10-25T02:00:00+02:00–2026-10-25T02:30:00+02:00"]
        );
        let through = hours(vec![shift(&ALL, (1, 0), (4, 0))]);
        assert_eq!(
            on("Europe/Berlin", &through, date(2026, 10, 25)),
            ["2026-10-25T01:00:00+02:00–2026-10-25T04:00:00+01:00"]
        );
    }

    #[test]
    fn a_whole_day_is_from_midnight_to_midnight() {
        let whole = hours(vec![shift(&ALL, (0, 0), (0, 0))]);
        let zone = Zone::named("America/New_York").unwrap();
        let week = Span::new(zone.day(date(2026, 3, 5)).from, zone.day(date(2026, 3, 11)).to);
        assert_eq!(whole.working(&zone, week).unwrap().as_slice(), [week]);
    }

    #[test]
    fn templates_hold_for_their_time_and_add_up() {
        let template = |first, last, from, to| Week { shifts: vec![shift(&ALL, from, to)], first, last };
        let hours = Hours {
            weeks: vec![
                template(None, Some(date(2026, 5, 31)), (8, 0), (12, 0)),
                template(Some(date(2026, 6, 1)), None, (9, 0), (13, 0)),
                template(Some(date(2026, 6, 2)), Some(date(2026, 6, 2)), (18, 0), (20, 0)),
            ],
            ..Hours::default()
        };
        let starts =
            |day| on("UTC", &hours, day).iter().map(|one| one[11..16].to_owned()).collect::<Vec<_>>();
        assert_eq!(starts(date(2026, 5, 31)), ["08:00"]);
        assert_eq!(starts(date(2026, 6, 1)), ["09:00"]);
        assert_eq!(starts(date(2026, 6, 2)), ["09:00", "18:00"]);
    }

    #[test]
    fn extra_hours_open_a_holiday_and_time_off_closes_all() {
        let span = |from, to| Span::new(utc(from), utc(to));
        let mut week = hours(vec![shift(&ALL, (8, 0), (16, 0))]);
        week.closed = Spans::new([span("2026-12-25T00:00Z", "2026-12-26T00:00Z")]);
        assert_eq!(on("UTC", &week, date(2026, 12, 25)), [""; 0]);
        week.extra = Spans::new([span("2026-12-25T10:00Z", "2026-12-25T12:00Z")]);
        assert_eq!(
            on("UTC", &week, date(2026, 12, 25)),
            ["2026-12-25T10:00:00+00:00–2026-12-25T12:00:00+00:00"]
        );
        week.off = Spans::new([span("2026-12-25T11:00Z", "2026-12-28T09:00Z")]);
        assert_eq!(
            on("UTC", &week, date(2026, 12, 25)),
            ["2026-12-25T10:00:00+00:00–2026-12-25T11:00:00+00:00"]
        );
        assert_eq!(
            on("UTC", &week, date(2026, 12, 28)),
            ["2026-12-28T09:00:00+00:00–2026-12-28T16:00:00+00:00"]
        );
    }

    #[test]
    fn too_much_is_refused() {
        let long = Span::of(0, (MAX_WINDOW_DAYS + 1) * DAY_MIN);
        assert_eq!(Hours::default().working(&Zone::utc(), long).unwrap_err().code(), "hours-window-too-long");
        let many = hours(vec![shift(&ALL, (8, 0), (9, 0)); MAX_SHIFTS + 1]);
        assert_eq!(many.working(&Zone::utc(), Span::of(0, 1)).unwrap_err().code(), "hours-too-many-shifts");
    }
}
