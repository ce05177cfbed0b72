//! What is said of one resource in a section's narrative.

use super::section::each;
use crate::tree::Node;

/// What is said of one resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The day, or as much of it as is known; may be empty.
    pub when: String,
    /// What it is.
    pub what: String,
    /// Values, doses, reactions, and whether it is in conflict; may be empty.
    pub more: String,
}

/// When it was, as FHIR writes it; for sorting and reading.
pub(super) fn when(node: &Node<'_>) -> Option<String> {
    const DATES: [&str; 14] = [
        "effectiveDateTime",
        "effectiveInstant",
        "occurrenceDateTime",
        "occurrenceString",
        "performedDateTime",
        "performedString",
        "onsetDateTime",
        "authoredOn",
        "timingDateTime",
        "recordedOn",
        "recordedDate",
        "dateAsserted",
        "issued",
        "created",
    ];
    const PERIODS: [&str; 4] = ["effectivePeriod", "performedPeriod", "timingPeriod", "period"];
    let date = DATES.into_iter().find_map(|name| text(node, name));
    date.or_else(|| PERIODS.into_iter().find_map(|name| text(node.member(name)?, "start")))
}

/// The line of a resource.
pub(super) fn line(node: &Node<'_>) -> Said {
    let what = ["code", "medicationCodeableConcept", "vaccineCode", "category"]
        .into_iter()
        .find_map(|name| concept(node.member(name)?))
        .or_else(|| reference(node.member("medicationReference")?))
        .or_else(|| reference(node.member("device")?));
    let title = text(node, "title").or_else(|| text(node, "description"));
    let kind = text(node, "resourceType").unwrap_or_default();
    let what = if kind == "CarePlan" { title.or(what) } else { what.or(title) };
    let mut more = details(node);
    if is_in_conflict(node) {
        more.insert(0, "in conflict: see the record".to_owned());
    }
    Said {
        when: when(node).map(|when| when.chars().take(10).collect()).unwrap_or_default(),
        what: what.unwrap_or_else(|| "not named".to_owned()),
        more: more.join("; "),
    }
}

fn details(node: &Node<'_>) -> Vec<String> {
    let mut all = Vec::new();
    all.extend(value(node));
    for component in each(node.member("component")) {
        let name = component.member("code").and_then(concept).unwrap_or_default();
        all.extend(value(component).map(|value| format!("{name} {value}")));
    }
    all.extend(each(node.member("interpretation")).filter_map(concept).filter(|text| text != "Normal"));
    for name in ["dosageInstruction", "dosage"] {
        all.extend(each(node.member(name)).filter_map(|dose| text(dose, "text")));
    }
    for reaction in each(node.member("reaction")) {
        let shown: Vec<String> = each(reaction.member("manifestation")).filter_map(concept).collect();
        let severity =
            text(reaction, "severity").map(|severity| format!(" ({severity})")).unwrap_or_default();
        all.push(format!("{}{severity}", shown.join(", ")));
    }
    all.extend(text(node, "criticality").map(|level| format!("criticality {level}")));
    let status = text(node, "status")
        .filter(|status| matches!(status.as_str(), "on-hold" | "not-done" | "preliminary"));
    all.extend(status);
    all.extend(
        text(node, "abatementDateTime")
            .map(|end| format!("until {}", end.chars().take(10).collect::<String>())),
    );
    all
}

/// `value[x]`, as it is read.
fn value(node: &Node<'_>) -> Option<String> {
    let Node::Object(members) = node else { return None };
    let (name, value) = members.iter().find(|(name, _)| name.starts_with("value"))?;
    match (&**name, value) {
        ("valueQuantity", quantity) => {
            let number = number(quantity.member("value")?)?;
            let comparator = text(quantity, "comparator").unwrap_or_default();
            let unit = text(quantity, "unit").or_else(|| text(quantity, "code"));
            Some(format!("{comparator}{number} {}", unit.unwrap_or_default()).trim_end().to_owned())
        }
        ("valueCodeableConcept", concept_of) => concept(concept_of),
        (_, Node::String(text)) => Some(text.value.clone().into_owned()),
        (_, Node::Number(digits)) => Some((*digits).to_owned()),
        (_, Node::Bool(is)) => Some(if *is { "yes" } else { "no" }.to_owned()),
        _ => None,
    }
}

fn number(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Number(digits) => Some((*digits).to_owned()),
        _ => None,
    }
}

/// A concept in words; of several, the first.
fn concept(node: &Node<'_>) -> Option<String> {
    let node = if let Node::Array(items) = node { items.first()? } else { node };
    let coding = each(node.member("coding")).next();
    text(node, "text").or_else(|| text(coding?, "display")).or_else(|| text(coding?, "code"))
}

fn reference(node: &Node<'_>) -> Option<String> {
    text(node, "display").or_else(|| text(node, "reference"))
}

fn text(node: &Node<'_>, name: &str) -> Option<String> {
    node.member(name).and_then(Node::as_text).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn is_in_conflict(node: &Node<'_>) -> bool {
    let tags = node.member("meta").and_then(|meta| meta.member("tag"));
    each(tags).any(|tag| text(tag, "code").as_deref() == Some("conflict"))
}
