//! What `Reference.reference` may say (<https://hl7.org/fhir/R4/references.html#literal>).

use super::primitive::{is_any_uuid, is_oid};
use crate::reference;
use crate::types::{is_id, is_resource_type};

/// What a lawful reference points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pointer<'t> {
    /// `#`: the resource that contains this one.
    Container,
    /// `#id`: a contained resource.
    Contained(&'t str),
    /// A resource of a known type.
    Resource(&'t str),
    /// `Type?search`: whatever the search finds.
    Search(&'t str),
    /// Something on which the text says nothing more.
    Elsewhere,
}

/// Reads a reference.
///
/// # Errors
/// What is wrong with it and what to do.
pub(super) fn read(text: &str) -> Result<Pointer<'_>, &'static str> {
    if let Some(id) = text.strip_prefix('#') {
        return Ok(if id.is_empty() { Pointer::Container } else { Pointer::Contained(id) });
    }
    if text.contains(|c: char| c.is_ascii_whitespace()) {
        return Err("the reference holds white space; take it out");
    }
    if text.starts_with("urn:uuid:") {
        let is_lawful = is_any_uuid(text);
        return is_lawful.then_some(Pointer::Elsewhere).ok_or("the urn:uuid: names no UUID; correct it");
    }
    if text.starts_with("urn:oid:") {
        return is_oid(text).then_some(Pointer::Elsewhere).ok_or("the urn:oid: names no OID; correct it");
    }
    if is_absolute(text) {
        let plain = text.split(['#', '|', '?']).next().unwrap_or(text);
        return Ok(
            reference::parse(plain).map_or(Pointer::Elsewhere, |target| Pointer::Resource(target.kind))
        );
    }
    relative(text)
}

/// Whether the text starts with a scheme.
fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(is_scheme) && !rest.is_empty()
}

fn relative(text: &str) -> Result<Pointer<'_>, &'static str> {
    if let Some((kind, _)) = text.split_once('?') {
        let is_known = is_resource_type(kind);
        return is_known
            .then_some(Pointer::Search(kind))
            .ok_or("the search is of no R4 type; correct its name");
    }
    let plain = text.split('#').next().unwrap_or(text);
    let mut parts = plain.split('/');
    let (kind, id) = (parts.next().unwrap_or_default(), parts.next());
    let Some(id) = id else {
        return Err("the reference is no address: write Type/id, an absolute URL, urn:uuid: or #id");
    };
    if !is_resource_type(kind) {
        return Err("the reference names no R4 resource type; write Type/id");
    }
    if !is_id(id) {
        return Err("the reference's id is not lawful: use 1 to 64 of A-Z, a-z, 0-9, - and .");
    }
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Ok(Pointer::Resource(kind)),
        (Some("_history"), Some(version), None) if is_id(version) => Ok(Pointer::Resource(kind)),
        _ => Err("something follows the reference's id; write Type/id or Type/id/_history/version"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_apart() {
        for (text, expected) in [
            ("#", Some(Pointer::Container)),
            ("#a", Some(Pointer::Contained("a"))),
            ("Patient/1", Some(Pointer::Resource("Patient"))),
            ("Patient/1/_history/2", Some(Pointer::Resource("Patient"))),
            ("Patient/1#a", Some(Pointer::Resource("Patient"))),
            ("http://x/fhir/Patient/1", Some(Pointer::Resource("Patient"))),
            ("http://x/fhir/Patient/1/_history/2", Some(Pointer::Resource("Patient"))),
            ("http://x/other", Some(Pointer::Elsewhere)),
            ("http://x/Pat/1", Some(Pointer::Elsewhere)),
            ("urn:uuid:C757873d-ec9a-4326-a141-556f43239520", Some(Pointer::Elsewhere)),
            ("urn:oid:1.2.3", Some(Pointer::Elsewhere)),
            ("urn:iso:x", Some(Pointer::Elsewhere)),
            ("Practitioner?identifier=http://x|1", Some(Pointer::Search("Practitioner"))),
            ("Practitioner?identifier=x", Some(Pointer::Search("Practitioner"))),
            ("Pat?identifier=x", None),
            ("urn:uuid:7", None),
            ("urn:oid:x", None),
            ("Patient", None),
            ("Patient/", None),
            ("Patient/a_b", None),
            ("Pat/1", None),
            ("/Patient/1", None),
            ("Patient/1/x", None),
            ("Patient/1/_history", None),
            ("Patient/1/_history/2/x", None),
            ("Patient/1 ", None),
            ("", None),
            (":", None),
            ("http:", None),
        ] {
            assert_eq!(read(text).ok(), expected, "{text}");
        }
    }
}
