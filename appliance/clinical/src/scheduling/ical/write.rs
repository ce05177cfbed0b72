//! Writing a calendar.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};

use super::event::{Calendar, Event, Method, Status, When};
use super::line::{escape, push};
use super::timezone::push_zone;
use crate::scheduling::recur::{End, Until};
use crate::scheduling::span::{DAY_MIN, Minute, Span};
use crate::scheduling::zone::Zone;

/// Names whoever made the calendar (section 3.7.3).
const PRODUCT: &str = "-//Holdfast//Schedule//EN";

/// Days past its beginning for which the clock changes of a series without an end are written down.
const SERIES_DAYS: i64 = 5 * 366;

/// The calendar as a file: lines end in CRLF and have 75 octets at the most; the zones that are used stand in it, so that a reader needs no
/// tz database (section 3.6.5).
pub fn write(calendar: &Calendar) -> String {
    let mut out = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0"] {
        push(&mut out, line);
    }
    push(&mut out, &format!("PRODID:{PRODUCT}"));
    push(&mut out, "CALSCALE:GREGORIAN");
    match calendar.method {
        Some(Method::Publish) => push(&mut out, "METHOD:PUBLISH"),
        Some(Method::Cancel) => push(&mut out, "METHOD:CANCEL"),
        None => {}
    }
    for (zone, span) in zones(&calendar.events).values() {
        push_zone(&mut out, zone, *span);
    }
    for event in &calendar.events {
        push_event(&mut out, calendar, event);
    }
    push(&mut out, "END:VCALENDAR");
    out
}

/// The zones that are used, each with the time for which it must be told.
fn zones(events: &[Event]) -> BTreeMap<String, (Zone, Span)> {
    let mut out: BTreeMap<String, (Zone, Span)> = BTreeMap::new();
    for event in events {
        let When::Timed { span, zone } = &event.when else { continue };
        if is_utc(zone) {
            continue;
        }
        let reach = Span::new(span.from, last_minute(event, *span));
        let kept = out.entry(zone.name().to_owned()).or_insert_with(|| (zone.clone(), reach));
        kept.1 = Span::new(kept.1.from.min(reach.from), kept.1.to.max(reach.to));
    }
    out
}

fn last_minute(event: &Event, span: Span) -> Minute {
    let bound = span.to.saturating_add(SERIES_DAYS * DAY_MIN);
    match event.rule.as_ref().map(|rule| rule.end) {
        None => span.to,
        Some(End::Until(Until::Instant(last))) => last.saturating_add(span.length_min()).min(bound),
        Some(_) => bound,
    }
}

fn is_utc(zone: &Zone) -> bool {
    zone.name() == "UTC"
}

fn push_event(out: &mut String, calendar: &Calendar, event: &Event) {
    push(out, "BEGIN:VEVENT");
    push(out, &format!("UID:{}", escape(&event.uid)));
    push(out, &format!("DTSTAMP:{}", utc(event.stamp)));
    push(out, &format!("SEQUENCE:{}", event.sequence));
    let status = match event.status {
        Status::Tentative => "TENTATIVE",
        Status::Confirmed => "CONFIRMED",
        Status::Cancelled => "CANCELLED",
    };
    push(out, &format!("STATUS:{status}"));
    if event.is_free {
        push(out, "TRANSP:TRANSPARENT");
    }
    push_when(out, event);
    push(out, &format!("SUMMARY:{}", escape(&event.summary)));
    for (name, text) in [("DESCRIPTION", &event.description), ("LOCATION", &event.location)] {
        if let Some(text) = text {
            push(out, &format!("{name}:{}", escape(text)));
        }
    }
    if let Some(rule) = &event.rule {
        push(out, &format!("RRULE:{rule}"));
    }
    if let Some(organizer) = &calendar.organizer {
        // A parameter knows no escapes, and a URI no control characters.
        let name: String = organizer.name.chars().filter(|c| *c != '"' && !c.is_control()).collect();
        let uri: String = organizer.uri.chars().filter(|c| !c.is_control()).collect();
        push(out, &format!("ORGANIZER;CN=\"{name}\":{uri}"));
    }
    push(out, "END:VEVENT");
}

fn push_when(out: &mut String, event: &Event) {
    match &event.when {
        When::Timed { span, zone } => {
            let start = zone.local(span.from);
            // Of an hour that comes twice a wall clock tells the first alone.
            if event.rule.is_none() && zone.at(start).0 != span.from {
                push_local(out, "DTSTART", &Zone::utc(), Zone::utc().local(span.from));
            } else {
                push_local(out, "DTSTART", zone, start);
            }
            // Not DTEND: on the day of a clock change a length says the same to every reader.
            push(out, &format!("DURATION:PT{}M", span.length_min()));
            for at in &event.except {
                push_local(out, "EXDATE", zone, *at);
            }
            if let Some(at) = event.instead_of {
                push_local(out, "RECURRENCE-ID", zone, at);
            }
        }
        When::Days { first, end } => {
            push_date(out, "DTSTART", *first);
            push_date(out, "DTEND", *end);
            for at in &event.except {
                push_date(out, "EXDATE", at.date());
            }
            if let Some(at) = event.instead_of {
                push_date(out, "RECURRENCE-ID", at.date());
            }
        }
    }
}

fn push_local(out: &mut String, name: &str, zone: &Zone, at: DateTime) {
    let local = local(at);
    if is_utc(zone) {
        push(out, &format!("{name}:{local}Z"));
    } else {
        push(out, &format!("{name};TZID={}:{local}", zone.name()));
    }
}

fn push_date(out: &mut String, name: &str, date: Date) {
    push(out, &format!("{name};VALUE=DATE:{}", date.strftime("%Y%m%d")));
}

/// `20260131T090000`.
pub(super) fn local(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

fn utc(minute: Minute) -> String {
    format!("{}Z", local(Zone::utc().local(minute)))
}
