//! Media types: JSON only, both ways.

use holdfast_clinical::url::parse_pairs;
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};

use crate::error::RequestError;

/// What every FHIR answer is (<https://hl7.org/fhir/R4/http.html#mime-type>).
pub(crate) const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";

/// What a body must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Media {
    /// `application/fhir+json` or `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json-patch+json`.
    JsonPatch,
    /// `text/calendar`.
    Calendar,
}

const JSON_TYPES: [&str; 3] = ["application/fhir+json", "application/json", "text/json"];
const CALENDAR_TYPE: &str = "text/calendar";
const FORM_TYPE: &str = "application/x-www-form-urlencoded";
/// RFC 6902 §6.
pub(crate) const JSON_PATCH: &str = "application/json-patch+json";

/// Refuses a body of another type, or of none.
///
/// # Errors
/// [`RequestError::UnsupportedMedia`].
pub(crate) fn check_content_type(headers: &HeaderMap, media: Media) -> Result<(), RequestError> {
    let sent =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(essence).unwrap_or_default();
    let (fits, expected) = match media {
        Media::Json => (JSON_TYPES.contains(&sent.as_str()), JSON_TYPES[0]),
        Media::Form => (sent == FORM_TYPE, FORM_TYPE),
        Media::Calendar => (sent == CALENDAR_TYPE, CALENDAR_TYPE),
        Media::JsonPatch => match other_patch(&sent) {
            Some(what) => return Err(RequestError::UnsupportedPatch { what }),
            None => (sent == JSON_PATCH, JSON_PATCH),
        },
    };
    if fits { Ok(()) } else { Err(RequestError::UnsupportedMedia { expected }) }
}

/// The kinds of patch that FHIR knows besides (<https://hl7.org/fhir/R4/http.html#patch>).
fn other_patch(sent: &str) -> Option<&'static str> {
    match sent {
        "application/xml-patch+xml" => Some("an XML Patch"),
        "application/fhir+json" | "application/fhir+xml" => Some("a FHIRPath Patch"),
        "application/merge-patch+json" => Some("a JSON Merge Patch"),
        _ => None,
    }
}

/// Refuses a client that can read no JSON. `_format` counts before `Accept`.
///
/// # Errors
/// [`RequestError::NotAcceptable`].
pub(crate) fn check_accept(headers: &HeaderMap, query: &str) -> Result<(), RequestError> {
    // A query that cannot be taken apart is refused by whoever reads it.
    let pairs = if query.contains("_format=") { parse_pairs(query).unwrap_or_default() } else { Vec::new() };
    match pairs.iter().find(|(name, _)| name == "_format") {
        Some((_, format)) => check_format(format),
        None if accepts_json(headers) => Ok(()),
        None => Err(RequestError::NotAcceptable),
    }
}

/// Refuses a `_format` that is not JSON.
///
/// # Errors
/// [`RequestError::NotAcceptable`].
pub(crate) fn check_format(format: &str) -> Result<(), RequestError> {
    // A + that was not written %2B was decoded to a space.
    let plain = format.replace(' ', "+");
    let fits = plain == "json" || JSON_TYPES.contains(&essence(&plain).as_str());
    if fits { Ok(()) } else { Err(RequestError::NotAcceptable) }
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    all.peek().is_none() || all.flat_map(|value| value.split(',')).any(is_json_range)
}

fn is_json_range(range: &str) -> bool {
    let is_refused =
        range.split(';').skip(1).any(|part| matches!(part.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
    let essence = essence(range);
    !is_refused
        && (matches!(essence.as_str(), "*/*" | "application/*") || JSON_TYPES.contains(&essence.as_str()))
}

/// The media type without its parameters, in lower case.
fn essence(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_acceptable() {
        for (accept, query, expected) in [
            (None, "", true),
            (Some("*/*"), "", true),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), "", true),
            (Some("application/fhir+json;fhirVersion=4.0"), "", true),
            (Some("Application/JSON"), "", true),
            (Some("application/fhir+xml"), "", false),
            (Some("application/json;q=0"), "", false),
            (Some("application/fhir+xml"), "_format=json", true),
            (Some("application/fhir+xml"), "a=b&_format=application/fhir%2Bjson", true),
            (None, "_format=application%2Ffhir%2Bjson%3BfhirVersion%3D4.0", true),
            (None, "_format=application/fhir+json;fhirVersion=4.0", true),
            (Some("*/*"), "_format=xml", false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(check_accept(&headers, query).is_ok(), expected, "{accept:?} {query}");
        }
    }
}
