//! Codes, identifiers, contact points and truth values.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#token>.

use super::super::TOKEN_SEPARATOR;
use super::{OF_TYPE, Rows};
use crate::tree::Node;

/// The rows of any element that a token parameter reads: `code ␟ system`.
pub(super) fn push(node: &Node<'_>, rows: &mut Rows<'_>) {
    match node {
        Node::String(text) if !text.value.is_empty() => rows.push(row(&text.value, "")),
        Node::Bool(value) => rows.push(row(if *value { "true" } else { "false" }, "")),
        Node::Object(_) => object(node, rows),
        _ => {}
    }
}

fn object(node: &Node<'_>, rows: &mut Rows<'_>) {
    if let Some(Node::Array(codings)) = node.member("coding") {
        codings.iter().for_each(|coding| push_coding(coding, rows));
    }
    if node.member("value").is_some() {
        push_identifier(node, rows, 0);
    } else {
        push_coding(node, rows);
    }
}

fn push_coding(coding: &Node<'_>, rows: &mut Rows<'_>) {
    if let Some(code) = text(coding, "code") {
        rows.push(row(code, text(coding, "system").unwrap_or_default()));
    }
}

/// What R4 lets stand in `ContactPoint.system` (<https://hl7.org/fhir/R4/valueset-contact-point-system.html>).
const CONTACT_SYSTEMS: [&str; 7] = ["phone", "fax", "email", "pager", "url", "sms", "other"];

/// The rows of an Identifier or ContactPoint. The system of a contact point (`phone`) is no code system.
pub(super) fn push_identifier(node: &Node<'_>, rows: &mut Rows<'_>, beside: u32) {
    let Some(value) = text(node, "value") else { return };
    let system = text(node, "system").filter(|system| !CONTACT_SYSTEMS.contains(system)).unwrap_or_default();
    rows.push_beside(beside, row(value, system));
    let Some(kind) = node.member("type") else { return };
    if let Some(Node::Array(codings)) = kind.member("coding") {
        for coding in codings {
            let code = text(coding, "code").unwrap_or_default();
            let system = text(coding, "system").unwrap_or_default();
            rows.push_beside(OF_TYPE, of_type(value, system, code));
        }
    }
}

/// Calls `found` with the texts beside the codes of an element.
///
/// Source: <https://hl7.org/fhir/R4/search.html#token>, `:text`.
pub(crate) fn each_text(node: &Node<'_>, found: &mut dyn FnMut(&str)) {
    for name in ["text", "display"] {
        text(node, name).into_iter().for_each(&mut *found);
    }
    for name in ["coding", "type"] {
        match node.member(name) {
            Some(Node::Array(inner)) => inner.iter().for_each(|inner| each_text(inner, found)),
            Some(inner) => each_text(inner, found),
            None => {}
        }
    }
}

/// How a code is found.
fn row(code: &str, system: &str) -> String {
    format!("{code}{TOKEN_SEPARATOR}{system}")
}

/// How an identifier of a type is found.
pub(crate) fn of_type(value: &str, system: &str, code: &str) -> String {
    format!("{value}{TOKEN_SEPARATOR}{code}{TOKEN_SEPARATOR}{system}")
}

/// A member that is a text and not empty.
fn text<'a>(node: &'a Node<'_>, name: &str) -> Option<&'a str> {
    node.member(name).and_then(Node::as_text).filter(|text| !text.is_empty())
}
