//! Rows that tell what is taken of whose time, and what there is on a day, without a look at anything else: work is then
//! proportional to the hours looked at, however many years are held.
//!
//! | Value | Of |
//! |---|---|
//! | `part ␟ whose ␟ from ␟ to` | an `Appointment` that takes time, for each resource that it names; a `Slot` that breaks hours, for its Schedule |
//! | `~part ␟ whose ␟ from ␟ to` | the same for its patients: whoever asks what is taken of all resources passes them by |
//! | `@part ␟ from ␟ to` | the same once, and of Appointments those that take no time, too |
//! | `@waitlist`, `@proposed` | an `Appointment` that waits, or is asked for |
//!
//! A *part* is a stretch of the calendar of a fixed length, counted from 1970; what reaches over several has a row in each, and what
//! reaches over very many one in [`LONG`], which everybody has to look at. `from` and `to` are minutes, with buffers. Every sibling
//! counts: of two times that stand side by side all from the first to the last is taken until somebody has decided.

use std::ops::RangeInclusive;

use holdfast_core::rules::IndexRow;
use holdfast_core::state::EntityState;
use serde_json::{Value, json};

use super::TOKEN_SEPARATOR;
use crate::scheduling::booking::takes_time;
use crate::scheduling::fhir::extension;
use crate::scheduling::span::{DAY_MIN, Minute, Span};
use crate::scheduling::zone::minute_of_instant;

/// Rows of Appointments.
pub const APPOINTMENT: u32 = 5_702;
/// Rows of Slots.
pub const SLOT: u32 = 125_702;
/// Those who wait.
pub const WAITING: &str = "@waitlist";
/// Those who asked for a time.
pub const ASKED_FOR: &str = "@proposed";

/// The part of what reaches over more than [`MAX_PARTS`]. Sorts before all others.
const LONG: &str = "--------";
/// The number of that part.
pub const EVER: i64 = -1;
/// A fortnight of appointments, two months of leave.
const MAX_PARTS: i64 = 64;
/// Parts are counted up to here: the year 4000 and some.
const LAST_PART: i64 = 99_999_999;

/// Minutes of a part: of Appointments there are many a day, of Slots few.
fn part_min(param: u32) -> i64 {
    if param == SLOT { DAY_MIN } else { DAY_MIN / 4 }
}

/// Whether rows under this number are made here. They are prompt: what is taken must be known before more is given.
pub fn has_param(number: u32) -> bool {
    matches!(number, APPOINTMENT | SLOT)
}

/// The elements of the type that rows are read off; each row off all of them together.
pub(super) fn elements(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "Appointment" => Some(&["start", "end", "status", "participant", "extension"]),
        "Slot" => Some(&["start", "end", "status", "schedule"]),
        _ => None,
    }
}

/// Whether rows are read off this element of the type.
pub(super) fn is_read(kind: &str, element: &str) -> bool {
    elements(kind).is_some_and(|elements| elements.contains(&element))
}

/// The rows of a resource, read off every sibling.
pub(super) fn push(state: &EntityState, rows: &mut Vec<IndexRow>) {
    match state.entity.kind.as_str() {
        "Appointment" => push_appointment(state, rows),
        "Slot" => push_slot(state, rows),
        _ => {}
    }
}

fn push_appointment(state: &EntityState, rows: &mut Vec<IndexRow>) {
    let statuses = texts(state, "status");
    for (status, mark) in [("waitlist", WAITING), ("proposed", ASKED_FOR)] {
        if statuses.iter().any(|one| one == status) {
            rows.push(IndexRow { param: APPOINTMENT, value: mark.to_owned() });
        }
    }
    let Some(span) = span(state) else { return };
    let extensions: Vec<Value> =
        state.values("extension").map(|text| json!({ "extension": parsed(text) })).collect();
    let widest = |part: &str| {
        let of = |one: &Value| extension::minutes(extension::find(one, extension::BUFFER)?, part);
        extensions.iter().filter_map(of).max().unwrap_or(0).clamp(0, DAY_MIN)
    };
    let taken = span.widened(widest("before"), widest("after"));
    let is_place = !extensions.is_empty()
        && extensions.iter().all(|one| extension::find(one, extension::SESSION).is_some());
    let takes = !is_place && statuses.iter().any(|status| takes_time(status));
    let mut whose = Vec::new();
    if takes {
        for list in state.values("participant").map(parsed) {
            let named = list.as_array().into_iter().flatten();
            let named = named.filter_map(|one| one.get("actor")?.get("reference")?.as_str());
            whose.extend(named.map(ToOwned::to_owned));
        }
    }
    push_span(APPOINTMENT, taken, &whose, rows);
}

