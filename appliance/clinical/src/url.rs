//! The request URLs of FHIR, as bundles and conditional references write them.
//!
//! Source: <https://hl7.org/fhir/R4/http.html>.

use crate::reference::is_http;
use crate::types::{is_id, is_resource_type};

/// A request URL, taken apart. Everything but `text` is percent-decoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestUrl {
    /// As written.
    pub text: String,
    /// The resource type; empty if the URL is of the server as a whole.
    pub kind: String,
    /// The resource's id, if the URL names one resource.
    pub id: Option<String>,
    /// The version, if the URL ends in `_history/v`.
    pub version: Option<String>,
    /// What is asked of it beside reading: `_history`, `_search`, `metadata`, or `$` and an operation's name.
    pub rest: Option<String>,
    /// Everything after `?`, in order.
    pub query: Vec<(String, String)>,
}

/// Why a request URL cannot be used; a clause for an error's text.
pub type UrlProblem = &'static str;

impl RequestUrl {
    /// Reads `Type`, `Type/id`, `Type/id/_history/v` or `Type?query`, with or without a leading slash or an
    /// `http(s)` base; and histories, `_search` and operations of a resource or a type, `metadata` and `_history`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, UrlProblem> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let segments = if is_http(text) { below_base(&segments) } else { &segments[..] };
        let is_special = |segment: &str| segment.starts_with(['$', '_']);
        let (kind, id, version, rest) = match *segments {
            [rest @ ("metadata" | "_history")] => ("", None, None, Some(rest)),
            [kind] => (kind, None, None, None),
            [kind, rest] if is_special(rest) => (kind, None, None, Some(rest)),
            [kind, id] => (kind, Some(id), None, None),
            [kind, id, "_history", version] => (kind, Some(id), Some(version), None),
            [kind, id, rest] if is_special(rest) => (kind, Some(id), None, Some(rest)),
            _ => return Err("it is none of Type, Type/id, Type/id/_history/version and Type?query"),
        };
        let is_of_system = kind.is_empty() && rest.is_some();
        if !is_of_system && !is_resource_type(kind) {
            return Err("R4 has no such resource type");
        }
        if id.is_some_and(|id| !is_id(id)) {
            return Err("the id is not a FHIR id");
        }
        Ok(Self {
            text: text.to_owned(),
            kind: kind.to_owned(),
            id: id.map(str::to_owned),
            version: version.map(str::to_owned),
            rest: rest.map(str::to_owned),
            query: parse_pairs(query)?,
        })
    }
}

/// The part from the last resource type on; without one, the last part.
fn below_base<'s, 't>(segments: &'s [&'t str]) -> &'s [&'t str] {
    let at = segments.iter().rposition(|segment| is_resource_type(segment)).unwrap_or(segments.len() - 1);
    &segments[at..]
}

/// Reads `a=b&c=d`, percent-decoded.
///
/// # Errors
/// What is wrong with it.
pub fn parse_pairs(query: &str) -> Result<Vec<(String, String)>, UrlProblem> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((percent_decode(name)?, percent_decode(value)?))
        })
        .collect()
}

/// Decodes `%XX` and `+` (a space).
///
/// # Errors
/// What is wrong with it: a `%` without two hex digits, or bytes that are not UTF-8.
pub fn percent_decode(text: &str) -> Result<String, UrlProblem> {
    const BAD: UrlProblem = "a % in it is not followed by two hex digits";
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let high = bytes.next().and_then(hex).ok_or(BAD)?;
                let low = bytes.next().and_then(hex).ok_or(BAD)?;
                out.push(high * 16 + low);
            }
            other => out.push(other),
        }
    }
    String::from_utf8(out).map_err(|_| "its percent-encoding is not UTF-8")
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_apart() {
        for (text, kind, id, version, query) in [
            ("Patient", "Patient", None, None, &[][..]),
            ("/Patient/1", "Patient", Some("1"), None, &[]),
            ("Patient/1/_history/2", "Patient", Some("1"), Some("2"), &[]),
            ("http://x/fhir/Patient/1", "Patient", Some("1"), None, &[]),
            ("Patient?name=a%20b+c&_count=5", "Patient", None, None, &[("name", "a b c"), ("_count", "5")]),
            ("Patient?identifier=http://s|1", "Patient", None, None, &[("identifier", "http://s|1")]),
        ] {
            let url = RequestUrl::parse(text).unwrap();
            let pairs: Vec<_> = url.query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!(
                (url.kind.as_str(), url.id.as_deref(), url.version.as_deref()),
                (kind, id, version),
                "{text}"
            );
            assert_eq!(pairs, query, "{text}");
        }
    }

    #[test]
    fn what_is_asked_beside_reading_is_told_apart() {
        for (text, kind, id, rest) in [
            ("Patient/1/_history?_count=1", "Patient", Some("1"), Some("_history")),
            ("Patient/1/_history/2", "Patient", Some("1"), None),
            ("http://x/fhir/Patient/1/$everything", "Patient", Some("1"), Some("$everything")),
            ("Patient/_search", "Patient", None, Some("_search")),
            ("ValueSet/$lookup", "ValueSet", None, Some("$lookup")),
            ("_history", "", None, Some("_history")),
            ("http://x/fhir/metadata", "", None, Some("metadata")),
        ] {
            let url = RequestUrl::parse(text).unwrap();
            assert_eq!(
                (url.kind.as_str(), url.id.as_deref(), url.rest.as_deref()),
                (kind, id, rest),
                "{text}"
            );
        }
    }

    #[test]
    fn bad_urls_are_refused() {
        for text in [
            "",
            "Pat/1",
            "Patient/a_b",
            "$meta",
            "Patient/1/x",
            "Patient/a_b/_history",
            "Pat/_history",
            "http://x/fhir/_search",
            "Patient?a=%4",
            "Patient?a=%ff",
        ] {
            assert!(RequestUrl::parse(text).is_err(), "{text}");
        }
    }
}
