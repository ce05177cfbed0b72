//! The search language: `name=value` pairs into clauses that a store answers by index scans.
//!
//! Source: <https://hl7.org/fhir/R4/search.html>. A comma is *or*, a repeated parameter is *and*; `\,`, `\|`, `\$` and
//! `\\` stand for the character itself.

mod clause;
mod conflict;
mod escape;
mod result;
mod value;

use holdfast_core::search::{Clause, SortKey};

pub use super::error::SearchError;
use super::table::{Parameter, common, parameters};
use crate::types::is_resource_type;

/// The most clauses of one query: more is no question that a person asked.
pub const MAX_CLAUSES: usize = 50;

/// The most alternatives of one clause; each costs one index scan.
pub const MAX_ALTERNATIVES: usize = 500;

/// The most alternatives of one query, those of chains included: bounds the statement that a store makes of it. An id may
/// be that of ten types, each of which takes two of SQLite's 32,766 parameters.
pub const MAX_ALL_ALTERNATIVES: usize = 1_500;

/// The most keys of `_sort`.
pub const MAX_SORT_KEYS: usize = 5;

/// The most `_include` and `_revinclude` of one query.
pub const MAX_INCLUDES: usize = 20;

/// What to search for: resources of one type that satisfy every clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// The resource type.
    pub kind: String,
    /// All must hold.
    pub clauses: Vec<Clause>,
    /// `_count`: the page size that was asked for. The caller bounds it.
    pub count: Option<u32>,
    /// `_sort`, the first key first. Equal ones are in the order of their making here.
    pub sort: Vec<SortKey>,
    /// `_include` and `_revinclude`.
    pub includes: Vec<Include>,
    /// `_total=accurate` or `estimate`: how many there are in all is wanted.
    pub wants_total: bool,
}

/// Resources to be answered beside those found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Include {
    /// The type that refers.
    pub source: String,
    /// By which parameter.
    pub parameter: &'static Parameter,
    /// Only this type that is referred to.
    pub target: Option<String>,
    /// `_revinclude`: those that refer to what was found, not those that it refers to.
    pub is_reverse: bool,
    /// `:iterate`: of what was included, too.
    pub iterates: bool,
}

/// Names that are about the answer's form, not about the search: read by whoever answers.
const ABOUT_FORM: [&str; 4] = ["_elements", "_format", "_pretty", "_summary"];

/// Reads a query on one resource type for which the time of day does not matter, as a condition. Names and values are already
/// percent-decoded, in the order given.
///
/// # Errors
/// [`SearchError`] that names the parameter.
pub fn parse_query<N: AsRef<str>, V: AsRef<str>>(kind: &str, pairs: &[(N, V)]) -> Result<Query, SearchError> {
    parse_query_of(kind, pairs, Asker::default())
}

/// As [`parse_query`]; `now_ms` (Unix) is what `ap` is reckoned from.
///
/// # Errors
/// As [`parse_query`].
pub fn parse_query_at<N: AsRef<str>, V: AsRef<str>>(
    kind: &str,
    pairs: &[(N, V)],
    now_ms: u64,
) -> Result<Query, SearchError> {
    parse_query_of(kind, pairs, Asker { now_ms, base: None })
}

/// When and where a query is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Asker<'a> {
    /// Unix milliseconds: what `ap` is reckoned from.
    pub now_ms: u64,
    /// The address of this server, `https://host/fhir`: an absolute reference below it means a resource of these records.
    pub base: Option<&'a str>,
}

/// As [`parse_query`], asked then and there.
///
/// # Errors
/// As [`parse_query`].
pub fn parse_query_of<N: AsRef<str>, V: AsRef<str>>(
    kind: &str,
    pairs: &[(N, V)],
    asker: Asker<'_>,
) -> Result<Query, SearchError> {
    if !is_resource_type(kind) {
        return Err(SearchError::UnknownType { kind: kind.to_owned() });
    }
    let mut query = Query {
        kind: kind.to_owned(),
        clauses: Vec::new(),
        count: None,
        sort: Vec::new(),
        includes: Vec::new(),
        wants_total: false,
    };
    let mut reader = clause::Reader::new(asker);
    for (name, value) in pairs {
        let (name, value) = (name.as_ref(), value.as_ref());
        if ABOUT_FORM.contains(&name) || result::read(&mut query, name, value)? {
            continue;
        }
        if query.clauses.len() == MAX_CLAUSES {
            return Err(SearchError::TooMuch { name: name.to_owned(), limit: MAX_CLAUSES });
        }
        query.clauses.push(reader.clause(kind, name, value)?);
    }
    Ok(query)
}

/// The names that a query on this type may use.
pub fn known_parameters(kind: &str) -> Vec<&'static str> {
    let built_in =
        ["_id", "_lastUpdated", "_text", "_has"].into_iter().chain(result::NAMES).chain(ABOUT_FORM);
    let own = common().iter().chain(parameters(kind)).map(|parameter| parameter.name);
    let mut names: Vec<&str> = built_in.chain(own).collect();
    names.sort_unstable();
    names
}

/// Whether a query on this type may use the name, its modifiers and chain aside.
pub fn is_known(kind: &str, name: &str) -> bool {
    let plain = name.split([':', '.']).next().unwrap_or_default();
    known_parameters(kind).binary_search(&plain).is_ok()
}

/// Longer values are cut in a refusal: it shall not be larger than what it refuses.
const SHOWN_CHARS: usize = 100;

fn bad(name: &str, value: &str, expected: &'static str) -> SearchError {
    let shown = |text: &str| text.chars().take(SHOWN_CHARS).collect::<String>();
    SearchError::BadValue { name: shown(name), value: shown(value), expected }
}

fn unknown(kind: &str, name: &str) -> SearchError {
    SearchError::UnknownParameter {
        kind: kind.to_owned(),
        name: name.to_owned(),
        known: known_parameters(kind),
    }
}

#[cfg(test)]
mod tests;
