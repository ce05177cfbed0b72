//! Reading index values off elements. An element of an unexpected shape yields nothing: what is stored is
//! validated where it enters, and what an older replica let through must not stop the index.

use holdfast_core::state::EntityState;

use super::TOKEN_SEPARATOR;
use super::text::{normalise, words};
use crate::tree::Node;

/// The parts of a HumanName that `name` searches.
const NAME_PARTS: [&str; 5] = ["family", "given", "text", "prefix", "suffix"];

/// Calls `found` with every node at a dotted path, on every sibling of the path's first element.
pub(crate) fn each_node(state: &EntityState, path: &str, found: &mut dyn FnMut(&Node<'_>)) {
    let mut segments = path.split('.');
    let element = segments.next().unwrap_or_default();
    let rest: Vec<&str> = segments.collect();
    for json in state.values(element).chain(state.set_members(element)) {
        if let Ok(node) = Node::parse(json) {
            node.walk(&rest, found);
        }
    }
}

/// The rows of an Identifier: `code ␟ system`, and `␟ system` so that a system alone can be searched.
pub(crate) fn tokens(node: &Node<'_>, push: &mut dyn FnMut(String)) {
    let part = |name: &str| node.member(name).and_then(Node::as_text).filter(|text| !text.is_empty());
    let (code, system) = (part("value"), part("system"));
    if let Some(code) = code {
        push(format!("{code}{TOKEN_SEPARATOR}{}", system.unwrap_or_default()));
    }
    if let Some(system) = system {
        push(format!("{TOKEN_SEPARATOR}{system}"));
    }
}

/// The rows of a string, or of the parts of a HumanName: each whole, and each of its words.
pub(crate) fn strings(node: &Node<'_>, push: &mut dyn FnMut(String)) {
    if let Some(text) = node.as_text() {
        return push_text(text, push);
    }
    for part in NAME_PARTS {
        node.walk(&[part], &mut |leaf| {
            if let Some(text) = leaf.as_text() {
                push_text(text, push);
            }
        });
    }
}

fn push_text(text: &str, push: &mut dyn FnMut(String)) {
    let whole = normalise(text);
    if whole.contains(' ') {
        words(&whole).for_each(|word| push(word.to_owned()));
    }
    if !whole.is_empty() {
        push(whole);
    }
}

/// `Patient/id` of a Reference to a patient.
pub(crate) fn reference(node: &Node<'_>) -> Option<String> {
    let target = crate::reference::parse(node.member("reference")?.as_text()?)?;
    (target.kind == "Patient").then(|| target.to_relative())
}
