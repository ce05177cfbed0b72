//! Taking a resource apart into registers, byte for byte.

use std::collections::BTreeMap;

use holdfast_core::json::{elements, members, push_string};
use holdfast_core::op::{MEMBER_SEPARATOR, member_key};
use holdfast_core::rules::{Policy, SplitError};

use crate::policy::policy;
use crate::tree::Node;

/// `system` of the tags that Holdfast computes.
pub const HOLDFAST_TAG_SYSTEM: &str = "urn:holdfast:tag";
/// `code` of the tag that stands on a resource with a conflict. It is computed on every read and never stored.
pub const CONFLICT_TAG_CODE: &str = "conflict";

/// The registers of a resource; see [`holdfast_core::rules::Rules::split`]. O(n), one pass over the text
/// and one over `meta`.
///
/// # Errors
/// [`SplitError`] if the text is not an object with distinct names, is of another type, or a set element is no array.
pub fn split(kind: &str, json: &str) -> Result<BTreeMap<String, String>, SplitError> {
    let top = members(json).map_err(|reason| wrong(kind, None, reason))?;
    let mut registers = BTreeMap::new();
    for (name, value) in top {
        match name.as_str() {
            "resourceType" => check_type(kind, &value)?,
            "id" => {}
            _ if !is_name(&name) => {
                return Err(wrong(kind, None, format!("{name:?} is not a FHIR element's name")));
            }
            "meta" => split_meta(kind, &value, &mut registers)?,
            _ if policy(kind, &name) == Policy::Set => split_set(kind, &name, &value, &mut registers)?,
            _ => {
                registers.insert(name, value);
            }
        }
    }
    Ok(registers)
}

fn check_type(kind: &str, value: &str) -> Result<(), SplitError> {
    if value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) == Some(kind) {
        return Ok(());
    }
    Err(wrong(kind, Some("resourceType"), format!("is {value}, not \"{kind}\"")))
}

fn split_meta(kind: &str, meta: &str, registers: &mut BTreeMap<String, String>) -> Result<(), SplitError> {
    let parts = members(meta).map_err(|reason| wrong(kind, Some("meta"), reason))?;
    let mut rest = String::new();
    for (name, value) in parts {
        match name.as_str() {
            "versionId" | "lastUpdated" => {}
            "tag" => split_set(kind, "meta.tag", &value, registers)?,
            "security" => split_set(kind, "meta.security", &value, registers)?,
            _ => {
                rest.push(if rest.is_empty() { '{' } else { ',' });
                push_string(&mut rest, &name);
                rest.push(':');
                rest.push_str(&value);
            }
        }
    }
    if !rest.is_empty() {
        rest.push('}');
        registers.insert("meta".to_owned(), rest);
    }
    Ok(())
}

fn split_set(
    kind: &str,
    element: &str,
    json: &str,
    registers: &mut BTreeMap<String, String>,
) -> Result<(), SplitError> {
    let items = elements(json).ok_or_else(|| wrong(kind, Some(element), "is not an array".to_owned()))?;
    let kept = items.iter().filter(|item| element != "meta.tag" || !is_conflict_tag(item));
    let mut copies: BTreeMap<&str, usize> = BTreeMap::new();
    for (position, item) in kept.enumerate() {
        let copy = copies.entry(item).and_modify(|count| *count += 1).or_insert(1);
        let mut key = member_key(element, item);
        if *copy > 1 {
            key.push(MEMBER_SEPARATOR);
            key.push_str(&copy.to_string());
        }
        registers.insert(key, position.to_string());
    }
    Ok(())
}

/// Whether a name may become a register's key: FHIR's names do, the core's own (`@deleted`, `meta.tag`) must not.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn is_conflict_tag(json: &str) -> bool {
    if !json.contains(HOLDFAST_TAG_SYSTEM) {
        return false;
    }
    let Ok(tag) = Node::parse(json) else { return false };
    let is = |name: &str, value: &str| tag.member(name).and_then(Node::as_text) == Some(value);
    is("system", HOLDFAST_TAG_SYSTEM) && is("code", CONFLICT_TAG_CODE)
}

