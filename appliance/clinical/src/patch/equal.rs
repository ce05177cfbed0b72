//! When two JSON values are the same (RFC 6902 §4.6): numbers by value and without rounding, objects in any order.

use crate::tree::edit::Edit;

pub(super) fn same(one: &Edit<'_>, other: &Edit<'_>) -> bool {
    match (one, other) {
        (Edit::Scalar(a), Edit::Scalar(b)) => a == b || same_scalar(one, other, a, b),
        (Edit::Array(a), Edit::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Edit::Object(a), Edit::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(name, value)| other.member(name).is_some_and(|b| same(value, b)))
        }
        _ => false,
    }
}

fn same_scalar(one: &Edit<'_>, other: &Edit<'_>, a: &str, b: &str) -> bool {
    match (one.as_text(), other.as_text()) {
        (Some(a), Some(b)) => a == b,
        (None, None) => decimal(a).is_some_and(|a| decimal(b) == Some(a)),
        _ => false,
    }
}

/// A number as sign, digits and power of ten; equal numbers give equal ones. `None` for what is no number.
fn decimal(text: &str) -> Option<(bool, String, i128)> {
    if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return None;
    }
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let trimmed = significant.trim_end_matches('0');
    if trimmed.is_empty() {
        return Some((false, String::new(), 0));
    }
    let exponent = i128::from(exponent.parse::<i64>().ok()?);
    let power = exponent - fraction.len() as i128 + (significant.len() - trimmed.len()) as i128;
    Some((negative, trimmed.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_by_what_they_say() {
        for (a, b, expected) in [
            ("1.50", "1.5", true),
            ("1.5", "15e-1", true),
            ("100", "1E+2", true),
            ("0.0", "-0", true),
            ("1", "-1", false),
            ("1", "\"1\"", false),
            ("0.1", "0.10000000000000000000000001", false),
            ("null", "null", true),
            ("null", "false", false),
            (r#""\u00e9""#, "\"é\"", true),
            (r#"{"a":1,"b":[1,2]}"#, r#"{"b":[1,2.0],"a":1}"#, true),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#, false),
            ("[1,2]", "[2,1]", false),
            ("1e99999999999999999999", "1e99999999999999999999", true),
            ("1e99999999999999999999", "1e99999999999999999998", false),
        ] {
            assert_eq!(same(&Edit::parse(a).unwrap(), &Edit::parse(b).unwrap()), expected, "{a} {b}");
        }
    }
}
