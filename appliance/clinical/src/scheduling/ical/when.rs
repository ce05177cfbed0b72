//! Dates, times and durations (RFC 5545, sections 3.3.4 to 3.3.6).

use jiff::civil::{Date, DateTime};

/// `20260131`.
pub(in crate::scheduling) fn read_date(text: &str) -> Option<Date> {
    is_digits(text, 8).then(|| Date::strptime("%Y%m%d", text).ok())?
}

/// `20260131T090000`, without the `Z`.
pub(in crate::scheduling) fn read_local(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once('T')?;
    (is_digits(date, 8) && is_digits(time, 6)).then(|| DateTime::strptime("%Y%m%dT%H%M%S", text).ok())?
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A duration: days by the calendar, and minutes by the clock, rounded up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Duration {
    pub(super) days: i64,
    pub(super) minutes: i64,
}

/// `P15DT5H0M20S` or `P7W`; none that is negative or longer than some centuries.
pub(super) fn read_duration(text: &str) -> Option<Duration> {
    const MOST: i64 = 100_000_000;
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let (mut days, mut seconds, mut number, mut in_time) = (0_i64, 0_i64, None, false);
    for c in text.chars() {
        match (c, number) {
            ('0'..='9', _) => {
                let digit = i64::from(c.to_digit(10)?);
                number = Some(number.unwrap_or(0_i64) * 10 + digit).filter(|n| *n < MOST);
                number?;
            }
            ('T', None) if !in_time => in_time = true,
            ('W', Some(n)) if !in_time => (days, number) = (days + n * 7, None),
            ('D', Some(n)) if !in_time => (days, number) = (days + n, None),
            ('H', Some(n)) if in_time => (seconds, number) = (seconds + n * 3_600, None),
            ('M', Some(n)) if in_time => (seconds, number) = (seconds + n * 60, None),
            ('S', Some(n)) if in_time => (seconds, number) = (seconds + n, None),
            _ => return None,
        }
    }
    let is_whole =
        number.is_none() && !text.is_empty() && !text.ends_with('T') && seconds < MOST && days < MOST / 1_000;
    is_whole.then_some(Duration { days, minutes: (seconds + 59) / 60 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_or_refused() {
        for (text, expected) in [
            ("P15DT5H0M20S", Some((15, 301))),
            ("P7W", Some((49, 0))),
            ("PT30M", Some((0, 30))),
            ("+P1D", Some((1, 0))),
            ("-PT5M", None),
            ("P", None),
            ("PT", None),
            ("PT5", None),
            ("P5M", None),
            ("PT5D", None),
            ("PTT5M", None),
            ("P99999999999999999999W", None),
            ("P99999999W", None),
        ] {
            assert_eq!(read_duration(text).map(|one| (one.days, one.minutes)), expected, "{text}");
        }
        assert!(read_date("20260131").is_some() && read_local("20260131T090000").is_some());
        for text in ["2026131", "+2026013", "20260230", "2026 131", ""] {
            assert_eq!(read_date(text), None, "{text}");
        }
        for text in ["20260131T0900", "20260131T250000", "20260131T-90000", "20260131"] {
            assert_eq!(read_local(text), None, "{text}");
        }
    }
}