fn push_slot(state: &EntityState, rows: &mut Vec<IndexRow>) {
    // Others' busy Slots say nothing of working hours, and may be very many.
    if !texts(state, "status").iter().any(|status| matches!(status.as_str(), "busy-unavailable" | "free")) {
        return;
    }
    let Some(span) = span(state) else { return };
    let schedules = state.values("schedule").map(parsed);
    let whose: Vec<String> =
        schedules.filter_map(|one| one.get("reference")?.as_str().map(ToOwned::to_owned)).collect();
    push_span(SLOT, span, &whose, rows);
}

fn push_span(param: u32, span: Span, whose: &[String], rows: &mut Vec<IndexRow>) {
    let ends = format!("{TOKEN_SEPARATOR}{}{TOKEN_SEPARATOR}{}", span.from, span.to);
    for part in parts(param, span) {
        rows.push(IndexRow { param, value: format!("@{part}{ends}") });
        for one in whose {
            rows.push(IndexRow { param, value: format!("{}{part}{TOKEN_SEPARATOR}{one}{ends}", mark(one)) });
        }
    }
}

/// Sets patients apart.
fn mark(whose: &str) -> &'static str {
    if whose.starts_with("Patient/") { "~" } else { "" }
}

/// From the first beginning to the last end; none if it has no time that can be read.
fn span(state: &EntityState) -> Option<Span> {
    let minutes = |element| texts(state, element).into_iter().filter_map(|text| minute_of_instant(&text));
    let span = Span::new(minutes("start").min()?, minutes("end").max()?);
    (!span.is_empty()).then_some(span)
}

