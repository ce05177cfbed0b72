//! Finding the links of a resource, and replacing them without touching any other byte.
//!
//! Links are `Reference.reference`, `Attachment.url`, `valueUri` and `valueUrl`. Left alone: the narrative's links,
//! canonical URLs and identifiers (they name, they do not point), and everything inside a nested Bundle, whose
//! references are its own.
//!
//! Source: <https://hl7.org/fhir/R4/http.html#trules>.

use std::borrow::Cow;

use crate::tree::{Node, Text};

/// The elements of Attachment (<https://hl7.org/fhir/R4/datatypes.html#Attachment>), by which one is recognised.
const ATTACHMENT: [&str; 10] =
    ["id", "extension", "contentType", "language", "data", "url", "size", "hash", "title", "creation"];

/// What kind of place a link stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// `Reference.reference`: must lead somewhere.
    Reference,
    /// A URL that may be one of the bundle's.
    Url,
}

/// A link and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Link<'a> {
    pub(super) place: Place,
    pub(super) value: Cow<'a, str>,
    /// Byte offsets of the string with its quotes.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// All links of a resource, in the order written.
pub(super) fn find<'a>(resource: &Node<'a>) -> Vec<Link<'a>> {
    let mut links = Vec::new();
    visit(resource, "", &mut links);
    links
}

fn visit<'a>(node: &Node<'a>, name: &str, links: &mut Vec<Link<'a>>) {
    match node {
        Node::Array(items) => items.iter().for_each(|item| visit(item, name, links)),
        Node::Object(members) if !is_bundle(node) => {
            let is_attachment = !is_extension(name) && members.iter().all(|(key, _)| is_attachment_key(key));
            for (key, value) in members {
                match (place_of(key, is_attachment), value) {
                    (Some(place), Node::String(text)) => links.push(link(place, text)),
                    _ => visit(value, key, links),
                }
            }
        }
        _ => {}
    }
}

fn place_of(key: &str, is_attachment: bool) -> Option<Place> {
    match key {
        "reference" => Some(Place::Reference),
        "valueUri" | "valueUrl" => Some(Place::Url),
        "url" if is_attachment => Some(Place::Url),
        _ => None,
    }
}

fn is_bundle(node: &Node<'_>) -> bool {
    node.member("resourceType").and_then(Node::as_text) == Some("Bundle")
}

fn is_extension(name: &str) -> bool {
    matches!(name, "extension" | "modifierExtension")
}

fn is_attachment_key(key: &str) -> bool {
    ATTACHMENT.contains(&key.strip_prefix('_').unwrap_or(key))
}

fn link<'a>(place: Place, text: &Text<'a>) -> Link<'a> {
    Link { place, value: text.value.clone(), start: text.start, end: text.end }
}

/// Replaces strings by others. `replacements` are `(start, end, new string)` in ascending order without overlap.
pub(super) fn replace(source: &str, replacements: &[(usize, usize, String)]) -> String {
    let mut out = String::with_capacity(source.len());
    let mut copied = 0;
    for (start, end, new) in replacements {
        out.push_str(&source[copied..*start]);
        holdfast_core::json::push_string(&mut out, new);
        copied = *end;
    }
    out.push_str(&source[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_where_fhir_has_them() {
        let json = r##"{"resourceType":"DocumentReference","url":"urn:uuid:canonical","identifier":{"value":"urn:uuid:name"},
            "text":{"div":"<a href=\"urn:uuid:narrative\"/>"},
            "extension":[{"url":"urn:uuid:extension","valueUri":"urn:uuid:uri","valueReference":{"reference":"urn:uuid:ref"}}],
            "contained":[{"resourceType":"Observation","subject":{"reference":"urn:uuid:inner"}},
                {"resourceType":"Bundle","entry":[{"resource":{"subject":{"reference":"urn:uuid:nested"}}}]}],
            "content":[{"attachment":{"contentType":"x","url":"urn:uuid:attachment"}}],
            "context":{"related":[{"reference":"#a","display":"x"}]}}"##;
        let tree = Node::parse(json).unwrap();
        let found: Vec<String> = find(&tree).into_iter().map(|link| link.value.into_owned()).collect();
        assert_eq!(found, ["urn:uuid:uri", "urn:uuid:ref", "urn:uuid:inner", "urn:uuid:attachment", "#a"]);
        assert_eq!(&json[find(&tree)[1].start..find(&tree)[1].end], "\"urn:uuid:ref\"");
    }

    #[test]
    fn nothing_but_the_link_changes() {
        let json = r#"{ "a" : 1.50, "reference":"x\u00e9" ,"b":[ 1e2 ]}"#;
        let tree = Node::parse(json).unwrap();
        let replacements: Vec<_> = find(&tree).iter().map(|l| (l.start, l.end, "P\"1".to_owned())).collect();
        assert_eq!(replace(json, &replacements), r#"{ "a" : 1.50, "reference":"P\"1" ,"b":[ 1e2 ]}"#);
    }
}
