//! Dates as stretches of time, in Unix milliseconds, and how a search compares them.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#prefix>.

use serde_json::Value;

const DAY_MS: i64 = 86_400_000;
/// 0001-01-01, where what has no beginning begins, and 10000-01-01.
const BEGINNING: i64 = -719_162 * DAY_MS;
const END: i64 = 2_932_897 * DAY_MS;

/// From the first millisecond to before the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stretch {
    from: i64,
    below: i64,
}

impl Stretch {
    /// One millisecond.
    pub(super) fn of_ms(ms: u64) -> Option<Self> {
        let from = i64::try_from(ms).ok()?;
        Some(Self { from, below: from + 1 })
    }

    /// A date, dateTime, instant or Period.
    pub(super) fn of(node: &Value) -> Option<Self> {
        if let Some(text) = node.as_str() {
            return read(text);
        }
        let end = |name: &str| node[name].as_str().map(read);
        match (end("start"), end("end")) {
            (None, None) => None,
            (start, end) => Some(Self {
                from: start.map_or(Some(BEGINNING), |one| one.map(|one| one.from))?,
                below: end.map_or(Some(END), |one| one.map(|one| one.below))?,
            }),
        }
    }

    /// Whether a resource's stretch is what was asked for; `None` if this cannot read the question.
    pub(super) fn meets(self, asked: &str, now_ms: u64) -> Option<bool> {
        let (prefix, text) = match asked.get(..2) {
            Some(prefix) if prefix.chars().all(|c| c.is_ascii_lowercase()) => (prefix, &asked[2..]),
            _ => ("eq", asked),
        };
        let want = read(&text.replace(' ', "+"))?;
        let is_in = want.from <= self.from && self.below <= want.below;
        Some(match prefix {
            "eq" => is_in,
            "ne" => !is_in,
            "gt" => self.below > want.below,
            "lt" => self.from < want.from,
            "ge" => is_in || self.below > want.below,
            "le" => is_in || self.from < want.from,
            "sa" => self.from >= want.below,
            "eb" => self.below <= want.from,
            "ap" => {
                let away = want.from.abs_diff(i64::try_from(now_ms).ok()?) / 10;
                let by = i64::try_from(away).ok()?.max(want.below - want.from);
                self.below > (want.from - by).max(BEGINNING) && self.from < want.below + by
            }
            _ => return None,
        })
    }
}

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, with `Thh:mm`, seconds, a fraction and a zone behind the last.
fn read(text: &str) -> Option<Stretch> {
    let (day, clock) = text.split_once('T').map_or((text, None), |(day, clock)| (day, Some(clock)));
    let parts: Vec<i64> = day.split('-').map(digits).collect::<Option<_>>()?;
    let widths: Vec<usize> = day.split('-').map(str::len).collect();
    let (from, below) = match (&parts[..], &widths[..]) {
        ([year], [4]) => (first_day(*year, 1)?, first_day(year + 1, 1)?),
        ([year, month], [4, 2]) => (first_day(*year, *month)?, month_after(*year, *month)?),
        ([year, month, day], [4, 2, 2]) => {
            let at = first_day(*year, *month)? + day - 1;
            (*day >= 1 && at < month_after(*year, *month)?).then_some((at, at + 1))?
        }
        _ => return None,
    };
    let Some(clock) = clock else { return Some(Stretch { from: from * DAY_MS, below: below * DAY_MS }) };
    if parts.len() != 3 {
        return None;
    }
    let (clock, zone_ms) = zoned(clock)?;
    let (whole, fraction) = clock.split_once('.').map_or((clock, None), |(whole, rest)| (whole, Some(rest)));
    let fields: Vec<i64> = whole.split(':').map(two).collect::<Option<_>>()?;
    let (seconds, length) = match (&fields[..], fraction) {
        ([h, m], None) if *h < 24 && *m < 60 => (h * 3600 + m * 60, 60_000),
        ([h, m, s], None) if *h < 24 && *m < 60 && *s <= 60 => (h * 3600 + m * 60 + s, 1_000),
        ([h, m, s], Some(_)) if *h < 24 && *m < 60 && *s <= 60 => (h * 3600 + m * 60 + s, 1),
        _ => return None,
    };
    let ms = match fraction {
        None => 0,
        Some(rest) => {
            digits(rest)?;
            digits(&format!("{rest}000")[..3])?
        }
    };
    let from = from * DAY_MS + seconds * 1_000 + ms - zone_ms;
    (from >= BEGINNING).then_some(Stretch { from, below: from + length })
}

/// The clock and how far its zone is ahead of UTC.
fn zoned(clock: &str) -> Option<(&str, i64)> {
    let Some(at) = clock.find(['Z', '+', '-']) else { return Some((clock, 0)) };
    let (clock, zone) = clock.split_at(at);
    if zone == "Z" {
        return Some((clock, 0));
    }
    let (hours, minutes) = zone[1..].split_once(':')?;
    let ahead = (two(hours).filter(|h| *h <= 14)? * 60 + two(minutes).filter(|m| *m < 60)?) * 60_000;
    Some((clock, if zone.starts_with('-') { -ahead } else { ahead }))
}

fn digits(text: &str) -> Option<i64> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.get(..text.len().min(9)).filter(|_| is_plain)?.parse().ok()
}

fn two(text: &str) -> Option<i64> {
    digits(text).filter(|_| text.len() == 2)
}

fn month_after(year: i64, month: i64) -> Option<i64> {
    if month == 12 { first_day(year + 1, 1) } else { first_day(year, month + 1) }
}

/// Days from 1970-01-01 to the first of a month.
///
/// Source: <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>.
fn first_day(year: i64, month: i64) -> Option<i64> {
    if !(1..=10_000).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
