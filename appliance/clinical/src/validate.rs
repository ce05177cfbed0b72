//! What every resource must satisfy before it is stored: well-formed JSON of bounded depth, a known type, a
//! lawful id, and the rules of FHIR's JSON format. The R4 JSON schema is the next layer, on the same tree and
//! with the same [`Issue`]s.
//!
//! Source: <https://hl7.org/fhir/R4/json.html>.

use std::fmt::Write as _;

use crate::outcome::{Issue, IssueType, Severity};
use crate::tree::{Node, TreeError};
use crate::types::{is_id, is_resource_type};

/// The most issues reported of one resource: a text that is wrong in more places is wrong in kind.
pub const MAX_ISSUES: usize = 50;

/// Everything that is wrong with a resource's text; empty if it may be stored. O(n).
pub fn validate(text: &str) -> Vec<Issue> {
    match Node::parse(text) {
        Ok(tree) => validate_tree(&tree),
        Err(error) => vec![unreadable(&error)],
    }
}

/// As [`validate`], for a text that has been read already.
pub fn validate_tree(tree: &Node<'_>) -> Vec<Issue> {
    let mut check = Check { issues: Vec::new(), path: String::new() };
    if !matches!(tree, Node::Object(_)) {
        check.report(IssueType::Structure, "a resource is a JSON object; send one");
        return check.issues;
    }
    check.resource(tree);
    check.issues
}

/// Whether the id may be used.
///
/// # Errors
/// The issue to answer with.
pub fn check_id(kind: &str, id: &str) -> Result<(), Issue> {
    if is_id(id) {
        return Ok(());
    }
    Err(Issue {
        severity: Severity::Error,
        code: IssueType::Value,
        expression: Some(format!("{kind}.id")),
        diagnostics: "the id is not lawful: use 1 to 64 of A-Z, a-z, 0-9, - and .".to_owned(),
    })
}

fn unreadable(error: &TreeError) -> Issue {
    let code = match error {
        TreeError::TooDeep { .. } | TreeError::TooManyMembers { .. } => IssueType::TooLong,
        TreeError::Syntax { .. } | TreeError::RepeatedName { .. } => IssueType::Structure,
    };
    Issue { severity: Severity::Error, code, expression: None, diagnostics: error.to_string() }
}

/// A walk over the tree. `path` is the FHIRPath-like expression of where it stands.
struct Check {
    issues: Vec<Issue>,
    path: String,
}

impl Check {
    fn report(&mut self, code: IssueType, diagnostics: impl Into<String>) {
        if self.issues.len() < MAX_ISSUES {
            let expression = (!self.path.is_empty()).then(|| self.path.clone());
            self.issues.push(Issue {
                severity: Severity::Error,
                code,
                expression,
                diagnostics: diagnostics.into(),
            });
        }
    }

    /// Walks with `segment` appended to the path.
    fn at(&mut self, segment: std::fmt::Arguments<'_>, walk: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        self.path.write_fmt(segment).expect("a String takes any text");
        walk(self);
        self.path.truncate(before);
    }

    /// The outermost resource: its path starts with its type.
    fn resource(&mut self, tree: &Node<'_>) {
        let kind = tree.member("resourceType").and_then(Node::as_text).unwrap_or_default();
        if tree.member("resourceType").is_none() {
            self.report(IssueType::Structure, "resourceType is missing; say which resource this is");
        }
        self.at(format_args!("{kind}"), |check| check.value(tree));
    }

    fn value(&mut self, node: &Node<'_>) {
        match node {
            Node::Object(members) if members.is_empty() => {
                self.report(IssueType::Structure, "the object is empty; leave it out");
            }
            Node::Array(items) if items.is_empty() => {
                self.report(IssueType::Structure, "the array is empty; leave it out");
            }
            Node::String(text) if text.value.is_empty() => {
                self.report(IssueType::Value, "the string is empty; leave it out");
            }
            Node::String(text) if text.value.contains('\0') => {
                self.report(IssueType::Value, "the string holds U+0000, which FHIR forbids; take it out");
            }
            Node::Null => self.report(IssueType::Structure, "null is no value; leave it out"),
            Node::Object(_) => self.object(node),
            Node::Array(items) => self.items(items, false),
            _ => {}
        }
    }

    fn object(&mut self, node: &Node<'_>) {
        let Node::Object(members) = node else { return };
        self.head(node);
        for (name, value) in members {
            let nulls = has_twin(node, name);
            self.at(format_args!(".{name}"), |check| match value {
                Node::Array(items) if !items.is_empty() => check.items(items, nulls),
                other => check.value(other),
            });
        }
    }

