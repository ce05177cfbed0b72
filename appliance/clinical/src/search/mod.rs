//! The search index and the search language, both pure: rows out of a state, clauses out of a query string.
//!
//! A store keeps the rows in one table `search(param, value, resource)` and answers every [`query::Match`] by an
//! exact or a prefix scan over `(param, value)`. Normal forms of `value`, per kind of parameter:
//!
//! | Kind | Rows | Found by |
//! |---|---|---|
//! | token | `code ␟ system`, and `␟ system` | `code`: prefix `code ␟` · `system\|code`: exact · `\|code`: exact `code ␟` · `system\|`: exact `␟ system` |
//! | string | [`text::normalise`] of each string, and each of its words | prefix |
//! | reference | `Type/id` | exact |
//!
//! (`␟` is U+001F.) The next kinds, date and quantity, fit the same table with a sortable text.
//!
//! Deletion is not looked at: a deleted resource keeps its rows, and the store leaves it out of answers.

mod error;
pub mod query;
pub mod table;
pub mod text;
pub(crate) mod values;

use holdfast_core::op::split_key;
use holdfast_core::rules::IndexRow;
use holdfast_core::state::EntityState;

use crate::compartment::owner_paths;
use crate::tree::Node;
use table::{Parameter, parameters};

/// Stands between a token's code and its system; never occurs in either.
pub const TOKEN_SEPARATOR: char = '\u{1f}';

/// How a parameter's values are indexed and matched.
///
/// Source: <https://hl7.org/fhir/R4/search.html#ptypes>.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A code with its system: exact, case-sensitive.
    Token,
    /// Text: case, accents and punctuation ignored, matched from the start.
    String,
    /// A literal reference.
    Reference,
}

/// The rows under which the resource is found, read off every sibling; sorted and distinct.
pub fn index(state: &EntityState) -> Vec<IndexRow> {
    let mut rows = Vec::new();
    for parameter in parameters(&state.entity.kind) {
        for path in parameter.paths {
            values::each_node(state, path, &mut |node| push_rows(&mut rows, parameter, node));
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Whether a change to this register can change [`index`] or [`crate::scope::scopes`].
pub fn touches_index(kind: &str, register_key: &str) -> bool {
    let (element, _) = split_key(register_key);
    let starts = |path: &&str| path.split('.').next() == Some(element);
    owner_paths(kind).iter().any(&starts)
        || parameters(kind).iter().any(|parameter| parameter.paths.iter().any(&starts))
}

fn push_rows(rows: &mut Vec<IndexRow>, parameter: &Parameter, node: &Node<'_>) {
    let param = parameter.number;
    match parameter.kind {
        Kind::Token => values::tokens(node, &mut |value| rows.push(IndexRow { param, value })),
        Kind::String => values::strings(node, &mut |value| rows.push(IndexRow { param, value })),
        Kind::Reference => rows.extend(values::reference(node).map(|value| IndexRow { param, value })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{state, state_with_siblings};

    fn rows(state: &EntityState) -> Vec<String> {
        index(state)
            .into_iter()
            .map(|r| format!("{} {}", r.param, r.value.replace(TOKEN_SEPARATOR, "^")))
            .collect()
    }

    #[test]
    fn each_kind_has_its_rows() {
        for (json, expected) in [
            (
                r#"{"resourceType":"Patient","id":"p","identifier":[{"system":"http://mrn","value":"A1"},{"value":"B2"},
                    {"system":"http://only"},{"use":"old"}],
                    "name":[{"family":"Müller-Ødegård","given":["José María"],"prefix":["Dr."]},{"text":"O’Hara"},7]}"#,
                &[
                    "103001 ^http://mrn",
                    "103001 ^http://only",
                    "103001 A1^http://mrn",
                    "103001 B2^",
                    "103003 dr",
                    "103003 jose",
                    "103003 jose maria",
                    "103003 maria",
                    "103003 muller",
                    "103003 muller odegard",
                    "103003 odegard",
                    "103003 ohara",
                ][..],
            ),
            (
                r#"{"resourceType":"Location","id":"l","name":"Praxis Süd","alias":["South"]}"#,
                &["71003 praxis", "71003 praxis sud", "71003 south", "71003 sud"],
            ),
            (
                r#"{"resourceType":"Observation","id":"o","subject":{"reference":"http://h/fhir/Patient/p/_history/3"},
                    "focus":[{"reference":"Patient/q"}]}"#,
                &["96002 Patient/p"],
            ),
            (r#"{"resourceType":"Observation","id":"o","subject":{"reference":"Group/g"}}"#, &[]),
            (
                r#"{"resourceType":"AuditEvent","id":"a","agent":[{"who":{"reference":"Patient/p"}}],
                    "entity":[{"what":{"reference":"Patient/q"}},{"what":{"reference":"Patient/q"}}]}"#,
                &["7002 Patient/p", "7002 Patient/q"],
            ),
            (
                r#"{"resourceType":"DocumentReference","id":"d","masterIdentifier":{"value":"M"},"identifier":[{"value":"I"}]}"#,
                &["42001 I^", "42001 M^"],
            ),
            (r#"{"resourceType":"Patient","id":"p","identifier":"odd","name":{"family":[]}}"#, &[]),
            (r#"{"resourceType":"SomethingNew","id":"x","identifier":[{"value":"1"}]}"#, &[]),
        ] {
            assert_eq!(rows(&state(json)), expected, "{json}");
        }
    }

    #[test]
    fn every_sibling_is_indexed() {
        let both =
            state_with_siblings("Patient", "name", &[r#"[{"family":"Old"}]"#, r#"[{"family":"New"}]"#]);
        assert_eq!(rows(&both), ["103003 new", "103003 old"]);
    }

    #[test]
    fn only_some_registers_touch_the_index() {
        for (kind, key, expected) in [
            ("Patient", "name", true),
            ("Patient", "identifier", true),
            ("Patient", "gender", false),
            ("Observation", "subject", true),
            ("Observation", "focus", true),
            ("Observation", "valueQuantity", false),
            ("Appointment", "participant", true),
            ("Patient", "meta.tag\u{1f}{}", false),
            ("Patient", "@deleted", false),
        ] {
            assert_eq!(touches_index(kind, key), expected, "{kind} {key}");
        }
    }
}
