//! The search language: `name=value` pairs into clauses that a store answers by index scans.
//!
//! Source: <https://hl7.org/fhir/R4/search.html>. A comma is *or*, a repeated parameter is *and*; `\,`, `\|`, `\$` and
//! `\\` stand for the character itself.

use super::Kind;
use super::TOKEN_SEPARATOR;
pub use super::error::SearchError;
use super::table::{Parameter, parameters};
use super::text::normalise;
use crate::types::{is_id, is_resource_type};

/// The most clauses of one query: more is no question that a person asked.
pub const MAX_CLAUSES: usize = 50;

/// The most alternatives of one clause; each costs one index scan.
pub const MAX_ALTERNATIVES: usize = 500;

/// What to search for: resources of one type that satisfy every clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// The resource type.
    pub kind: String,
    /// All must hold.
    pub clauses: Vec<Clause>,
    /// `_count`: the page size that was asked for. The caller bounds it.
    pub count: Option<u32>,
}

/// One condition: at least one of the alternatives must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clause {
    /// What is compared.
    pub param: ClauseParam,
    /// At least one.
    pub alternatives: Vec<Match>,
}

/// What a clause compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClauseParam {
    /// The resource's id itself.
    Id,
    /// Rows of the search index with this number (see [`super::table`]).
    Index(u32),
}

/// How an index value must look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Match {
    /// Equal, byte for byte.
    Exact(String),
    /// Starts with this.
    Prefix(String),
}

/// Reads a query on one resource type. Names and values are already percent-decoded, in the order given.
///
/// # Errors
/// [`SearchError`] that names the parameter.
pub fn parse_query<N: AsRef<str>, V: AsRef<str>>(kind: &str, pairs: &[(N, V)]) -> Result<Query, SearchError> {
    if !is_resource_type(kind) {
        return Err(SearchError::UnknownType { kind: kind.to_owned() });
    }
    let mut query = Query { kind: kind.to_owned(), clauses: Vec::new(), count: None };
    for (name, value) in pairs {
        let (name, value) = (name.as_ref(), value.as_ref());
        if name == "_count" {
            query.count = Some(value.parse().map_err(|_| bad(name, value, "a count from 0 to 4294967295"))?);
        } else if query.clauses.len() == MAX_CLAUSES {
            return Err(SearchError::TooMuch { name: name.to_owned(), limit: MAX_CLAUSES });
        } else {
            query.clauses.push(clause(kind, name, value)?);
        }
    }
    Ok(query)
}

/// The names that a query on this type may use.
pub fn known_parameters(kind: &str) -> Vec<&'static str> {
    let own = parameters(kind).iter().flat_map(|p| std::iter::once(p.name).chain(p.aliases.iter().copied()));
    ["_count", "_id"].into_iter().chain(own).collect()
}

fn clause(kind: &str, name: &str, value: &str) -> Result<Clause, SearchError> {
    let (plain, modifier) =
        name.split_once(':').map_or((name, None), |(plain, modifier)| (plain, Some(modifier)));
    let parameter = parameters(kind).iter().find(|p| p.name == plain || p.aliases.contains(&plain));
    if plain != "_id" && parameter.is_none() {
        let known = known_parameters(kind);
        return Err(SearchError::UnknownParameter { kind: kind.to_owned(), name: plain.to_owned(), known });
    }
    if let Some(modifier) = modifier {
        return Err(SearchError::UnsupportedModifier {
            name: plain.to_owned(),
            modifier: modifier.to_owned(),
        });
    }
    let parts = split_unescaped(value, ',');
    if parts.len() > MAX_ALTERNATIVES {
        return Err(SearchError::TooMuch { name: plain.to_owned(), limit: MAX_ALTERNATIVES });
    }
    let alternatives: Result<Vec<Match>, SearchError> =
        parts.into_iter().map(|part| alternative(parameter, plain, part)).collect();
    let param = parameter.map_or(ClauseParam::Id, |p| ClauseParam::Index(p.number));
    Ok(Clause { param, alternatives: alternatives? })
}

fn alternative(parameter: Option<&Parameter>, name: &str, part: &str) -> Result<Match, SearchError> {
    if part.is_empty() {
        return Err(SearchError::EmptyValue { name: name.to_owned() });
    }
    match parameter.map(|p| p.kind) {
        None => Ok(Match::Exact(unescape(part))),
        Some(Kind::Token) => token(name, part),
        Some(Kind::String) => string(name, part),
        Some(Kind::Reference) => reference(name, part),
    }
}

fn token(name: &str, part: &str) -> Result<Match, SearchError> {
    let pieces = split_unescaped(part, '|');
    match pieces[..] {
        [code] => Ok(Match::Prefix(format!("{}{TOKEN_SEPARATOR}", unescape(code)))),
        ["", ""] => Err(SearchError::EmptyValue { name: name.to_owned() }),
        [system, ""] => Ok(Match::Exact(format!("{TOKEN_SEPARATOR}{}", unescape(system)))),
        [system, code] => {
            Ok(Match::Exact(format!("{}{TOKEN_SEPARATOR}{}", unescape(code), unescape(system))))
        }
        _ => Err(bad(name, part, "code, system|code, |code or system|")),
    }
}

