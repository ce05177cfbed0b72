//! `Range`: which part of a file is asked for (RFC 9110 §14).

use std::ops::Range;

/// What of a file is to be given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// All of it: nothing else was asked for, or nothing that is understood, or several parts, which are not given.
    Whole,
    /// These bytes; never empty.
    Some(Range<u64>),
    /// Something past its end.
    PastTheEnd,
}

/// Reads the header of a request for a file of this size, which is not 0.
pub fn part(header: Option<&str>, size: u64) -> Part {
    let Some(ranges) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    let Some((first, last)) = ranges.trim().split_once('-') else { return Part::Whole };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => within(first, last.saturating_add(1), size),
        (Some(first), None) if last.is_empty() => within(first, size, size),
        (None, Some(last)) if first.is_empty() => {
            within(size.saturating_sub(last), if last > 0 { size } else { 0 }, size)
        }
        _ => Part::Whole,
    }
}

fn within(from: u64, to: u64, size: u64) -> Part {
    let to = to.min(size);
    if from < to { Part::Some(from..to) } else { Part::PastTheEnd }
}

/// Digits and nothing else; so many that they fit in no number are a large one.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_from_wholes() {
        for (header, expected) in [
            (None, Part::Whole),
            (Some("bytes=0-0"), Part::Some(0..1)),
            (Some("bytes=2-5"), Part::Some(2..6)),
            (Some("bytes=2-"), Part::Some(2..10)),
            (Some("bytes=-3"), Part::Some(7..10)),
            (Some("bytes=-30"), Part::Some(0..10)),
            (Some("bytes=9-99999999999999999999999999"), Part::Some(9..10)),
            (Some("bytes=10-"), Part::PastTheEnd),
            (Some("bytes=99999999999999999999999999-"), Part::PastTheEnd),
            (Some("bytes=-0"), Part::PastTheEnd),
            (Some("bytes=5-2"), Part::Whole),
            (Some("bytes=0-1,4-5"), Part::Whole),
            (Some("bytes=-"), Part::Whole),
            (Some("bytes=a-b"), Part::Whole),
            (Some("items=0-1"), Part::Whole),
            (Some(""), Part::Whole),
        ] {
            assert_eq!(part(header, 10), expected, "{header:?}");
        }
    }
}
