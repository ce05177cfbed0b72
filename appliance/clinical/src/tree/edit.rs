//! A JSON tree to be changed and written again: whatever is not changed keeps its digits and escapes.

use std::borrow::Cow;

use holdfast_core::json::push_string;

use super::{Node, TreeError};

/// One JSON value that can be changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit<'a> {
    /// `null`, `true`, `false`, a number or a string, as written.
    Scalar(Cow<'a, str>),
    /// An array.
    Array(Vec<Edit<'a>>),
    /// An object's members as written, names distinct.
    Object(Vec<(Cow<'a, str>, Edit<'a>)>),
}

impl<'a> Edit<'a> {
    /// Reads a JSON text. O(n).
    ///
    /// # Errors
    /// As [`Node::parse`].
    pub fn parse(text: &'a str) -> Result<Self, TreeError> {
        Node::parse(text).map(|node| Self::of(node, text))
    }

    /// A tree read from `source`.
    pub fn of(node: Node<'a>, source: &'a str) -> Self {
        match node {
            Node::Null => Self::Scalar("null".into()),
            Node::Bool(true) => Self::Scalar("true".into()),
            Node::Bool(false) => Self::Scalar("false".into()),
            Node::Number(number) => Self::Scalar(number.into()),
            Node::String(text) => Self::Scalar(source[text.start..text.end].into()),
            Node::Array(items) => Self::Array(items.into_iter().map(|item| Self::of(item, source)).collect()),
            Node::Object(members) => Self::Object(
                members.into_iter().map(|(name, value)| (name, Self::of(value, source))).collect(),
            ),
        }
    }

    /// A string.
    pub fn string(text: &str) -> Self {
        let mut out = String::with_capacity(text.len() + 2);
        push_string(&mut out, text);
        Self::Scalar(out.into())
    }

    /// The member of this name, if this is an object that has it.
    pub fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn member_mut(&mut self, name: &str) -> Option<&mut Self> {
        let Self::Object(members) = self else { return None };
        members.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The string, if this is one.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        let Self::Scalar(text) = self else { return None };
        let inner = text.strip_prefix('"')?.strip_suffix('"')?;
        if !inner.contains('\\') {
            return Some(inner.into());
        }
        serde_json::from_str::<String>(text).ok().map(Cow::Owned)
    }

    /// How many arrays and objects lie one in another here; 0 for a scalar.
    pub fn depth(&self) -> usize {
        match self {
            Self::Scalar(_) => 0,
            Self::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
        }
    }

    /// Bytes that a copy of it takes, in memory and in the text that is made of it. O(n).
    pub fn weight(&self) -> usize {
        let inner = match self {
            Self::Scalar(text) => text.len(),
            Self::Array(items) => items.iter().map(Self::weight).sum(),
            Self::Object(members) => {
                members.iter().map(|(name, value)| 2 * name.len() + value.weight()).sum()
            }
        };
        2 * size_of::<Self>() + inner
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Scalar(_) => false,
            Self::Array(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
        }
    }

    /// The compact JSON.
    pub fn to_text(&self) -> String {
        let mut out = String::with_capacity(512);
        self.write(&mut out);
        out
    }

    /// Appends the compact JSON.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Scalar(text) => out.push_str(text),
            Self::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    push_string(out, name);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_keeps_its_bytes() {
        let text = r#"{"a":[1.50,-0.0e+10,"x \" \u00e9 \/"],"b":{"c":null,"d":true,"e":{}}}"#;
        let mut tree = Edit::parse(text).unwrap();
        assert_eq!(tree.to_text(), text);
        assert_eq!(tree.depth(), 3);
        *tree.member_mut("b").unwrap() = Edit::string("é\"");
        assert_eq!(tree.to_text(), r#"{"a":[1.50,-0.0e+10,"x \" \u00e9 \/"],"b":"é\""}"#);
        assert_eq!(tree.member("b").unwrap().as_text().unwrap(), "é\"");
        assert_eq!(tree.member("a").unwrap().as_text(), None);
    }
}