fn wrong(kind: &str, element: Option<&str>, reason: String) -> SplitError {
    let element = element.map_or_else(|| kind.to_owned(), |element| format!("{kind}.{element}"));
    SplitError { element, reason }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn flat(kind: &str, json: &str) -> Vec<String> {
        let registers = split(kind, json).unwrap();
        registers.into_iter().map(|(key, value)| format!("{}={value}", key.replace('\u{1f}', "^"))).collect()
    }

    #[test]
    fn resources_come_apart() {
        for (kind, json, expected) in [
            (
                "Observation",
                r#"{ "resourceType":"Observation", "id":"o", "valueQuantity": {"value": 6.30, "x":1E+2},
                    "_status":{"extension":[]} }"#,
                &["_status={\"extension\":[]}", "valueQuantity={\"value\":6.30,\"x\":1E+2}"][..],
            ),
            (
                "Patient",
                r#"{"resourceType":"Patient","meta":{"versionId":"1","lastUpdated":"2020","profile":["p"],"source":"s",
                    "tag":[{"code":"a"},{"system":"urn:holdfast:tag","code":"conflict","display":"x"},
                           {"code":"b"},{"code":"a"},{"system":"urn:holdfast:tag","code":"other"}],
                    "security":[{"code":"R"}]}}"#,
                &[
                    "meta={\"profile\":[\"p\"],\"source\":\"s\"}",
                    "meta.security^{\"code\":\"R\"}=0",
                    "meta.tag^{\"code\":\"a\"}=0",
                    "meta.tag^{\"code\":\"a\"}^2=2",
                    "meta.tag^{\"code\":\"b\"}=1",
                    "meta.tag^{\"system\":\"urn:holdfast:tag\",\"code\":\"other\"}=3",
                ],
            ),
            ("Patient", r#"{"resourceType":"Patient","meta":{"versionId":"1"}}"#, &[]),
            (
                "Group",
                r#"{"resourceType":"Group","member":[{"entity":{"reference":"Patient/b"}},{"entity":{"reference":"Patient/a"}}]}"#,
                &[
                    "member^{\"entity\":{\"reference\":\"Patient/a\"}}=1",
                    "member^{\"entity\":{\"reference\":\"Patient/b\"}}=0",
                ],
            ),
        ] {
            assert_eq!(flat(kind, json), expected, "{json}");
        }
    }

    #[test]
    fn what_cannot_come_apart_says_where() {
        for (json, element) in [
            ("[]", "Patient"),
            ("{\"a\":1,\"a\":2}", "Patient"),
            ("{\"resourceType\":\"Person\"}", "Patient.resourceType"),
            ("{\"@deleted\":1}", "Patient"),
            ("{\"meta.tag\":[]}", "Patient"),
            ("{\"name\\u001f1\":1}", "Patient"),
            ("{\"meta\":7}", "Patient.meta"),
            ("{\"meta\":{\"tag\":{}}}", "Patient.meta.tag"),
        ] {
            assert_eq!(split("Patient", json).unwrap_err().element, element, "{json}");
        }
    }

    /// JSON in odd but legal forms: numbers no float keeps, escapes, white space.
    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
            "\"([a-z é田]|\\\\n|\\\\u00e9|\\\\\"){0,8}\"",
            Just("true".to_owned()),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4)
                    .prop_map(|items| format!("[ {} ]", items.join(" ,\n"))),
                prop::collection::btree_map("[a-z]{1,4}", inner, 1..4).prop_map(|members| {
                    let members: Vec<String> = members.iter().map(|(k, v)| format!("\"{k}\" :{v}")).collect();
                    format!("{{{}\t}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn split_keeps_every_byte(values in prop::collection::btree_map("[a-h][a-z]{0,6}", json(), 0..8)) {
            let body: String = values.iter().map(|(k, v)| format!(", \"{k}\": {v}")).collect();
            let registers = split("Observation", &format!("{{\"resourceType\":\"Observation\"{body}}}")).unwrap();
            prop_assert_eq!(registers.len(), values.len());
            for (name, value) in &values {
                prop_assert_eq!(&registers[name], &holdfast_core::json::compact(value));
            }
        }
    }
}
