//! Literal references: `Type/id`, relative or absolute, with or without a version.
//!
//! A relative one is to a resource of these records. An absolute one is to a resource of another server, however its end looks:
//! those to the address of this very server become relative where they enter ([`to_relative`]), and nothing later knows what
//! that address was, for records go from replica to replica.

use std::borrow::Cow;

use holdfast_core::json::push_string;

use crate::tree::{Node, Text};
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

/// Reads a relative `Type/id`, with or without a version: the resource of these records that is meant. `None` for what another
/// server holds, and for other texts.
pub fn local(text: &str) -> Option<Target<'_>> {
    parse(text).filter(|_| !is_http(text))
}

/// Reads an absolute reference to a resource below this base (`https://host/fhir`).
pub fn below<'t>(text: &'t str, base: &str) -> Option<Target<'t>> {
    local(text.strip_prefix(base).filter(|_| is_http(base))?.strip_prefix('/')?)
}

/// The text without the version that a literal reference may name.
pub fn without_version(text: &str) -> &str {
    match (parse(text), text.split_once("/_history/")) {
        (Some(_), Some((before, _))) => before,
        _ => text,
    }
}

/// A resource whose references to resources below `base`, the address of this server, are relative; no other byte changes.
/// What is no JSON comes back as it is. References inside a nested Bundle are its own and stay. O(n).
pub fn to_relative<'t>(json: &'t str, base: &str) -> Cow<'t, str> {
    // A slash may be written \/.
    if !is_http(base) || !json.contains(base) && !json.contains("\\/") {
        return Cow::Borrowed(json);
    }
    let Ok(resource) = Node::parse(json) else { return Cow::Borrowed(json) };
    let mut found = Vec::new();
    each_reference(&resource, &mut |text| {
        if below(&text.value, base).is_some() {
            found.push((text.start, text.end, text.value[base.len() + 1..].to_owned()));
        }
    });
    if found.is_empty() {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut copied = 0;
    for (start, end, new) in found {
        out.push_str(&json[copied..start]);
        push_string(&mut out, &new);
        copied = end;
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

fn each_reference(node: &Node<'_>, found: &mut dyn FnMut(&Text<'_>)) {
    match node {
        Node::Array(items) => items.iter().for_each(|item| each_reference(item, found)),
        Node::Object(members) if node.member("resourceType").and_then(Node::as_text) != Some("Bundle") => {
            for (name, value) in members {
                match value {
                    Node::String(text) if name == "reference" => found(text),
                    other => each_reference(other, found),
                }
            }
        }
        _ => {}
    }
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
    fn only_relative_references_are_to_these_records() {
        for (text, is_local, version) in [
            ("Patient/1/_history/2", true, "Patient/1"),
            ("http://x/fhir/Patient/1/_history/2", false, "http://x/fhir/Patient/1"),
            ("http://x/a/_history/b", false, "http://x/a/_history/b"),
            ("urn:uuid:1", false, "urn:uuid:1"),
        ] {
            assert_eq!((local(text).is_some(), without_version(text)), (is_local, version), "{text}");
        }
        let base = "http://x/fhir";
        assert_eq!(below("http://x/fhir/Patient/1/_history/2", base).map(|to| to.id), Some("1"));
        for text in
            ["Patient/1", "http://x/fhirs/Patient/1", "http://x/fhir/a/Patient/1", "http://y/fhir/Patient/1"]
        {
            assert_eq!(below(text, base), None, "{text}");
        }
        assert_eq!(below("/fhir/Patient/1", "/fhir"), None, "a base without a host is nobody's address");
    }

    #[test]
    fn references_to_the_own_address_become_relative() {
        let base = "http://x/fhir";
        for (json, expected) in [
            (
                r#"{"subject" : {"reference":"http://x/fhir/Patient/1"},"n":1.50}"#,
                r#"{"subject" : {"reference":"Patient/1"},"n":1.50}"#,
            ),
            (r#"[{"reference":"http:\/\/x/fhir/Patient/1"}]"#, r#"[{"reference":"Patient/1"}]"#),
            (
                r#"{"reference":"http://x/fhir/Patient/1/_history/2"}"#,
                r#"{"reference":"Patient/1/_history/2"}"#,
            ),
        ] {
            assert_eq!(to_relative(json, base), expected);
        }
        for json in [
            r#"{"reference":"http://y/fhir/Patient/1"}"#,
            r#"{"reference":"http://x/fhir/Patient?name=a"}"#,
            r#"{"url":"http://x/fhir/Patient/1"}"#,
            r#"{"resourceType":"Bundle","entry":[{"reference":"http://x/fhir/Patient/1"}]}"#,
            r#"{"reference":"http://x/fhir/Patient/1""#,
        ] {
            assert!(matches!(to_relative(json, base), Cow::Borrowed(same) if same == json), "{json}");
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
