//! Preconditions: versions in `If-Match` and `If-None-Match`.

use std::time::UNIX_EPOCH;

use holdfast_store::author::Base;
use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH};

use crate::error::RequestError;

/// The version that `If-Match` names.
///
/// # Errors
/// [`RequestError::BadHeader`] if it is not one entity tag.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<String>, RequestError> {
    let bad = RequestError::BadHeader { name: "If-Match", expected: "one version, written W/\"VERSION\"" };
    let Some(value) = single(headers, &IF_MATCH).map_err(|()| bad.clone())? else { return Ok(None) };
    version_of(value).map(|version| Some(version.to_owned())).ok_or(bad)
}

/// What `If-Match` says of a resource that is written: it is at this version, or it is there at all (`*`).
///
/// # Errors
/// As [`if_match`].
///
/// Source: RFC 9110 §13.1.1.
pub(crate) fn seen(headers: &HeaderMap) -> Result<Option<Base>, RequestError> {
    if headers.get(IF_MATCH).is_some_and(|value| value.as_bytes().trim_ascii() == b"*") {
        return Ok(Some(Base::There));
    }
    Ok(if_match(headers)?.map(Base::Exactly))
}

/// The version of an entity tag: `W/"v"`, `"v"`, or `v` as some clients write it.
pub(crate) fn version_of(tag: &str) -> Option<&str> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let version = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(tag);
    let is_plain =
        !version.is_empty() && version.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    is_plain.then_some(version)
}

/// Whether `If-None-Match` says that the client has this version.
fn has_version(headers: &HeaderMap, version: &str) -> bool {
    let tags = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(',')).any(|tag| version_of(tag) == Some(version))
}

/// Whether the client has what it asks for (RFC 9110 §13.2.2): by `If-None-Match`, else by `If-Modified-Since`. A date that
/// cannot be read is passed over, as the RFC wants.
pub(crate) fn is_unchanged(headers: &HeaderMap, version: &str, updated_ms: u64) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return must_be_new(headers) || has_version(headers, version);
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| httpdate::parse_http_date(text).ok());
    let since_s = since.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|elapsed| elapsed.as_secs());
    // Dates know whole seconds alone (RFC 9110 §8.8.2.2); who must not miss a second change within one sends the ETag.
    since_s.is_some_and(|since_s| updated_ms / 1000 <= since_s)
}

/// Whether the request is for something that must not exist yet: `If-None-Match: *`.
pub(crate) fn must_be_new(headers: &HeaderMap) -> bool {
    headers.get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes().trim_ascii() == b"*")
}

fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, ()> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_has_is_by_version_before_date() {
        let (date, later, earlier) = (
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:38 GMT",
            "Sun, 06 Nov 1994 08:49:36 GMT",
        );
        for (headers, expected) in [
            (&[][..], false),
            (&[("if-none-match", "W/\"v\"")], true),
            (&[("if-none-match", "\"a\", W/\"v\"")], true),
            (&[("if-none-match", "*")], true),
            (&[("if-none-match", "\"a\""), ("if-modified-since", later)], false),
            (&[("if-modified-since", date)], true),
            (&[("if-modified-since", later)], true),
            (&[("if-modified-since", earlier)], false),
            (&[("if-modified-since", "yesterday")], false),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().unwrap());
            }
            assert_eq!(is_unchanged(&map, "v", 784_111_777_900), expected, "{headers:?}");
        }
    }

    #[test]
    fn entity_tags_are_read() {
        for (tag, expected) in [
            ("W/\"abc\"", Some("abc")),
            ("\"abc\"", Some("abc")),
            (" abc ", Some("abc")),
            ("*", None),
            ("W/\"a\", W/\"b\"", None),
            ("\"\"", None),
        ] {
            assert_eq!(version_of(tag), expected, "{tag}");
        }
    }
}
