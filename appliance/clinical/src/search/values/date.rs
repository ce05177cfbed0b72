//! Dates and times as stretches of time: what is known only to the day is anywhere in that day.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#date>.

use time::{Date, Month};

use super::order;
use crate::tree::Node;

/// Milliseconds of a day.
pub(crate) const DAY_MS: u64 = 86_400_000;
/// From 0001-01-01 to 1970-01-01, in milliseconds: times count from the former.
pub(crate) const EPOCH_MS: u64 = 719_162 * DAY_MS;
/// The end of time: 10000-01-01.
pub(crate) const END_MS: u64 = 3_652_059 * DAY_MS;
/// Stretches longer than this are indexed by their end too; shorter ones are found by looking so far back.
pub(crate) const LONG_MS: u64 = DAY_MS;

/// From the first millisecond to before the second, both from 0001-01-01.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) below: u64,
}

impl Span {
    /// Reads a date, dateTime or instant; a time without a zone counts as UTC.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (day, clock) = text.split_once('T').map_or((text, None), |(day, clock)| (day, Some(clock)));
        let (from, below) = days(day)?;
        match clock {
            None => Some(Self { from: from * DAY_MS, below: below * DAY_MS }),
            Some(clock) if day.len() == 10 => {
                let (start, length, offset) = time_of_day(clock)?;
                let from = (from * DAY_MS + start).checked_add_signed(offset)?;
                Some(Self { from, below: from + length })
            }
            Some(_) => None,
        }
    }

    /// Reads an element: a primitive, a Period, or a Timing (from its first time to its last).
    pub(crate) fn of(node: &Node<'_>) -> Option<Self> {
        if let Some(text) = node.as_text() {
            return Self::read(text);
        }
        let text = |name: &str| node.member(name).and_then(Node::as_text).map(Self::read);
        match (text("start"), text("end")) {
            (None, None) => timing(node),
            (start, end) => {
                let from = start.map_or(Some(0), |span| span.map(|span| span.from))?;
                let below = end.map_or(Some(END_MS), |span| span.map(|span| span.below))?;
                (from < below).then_some(Self { from, below })
            }
        }
    }

    /// Whether it has an index row by its end.
    pub(crate) fn is_long(self) -> bool {
        self.below - self.from > LONG_MS
    }

    /// The row by which it is found: its beginning, then its end.
    pub(crate) fn row(self) -> String {
        order::time(self.from) + &order::time(self.below)
    }

    /// The row of a long one: its end, then its beginning.
    pub(crate) fn row_by_end(self) -> String {
        order::time(self.below) + &order::time(self.from)
    }
}

fn timing(node: &Node<'_>) -> Option<Span> {
    let mut all: Option<Span> = None;
    let mut add = |span: Span| {
        let known = all.unwrap_or(span);
        all = Some(Span { from: known.from.min(span.from), below: known.below.max(span.below) });
    };
    node.walk(&["event"], &mut |event| event.as_text().and_then(Span::read).into_iter().for_each(&mut add));
    let bounds = node.member("repeat").and_then(|repeat| repeat.member("boundsPeriod"));
    bounds.and_then(Span::of).into_iter().for_each(&mut add);
    all
}

/// The days of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, from 0001-01-01: the first, and the first beyond.
fn days(text: &str) -> Option<(u64, u64)> {
    let number = |part: &str, width: usize| {
        let is_plain = part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
        if is_plain { part.parse::<u16>().ok() } else { None }
    };
    let day_number = |year: i32, month: u8, day: u8| {
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        let first = Date::from_calendar_date(1, Month::January, 1).ok()?;
        u64::try_from(date.to_julian_day() - first.to_julian_day()).ok()
    };
    let mut parts = text.split('-');
    let year = i32::from(number(parts.next()?, 4)?);
    let Some(month) = parts.next() else {
        let below = if year == 9999 { END_MS / DAY_MS } else { day_number(year + 1, 1, 1)? };
        return Some((day_number(year, 1, 1)?, below));
    };
    let month = u8::try_from(number(month, 2)?).ok()?;
    let Some(day) = parts.next() else {
        let from = day_number(year, month, 1)?;
        return Some((from, from + u64::from(Month::try_from(month).ok()?.length(year))));
    };
    if parts.next().is_some() {
        return None;
    }
    let from = day_number(year, month, u8::try_from(number(day, 2)?).ok()?)?;
    Some((from, from + 1))
}

