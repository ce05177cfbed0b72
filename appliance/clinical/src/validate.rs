//! What every resource must satisfy before it is stored: JSON of bounded depth, and FHIR R4's structure. That is: a
//! known type, known elements in their lawful number, values of their types, required elements and codes, lawful
//! references, contained resources in order, and one type of each `value[x]`. A Bundle is checked with its entries.
//! A reference to a type that R4 does not have in that place is a [`Severity::Warning`].
//!
//! Not checked: profiles, which an issue of [`Severity::Information`] says; invariants beyond those named here;
//! terminology beyond the required sets that R4 lists in full; whether a reference's target exists (decision 16).
//!
//! Only what clients send passes here. Between replicas a resource is carried as it is.
//!
//! Source: <https://hl7.org/fhir/R4/json.html>, <https://hl7.org/fhir/R4/validation.html>.

mod binding;
mod container;
mod date;
mod links;
mod nearest;
mod path;
mod primitive;
mod reference;
mod walk;
mod xhtml;

use crate::outcome::{Issue, IssueType, Severity};
use crate::tree::{Node, TreeError};
use crate::types::is_id;
use walk::{Place, Walk};

/// The most issues reported of one resource: a text that is wrong in more places is wrong in kind.
pub const MAX_ISSUES: usize = 50;

/// The most warnings of one resource.
const MAX_WARNINGS: usize = 10;

/// Everything that is to be said of a resource's text, errors first. It may be stored if no issue
/// [`is_error`](Issue::is_error); see [`first_error`]. O(n log n).
pub fn validate(text: &str) -> Vec<Issue> {
    match Node::parse(text) {
        Ok(tree) => validate_tree(&tree),
        Err(error) => vec![unreadable(&error)],
    }
}

/// As [`validate`], for a text that has been read already.
pub fn validate_tree(tree: &Node<'_>) -> Vec<Issue> {
    let mut walk = Walk::default();
    if let Some(kind) = tree.member("resourceType").and_then(Node::as_text) {
        walk.path.push_member(kind);
    }
    walk.resource(tree, Place::Own);
    let profiles = walk.profiles_text();
    let (mut issues, expression) = (walk.issues, walk.profiles_at);
    issues.extend(walk.warnings);
    issues.truncate(MAX_ISSUES);
    if let Some(diagnostics) = profiles {
        let (severity, code) = (Severity::Information, IssueType::Informational);
        issues.truncate(MAX_ISSUES - 1);
        issues.push(Issue { severity, code, expression, diagnostics });
    }
    issues
}

/// The first issue for which the resource is refused, if it is.
pub fn first_error(issues: Vec<Issue>) -> Option<Issue> {
    issues.into_iter().find(Issue::is_error)
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

#[cfg(test)]
mod tests;
