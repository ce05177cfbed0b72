//! JSON Pointers (RFC 6901): where in a tree.

use crate::tree::edit::Edit;

/// A place in a tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Pointer {
    /// As written.
    pub(super) text: String,
    pub(super) tokens: Vec<String>,
}

impl Pointer {
    /// Reads a pointer; `None` if the text is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let tokens = match text.strip_prefix('/') {
            None if text.is_empty() => Vec::new(),
            None => return None,
            Some(rest) => rest.split('/').map(unescape).collect::<Option<_>>()?,
        };
        Some(Self { text: text.to_owned(), tokens })
    }

    /// Whether `other` lies inside this place.
    pub(super) fn holds(&self, other: &Self) -> bool {
        other.tokens.len() > self.tokens.len() && other.tokens.starts_with(&self.tokens)
    }

    /// What stands there.
    pub(super) fn find<'t, 'a>(&self, tree: &'t Edit<'a>) -> Option<&'t Edit<'a>> {
        self.tokens.iter().try_fold(tree, |at, token| match at {
            Edit::Scalar(_) => None,
            Edit::Array(items) => items.get(index(token)?),
            Edit::Object(_) => at.member(token),
        })
    }

    /// The same, to be changed.
    pub(super) fn find_mut<'t, 'a>(&self, tree: &'t mut Edit<'a>) -> Option<&'t mut Edit<'a>> {
        descend(tree, &self.tokens)
    }

    /// What the place lies in, and its name there; `None` for the whole tree, or if the parent is not there.
    pub(super) fn parent_mut<'t, 'a>(&self, tree: &'t mut Edit<'a>) -> Option<(&'t mut Edit<'a>, &str)> {
        let (last, above) = self.tokens.split_last()?;
        Some((descend(tree, above)?, last))
    }
}

fn descend<'t, 'a>(tree: &'t mut Edit<'a>, tokens: &[String]) -> Option<&'t mut Edit<'a>> {
    tokens.iter().try_fold(tree, |at, token| match at {
        Edit::Scalar(_) => None,
        Edit::Array(items) => items.get_mut(index(token)?),
        Edit::Object(_) => at.member_mut(token),
    })
}

/// An array's index: digits without a leading zero (RFC 6901 §4).
pub(super) fn index(token: &str) -> Option<usize> {
    let is_plain = token.bytes().all(|b| b.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    token.parse().ok().filter(|_| is_plain)
}

/// `~1` is a slash, `~0` a tilde, and any other `~` is an error (RFC 6901 §3).
fn unescape(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut rest = token.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '~' => match rest.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_follow_the_rfc() {
        let tree = Edit::parse(r#"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8," ":7}"#).unwrap();
        for (text, expected) in [
            ("/foo/0", Some("\"bar\"")),
            ("/foo/2", None),
            ("/foo/-", None),
            ("/foo/01", None),
            ("/foo/+1", None),
            ("/", Some("0")),
            ("/a~1b", Some("1")),
            ("/m~0n", Some("8")),
            ("/ ", Some("7")),
            ("/foo/0/x", None),
        ] {
            let found = Pointer::parse(text).unwrap().find(&tree).map(Edit::to_text);
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        for bad in ["foo", "/~", "/~2", "#/foo"] {
            assert_eq!(Pointer::parse(bad), None, "{bad}");
        }
    }
}