fn string(name: &str, part: &str) -> Result<Match, SearchError> {
    let text = normalise(&unescape(part));
    if text.is_empty() {
        return Err(bad(name, part, "a text with a letter or digit"));
    }
    Ok(Match::Prefix(text))
}

fn reference(name: &str, part: &str) -> Result<Match, SearchError> {
    let text = unescape(part);
    if is_id(&text) {
        return Ok(Match::Exact(format!("Patient/{text}")));
    }
    match crate::reference::parse(&text) {
        Some(target) if target.kind == "Patient" => Ok(Match::Exact(target.to_relative())),
        _ => Err(bad(name, part, "a patient: an id, Patient/id, or its absolute URL")),
    }
}

fn bad(name: &str, value: &str, expected: &'static str) -> SearchError {
    SearchError::BadValue { name: name.to_owned(), value: value.to_owned(), expected }
}

/// The pieces between separators that no backslash precedes; still escaped.
fn split_unescaped(text: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        if !escaped && c == separator {
            pieces.push(&text[start..at]);
            start = at + c.len_utf8();
        }
        escaped = !escaped && c == '\\';
    }
    pieces.push(&text[start..]);
    pieces
}

/// Takes the backslash off `\,`, `\|`, `\$` and `\\`; any other backslash stays.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match next.filter(|next| c == '\\' && matches!(next, ',' | '|' | '$' | '\\')) {
            Some(escaped) => {
                out.push(escaped);
                rest.next();
            }
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clauses in a short form: `param=exact`, `param^prefix*`, alternatives joined by ` or `.
    fn short(kind: &str, pairs: &[(&str, &str)]) -> Result<String, SearchError> {
        let query = parse_query(kind, pairs)?;
        let clause = |clause: &Clause| {
            let param = match clause.param {
                ClauseParam::Id => "id".to_owned(),
                ClauseParam::Index(number) => number.to_string(),
            };
            let alternative = |m: &Match| match m {
                Match::Exact(value) => format!("={value}"),
                Match::Prefix(value) => format!("={value}*"),
            };
            param + &clause.alternatives.iter().map(alternative).collect::<Vec<_>>().join(" or ")
        };
        let clauses: Vec<String> = query.clauses.iter().map(clause).collect();
        Ok(clauses.join(" and ").replace('\u{1f}', "^")
            + &query.count.map(|n| format!(" #{n}")).unwrap_or_default())
    }

    #[test]
    fn queries_become_clauses() {
        for (kind, pairs, expected) in [
            ("Patient", &[][..], ""),
            ("Patient", &[("_id", "a,b")], "id=a or =b"),
            ("Patient", &[("identifier", "12")], "103001=12^*"),
            (
                "Patient",
                &[("identifier", "http://s|12,|x,http://s|")],
                "103001=12^http://s or =x^ or =^http://s",
            ),
            ("Patient", &[("identifier", r"a\|b\,c\\\$\d")], r"103001=a|b,c\$\d^*"),
            ("Patient", &[("name", "José  O'Hara"), ("name", "dr")], "103003=jose ohara* and 103003=dr*"),
            ("Observation", &[("patient", "p"), ("_count", "20")], "96002=Patient/p #20"),
            ("Observation", &[("subject", "http://x/fhir/Patient/p")], "96002=Patient/p"),
            ("Observation", &[("subject", "Patient/p,q")], "96002=Patient/p or =Patient/q"),
            ("Coverage", &[("patient", "Patient/p")], "31002=Patient/p"),
        ] {
            assert_eq!(short(kind, pairs).unwrap(), expected, "{kind} {pairs:?}");
        }
    }

    #[test]
    fn refusals_name_the_parameter() {
        let many = "a,".repeat(600) + "a";
        for (kind, name, value, code, says) in [
            ("Pat", "_id", "1", "search-unknown-type", "\"Pat\""),
            (
                "Patient",
                "colour",
                "1",
                "search-unknown-parameter",
                "use one of _count, _id, identifier, name",
            ),
            ("AllergyIntolerance", "subject", "p", "search-unknown-parameter", "\"subject\""),
            ("Patient", "name:exact", "1", "search-unsupported-modifier", "\"name:exact\""),
            ("Patient", "colour:exact", "1", "search-unknown-parameter", "\"colour\""),
            ("Patient", "name", "", "search-empty-value", "\"name\""),
            ("Patient", "name", "a,", "search-empty-value", "\"name\""),
            ("Patient", "name", "--", "search-bad-value", "\"--\""),
            ("Patient", "identifier", "|", "search-empty-value", "\"identifier\""),
            ("Patient", "identifier", "a|b|c", "search-bad-value", "\"a|b|c\""),
            ("Patient", "_count", "-1", "search-bad-value", "\"-1\""),
            ("Patient", "_count", "", "search-bad-value", "\"_count\""),
            ("Observation", "subject", "Group/1", "search-bad-value", "\"Group/1\""),
            ("Patient", "_id", &many, "search-too-much", "500"),
        ] {
            let error = parse_query(kind, &[(name, value)]).unwrap_err();
            assert_eq!(error.code(), code, "{kind}?{name}={value:.20}");
            assert!(error.to_string().contains(says), "{error}");
        }
        let pairs = vec![("_id", "a"); MAX_CLAUSES + 1];
        assert_eq!(parse_query("Patient", &pairs).unwrap_err().code(), "search-too-much");
    }
}
