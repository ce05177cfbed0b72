//! One value of a parameter: what an index row must look like to match it.

use std::collections::BTreeSet;

use holdfast_core::search::{Clause, Match, Range, Tail, after, after_prefix};

use super::super::plain::{self, Implied};
use super::super::table::{Kind, Parameter};
use super::super::text::normalise;
use super::super::values::date::{LONG_MS, Span};
use super::super::values::{normal_reference, order, token as token_rows};
use super::super::{BY_END, TOKEN_SEPARATOR, values};
use super::escape::{split, unescape};
use super::{SearchError, bad};
use crate::reference;
use crate::types::is_id;

/// What a value is asked of.
pub(super) struct Asked<'a> {
    pub(super) parameter: &'a Parameter,
    /// The number of the slot that is looked into.
    pub(super) slot: u32,
    /// The only type that a reference may lead to.
    pub(super) target: Option<&'a str>,
    /// Now, from 0001-01-01.
    pub(super) now_ms: u64,
    /// Where this server is reached: what is below it is of these records.
    pub(super) base: Option<&'a str>,
}

/// Any of these rows.
#[derive(Default)]
pub(super) struct Test {
    rows: Vec<Match>,
    /// Rows of [`BY_END`].
    by_end: Vec<Match>,
}

impl Test {
    fn of(rows: impl Into<Vec<Match>>) -> Self {
        Self { rows: rows.into(), by_end: Vec::new() }
    }

    pub(super) fn or(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.by_end.extend(other.by_end);
    }

    pub(super) fn into_clauses(self, slot: u32) -> impl Iterator<Item = Clause> {
        let both = [(slot, self.rows), (slot + BY_END, self.by_end)];
        both.into_iter().filter(|(_, any)| !any.is_empty()).map(|(param, any)| Clause::Param { param, any })
    }
}

/// A value without a modifier.
pub(super) fn read(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    match asked.parameter.kind {
        Kind::Token => match plain::implied(asked.slot) {
            Some(implied) => plain_token(asked, part, &implied),
            None => token(asked, part),
        },
        Kind::String => string(asked, part),
        Kind::Date => date(asked, part),
        Kind::Reference => referring(asked, part),
        Kind::Quantity => quantity(asked, part),
        Kind::Number => number(asked, part),
        Kind::Uri => Ok(Test::of([Match::Exact(unescape(part))])),
    }
}

/// A token as it is written: `code`, `system|code`, `|code` or `system|`.
pub(super) enum Token {
    /// A code of any system.
    Code(String),
    /// Any code of a system.
    System(String),
    /// System and code; the former is empty where there must be none.
    Both(String, String),
}

impl Token {
    pub(super) fn read(name: &str, part: &str) -> Result<Self, SearchError> {
        match split(part, '|')[..] {
            [code] => Ok(Self::Code(unescape(code))),
            ["", ""] => Err(SearchError::EmptyValue { name: name.to_owned() }),
            [system, ""] => Ok(Self::System(unescape(system))),
            [system, code] => Ok(Self::Both(unescape(system), unescape(code))),
            _ => Err(bad(name, part, "code, system|code, |code or system|")),
        }
    }
}

/// A token in a slot whose values may have systems.
pub(super) fn token(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    Ok(Test::of([match Token::read(asked.parameter.name, part)? {
        Token::Code(code) => Match::Prefix(format!("{code}{TOKEN_SEPARATOR}")),
        Token::System(system) => Match::Suffix(format!("{TOKEN_SEPARATOR}{system}")),
        Token::Both(system, code) => Match::Exact(format!("{code}{TOKEN_SEPARATOR}{system}")),
    }]))
}

/// A token in a slot of plain values, whose rows have no system: each is one row, and no stretch of rows.
fn plain_token(asked: &Asked<'_>, part: &str, implied: &[Implied]) -> Result<Test, SearchError> {
    let row = |code: &str| Match::Exact(format!("{code}{TOKEN_SEPARATOR}"));
    Ok(match Token::read(asked.parameter.name, part)? {
        Token::Code(code) => Test::of([row(&code)]),
        Token::Both(system, code) if implied.iter().any(|one| one.has(&system, &code)) => {
            Test::of([row(&code)])
        }
        Token::Both(system, code) => Test::of([Match::Exact(format!("{code}{TOKEN_SEPARATOR}{system}"))]),
        Token::System(system) => {
            let mut codes = implied.iter().filter_map(|one| one.codes_of(&system));
            match codes.next() {
                None => Test::of([Match::Suffix(format!("{TOKEN_SEPARATOR}{system}"))]),
                Some(None) => Test::of([Match::Range(Range::default())]),
                Some(Some(first)) => {
                    let others = codes.flatten().flatten();
                    let all: BTreeSet<&str> = first.iter().chain(others).copied().collect();
                    Test::of(all.into_iter().map(row).collect::<Vec<_>>())
                }
            }
        }
    })
}

