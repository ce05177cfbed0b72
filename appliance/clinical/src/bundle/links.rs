//! Finding the links of a resource, and replacing them without touching any other byte.
//!
//! Links are `Reference.reference`, the elements of type uri, url, oid and uuid, and what the narrative's `a` and `img`
//! lead to. Left alone: elements of type canonical, and everything inside a nested Bundle, whose references are its own.
//! An element of type uri may name a definition (`url`, `system`, `fixedUri`), and bundles of definitions have those names
//! as `fullUrl`: there an `http` address is left alone too.
//!
//! Source: <https://hl7.org/fhir/R4/http.html#trules>.

use std::borrow::Cow;

use crate::structure::{Found, Kind, Primitive, Type, type_named};
use crate::tree::{Node, Text};

/// What kind of place a link stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// `Reference.reference`: must lead somewhere.
    Reference,
    /// A URL that may be one of the bundle's.
    Url,
    /// A URL that is one of the bundle's if it is a `urn:`.
    Name,
    /// XHTML with links in it.
    Narrative,
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
    visit(resource, None, &mut links);
    links
}

/// `ty`: what R4 has here; a resource says it itself.
fn visit<'a>(node: &Node<'a>, ty: Option<&'static Type>, links: &mut Vec<Link<'a>>) {
    match node {
        Node::Array(items) => items.iter().for_each(|item| visit(item, ty, links)),
        Node::Object(members) => {
            let kind = node.member("resourceType").and_then(Node::as_text);
            if kind == Some("Bundle") {
                return;
            }
            let ty = kind.and_then(type_named).or(ty);
            for (name, value) in members {
                let found = ty.and_then(|ty| ty.find(name));
                member(name, value, found, links);
            }
        }
        _ => {}
    }
}

fn member<'a>(name: &str, value: &Node<'a>, found: Option<Found>, links: &mut Vec<Link<'a>>) {
    match (place_of(name, found), value) {
        (Some(place), Node::String(text)) => links.push(link(place, text)),
        (Some(place), Node::Array(items)) => {
            let texts =
                items.iter().filter_map(|item| if let Node::String(text) = item { Some(text) } else { None });
            links.extend(texts.map(|text| link(place, text)));
        }
        _ => visit(value, found.and_then(type_below), links),
    }
}

fn place_of(name: &str, found: Option<Found>) -> Option<Place> {
    if name == "reference" {
        return Some(Place::Reference);
    }
    let Kind::Primitive(primitive) = found.filter(|found| !found.is_twin)?.ty.kind else { return None };
    match primitive {
        Primitive::Uri => Some(Place::Name),
        Primitive::Url | Primitive::Oid | Primitive::Uuid => Some(Place::Url),
        Primitive::Xhtml => Some(Place::Narrative),
        _ => None,
    }
}

/// What the members of an element are judged by; a primitive's twin has extensions.
fn type_below(found: Found) -> Option<&'static Type> {
    match found.ty.kind {
        Kind::Complex(ty) => Some(ty.get()),
        Kind::Primitive(_) => type_named("Element"),
        Kind::Resource => None,
    }
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
        let json = r##"{"resourceType":"DocumentReference","identifier":[{"system":"urn:uuid:name","value":"urn:uuid:value"}],
            "meta":{"source":"urn:uuid:source","profile":["urn:uuid:canonical"]},
            "text":{"div":"<a href='urn:uuid:narrative'/>"},"_description":{"extension":[{"url":"x","valueUri":"urn:uuid:twin"}]},
            "extension":[{"url":"x","valueUri":"urn:uuid:uri","valueString":"urn:uuid:string","valueReference":{"reference":"urn:uuid:ref"}},
                {"url":"x","valueOid":"urn:oid:1.2"},{"url":"x","valueUuid":"urn:uuid:uuid"},{"url":"x","valueCanonical":"urn:uuid:c"}],
            "contained":[{"resourceType":"Observation","subject":{"reference":"urn:uuid:inner"}},
                {"resourceType":"PlanDefinition","library":["urn:uuid:canonical"],"action":[{"definitionUri":"urn:uuid:definition"}]},
                {"resourceType":"Bundle","entry":[{"resource":{"subject":{"reference":"urn:uuid:nested"}}}]}],
            "content":[{"attachment":{"contentType":"x","url":"urn:uuid:attachment"}}],
            "context":{"related":[{"reference":"#a","display":"x"}]}}"##;
        let tree = Node::parse(json).unwrap();
        let found: Vec<String> = find(&tree).into_iter().map(|link| link.value.into_owned()).collect();
        assert_eq!(
            found,
            [
                "urn:uuid:name",
                "urn:uuid:source",
                "<a href='urn:uuid:narrative'/>",
                "x",
                "urn:uuid:twin",
                "x",
                "urn:uuid:uri",
                "urn:uuid:ref",
                "x",
                "urn:oid:1.2",
                "x",
                "urn:uuid:uuid",
                "x",
                "urn:uuid:inner",
                "urn:uuid:definition",
                "urn:uuid:attachment",
                "#a"
            ]
        );
        let reference = find(&tree).into_iter().find(|link| link.place == Place::Reference).unwrap();
        assert_eq!(&json[reference.start..reference.end], "\"urn:uuid:ref\"");
    }

    #[test]
    fn nothing_but_the_link_changes() {
        let json = r#"{ "a" : 1.50, "reference":"x\u00e9" ,"b":[ 1e2 ]}"#;
        let tree = Node::parse(json).unwrap();
        let replacements: Vec<_> = find(&tree).iter().map(|l| (l.start, l.end, "P\"1".to_owned())).collect();
        assert_eq!(replace(json, &replacements), r#"{ "a" : 1.50, "reference":"P\"1" ,"b":[ 1e2 ]}"#);
    }
}