/// Start and length of `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff` with an optional zone, and what to add to get UTC; in
/// milliseconds.
fn time_of_day(text: &str) -> Option<(u64, u64, i64)> {
    let zone_at = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone_at);
    let offset = match zone {
        "" | "Z" => 0,
        _ => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let ms = (two(hours, 14)? * 60 + two(minutes, 59)?) as i64 * 60_000;
            if zone.starts_with('+') { -ms } else { ms }
        }
    };
    let mut parts = clock.splitn(3, ':');
    let start = (two(parts.next()?, 23)? * 60 + two(parts.next()?, 59)?) * 60_000;
    let Some(seconds) = parts.next() else { return Some((start, 60_000, offset)) };
    match seconds.split_once('.') {
        None => Some((start + two(seconds, 60)? * 1000, 1000, offset)),
        Some((whole, fraction)) => {
            if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let ms = format!("{fraction:0<3}")[..3].parse::<u64>().ok()?;
            Some((start + two(whole, 60)? * 1000 + ms, 1, offset))
        }
    }
}

fn two(text: &str, most: u64) -> Option<u64> {
    let is_plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse::<u64>().ok().filter(|value| is_plain && *value <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_stretches_of_time() {
        let day = |n: u64| EPOCH_MS + n * DAY_MS;
        for (text, expected) in [
            ("1970", Some((day(0), day(365)))),
            ("1970-02", Some((day(31), day(59)))),
            ("1972-02-29", Some((day(789), day(790)))),
            ("1970-01-01T00:00", Some((day(0), day(0) + 60_000))),
            ("1970-01-01T10:00:00Z", Some((day(0) + 36_000_000, day(0) + 36_001_000))),
            ("1970-01-01T01:00:00.25+01:00", Some((day(0) + 250, day(0) + 251))),
            ("1970-01-01T00:00:00-02:30", Some((day(0) + 9_000_000, day(0) + 9_001_000))),
            ("9999", Some((END_MS - 365 * DAY_MS, END_MS))),
            ("0001-01-01T00:00:00+01:00", None),
            ("1970-13", None),
            ("1970-02-30", None),
            ("1970-02T10:00", None),
            ("70", None),
            ("1970-01-01T25:00", None),
            ("1970-01-01T10", None),
            ("+970", None),
            ("", None),
            ("é970-01-01T10:00", None),
        ] {
            assert_eq!(Span::read(text).map(|span| (span.from, span.below)), expected, "{text}");
        }
    }

    #[test]
    fn elements_become_stretches_of_time() {
        let read = |json: &str| Span::of(&Node::parse(json).unwrap());
        let year = |text: &str| Span::read(text).unwrap();
        assert_eq!(read(r#""1980""#), Some(year("1980")));
        assert_eq!(
            read(r#"{"start":"1980","end":"1981"}"#),
            Some(Span { from: year("1980").from, below: year("1981").below })
        );
        assert_eq!(read(r#"{"start":"1980"}"#), Some(Span { from: year("1980").from, below: END_MS }));
        assert_eq!(
            read(r#"{"event":["1981","1980"],"repeat":{"boundsPeriod":{"start":"1980","end":"1983"}}}"#),
            Some(Span { from: year("1980").from, below: year("1983").below })
        );
        for odd in ["7", "{}", r#"{"start":"x"}"#, r#"{"start":"1981","end":"1980"}"#, "[]"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
