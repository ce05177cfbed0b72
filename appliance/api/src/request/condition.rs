//! Preconditions: versions in `If-Match` and `If-None-Match`.

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

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
pub(crate) fn has_version(headers: &HeaderMap, version: &str) -> bool {
    let tags = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(',')).any(|tag| version_of(tag) == Some(version))
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
