//! Literal references: `Type/id`, relative or absolute, with or without a version.

use crate::types::{is_id, is_resource_type};

/// What a literal reference points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target<'a> {
    /// The resource type.
    pub kind: &'a str,
    /// The resource's id.
    pub id: &'a str,
}

impl Target<'_> {
    /// `Type/id`.
    pub fn to_relative(self) -> String {
        format!("{}/{}", self.kind, self.id)
    }
}

/// Reads `Type/id`, `Type/id/_history/v` or either of them below an `http(s)` base. `None` for contained
/// (`#x`), `urn:`, conditional (`Type?…`) and other texts.
///
/// Source: <https://hl7.org/fhir/R4/references.html#literal>.
pub fn parse(text: &str) -> Option<Target<'_>> {
    let text = text.split_once("/_history/").map_or(text, |(before, _)| before);
    let (before, id) = text.rsplit_once('/')?;
    let (base, kind) = before.rsplit_once('/').map_or(("", before), |(base, kind)| (base, kind));
    let is_base = base.is_empty() && !before.starts_with('/') || is_http(base);
    (is_base && is_resource_type(kind) && is_id(id)).then_some(Target { kind, id })
}

/// The server's base of an absolute RESTful URL: `http://x/fhir` of `http://x/fhir/Patient/1`.
pub fn base(full_url: &str) -> Option<&str> {
    let target = parse(full_url)?;
    let base = full_url.split_once("/_history/").map_or(full_url, |(before, _)| before);
    let base =
        base.strip_suffix(target.id)?.strip_suffix('/')?.strip_suffix(target.kind)?.strip_suffix('/')?;
    is_http(base).then_some(base)
}

/// Whether the text starts like an absolute web address.
pub fn is_http(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_references_are_read() {
        for (text, expected) in [
            ("Patient/1", Some(("Patient", "1"))),
            ("Patient/1/_history/2", Some(("Patient", "1"))),
            ("https://hub.example/fhir/Patient/a-b.c", Some(("Patient", "a-b.c"))),
            ("http://x/Patient/1/_history/2", Some(("Patient", "1"))),
            ("/Patient/1", None),
            ("x/Patient/1", None),
            ("#p", None),
            ("urn:uuid:7d4ff0bc-4a2b-4a38-9e24-8f0f4a0a2d42", None),
            ("Patient?identifier=1", None),
            ("Patient/", None),
            ("Patient", None),
            ("Pat/1", None),
            ("", None),
        ] {
            let got = parse(text).map(|t| (t.kind, t.id));
            assert_eq!(got, expected, "{text}");
        }
    }

    #[test]
    fn base_is_what_stands_before_the_type() {
        assert_eq!(base("http://x/fhir/Patient/1"), Some("http://x/fhir"));
        assert_eq!(base("http://x/fhir/Patient/1/_history/3"), Some("http://x/fhir"));
        assert_eq!(base("Patient/1"), None);
        assert_eq!(base("urn:uuid:1"), None);
    }
}
