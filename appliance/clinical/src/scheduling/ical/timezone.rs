//! VTIMEZONE: what a zone's clock does in a stretch of time (RFC 5545, section 3.6.5).
//!
//! Each change is written down as it is, with no rule for later ones: rules of law change, and a calendar that was sent knows no better.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::line::push;
use super::write::local;
use crate::scheduling::span::{DAY_MIN, Span};
use crate::scheduling::zone::{Change, Zone};

/// Writes the zone so that every time in the span is told, with a day to either side.
pub(super) fn push_zone(out: &mut String, zone: &Zone, span: Span) {
    let span = span.widened(DAY_MIN, DAY_MIN);
    push(out, "BEGIN:VTIMEZONE");
    push(out, &format!("TZID:{}", zone.name()));
    for change in std::iter::once(zone.standing(span.from)).chain(zone.changes(span)) {
        push_change(out, &change);
    }
    push(out, "END:VTIMEZONE");
}

fn push_change(out: &mut String, change: &Change) {
    let kind = if change.is_dst { "DAYLIGHT" } else { "STANDARD" };
    push(out, &format!("BEGIN:{kind}"));
    // The clock that the change ends shows when it is.
    let shown = change.second.saturating_add(i64::from(change.before));
    let shown = Timestamp::from_second(shown).unwrap_or(Timestamp::MIN);
    push(out, &format!("DTSTART:{}", local(TimeZone::UTC.to_datetime(shown))));
    push(out, &format!("TZOFFSETFROM:{}", offset(change.before)));
    push(out, &format!("TZOFFSETTO:{}", offset(change.after)));
    push(out, &format!("TZNAME:{}", change.name));
    push(out, &format!("END:{kind}"));
}

/// `+0130`, with seconds only where there are any.
fn offset(seconds: i32) -> String {
    let (sign, size) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
    let rest = if size % 60 == 0 { String::new() } else { format!("{:02}", size % 60) };
    format!("{sign}{:02}{:02}{rest}", size / 3_600, size / 60 % 60)
}
