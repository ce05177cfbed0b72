//! What a calendar holds.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};

use crate::scheduling::booking::Booked;
use crate::scheduling::recur::{Rule, Series, SeriesError};
use crate::scheduling::span::{Minute, Span};
use crate::scheduling::zone::Zone;

/// What a calendar is sent for (RFC 5546, section 1.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// To be shown.
    Publish,
    /// To be taken away.
    Cancel,
}

/// Who keeps the calendar; RFC 5546 wants one in whatever is published or cancelled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Organizer {
    /// As people call it.
    pub name: String,
    /// A URI: `mailto:` or another.
    pub uri: String,
}

/// A calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// What it was sent for; none: it is a file.
    pub method: Option<Method>,
    /// Who keeps it.
    pub organizer: Option<Organizer>,
    /// Its events, in the order of the file.
    pub events: Vec<Event>,
}

/// How sure an event is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Not yet.
    Tentative,
    /// It is.
    Confirmed,
    /// Not any more.
    Cancelled,
}

/// When an event is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum When {
    /// At a time.
    Timed {
        /// From when to when; empty for what has no length.
        span: Span,
        /// By whose clock it recurs.
        zone: Zone,
    },
    /// On whole days of whoever looks.
    Days {
        /// The first.
        first: Date,
        /// The one past the last.
        end: Date,
    },
}

/// An event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Names it for ever.
    pub uid: String,
    /// How often it was changed.
    pub sequence: u32,
    /// How sure it is.
    pub status: Status,
    /// Shown as free (`TRANSP:TRANSPARENT`, section 3.8.2.7): it takes nobody's time.
    pub is_free: bool,
    /// When it was written.
    pub stamp: Minute,
    /// When it is.
    pub when: When,
    /// In a line.
    pub summary: String,
    /// In words.
    pub description: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// If it recurs.
    pub rule: Option<Rule>,
    /// The wall-clock times of the series that were taken out.
    pub except: BTreeSet<DateTime>,
    /// The wall-clock time of the series in whose place this one is.
    pub instead_of: Option<DateTime>,
}

impl Event {
    /// When it is in the window, each time it recurs. Whole days are those of `zone`.
    ///
    /// # Errors
    /// [`SeriesError`] if it recurs too often there, or never.
    pub fn spans(&self, zone: &Zone, window: Span) -> Result<Vec<Span>, SeriesError> {
        let (start, length, zone, days) = match &self.when {
            When::Timed { span, zone } => (zone.local(span.from), span.length_min(), zone, None),
            When::Days { first, end } => {
                (first.to_datetime(jiff::civil::Time::midnight()), 0, zone, Some(*end - *first))
            }
        };
        let Some(rule) = &self.rule else {
            let span = match &self.when {
                When::Timed { span, .. } => *span,
                When::Days { first, end } => Span::new(zone.day(*first).from, zone.day(*end).from),
            };
            return if span.overlaps(window) { Ok(vec![span]) } else { Err(SeriesError::Empty) };
        };
        let except = self.except.clone();
        let series = Series { start, zone: zone.clone(), duration_min: length, rule: rule.clone(), except };
        let whole = |date: Date, days: jiff::Span| {
            let end = date.checked_add(days).unwrap_or(Date::MAX);
            Span::new(zone.day(date).from, zone.day(end).from)
        };
        let instances = series.instances(window)?.into_iter();
        Ok(instances.map(|one| days.map_or(one.span, |days| whole(one.local.date(), days))).collect())
    }
}

/// The domain of the UIDs of a clinic's appointments, whichever replica writes; `clinic` is empty at head office.
pub fn domain_of(clinic: &str) -> String {
    format!("{}.holdfast", if clinic.is_empty() { "head-office" } else { clinic })
}

/// An appointment as an event. `domain` makes its UID one of its own: see [`domain_of`].
///
/// The summary is what whoever exports it says: a calendar goes to phones, so no words of the record are put into it.
pub fn event_of(booked: &Booked, domain: &str, summary: &str, stamp: Minute, zone: &Zone) -> Event {
    let status = match booked.status.as_str() {
        "proposed" | "pending" | "waitlist" => Status::Tentative,
        "cancelled" | "entered-in-error" => Status::Cancelled,
        _ => Status::Confirmed,
    };
    Event {
        uid: format!("{}@{domain}", booked.id),
        sequence: booked.sequence,
        status,
        is_free: false,
        stamp,
        when: When::Timed { span: booked.span, zone: zone.clone() },
        summary: summary.to_owned(),
        description: None,
        location: None,
        rule: None,
        except: BTreeSet::new(),
        instead_of: None,
    }
}
