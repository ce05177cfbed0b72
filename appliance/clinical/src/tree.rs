//! A borrowed JSON tree that keeps every number as written and knows where every string stands.
//!
//! `serde_json::Value` would round decimals and forget positions. This tree is what validation walks, what the
//! search index is read off, and what reference rewriting finds its places with.

pub mod edit;
mod parser;
pub mod pretty;

use std::borrow::Cow;

/// The deepest nesting of arrays and objects accepted. FHIR's own deepest published example nests 30 levels; a
/// bound keeps hostile texts from using up the stack.
pub const MAX_DEPTH: usize = 64;

/// The most members of one object. The largest R4 type has fewer than 100 elements, each at most twice (`_x`).
pub const MAX_MEMBERS: usize = 1_000;

/// One JSON value.
#[derive(Clone, PartialEq, Debug)]
pub enum Node<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, digit for digit as written.
    Number(&'a str),
    /// A string.
    String(Text<'a>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object's members as written, names distinct.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// A string and where it stands in the source.
#[derive(Clone, PartialEq, Debug)]
pub struct Text<'a> {
    /// The string, unescaped.
    pub value: Cow<'a, str>,
    /// Byte offset of the opening quote.
    pub start: usize,
    /// Byte offset past the closing quote.
    pub end: usize,
}

/// A text that is not acceptable JSON. Offsets are bytes from 0.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TreeError {
    /// Not JSON.
    #[error("cannot read the JSON: {reason} at byte {offset}; correct it there")]
    Syntax {
        /// Where.
        offset: usize,
        /// What was found or expected.
        reason: &'static str,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("cannot read the JSON: it nests deeper than {MAX_DEPTH} levels at byte {offset}; flatten it")]
    TooDeep {
        /// Where the first level too many opens.
        offset: usize,
    },
    /// More members than [`MAX_MEMBERS`].
    #[error("cannot read the JSON: an object has more than {MAX_MEMBERS} members at byte {offset}; split it")]
    TooManyMembers {
        /// Where the first member too many stands.
        offset: usize,
    },
    /// One name twice in one object.
    #[error(
        "cannot read the JSON: the name \"{name}\" appears twice in the object that ends at byte {offset}; keep one of them"
    )]
    RepeatedName {
        /// The name.
        name: String,
        /// Where the object ends.
        offset: usize,
    },
}

impl TreeError {
    /// Stable name of the error, for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "json-syntax",
            Self::TooDeep { .. } => "json-too-deep",
            Self::TooManyMembers { .. } => "json-too-many-members",
            Self::RepeatedName { .. } => "json-repeated-name",
        }
    }
}

impl<'a> Node<'a> {
    /// Reads a JSON text (RFC 8259). O(n).
    ///
    /// # Errors
    /// [`TreeError`] if it is not JSON, nests too deep, or an object repeats a name.
    pub fn parse(text: &'a str) -> Result<Self, TreeError> {
        parser::parse(text)
    }

    /// The member of this name, if this is an object that has it.
    pub fn member(&self, name: &str) -> Option<&Node<'a>> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// The string, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(&text.value),
            _ => None,
        }
    }

    /// Calls `found` with every node at the end of `path`, going through arrays. An empty path is the node itself.
    pub fn walk(&self, path: &[&str], found: &mut dyn FnMut(&Node<'a>)) {
        if let Self::Array(items) = self {
            items.iter().for_each(|item| item.walk(path, found));
            return;
        }
        match path.split_first() {
            None => found(self),
            Some((name, rest)) => {
                if let Some(node) = self.member(name) {
                    node.walk(rest, found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walk_goes_through_arrays() {
        let node = Node::parse(r#"[{"a":[{"b":"1"},{"c":0},{"b":["2","3"]}]},{"a":{"b":"4"}}]"#).unwrap();
        let mut found = Vec::new();
        node.walk(&["a", "b"], &mut |n| found.push(n.as_text().unwrap().to_owned()));
        assert_eq!(found, ["1", "2", "3", "4"]);
    }
}