    /// `nulls`: the array is one half of a primitive's values and extensions, where null holds a place.
    fn items(&mut self, items: &[Node<'_>], nulls: bool) {
        if nulls && items.iter().all(|item| *item == Node::Null) {
            self.report(IssueType::Structure, "the array holds nothing but null; leave it out");
        }
        for (index, item) in items.iter().enumerate() {
            let holds_place = nulls && *item == Node::Null;
            self.at(format_args!("[{index}]"), |check| match item {
                Node::Array(_) => {
                    check.report(IssueType::Structure, "FHIR has no arrays of arrays; flatten it")
                }
                other if !holds_place => check.value(other),
                _ => {}
            });
        }
    }

    /// Type and id of any object that is a resource, the contained ones too.
    fn head(&mut self, node: &Node<'_>) {
        let Some(kind) = node.member("resourceType") else { return };
        match kind.as_text() {
            Some(kind) if is_resource_type(kind) => {}
            Some(kind) => {
                let text = format!("R4 has no resource type \"{kind}\"; correct its name");
                self.at(format_args!(".resourceType"), |check| check.report(IssueType::NotSupported, text));
            }
            None => self.at(format_args!(".resourceType"), |check| {
                check.report(IssueType::Structure, "resourceType is not a string; name the type");
            }),
        }
        let Some(id) = node.member("id") else { return };
        if !id.as_text().is_some_and(|id| id.is_empty() || is_id(id)) {
            self.at(format_args!(".id"), |check| {
                check.report(IssueType::Value, "the id is not lawful: use 1 to 64 of A-Z, a-z, 0-9, - and .");
            });
        }
    }
}

/// Whether the array `name` has its other half: `_name` beside `name`, or `name` beside `_name`.
fn has_twin(object: &Node<'_>, name: &str) -> bool {
    let twin = match name.strip_prefix('_') {
        Some(plain) => object.member(plain),
        None => object.member(&format!("_{name}")),
    };
    matches!(twin, Some(Node::Array(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lawful_resources_have_no_issues() {
        for json in [
            r#"{"resourceType":"Patient"}"#,
            r#"{"resourceType":"Patient","id":"a.b-1","name":[{"given":["A",null],"_given":[null,{"id":"x"}]}]}"#,
            r##"{"resourceType":"Claim","contained":[{"resourceType":"Coverage","id":"c"}],"insurance":[{"coverage":{"reference":"#c"}}]}"##,
        ] {
            assert_eq!(validate(json), [], "{json}");
        }
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        let deep = format!("{{\"resourceType\":\"Patient\",\"x\":{}1{}}}", "[".repeat(70), "]".repeat(70));
        for (json, code, expression) in [
            ("{", "structure", None),
            ("[]", "structure", None),
            ("7", "structure", None),
            (&deep, "too-long", None),
            (r#"{"resourceType":"Patient","a":1,"a":2}"#, "structure", None),
            (r#"{"id":"x"}"#, "structure", None),
            (r#"{"resourceType":7}"#, "structure", Some(".resourceType")),
            (r#"{"resourceType":"Pat"}"#, "not-supported", Some("Pat.resourceType")),
            (r#"{"resourceType":"HoldfastRight"}"#, "not-supported", Some("HoldfastRight.resourceType")),
            (r#"{"resourceType":"Patient","id":"a b"}"#, "value", Some("Patient.id")),
            (r#"{"resourceType":"Patient","id":5}"#, "value", Some("Patient.id")),
            (r#"{"resourceType":"Patient","id":""}"#, "value", Some("Patient.id")),
            (r#"{"resourceType":"Patient","name":[]}"#, "structure", Some("Patient.name")),
            (r#"{"resourceType":"Patient","name":[{}]}"#, "structure", Some("Patient.name[0]")),
            (r#"{"resourceType":"Patient","name":[{"text":""}]}"#, "value", Some("Patient.name[0].text")),
            (
                r#"{"resourceType":"Patient","name":[{"family":"a\u0000b"}]}"#,
                "value",
                Some("Patient.name[0].family"),
            ),
            (r#"{"resourceType":"Patient","gender":null}"#, "structure", Some("Patient.gender")),
            (
                r#"{"resourceType":"Patient","name":[{"given":[null]}]}"#,
                "structure",
                Some("Patient.name[0].given[0]"),
            ),
            (r#"{"resourceType":"Patient","name":[[1]]}"#, "structure", Some("Patient.name[0]")),
            (r#"{"resourceType":"Patient","a":["x"],"_a":[null]}"#, "structure", Some("Patient._a")),
            (
                r#"{"resourceType":"Patient","contained":[{"resourceType":"Odd"}]}"#,
                "not-supported",
                Some("Patient.contained[0].resourceType"),
            ),
        ] {
            let issues = validate(json);
            assert_eq!(issues.len(), 1, "{json:.80} {issues:?}");
            assert_eq!(
                (issues[0].code.as_str(), issues[0].expression.as_deref()),
                (code, expression),
                "{json:.80}"
            );
        }
    }

    #[test]
    fn issues_are_bounded() {
        let json = format!("{{\"resourceType\":\"Patient\",\"name\":[{}{{}}]}}", "{},".repeat(500));
        assert_eq!(validate(&json).len(), MAX_ISSUES);
    }
}
