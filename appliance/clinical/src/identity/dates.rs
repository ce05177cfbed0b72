//! Birth dates in the ways people write them. Where a text may mean several days, it means all of them: day before month
//! and month before day, this century and the last.

use time::{Date, Month};

use crate::search::find::digit;
use crate::search::values::date::{DAY_MS, Span};

/// The earliest year in which a patient may be born.
const FIRST_YEAR: i32 = 1880;

/// The stretches of days that a text may mean, as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, none after `today` (`YYYY-MM-DD`); empty
/// if it is no date.
pub fn read(text: &str, today: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    for c in text.trim().chars() {
        match (digit(c), parts.last_mut()) {
            (Some(digit), Some(part)) => part.push(digit),
            (None, _) if matches!(c, '-' | '/' | '.' | '‑' | '–' | '年' | '月' | '日') => {
                parts.push(String::new())
            }
            _ => return Vec::new(),
        }
    }
    if parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut found: Vec<String> = match parts[..] {
        [whole] if whole.len() == 8 => [
            (&whole[..4], &whole[4..6], &whole[6..]),
            (&whole[4..], &whole[2..4], &whole[..2]),
            (&whole[4..], &whole[..2], &whole[2..4]),
        ]
        .into_iter()
        .filter_map(|(year, month, day)| day_of(year, month, day))
        .collect(),
        [year] if year.len() == 4 => years(year).into_iter().map(|year| format!("{year:04}")).collect(),
        [year, month] if year.len() == 4 => month_of(year, month).into_iter().collect(),
        [month, year] if year.len() == 4 => month_of(year, month).into_iter().collect(),
        [year, month, day] if year.len() == 4 => day_of(year, month, day).into_iter().collect(),
        [a, b, year] if matches!(year.len(), 2 | 4) => {
            let of_year = |year: i32| {
                let year = format!("{year:04}");
                [day_of(&year, b, a), day_of(&year, a, b)].into_iter().flatten().collect::<Vec<_>>()
            };
            years(year).into_iter().flat_map(of_year).collect()
        }
        _ => Vec::new(),
    };
    found.retain(|date| date.as_str() <= today || today.starts_with(date.as_str()));
    let mut seen = Vec::new();
    found.retain(|date| {
        !seen.contains(date) && {
            seen.push(date.clone());
            true
        }
    });
    found
}

/// The years that two or four digits may mean, the latest first.
fn years(text: &str) -> Vec<i32> {
    let Ok(number) = text.parse::<i32>() else { return Vec::new() };
    match text.len() {
        2 => vec![2000 + number, 1900 + number],
        4 if (FIRST_YEAR..=9999).contains(&number) => vec![number],
        _ => Vec::new(),
    }
}

fn month_of(year: &str, month: &str) -> Option<String> {
    let (year, month) = (years(year).into_iter().next()?, small(month)?);
    (1..=12).contains(&month).then(|| format!("{year:04}-{month:02}"))
}

fn day_of(year: &str, month: &str, day: &str) -> Option<String> {
    let (year, month, day) = (years(year).into_iter().next()?, small(month)?, small(day)?);
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

fn small(text: &str) -> Option<u8> {
    if matches!(text.len(), 1 | 2) { text.parse().ok() } else { None }
}

/// The days that differ from a date by one slip of a writer: day and month swapped, or one wrong digit; none after `today`.
pub fn slips(date: &str, today: &str) -> Vec<String> {
    let is_day = date.len() == 10 && Span::read(date).is_some_and(|span| span.below - span.from == DAY_MS);
    if !is_day {
        return Vec::new();
    }
    let mut out: Vec<String> = swapped(date).into_iter().collect();
    for at in [0, 1, 2, 3, 5, 6, 8, 9] {
        for digit in '0'..='9' {
            let slipped = format!("{}{digit}{}", &date[..at], &date[at + 1..]);
            if slipped != date {
                out.push(slipped);
            }
        }
    }
    let year = |date: &str| date[..4].parse::<i32>().unwrap_or(0);
    out.retain(|date| Span::read(date).is_some() && date.as_str() <= today && year(date) >= FIRST_YEAR);
    out.sort();
    out.dedup();
    out
}

/// The same year with day and month swapped, if that is another day.
pub fn swapped(date: &str) -> Option<String> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let other = format!("{year}-{day}-{month}");
    (other != date && Span::read(&other).is_some()).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, expected) in [
            ("1974-03-12", "1974-03-12"),
            ("1974/3/12", "1974-03-12"),
            ("12/03/1974", "1974-03-12 1974-12-03"),
            ("25/03/1974", "1974-03-25"),
            ("03-25-1974", "1974-03-25"),
            ("12.3.74", "1974-03-12 1974-12-03"),
            ("1.2.24", "2024-02-01 2024-01-02 1924-02-01 1924-01-02"),
            ("5/5/1990", "1990-05-05"),
            ("1974", "1974"),
            ("1974-03", "1974-03"),
            ("3/1974", "1974-03"),
            ("19740312", "1974-03-12"),
            ("12031974", "1974-03-12 1974-12-03"),
            ("١٢/٠٣/١٩٧٤", "1974-03-12 1974-12-03"),
            ("1974年3月12日", "1974-03-12"),
            ("31/02/1974", ""),
            ("1779", ""),
            ("2027", ""),
            ("2026", "2026"),
            ("2026-12-24", ""),
            ("12", ""),
            ("12/", ""),
            ("a/b/c", ""),
            ("1-2-3-4", ""),
            ("", ""),
        ] {
            assert_eq!(read(text, "2026-11-27").join(" "), expected, "{text}");
        }
    }

    #[test]
    fn slips_are_days_that_may_have_been_meant() {
        let slips = slips("1974-03-12", "2026-11-27");
        for likely in ["1974-12-03", "1974-03-13", "1974-03-22", "1974-08-12", "1947-03-12", "1984-03-12"] {
            assert_eq!(slips.contains(&likely.to_owned()), likely != "1947-03-12", "{likely}");
        }
        assert!(slips.iter().all(|date| Span::read(date).is_some() && date != "1974-03-12"));
        assert!(
            super::slips("1974-03", "2026-11-27").is_empty() && super::slips("x", "2026-11-27").is_empty()
        );
    }
}