fn texts(state: &EntityState, element: &str) -> Vec<String> {
    state.values(element).filter_map(|text| serde_json::from_str(text).ok()).collect()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn part_of(param: u32, minute: Minute) -> i64 {
    minute.div_euclid(part_min(param)).clamp(0, LAST_PART)
}

fn name(part: i64) -> String {
    format!("{part:08}")
}

fn parts(param: u32, span: Span) -> Vec<String> {
    let (first, last) = (part_of(param, span.from), part_of(param, span.to.saturating_sub(1)));
    if last - first >= MAX_PARTS { vec![LONG.to_owned()] } else { (first..=last).map(name).collect() }
}

/// What the values begin with of all that is there in the window.
pub fn on(param: u32, window: Span) -> Vec<String> {
    looked_at(param, window).into_iter().map(|part| format!("@{part}{TOKEN_SEPARATOR}")).collect()
}

/// What the values begin with of what is taken of somebody's time in the window.
pub fn taken_of(param: u32, whose: &str, window: Span) -> Vec<String> {
    let begin = |part: String| format!("{}{part}{TOKEN_SEPARATOR}{whose}{TOKEN_SEPARATOR}", mark(whose));
    looked_at(param, window).into_iter().map(begin).collect()
}

/// Between which values everything lies that is taken of resources in the window, of whichever.
pub fn taken(param: u32, window: Span) -> Vec<(String, String)> {
    let beyond = |part: &str| format!("{part}{}", char::MAX);
    let (first, last) = (part_of(param, window.from), part_of(param, window.to.saturating_sub(1)));
    vec![(LONG.to_owned(), beyond(LONG)), (name(first), beyond(&name(last.max(first))))]
}

/// The numbers of the parts in which rows of a window are, [`EVER`] aside.
pub fn parts_of(param: u32, window: Span) -> RangeInclusive<i64> {
    let (first, last) = (part_of(param, window.from), part_of(param, window.to.saturating_sub(1)));
    first..=last.max(first)
}

/// Between which values everything lies that is taken of resources in these parts.
pub fn taken_in(parts: RangeInclusive<i64>) -> (String, String) {
    let named = |part: i64| if part == EVER { LONG.to_owned() } else { name(part) };
    (named(*parts.start()), format!("{}{}", named(*parts.end()), char::MAX))
}

/// What the values begin with of all that is there in one part.
pub fn of_part(part: i64) -> String {
    format!("@{}{TOKEN_SEPARATOR}", name(part))
}

/// The number of the part that a value of what is taken of a resource is in.
pub fn part_in(value: &str) -> Option<i64> {
    let part = value.split_once(TOKEN_SEPARATOR)?.0;
    if part == LONG { Some(EVER) } else { part.parse().ok() }
}

/// The parts in which an Appointment has rows of what it takes.
pub fn parts_taken_by(state: &EntityState) -> Vec<i64> {
    let mut rows = Vec::new();
    push_appointment(state, &mut rows);
    rows.iter().filter_map(|row| part_in(row.value.trim_start_matches(['@', '~']))).collect()
}

/// Between which values everything lies that is there in the window, whether it takes time or not.
pub fn there(param: u32, window: Span) -> Vec<(String, String)> {
    let marked = |(from, below): (String, String)| (format!("@{from}"), format!("@{below}"));
    taken(param, window).into_iter().map(marked).collect()
}

/// Whose time a value tells of, and which; none if it is of another form.
pub fn read(value: &str) -> Option<(&str, Span)> {
    let mut parts = value.rsplitn(3, TOKEN_SEPARATOR);
    let (to, from) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let rest = parts.next()?;
    let whose = rest.split_once(TOKEN_SEPARATOR).map_or("", |(_, whose)| whose);
    Some((whose, Span::new(from, to)))
}

fn looked_at(param: u32, window: Span) -> Vec<String> {
    let (first, last) = (part_of(param, window.from), part_of(param, window.to.saturating_sub(1)));
    std::iter::once(LONG.to_owned()).chain((first..=last).map(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{state, state_with_siblings};

    fn values(state: &EntityState) -> Vec<String> {
        let mut rows = Vec::new();
        push(state, &mut rows);
        rows.into_iter().map(|row| row.value.replace(TOKEN_SEPARATOR, "^")).collect()
    }

    fn appointment(rest: &str) -> EntityState {
        state(&format!(r#"{{"resourceType":"Appointment","id":"a",{rest}}}"#))
    }

    #[test]
    fn what_takes_time_is_found_by_whose_it_is() {
        let people =
            r#""participant":[{"actor":{"reference":"Patient/p"}},{"actor":{"reference":"Practitioner/n"}}]"#;
        // Twenty minutes from 05:50, with ten to tidy up: it reaches over six o'clock.
        let time = r#""start":"1970-01-02T05:50:00Z","end":"1970-01-02T06:10:00Z","extension":[{"url":"urn:holdfast:schedule:buffer",
            "extension":[{"url":"after","valueDuration":{"value":10,"code":"min"}}]}]"#;
        let booked = appointment(&format!(r#""status":"booked",{time},{people}"#));
        assert_eq!(
            values(&booked),
            [
                "@00000004^1790^1820",
                "~00000004^Patient/p^1790^1820",
                "00000004^Practitioner/n^1790^1820",
                "@00000005^1790^1820",
                "~00000005^Patient/p^1790^1820",
                "00000005^Practitioner/n^1790^1820",
            ]
        );
        let mut parts: Vec<i64> = parts_taken_by(&booked);
        parts.dedup();
        assert_eq!((parts, part_in("00000005\u{1f}x"), part_in(WAITING)), (vec![4, 5], Some(5), None));
        let gone = appointment(&format!(r#""status":"cancelled",{time},{people}"#));
        assert_eq!(values(&gone), ["@00000004^1790^1820", "@00000005^1790^1820"]);
        assert_eq!(values(&appointment(r#""status":"waitlist""#)), [WAITING]);
        let window = Span::new(1_800, 1_801);
        let found = taken_of(APPOINTMENT, "Practitioner/n", window);
        let rows = {
            let mut rows = Vec::new();
            push(&booked, &mut rows);
            rows
        };
        let hits: Vec<_> =
            rows.iter().filter(|row| found.iter().any(|begin| row.value.starts_with(begin))).collect();
        assert_eq!(hits.len(), 1);
        assert_eq!(read(&hits[0].value), Some(("Practitioner/n", Span::new(1_790, 1_820))));
        let ranges = taken(APPOINTMENT, window);
        let within =
            |value: &str| ranges.iter().any(|(from, below)| value >= from.as_str() && value < below.as_str());
        assert_eq!(rows.iter().filter(|row| within(&row.value)).count(), 1);
    }

    #[test]
    fn every_sibling_counts() {
        let both = state_with_siblings("Appointment", "status", &[r#""waitlist""#, r#""proposed""#]);
        assert_eq!(values(&both), [WAITING, ASKED_FOR]);
    }

    #[test]
    fn what_reaches_over_months_is_looked_at_always() {
        let leave = state(
            r#"{"resourceType":"Slot","id":"s","status":"busy-unavailable","schedule":{"reference":"Schedule/x"},
            "start":"2026-01-01T00:00:00Z","end":"2026-12-31T00:00:00Z"}"#,
        );
        let rows = values(&leave);
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.contains(LONG)), "{rows:?}");
        assert!(on(SLOT, Span::new(0, 1)).iter().any(|begin| begin.starts_with("@--------")));
    }
}