/// `:of-type`: `system|code|value`.
pub(super) fn of_type(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    match split(part, '|')[..] {
        [system, code, value] if !code.is_empty() && !value.is_empty() => {
            let row = token_rows::of_type(&unescape(value), &unescape(system), &unescape(code));
            Ok(Test::of([Match::Exact(row)]))
        }
        _ => Err(bad(
            asked.parameter.name,
            part,
            "the system and code of a type of identifier, and a value: system|code|value",
        )),
    }
}

fn string(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    Ok(Test::of([Match::Prefix(searched_text(asked, part)?)]))
}

/// `:contains`
pub(super) fn contains(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    Ok(Test::of([Match::Contains(searched_text(asked, part)?)]))
}

/// `:exact`
pub(super) fn exact(_: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    Ok(Test::of([Match::Exact(values::exact(&unescape(part)))]))
}

/// `:below` of a URI.
pub(super) fn below(_: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    Ok(Test::of([Match::Prefix(unescape(part))]))
}

fn searched_text(asked: &Asked<'_>, part: &str) -> Result<String, SearchError> {
    let text = normalise(&unescape(part));
    if text.is_empty() {
        return Err(bad(asked.parameter.name, part, "a text with a letter or digit"));
    }
    Ok(text)
}

fn referring(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    let text = unescape(part);
    let name = asked.parameter.name;
    if is_id(&text) {
        let to = |target: &&str| Match::Exact(format!("{target}/{text}"));
        return Ok(match asked.target {
            Some(target) => Test::of([to(&target)]),
            None if asked.parameter.targets.is_empty() => Test::of([Match::Suffix(format!("/{text}"))]),
            None => Test::of(asked.parameter.targets.iter().map(to).collect::<Vec<_>>()),
        });
    }
    let own = asked.base.and_then(|base| reference::below(&text, base));
    if let Some(target) = own.or_else(|| reference::parse(&text)) {
        let fits = match asked.target {
            Some(only) => only == target.kind,
            None => asked.parameter.targets.is_empty() || asked.parameter.targets.contains(&target.kind),
        };
        if !fits {
            return Err(bad(name, part, "a reference to a type that can stand here"));
        }
        // A canonical URL below the own address is kept as it is written.
        let as_written = Match::Exact(normal_reference(&text));
        let own = own.map(|target| Match::Exact(target.to_relative()));
        return Ok(Test::of(own.into_iter().chain([as_written]).collect::<Vec<_>>()));
    }
    if asked.target.is_some() || !text.contains(':') {
        return Err(bad(name, part, "a reference: an id, Type/id, or a URL"));
    }
    Ok(Test::of([Match::Exact(normal_reference(&text))]))
}

const PREFIXES: [&str; 9] = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

/// The prefix and what it stands before.
fn prefixed(part: &str) -> (&'static str, &str) {
    let found = PREFIXES.iter().find(|prefix| part.starts_with(**prefix));
    found.map_or(("eq", part), |prefix| (*prefix, &part[2..]))
}

/// The prefix and the stretch of time of a date.
pub(super) fn dated(name: &str, part: &str) -> Result<(&'static str, Span), SearchError> {
    let (prefix, text) = prefixed(part);
    // A + in a query string is a space, unless it is escaped; nothing else can be meant.
    let text = text.replace(' ', "+");
    let span = Span::read(&text);
    span.map(|span| (prefix, span)).ok_or_else(|| {
        bad(name, part, "a date: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz, with or without eq, ne, gt, lt, ge, le, sa, eb or ap before it")
    })
}

/// By a tenth of the time between it and now (<https://hl7.org/fhir/R4/search.html#prefix>), but at least by its length.
pub(super) fn widened(span: Span, now_ms: u64) -> Span {
    let by = (span.from.abs_diff(now_ms) / 10).max(span.below - span.from);
    Span { from: span.from.saturating_sub(by), below: span.below + by }
}

