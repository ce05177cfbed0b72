//! Index rows read off elements. An element of an unexpected shape yields nothing: what is stored is validated where it
//! enters, and what an older replica let through must not stop the index.

pub(crate) mod date;
pub(crate) mod order;
pub(crate) mod quantity;
mod string;
pub(crate) mod token;

use holdfast_core::rules::IndexRow;

use super::table::{Kind, Slot};
use super::{BY_END, IDENTIFIER, OF_TYPE, PRESENT, TOKEN_SEPARATOR};
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

/// The rows of one element under a slot; of one that is there and has no value to be found by, a row beside it.
pub(crate) fn push(slot: &Slot, node: &Node<'_>, rows: &mut Rows<'_>) {
    let before = rows.out.len();
    push_values(slot, node, rows);
    let has_value = rows.out[before..].iter().any(|row| row.param == slot.number);
    if !has_value && !matches!(node, Node::Null) {
        rows.push_beside(PRESENT, said_type(slot, node).to_owned());
    }
}

/// The type that a reference without a literal one says it leads to, if it does.
fn said_type<'n>(slot: &Slot, node: &'n Node<'_>) -> &'n str {
    let said = node.member("type").and_then(Node::as_text).filter(|_| slot.kind == Kind::Reference);
    said.unwrap_or_default()
}

fn push_values(slot: &Slot, node: &Node<'_>, rows: &mut Rows<'_>) {
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

/// The row of a reference; of a canonical or URI, which is a text, that of the URL and, where it names a version, of both.
fn reference(node: &Node<'_>, rows: &mut Rows<'_>) {
    let is_there = |text: &&str| !text.is_empty() && !text.starts_with('#');
    if let Some(text) = node.as_text().filter(is_there) {
        let url = text.split('|').next().unwrap_or_default();
        if url != text {
            rows.push(normal_reference(text));
        }
        rows.push(normal_reference(url));
    }
    if let Some(text) = node.member("reference").and_then(Node::as_text).filter(is_there) {
        rows.push(normal_reference(text));
    }
    if let Some(identifier) = node.member("identifier") {
        token::push_identifier(identifier, rows, IDENTIFIER);
    }
}

/// A reference as the index holds it: `Type/id` of a resource of these records; any other as it is written, without the version
/// of a resource elsewhere, and a separator after it, so that it ends like no id of these records.
pub(crate) fn normal_reference(text: &str) -> String {
    match crate::reference::local(text) {
        Some(target) => target.to_relative(),
        None => format!("{}{TOKEN_SEPARATOR}", crate::reference::without_version(text)),
    }
}
