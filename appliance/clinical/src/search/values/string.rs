//! Texts, names of people and addresses.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#string>.

use super::super::TOKEN_SEPARATOR;
use super::super::text::{normalise, words};
use super::Rows;
use crate::tree::Node;

/// The parts of a HumanName, an Address and an Annotation that are searched.
const PARTS: [&str; 11] = [
    "family",
    "given",
    "text",
    "prefix",
    "suffix",
    "line",
    "city",
    "district",
    "state",
    "postalCode",
    "country",
];

/// The rows of a text, or of the parts of a name or an address.
pub(super) fn push(node: &Node<'_>, rows: &mut Rows<'_>) {
    if let Some(text) = node.as_text() {
        return push_text(text, rows);
    }
    for part in PARTS {
        node.walk(&[part], &mut |leaf| {
            leaf.as_text().into_iter().for_each(|text| push_text(text, rows));
        });
    }
}

/// The text whole, in its normal form and as written, and each of its words.
fn push_text(text: &str, rows: &mut Rows<'_>) {
    let whole = normalise(text);
    if whole.contains(' ') {
        words(&whole).for_each(|word| rows.push(word.to_owned()));
    }
    if !whole.is_empty() {
        rows.push(with_original(whole, text));
    }
}

/// The row of a text: found by the beginning of its normal form, and exactly as written.
fn with_original(mut normal: String, text: &str) -> String {
    let is_same = normal == text;
    normal.push(TOKEN_SEPARATOR);
    if is_same { normal } else { normal + text }
}

/// How a text is found exactly as written.
pub(crate) fn exact(text: &str) -> String {
    with_original(normalise(text), text)
}
