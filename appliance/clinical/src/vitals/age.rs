//! How old somebody was.

use crate::search::values::date::{DAY_MS, Span};

/// Whole months lived between a birth date (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`) and a day (`YYYY-MM-DD`); of a birth date that is
/// not known to the day, counted from the middle of it. `None` if either is no date, or the birth lies after the day.
pub fn months(birth_date: &str, day: &str) -> Option<u32> {
    let (born, then) = (Span::read(birth_date)?, Span::read(day.get(..10)?)?);
    if born.below - born.from > DAY_MS {
        let middle = born.from + (born.below - born.from) / 2;
        let lived_days = then
            .from
            .checked_sub(middle)
            .map_or_else(|| (then.from >= born.from).then_some(0), |ms| Some(ms / DAY_MS))?;
        return Some((lived_days as f64 / 30.4375) as u32);
    }
    let part = |text: &str, at: std::ops::Range<usize>| text.get(at)?.parse::<i32>().ok();
    let of = |text: &str| Some((part(text, 0..4)? * 12 + part(text, 5..7)?, part(text, 8..10)?));
    let ((from, from_day), (to, to_day)) = (of(birth_date)?, of(day)?);
    u32::try_from(to - from - i32::from(to_day < from_day)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_counted_in_whole_months() {
        for (born, day, expected) in [
            ("2020-01-15", "2020-02-14", Some(0)),
            ("2020-01-15", "2020-02-15", Some(1)),
            ("2010-11-27", "2026-11-27", Some(192)),
            ("2010-11-28", "2026-11-27", Some(191)),
            ("1974", "2026-11-27", Some(628)),
            ("2026", "2026-03-01", Some(0)),
            ("2026-12-01", "2026-11-27", None),
            ("x", "2026-11-27", None),
            ("2020-01-15", "2026", None),
        ] {
            assert_eq!(months(born, day), expected, "{born} {day}");
        }
    }
}
