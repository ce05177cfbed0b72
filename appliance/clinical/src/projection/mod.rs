//! Parts of resources: `_summary` and `_elements`, as a projection over the resource's text. What stays keeps its bytes.
//!
//! What a reader must not miss stays in every part: the elements that R4 makes mandatory, and those that change what the
//! rest means (a status, "entered in error", `modifierExtension`). A part is tagged as one, and is not taken back as the
//! whole (see [`is_part`]).
//!
//! Sources: <https://hl7.org/fhir/R4/search.html#summary>, <https://hl7.org/fhir/R4/search.html#elements>.

mod shape;

use std::borrow::Cow;

pub use shape::{Shape, ShapeError, Summary};

use crate::structure::{Element, element, type_named};
use crate::tree::edit::Edit;

/// The code that marks a part.
const SUBSETTED: &str = "SUBSETTED";
const SUBSETTED_TAG: &str =
    r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"#;

/// What every part has.
const ALWAYS: [&str; 3] = ["resourceType", "id", "meta"];
/// Elements that change what the others mean, by the names that R4 gives them.
const MODIFIERS: [&str; 10] = [
    "active",
    "clinicalStatus",
    "deceasedBoolean",
    "deceasedDateTime",
    "doNotPerform",
    "implicitRules",
    "intent",
    "modifierExtension",
    "status",
    "verificationStatus",
];

/// The part of a resource that is wanted. Borrows the text if the whole is. O(n).
pub fn project<'t>(json: &'t str, shape: &Shape) -> Cow<'t, str> {
    if shape.is_whole() {
        return json.into();
    }
    // What is stored is well-formed; if it were not, a reader is better served with all of it.
    let Ok(mut tree) = Edit::parse(json) else { return json.into() };
    let kind = tree.member("resourceType").and_then(Edit::as_text).unwrap_or_default().into_owned();
    if let Edit::Object(members) = &mut tree {
        members.retain(|(name, _)| is_kept(&kind, base_name(name), shape));
        if shape.summary == Summary::True {
            summarise(members, &kind);
        }
        tag(members);
    }
    tree.to_text().into()
}

/// Whether a resource says that it is a part of one: storing it would drop the rest.
pub fn is_part(json: &str) -> bool {
    let has_tag = |tree: &Edit<'_>| {
        let tags = tree.member("meta").and_then(|meta| meta.member("tag"));
        let Some(Edit::Array(tags)) = tags else { return false };
        tags.iter().any(|tag| tag.member("code").and_then(Edit::as_text).as_deref() == Some(SUBSETTED))
    };
    json.contains(SUBSETTED) && Edit::parse(json).is_ok_and(|tree| has_tag(&tree))
}

/// `birthDate` of `_birthDate`, which carries its extensions.
fn base_name(member: &str) -> &str {
    member.strip_prefix('_').unwrap_or(member)
}

fn is_kept(kind: &str, member: &str, shape: &Shape) -> bool {
    let element = element(kind, member).map(|found| found.element);
    let is_asked_for = match shape.summary {
        Summary::True => element.is_some_and(|element| element.in_summary),
        Summary::Text => member == "text",
        Summary::Data => member != "text",
        Summary::False | Summary::Count => {
            let is_it = |name: &String| name == member || element.is_some_and(|element| element.name == name);
            shape.elements.iter().any(is_it)
        }
    };
    is_asked_for
        || ALWAYS.contains(&member)
        || MODIFIERS.contains(&member)
        || element.is_some_and(is_mandatory)
}

fn is_mandatory(element: &Element) -> bool {
    element.min > 0
}

/// Leaves out of every element what summaries do not have.
fn summarise(members: &mut Vec<(Cow<'_, str>, Edit<'_>)>, kind: &str) {
    for (name, value) in members.iter_mut() {
        if !ALWAYS.contains(&&**name)
            && let Some(found) = element(kind, name)
        {
            prune(value, found.ty.code);
        }
    }
    members.retain(|(_, value)| !value.is_empty());
}

fn prune(value: &mut Edit<'_>, kind: &str) {
    // Contained and nested resources say their type themselves; they stay whole.
    if type_named(kind).is_none() || kind == "Resource" || kind == "Extension" {
        return;
    }
    match value {
        Edit::Scalar(_) => {}
        Edit::Array(items) => items.iter_mut().for_each(|item| prune(item, kind)),
        Edit::Object(members) => {
            members.retain(|(name, _)| {
                let found = element(kind, base_name(name));
                found.is_none_or(|found| found.element.in_summary || is_mandatory(found.element))
                    || &**name == "modifierExtension"
            });
            summarise(members, kind);
        }
    }
}

fn tag(members: &mut Vec<(Cow<'_, str>, Edit<'_>)>) {
    let place = members.iter().position(|(name, _)| name == "meta").unwrap_or_else(|| {
        members.push(("meta".into(), Edit::Object(Vec::new())));
        members.len() - 1
    });
    let Edit::Object(meta) = &mut members[place].1 else { return };
    let tag = Edit::parse(SUBSETTED_TAG).unwrap_or_else(|_| Edit::Object(Vec::new()));
    match meta.iter_mut().find(|(name, _)| name == "tag") {
        Some((_, Edit::Array(tags))) => tags.push(tag),
        Some(_) => {}
        None => meta.push(("tag".into(), Edit::Array(vec![tag]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBSERVATION: &str = r#"{"resourceType":"Observation","id":"o","meta":{"versionId":"1"},"text":{"status":"generated","div":"<div>x</div>"},"status":"final","_status":{"id":"s"},"code":{"text":"w"},"valueQuantity":{"value":70.50,"unit":"kg"},"note":[{"text":"n"}],"referenceRange":[{"low":{"value":1.0}}]}"#;

    fn names(shape: &[(&str, &str)], json: &str) -> String {
        let text = project(json, &Shape::read(shape).unwrap()).into_owned();
        let Ok(Edit::Object(members)) = Edit::parse(&text) else { panic!("{text}") };
        members.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_shape_keeps_its_elements() {
        for (name, value, expected) in [
            ("_summary", "true", "resourceType id meta status _status code valueQuantity"),
            ("_summary", "text", "resourceType id meta text status _status code"),
            (
                "_summary",
                "data",
                "resourceType id meta status _status code valueQuantity note referenceRange",
            ),
            ("_elements", "note", "resourceType id meta status _status code note"),
            ("_elements", "value", "resourceType id meta status _status code valueQuantity"),
            ("_elements", "nonsense", "resourceType id meta status _status code"),
        ] {
            assert_eq!(names(&[(name, value)], OBSERVATION), expected, "{name}={value}");
        }
    }

    #[test]
    fn parts_are_tagged_and_keep_their_digits() {
        let shape = Shape::read(&[("_summary", "true")]).unwrap();
        let part = project(OBSERVATION, &shape);
        assert!(part.contains(r#""valueQuantity":{"value":70.50,"unit":"kg"}"#), "{part}");
        assert!(part.contains(r#""meta":{"versionId":"1","tag":[{"system":"#), "{part}");
        assert!(is_part(&part) && !is_part(OBSERVATION));
        assert_eq!(project(OBSERVATION, &Shape::default()), OBSERVATION);
        let patient = r#"{"resourceType":"Patient","id":"p","name":[{"family":"S","extension":[{"url":"u"}]}],"contact":[{"gender":"male"}],"_birthDate":{"extension":[]}}"#;
        assert_eq!(names(&[("_summary", "true")], patient), "resourceType id name _birthDate meta");
        assert!(project(patient, &shape).contains(r#""name":[{"family":"S"}]"#));
    }
}
