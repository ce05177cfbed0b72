//! What several readers of FHIR JSON share.

use serde_json::Value;

use super::ReadError;
use crate::scheduling::span::{Minute, Span};
use crate::scheduling::zone::minute_of_instant;

/// The texts along a path of names; arrays are entered.
pub(in crate::scheduling) fn texts(of: &Value, path: &[&str]) -> Vec<String> {
    match (of, path) {
        (Value::Array(all), _) => all.iter().flat_map(|one| texts(one, path)).collect(),
        (Value::String(text), []) => vec![text.clone()],
        (Value::Object(members), [name, rest @ ..]) => {
            members.get(*name).map(|one| texts(one, rest)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The element's text, or what is missing.
pub(in crate::scheduling) fn needed<'v>(
    of: &'v Value,
    kind: &'static str,
    element: &str,
) -> Result<&'v str, ReadError> {
    of.get(element).and_then(Value::as_str).ok_or_else(|| wrong(kind, element, "is missing"))
}

pub(in crate::scheduling) fn wrong(kind: &'static str, element: &str, reason: &'static str) -> ReadError {
    ReadError { kind, element: element.to_owned(), reason }
}

/// When it is, by `start` and `end`.
pub(in crate::scheduling) fn span(of: &Value, kind: &'static str) -> Result<Span, ReadError> {
    let minute = |element| -> Result<Minute, ReadError> {
        let text = needed(of, kind, element)?;
        minute_of_instant(text).ok_or_else(|| wrong(kind, element, "is not an instant with its offset"))
    };
    let span = Span::new(minute("start")?, minute("end")?);
    if span.is_empty() { Err(wrong(kind, "end", "is not later than the start")) } else { Ok(span) }
}
