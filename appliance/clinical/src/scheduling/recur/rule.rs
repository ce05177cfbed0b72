//! A rule, and how it is written.

use std::fmt::{self, Display, Formatter};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

use crate::scheduling::span::Minute;

/// The most instances that a rule may count: some twenty years of weeks.
pub const MAX_COUNT: u32 = 1_000;

/// The largest interval.
pub const MAX_INTERVAL: u16 = 400;

/// What recurs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Frequency {
    /// Days.
    Daily,
    /// Weeks.
    Weekly,
    /// Months.
    Monthly,
    /// Years.
    Yearly,
}

impl Frequency {
    /// RFC 5545's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

/// A weekday, and which one of the month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ByDay {
    /// 1 is the first of the month, -1 the last; none: every one.
    pub nth: Option<i8>,
    /// The weekday.
    pub day: Weekday,
}

/// The last moment at which an instance may begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// An instant.
    Instant(Minute),
    /// By the wall clock of the series.
    Local(DateTime),
    /// Any time of that day.
    Date(Date),
}

/// When a rule ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It does not.
    Never,
    /// After so many instances, those that were taken out counted too; at most [`MAX_COUNT`].
    Count(u32),
    /// With the last instance that does not begin later.
    Until(Until),
}

/// A rule of recurrence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What recurs.
    pub frequency: Frequency,
    /// Every how many of them; from 1.
    pub interval: u16,
    /// Months (1 to 12), of a yearly rule.
    pub months: Vec<i8>,
    /// Days of the month: 1 to 31, or -1 to -31 counted from its end.
    pub month_days: Vec<i8>,
    /// Weekdays.
    pub days: Vec<ByDay>,
    /// Which of the days that one month (or year) yields: 1 is the first, -1 the last.
    pub positions: Vec<i16>,
    /// With which day a week begins.
    pub week_start: Weekday,
    /// When it ends.
    pub end: End,
}

impl Rule {
    /// Every day, week, month or year.
    pub fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            months: Vec::new(),
            month_days: Vec::new(),
            days: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Monday,
            end: End::Never,
        }
    }
}

/// Two letters, as RFC 5545 has them, from Monday.
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

fn letters(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, one)| *one == day).map_or("MO", |(letters, _)| letters)
}

impl Display for ByDay {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(nth) = self.nth {
            write!(f, "{nth}")?;
        }
        f.write_str(letters(self.day))
    }
}

impl Display for Until {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(minute) => {
                let at = Timestamp::from_second(minute.saturating_mul(60)).unwrap_or(Timestamp::MAX);
                write!(f, "{}", at.strftime("%Y%m%dT%H%M%SZ"))
            }
            Self::Local(local) => write!(f, "{}", local.strftime("%Y%m%dT%H%M%S")),
            Self::Date(date) => write!(f, "{}", date.strftime("%Y%m%d")),
        }
    }
}

/// The rule as the value of RRULE.
impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency.as_str())?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        list(f, "BYMONTH", &self.months)?;
        list(f, "BYMONTHDAY", &self.month_days)?;
        list(f, "BYDAY", &self.days)?;
        list(f, "BYSETPOS", &self.positions)?;
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", letters(self.week_start))?;
        }
        match self.end {
            End::Never => Ok(()),
            End::Count(count) => write!(f, ";COUNT={count}"),
            End::Until(until) => write!(f, ";UNTIL={until}"),
        }
    }
}

fn list<T: Display>(f: &mut Formatter<'_>, name: &str, values: &[T]) -> fmt::Result {
    for (at, value) in values.iter().enumerate() {
        if at == 0 {
            write!(f, ";{name}={value}")?;
        } else {
            write!(f, ",{value}")?;
        }
    }
    Ok(())
}
