//! Times as FHIR and HTTP write them.

use holdfast_core::hlc::Hlc;
use holdfast_core::view;

const MS_PER_DAY: u64 = 86_400_000;
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A FHIR `instant`: `2026-03-01T09:30:00.000Z`.
pub(crate) fn instant(unix_ms: u64) -> String {
    view::instant(Hlc::new(unix_ms, 0))
}

/// An HTTP date (RFC 9110 §5.6.7): `Sun, 01 Mar 2026 09:30:00 GMT`.
pub(crate) fn http_date(unix_ms: u64) -> String {
    let instant = instant(unix_ms);
    let weekday = DAYS[(unix_ms / MS_PER_DAY % 7) as usize];
    let part = |from: usize, to: usize| instant.get(from..to).unwrap_or_default();
    let month =
        part(5, 7).parse::<usize>().ok().and_then(|n| MONTHS.get(n.wrapping_sub(1))).unwrap_or(&"Jan");
    format!("{weekday}, {} {month} {} {} GMT", part(8, 10), part(0, 4), part(11, 19))
}

/// Unix milliseconds of a FHIR `instant`, or of a `date` or `dateTime` by its beginning; without an offset it is UTC. A `+`
/// that was not percent-encoded has become a space by now and is taken as one. `None` if it is none of these, or before 1970.
///
/// Source: <https://hl7.org/fhir/R4/datatypes.html#dateTime>.
pub(crate) fn parse_instant(text: &str) -> Option<u64> {
    let (day, clock) = text.split_once('T').map_or((text, None), |(day, clock)| (day, Some(clock)));
    let mut parts = day.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |month| digits(month, 2))?;
    let day = parts.next().map_or(Some(1), |day| digits(day, 2))?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let day_ms = days_from_civil(year, month, day) * MS_PER_DAY as i64;
    u64::try_from(day_ms + clock.map_or(Some(0), clock_ms)?).ok()
}

/// Milliseconds from midnight UTC of `hh:mm[:ss[.f]][Z|±hh:mm]`.
fn clock_ms(text: &str) -> Option<i64> {
    let at = text.find(['Z', '+', '-', ' ']).unwrap_or(text.len());
    let (time, offset) = text.split_at(at);
    let offset_min = match offset.as_bytes().first() {
        None => 0,
        Some(b'Z') if offset.len() == 1 => 0,
        Some(sign @ (b'+' | b'-' | b' ')) => {
            let (hours, minutes) = offset[1..].split_once(':')?;
            let minutes =
                digits(hours, 2).filter(|h| *h <= 14)? * 60 + digits(minutes, 2).filter(|m| *m < 60)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        Some(_) => return None,
    };
    let mut parts = time.split(':');
    let hour = digits(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = digits(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let (second, fraction) = parts.next().map_or(("00", ""), |s| s.split_once('.').unwrap_or((s, "0")));
    let second = digits(second, 2).filter(|second| *second <= 60)?;
    let has_rest = parts.next().is_some() || !fraction.bytes().all(|b| b.is_ascii_digit());
    let milli: String = fraction.chars().chain("000".chars()).take(3).collect();
    let ms = ((hour * 60 + minute - offset_min) * 60 + second) * 1000 + digits(&milli, 3)?;
    (!has_rest).then_some(ms)
}

fn digits(text: &str, len: usize) -> Option<i64> {
    text.parse().ok().filter(|_| text.len() == len && text.bytes().all(|b| b.is_ascii_digit()))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, yoe) = (year.div_euclid(400), year.rem_euclid(400));
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_rfc() {
        for (unix_ms, expected) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399_999, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
        ] {
            assert_eq!(http_date(unix_ms), expected);
        }
        assert_eq!(instant(784_111_777_123), "1994-11-06T08:49:37.123Z");
    }

    #[test]
    fn instants_are_read_back() {
        for unix_ms in [0, 784_111_777_123, 951_782_399_999, 951_782_400_000, 1_772_357_400_000] {
            assert_eq!(parse_instant(&instant(unix_ms)), Some(unix_ms));
        }
        for (text, expected) in [
            ("1994-11-06T09:49:37.123+01:00", Some(784_111_777_123)),
            ("1994-11-06T09:49:37.1239 01:00", Some(784_111_777_123)),
            ("1994-11-06T03:49:37-05:00", Some(784_111_777_000)),
            ("1970", Some(0)),
            ("1970-02", Some(2_678_400_000)),
            ("1970-01-02", Some(86_400_000)),
            ("1970-01-01T00:01Z", Some(60_000)),
            ("1969-12-31", None),
            ("1970-13-01", None),
            ("1970-02-29", None),
            ("1970-01-01T25:00:00Z", None),
            ("1970-01-01T00:00:00.x", None),
            ("1970-01-01T00:00:00Zx", None),
            ("1970-01-01T", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(parse_instant(text), expected, "{text}");
        }
    }
}
