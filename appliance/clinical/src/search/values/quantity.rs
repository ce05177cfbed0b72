//! Numbers, with and without a unit.
//!
//! Source: <https://hl7.org/fhir/R4/search.html#quantity>.

use super::super::TOKEN_SEPARATOR;
use super::{Rows, order};
use crate::tree::Node;

/// The currencies of a Money have no system of their own in the element.
const CURRENCIES: &str = "urn:iso:std:iso:4217";

/// The rows of a Quantity, Range or Money: the number, then `code ␟ system`; and then the unit as people write it, if that
/// is another text.
pub(super) fn push(node: &Node<'_>, rows: &mut Rows<'_>) {
    for end in ["low", "high"] {
        node.member(end).into_iter().for_each(|end| push(end, rows));
    }
    let Some(number) = node.member("value").and_then(number_of) else { return };
    let text = |name: &str| node.member(name).and_then(Node::as_text).unwrap_or_default();
    let number = order::number(number);
    if !text("currency").is_empty() {
        return rows.push(format!("{number}{}{TOKEN_SEPARATOR}{CURRENCIES}", text("currency")));
    }
    rows.push(format!("{number}{}{TOKEN_SEPARATOR}{}", text("code"), text("system")));
    if !text("unit").is_empty() && text("unit") != text("code") {
        rows.push(format!("{number}{}{TOKEN_SEPARATOR}", text("unit")));
    }
}

/// The row of a number.
pub(super) fn push_number(node: &Node<'_>, rows: &mut Rows<'_>) {
    for end in ["low", "high"] {
        node.member(end).into_iter().for_each(|end| push_number(end, rows));
    }
    let number = number_of(node).or_else(|| node.member("value").and_then(number_of));
    number.into_iter().for_each(|number| rows.push(order::number(number)));
}

fn number_of(node: &Node<'_>) -> Option<f64> {
    match node {
        Node::Number(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}
