//! JSON Patch (RFC 6902): a resource's text into another, everything untouched byte for byte.
//!
//! On a tree of our own, not on `serde_json::Value`, which would round `70.50`. A patch is read whole before anything is
//! done, and done whole or not at all.
//!
//! Sources: <https://www.rfc-editor.org/rfc/rfc6902>, <https://hl7.org/fhir/R4/http.html#patch>.

mod equal;
mod error;
mod pointer;

pub use error::PatchError;

use holdfast_core::codec::MAX_RESOURCE_BYTES;

use crate::tree::edit::Edit;
use crate::tree::{MAX_DEPTH, Node};
use pointer::{Pointer, index};

/// The most operations of one patch: every element of a large resource several times over.
pub const MAX_OPERATIONS: usize = 1_000;

/// What a patch may copy in any case, by [`Edit::weight`]: more than all of an ordinary resource.
const COPIED_BYTES: usize = 1 << 20;

/// A patch, read but not yet carried out. Borrows its text.
#[derive(Clone, PartialEq, Debug)]
pub struct Patch<'a>(Vec<Operation<'a>>);

#[derive(Clone, PartialEq, Debug)]
struct Operation<'a> {
    path: Pointer,
    does: Does<'a>,
}

#[derive(Clone, PartialEq, Debug)]
enum Does<'a> {
    Add(Edit<'a>),
    Remove,
    Replace(Edit<'a>),
    Move(Pointer),
    Copy(Pointer),
    Test(Edit<'a>),
}

impl<'a> Patch<'a> {
    /// Reads a patch. O(n).
    ///
    /// # Errors
    /// [`PatchError`] if the text is not an array of at most [`MAX_OPERATIONS`] operations of RFC 6902.
    pub fn parse(text: &'a str) -> Result<Self, PatchError> {
        let Node::Array(items) = Node::parse(text).map_err(PatchError::Unreadable)? else {
            return Err(PatchError::NotAPatch { reason: "it is not an array" });
        };
        if items.len() > MAX_OPERATIONS {
            return Err(PatchError::TooMany { count: items.len() });
        }
        let read = |(op, item)| {
            Operation::read(Edit::of(item, text)).map_err(|reason| PatchError::BadOperation { op, reason })
        };
        Ok(Self(items.into_iter().enumerate().map(read).collect::<Result<_, _>>()?))
    }

    /// The resource as the patch makes it. What it then is has to be checked as any other. Bounded: copies take no more than
    /// four times what was there (at least 1 MiB, at most [`MAX_RESOURCE_BYTES`]), and it nests no deeper than
    /// [`MAX_DEPTH`].
    ///
    /// # Errors
    /// [`PatchError`] that names the operation and the place.
    pub fn apply(&self, resource: &'a str) -> Result<String, PatchError> {
        let mut tree = Edit::parse(resource).map_err(PatchError::Unreadable)?;
        let mut may_copy = (4 * resource.len()).clamp(COPIED_BYTES, MAX_RESOURCE_BYTES);
        for (op, operation) in self.0.iter().enumerate() {
            operation.carry_out(op, &mut tree, &mut may_copy)?;
        }
        Ok(tree.to_text())
    }
}

impl<'a> Operation<'a> {
    fn read(item: Edit<'a>) -> Result<Self, &'static str> {
        let Edit::Object(_) = item else { return Err("it is not an object") };
        let pointer = |name: &str, missing, bad| {
            let text = item.member(name).and_then(Edit::as_text).ok_or(missing)?;
            Pointer::parse(&text).ok_or(bad)
        };
        let path = pointer("path", "it has no \"path\"", "its \"path\" is not a JSON Pointer")?;
        let from = || pointer("from", "it has no \"from\"", "its \"from\" is not a JSON Pointer");
        let value = || item.member("value").cloned().ok_or("it has no \"value\"");
        let name = item.member("op").and_then(Edit::as_text).ok_or("it has no \"op\"")?;
        let does = match &*name {
            "add" => Does::Add(value()?),
            "remove" => Does::Remove,
            "replace" => Does::Replace(value()?),
            "move" => Does::Move(from()?),
            "copy" => Does::Copy(from()?),
            "test" => Does::Test(value()?),
            _ => return Err("its \"op\" is none of add, remove, replace, move, copy and test"),
        };
        Ok(Self { path, does })
    }

    fn carry_out(&self, op: usize, tree: &mut Edit<'a>, may_copy: &mut usize) -> Result<(), PatchError> {
        let missing =
            |path: &Pointer, reason| PatchError::NoSuchPlace { op, path: path.text.clone(), reason };
        let add = |tree: &mut Edit<'a>, value| {
            self.check_depth(op, &value)?;
            add(tree, &self.path, value).map_err(|reason| missing(&self.path, reason))
        };
        match &self.does {
            Does::Add(value) => add(tree, value.clone()),
            Does::Remove => match remove(tree, &self.path) {
                Some(_) => Ok(()),
                None => Err(missing(&self.path, "there is nothing to remove")),
            },
            Does::Replace(value) => {
                self.check_depth(op, value)?;
                let place = self.path.find_mut(tree);
                *place.ok_or_else(|| missing(&self.path, "there is nothing to replace"))? = value.clone();
                Ok(())
            }
            Does::Move(from) if from == &self.path => match from.find(tree) {
                Some(_) => Ok(()),
                None => Err(missing(from, "there is nothing to move")),
            },
            Does::Move(from) if from.holds(&self.path) => {
                Err(missing(&self.path, "what is moved would lie in itself"))
            }
            Does::Move(from) => {
                let value = remove(tree, from).ok_or_else(|| missing(from, "there is nothing to move"))?;
                add(tree, value)
            }
            Does::Copy(from) => {
                let found = from.find(tree).ok_or_else(|| missing(from, "there is nothing to copy"))?;
                *may_copy = may_copy.checked_sub(found.weight()).ok_or(PatchError::TooLarge { op })?;
                let value = found.clone();
                add(tree, value)
            }
            Does::Test(value) => match self.path.find(tree) {
                Some(found) if equal::same(found, value) => Ok(()),
                _ => Err(PatchError::TestFailed { op, path: self.path.text.clone() }),
            },
        }
    }

    /// Keeps the tree as shallow as one that was parsed: whatever walks it recurses.
    fn check_depth(&self, op: usize, value: &Edit<'_>) -> Result<(), PatchError> {
        if self.path.tokens.len() + value.depth() > MAX_DEPTH {
            return Err(PatchError::TooDeep { op, path: self.path.text.clone() });
        }
        Ok(())
    }
}

/// # Errors
/// What is missing.
fn add<'a>(tree: &mut Edit<'a>, path: &Pointer, value: Edit<'a>) -> Result<(), &'static str> {
    if path.tokens.is_empty() {
        *tree = value;
        return Ok(());
    }
    match path.parent_mut(tree).ok_or("there is nothing to add to")? {
        (Edit::Scalar(_), _) => Err("nothing can be added to a simple value"),
        (Edit::Array(items), "-") => {
            items.push(value);
            Ok(())
        }
        (Edit::Array(items), token) => {
            let at = index(token).filter(|at| *at <= items.len()).ok_or("the array has no such place")?;
            items.insert(at, value);
            Ok(())
        }
        (parent @ Edit::Object(_), name) if parent.member(name).is_some() => {
            if let Some(place) = parent.member_mut(name) {
                *place = value;
            }
            Ok(())
        }
        (Edit::Object(members), name) => {
            members.push((name.to_owned().into(), value));
            Ok(())
        }
    }
}

fn remove<'a>(tree: &mut Edit<'a>, path: &Pointer) -> Option<Edit<'a>> {
    match path.parent_mut(tree)? {
        (Edit::Scalar(_), _) => None,
        (Edit::Array(items), token) => index(token).filter(|at| *at < items.len()).map(|at| items.remove(at)),
        (Edit::Object(members), name) => {
            let at = members.iter().position(|(key, _)| key == name)?;
            Some(members.remove(at).1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(resource: &str, patch: &str) -> Result<String, PatchError> {
        Patch::parse(patch)?.apply(resource)
    }

    #[test]
    fn operations_follow_the_rfc() {
        // The examples of RFC 6902 appendix A, and what FHIR adds: digits stay as written.
        for (resource, patch, expected) in [
            (
                r#"{"foo":"bar"}"#,
                r#"[{"op":"add","path":"/baz","value":1.50}]"#,
                r#"{"foo":"bar","baz":1.50}"#,
            ),
            (
                r#"{"foo":["bar","baz"]}"#,
                r#"[{"op":"add","path":"/foo/1","value":"q"}]"#,
                r#"{"foo":["bar","q","baz"]}"#,
            ),
            (r#"{"a":1,"b":2.00}"#, r#"[{"op":"remove","path":"/a"}]"#, r#"{"b":2.00}"#),
            (r#"{"a":[1,2,3]}"#, r#"[{"op":"remove","path":"/a/1"}]"#, r#"{"a":[1,3]}"#),
            (r#"{"a":1}"#, r#"[{"op":"replace","path":"/a","value":{"x":[]}}]"#, r#"{"a":{"x":[]}}"#),
            (
                r#"{"f":{"b":"z","w":1.0},"q":{"c":0}}"#,
                r#"[{"op":"move","from":"/f/w","path":"/q/t"}]"#,
                r#"{"f":{"b":"z"},"q":{"c":0,"t":1.0}}"#,
            ),
            (r#"{"a":[1,2,3,4]}"#, r#"[{"op":"move","from":"/a/1","path":"/a/3"}]"#, r#"{"a":[1,3,4,2]}"#),
            (
                r#"{"a":{"x":"\u00e9"}}"#,
                r#"[{"op":"copy","from":"/a","path":"/b"}]"#,
                r#"{"a":{"x":"\u00e9"},"b":{"x":"\u00e9"}}"#,
            ),
            (
                r#"{"a":"z","b":[0.10]}"#,
                r#"[{"op":"test","path":"/a","value":"z"},{"op":"test","path":"/b/0","value":0.1}]"#,
                r#"{"a":"z","b":[0.10]}"#,
            ),
            (
                r#"{"a":["b"]}"#,
                r#"[{"op":"add","path":"/a/-","value":["c"],"xyz":1}]"#,
                r#"{"a":["b",["c"]]}"#,
            ),
            (r#"{"a":1}"#, r#"[{"op":"add","path":"/a","value":null}]"#, r#"{"a":null}"#),
            (r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":10}]"#, r#"{"/":9,"~1":10}"#),
            (r#"{"a":1}"#, r#"[{"op":"replace","path":"","value":{"b":2}}]"#, r#"{"b":2}"#),
            (r#"{"a":1}"#, r#"[{"op":"move","from":"/a","path":"/a"}]"#, r#"{"a":1}"#),
            (r#"{"a":1}"#, "[]", r#"{"a":1}"#),
        ] {
            assert_eq!(run(resource, patch).unwrap(), expected, "{patch}");
        }
    }

    #[test]
    fn refusals_name_operation_and_place() {
        let many = format!("[{}]", vec![r#"{"op":"remove","path":"/a"}"#; 1001].join(","));
        for (patch, status, code, path) in [
            ("{", 400, "bad-patch", None),
            ("{}", 400, "bad-patch", None),
            ("[1]", 400, "bad-patch", None),
            (r#"[{"path":"/a"}]"#, 400, "bad-patch", None),
            (r#"[{"op":"add","path":"/a"}]"#, 400, "bad-patch", None),
            (r#"[{"op":"add","path":"a","value":1}]"#, 400, "bad-patch", None),
            (r#"[{"op":"copy","path":"/a"}]"#, 400, "bad-patch", None),
            (r#"[{"op":"spam","path":"/a"}]"#, 400, "bad-patch", None),
            (r#"[{"op":"remove","op":"add","path":"/a","value":1}]"#, 400, "bad-patch", None),
            (&many, 413, "patch-too-many-operations", None),
            (r#"[{"op":"add","path":"/x/y","value":1}]"#, 422, "patch-no-such-place", Some("/x/y")),
            (r#"[{"op":"add","path":"/b/3","value":1}]"#, 422, "patch-no-such-place", Some("/b/3")),
            (r#"[{"op":"add","path":"/b/01","value":1}]"#, 422, "patch-no-such-place", Some("/b/01")),
            (r#"[{"op":"add","path":"/a/x","value":1}]"#, 422, "patch-no-such-place", Some("/a/x")),
            (r#"[{"op":"remove","path":""}]"#, 422, "patch-no-such-place", Some("")),
            (r#"[{"op":"remove","path":"/b/-"}]"#, 422, "patch-no-such-place", Some("/b/-")),
            (r#"[{"op":"replace","path":"/c","value":1}]"#, 422, "patch-no-such-place", Some("/c")),
            (r#"[{"op":"move","from":"/b","path":"/b/0"}]"#, 422, "patch-no-such-place", Some("/b/0")),
            (r#"[{"op":"move","from":"/c","path":"/d"}]"#, 422, "patch-no-such-place", Some("/c")),
            (r#"[{"op":"test","path":"/a","value":"1"}]"#, 409, "patch-test-failed", Some("/a")),
            (r#"[{"op":"test","path":"/z","value":1}]"#, 409, "patch-test-failed", Some("/z")),
        ] {
            let error = run(r#"{"a":1,"b":[1,2]}"#, patch).unwrap_err();
            assert_eq!(
                (error.http_status(), error.code(), error.path()),
                (status, code, path),
                "{patch:.80}"
            );
        }
    }

    #[test]
    fn copies_of_copies_stay_bounded() {
        let deeper = r#"{"op":"copy","from":"","path":"/a"}"#;
        let nested = format!("[{}]", vec![deeper; 200].join(","));
        assert_eq!(run(r#"{"a":1}"#, &nested).unwrap_err().code(), "patch-too-deep");
        let wider = r#"{"op":"copy","from":"/a","path":"/a/-"},{"op":"move","from":"/a","path":"/b/-"},{"op":"copy","from":"/b","path":"/a"},{"op":"replace","path":"/b","value":[]}"#;
        let doubled = format!("[{}]", vec![wider; 200].join(","));
        let error = run(&format!(r#"{{"a":["{}"],"b":[]}}"#, "x".repeat(100_000)), &doubled).unwrap_err();
        assert!(matches!(error.code(), "patch-too-large" | "patch-too-deep"), "{error}");
        // A digit takes two bytes in the text, and many more in the tree.
        let dense = format!(r#"{{"a":[{}0]}}"#, "0,".repeat(10_000));
        let copies =
            |n: usize| format!("[{}]", vec![r#"{"op":"copy","from":"/a","path":"/b"}"#; n].join(","));
        assert!(run(&dense, &copies(1)).is_ok());
        assert_eq!(run(&dense, &copies(3)).unwrap_err().code(), "patch-too-large");
    }
}
