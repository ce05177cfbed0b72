//! Dates and times of R4 (<https://hl7.org/fhir/R4/datatypes.html#dateTime>), real days of the calendar alone.

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
pub(super) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let Some(year) = parts.next().and_then(|part| number(part, 4)).filter(|year| *year > 0) else {
        return false;
    };
    let Some(month) = parts.next() else { return true };
    let Some(month) = number(month, 2).filter(|month| (1..=12).contains(month)) else { return false };
    let Some(day) = parts.next() else { return true };
    number(day, 2).is_some_and(|day| (1..=days(year, month)).contains(&day)) && parts.next().is_none()
}

/// A date, or a whole date with a time to the second and a zone.
pub(super) fn is_date_time(text: &str) -> bool {
    if text.contains('T') { is_instant(text) } else { is_date(text) }
}

/// A whole date with a time to the second and a zone.
pub(super) fn is_instant(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else { return false };
    let Some(zone_at) = rest.find(['Z', '+', '-']) else { return false };
    let (time, zone) = rest.split_at(zone_at);
    date.len() == 10 && is_date(date) && is_time(time) && is_zone(zone)
}

/// `hh:mm:ss` and perhaps a fraction. A leap second is lawful.
pub(super) fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let mut parts = whole.split(':');
    let mut within = |most: u32| parts.next().and_then(|part| number(part, 2)).is_some_and(|n| n <= most);
    let is_whole = within(23) && within(59) && within(60) && parts.next().is_none();
    is_whole && fraction.is_none_or(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `Z`, or `+hh:mm` up to 14 hours.
fn is_zone(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some((hours, minutes)) = text.strip_prefix(['+', '-']).and_then(|text| text.split_once(':')) else {
        return false;
    };
    match (number(hours, 2), number(minutes, 2)) {
        (Some(hours), Some(minutes)) => (hours < 14 && minutes < 60) || (hours == 14 && minutes == 0),
        _ => false,
    }
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn days(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_of_the_calendar() {
        for (text, expected) in [
            ("2024", true),
            ("2024-02", true),
            ("2024-02-29", true),
            ("2000-02-29", true),
            ("2023-02-29", false),
            ("1900-02-29", false),
            ("2024-04-31", false),
            ("2024-13", false),
            ("2024-00", false),
            ("2024-1", false),
            ("0000", false),
            ("24", false),
            ("2024-01-01-", false),
            ("2024-01-01T", false),
            ("+024", false),
            ("２０２４", false),
            ("", false),
        ] {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }

    #[test]
    fn times_have_seconds_and_date_times_a_zone() {
        for (text, expected) in [
            ("2024-02-29", true),
            ("2024-02-29T10:00:00Z", true),
            ("2024-02-29T10:00:00.123456+05:45", true),
            ("2016-12-31T23:59:60Z", true),
            ("2024-02-29T10:00:00+14:00", true),
            ("2024-02-29T10:00:00+14:01", false),
            ("2024-02-29T10:00Z", false),
            ("2024-02-29T10:00:00", false),
            ("2024-02-29T24:00:00Z", false),
            ("2024-02-29T10:00:00.Z", false),
            ("2024-02T10:00:00Z", false),
            ("2024-02-30T10:00:00Z", false),
            ("2024-02-29 10:00:00Z", false),
            ("2024-02-29T10:00:00z", false),
            ("2024-02-29T10:00:00+1:00", false),
            ("T", false),
        ] {
            assert_eq!(is_date_time(text), expected, "{text}");
        }
        assert!(!is_instant("2024-02-29") && is_instant("2024-02-29T10:00:00Z"));
        assert!(is_time("10:00:00.5") && !is_time("10:00") && !is_time("10:00:00Z") && !is_time("1é:00:00"));
    }
}
