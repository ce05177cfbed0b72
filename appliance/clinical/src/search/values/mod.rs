//! Index rows read off elements. An element of an unexpected shape yields nothing: what is stored is validated where it
//! enters, and what an older replica let through must not stop the index.

pub(crate) mod date;
pub(crate) mod order;
pub(crate) mod quantity;
mod string;
pub(crate) mod token;

use holdfast_core::rules::IndexRow;

use super::table::{Kind, Slot};
use super::{BY_END, IDENTIFIER, OF_TYPE};
use crate::tree::Node;

pub(crate) use string::exact;

/// Rows on their way into the index.
pub(crate) struct Rows<'a> {
    out: &'a mut Vec<IndexRow>,
    slot: u32,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(out: &'a mut Vec<IndexRow>, slot: u32) -> Self {
        Self { out, slot }
    }

    fn push(&mut self, value: String) {
        self.push_beside(0, value);
    }

    /// Into one of the slots beside the slot.
    fn push_beside(&mut self, offset: u32, value: String) {
        self.out.push(IndexRow { param: self.slot + offset, value });
    }
}

/// The rows of one element under a slot.
pub(crate) fn push(slot: &Slot, node: &Node<'_>, rows: &mut Rows<'_>) {
    match slot.kind {
        Kind::Token => token::push(node, rows),
        Kind::String => string::push(node, rows),
        Kind::Date => {
            let Some(span) = date::Span::of(node) else { return };
            rows.push(span.row());
            if span.is_long() {
                rows.push_beside(BY_END, span.row_by_end());
            }
        }
        Kind::Reference => reference(node, rows),
        Kind::Quantity => quantity::push(node, rows),
        Kind::Number => quantity::push_number(node, rows),
        Kind::Uri => rows.out.extend(
            node.as_text()
                .filter(|text| !text.is_empty())
                .map(|text| IndexRow { param: rows.slot, value: text.to_owned() }),
        ),
    }
}

/// `Type/id` of a reference to a resource, wherever it is said to be; the text of any other; of a canonical the URL without
/// its version.
fn reference(node: &Node<'_>, rows: &mut Rows<'_>) {
    let text = node.as_text().or_else(|| node.member("reference").and_then(Node::as_text));
    if let Some(text) = text.filter(|text| !text.is_empty() && !text.starts_with('#')) {
        rows.push(normal_reference(text));
    }
    if let Some(identifier) = node.member("identifier") {
        token::push_identifier(identifier, rows, IDENTIFIER);
    }
}

/// A reference as the index holds it.
pub(crate) fn normal_reference(text: &str) -> String {
    match crate::reference::parse(text) {
        Some(target) => target.to_relative(),
        None => text.split('|').next().unwrap_or_default().to_owned(),
    }
}
