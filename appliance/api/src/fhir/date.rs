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
}