fn date(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    let (prefix, span) = dated(asked.parameter.name, part)?;
    let at = order::time;
    let tail = |from: Option<u64>, below: Option<u64>| {
        let (from, below) = (from.map(at), below.map(at));
        Some(Tail { skip: order::TIME_CHARS, from, below })
    };
    let range = |from: Option<u64>, below: Option<u64>, tail: Option<Tail>| {
        Match::Range(Range { from: from.map(at), below: below.map(at), tail })
    };
    let within = || range(Some(span.from), Some(span.below), tail(None, Some(span.below + 1)));
    // What ends after a time begins after it, or is short and begins soon before it, or is found by its end.
    let ends_after = |time: u64, begins_before: Option<u64>| Test {
        rows: vec![
            range(Some(time), begins_before, None),
            range(Some(time.saturating_sub(LONG_MS)), Some(time), tail(Some(time + 1), None)),
        ],
        by_end: vec![range(Some(time + 1), None, begins_before.and_then(|before| tail(None, Some(before))))],
    };
    let mut test = match prefix {
        "ge" => ends_after(span.below, None),
        "gt" => ends_after(span.below, None),
        "ap" => {
            let wide = widened(span, asked.now_ms);
            ends_after(wide.from, Some(wide.below))
        }
        _ => Test::default(),
    };
    test.rows.extend(match prefix {
        "eq" | "ge" => vec![within()],
        "le" => vec![range(None, Some(span.from), None), within()],
        "lt" => vec![range(None, Some(span.from), None)],
        "sa" => vec![range(Some(span.below), None, None)],
        "eb" => vec![range(None, Some(span.from), tail(None, Some(span.from + 1)))],
        "ne" => vec![
            range(None, Some(span.from), None),
            range(Some(span.from), Some(span.below), tail(Some(span.below + 1), None)),
            range(Some(span.below), None, None),
        ],
        _ => Vec::new(),
    });
    Ok(test)
}

/// `5.4`, `5.4|system|code` or `5.4||code`, with a prefix or none.
fn quantity(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    let pieces = split(part, '|');
    let (number, unit) = match pieces[..] {
        [number] => (number, None),
        [number, "", code] if !code.is_empty() => (number, Some((None, code))),
        [number, system, code] if !code.is_empty() => (number, Some((Some(system), code))),
        _ => return Err(bad(asked.parameter.name, part, "a number, number|system|code or number||code")),
    };
    let tail = unit.map(|(system, code)| {
        let row = format!("{}{TOKEN_SEPARATOR}", unescape(code));
        let (from, below) = match system {
            Some(system) => {
                let row = row + &unescape(system);
                (row.clone(), after(&row))
            }
            None => (row.clone(), after_prefix(&row)),
        };
        Tail { skip: order::NUMBER_CHARS, from: Some(from), below: Some(below) }
    });
    numbers(asked, part, number, tail)
}

fn number(asked: &Asked<'_>, part: &str) -> Result<Test, SearchError> {
    numbers(asked, part, part, None)
}

/// A number as written stands for all that are rounded to it (<https://hl7.org/fhir/R4/search.html#number>).
fn numbers(asked: &Asked<'_>, part: &str, text: &str, tail: Option<Tail>) -> Result<Test, SearchError> {
    let (prefix, text) = prefixed(text);
    let Some((value, half)) = decimal(text) else {
        return Err(bad(
            asked.parameter.name,
            part,
            "a number, with or without eq, ne, gt, lt, ge, le, sa, eb or ap before it",
        ));
    };
    let at = order::number;
    // No row is only the number: a unit's separator follows, or nothing that is less than U+0001.
    let just_after = |value: f64| after_prefix(&at(value));
    let range =
        |from: Option<String>, below: Option<String>| Match::Range(Range { from, below, tail: tail.clone() });
    Ok(Test::of(match prefix {
        "eq" => vec![range(Some(at(value - half)), Some(at(value + half)))],
        "ne" => vec![range(None, Some(at(value - half))), range(Some(at(value + half)), None)],
        "gt" | "sa" => vec![range(Some(just_after(value)), None)],
        "lt" | "eb" => vec![range(None, Some(at(value)))],
        "ge" => vec![range(Some(at(value)), None)],
        "le" => vec![range(None, Some(just_after(value)))],
        _ => {
            let by = (value.abs() / 10.0).max(half);
            vec![range(Some(at(value - by)), Some(just_after(value + by)))]
        }
    }))
}

/// A decimal, and half of the last digit's worth.
fn decimal(text: &str) -> Option<(f64, f64)> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    let value = text.parse::<f64>().ok().filter(|value| is_plain && value.is_finite())?;
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.parse::<i32>().ok()?;
    let decimals = mantissa.split_once('.').map_or(0, |(_, digits)| digits.len());
    let half = 0.5 * 10f64.powi(exponent.checked_sub(i32::try_from(decimals).ok()?)?);
    Some((value, half))
}
