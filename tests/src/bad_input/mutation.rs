//! One seeded change of a resource, by name.

use crate::generate::Dice;
use serde_json::{Map, Value, json};

/// A place in a resource: names and indexes from the outside inwards.
type Place = Vec<Step>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
}

/// The kinds, each tried once on every example.
pub(super) const KINDS: &[&str] = &[
    "remove-any",
    "remove-required",
    "wrong-type",
    "number-as-string",
    "boolean-as-string",
    "unknown-element",
    "bad-code",
    "second-choice",
    "empty-array",
    "empty-object",
    "empty-string",
    "null",
    "bad-date",
    "bad-id",
    "bad-reference",
    "array-of-one",
    "one-of-array",
    "array-in-array",
    "negative-number",
    "bad-base64",
];

/// Elements that are required wherever R4 has them, as a rule.
const OFTEN_REQUIRED: &[&str] = &[
    "status", "code", "intent", "linkId", "url", "type", "subject", "patient", "div", "language", "entity",
    "what", "outcome",
];
/// Elements whose code is bound as required, as a rule.
const BOUND: &[&str] = &[
    "status",
    "gender",
    "use",
    "intent",
    "priority",
    "mode",
    "comparator",
    "relationship",
    "criticality",
    "action",
    "severity",
];
/// Elements of a choice that stands in many types, and another type that each may have where it stands.
const CHOICES: &[(&str, &str, &str)] = &[
    ("value", "valueString", "valueBoolean"),
    ("effective", "effectiveDateTime", "effectivePeriod"),
    ("onset", "onsetDateTime", "onsetString"),
    ("deceased", "deceasedBoolean", "deceasedDateTime"),
    ("medication", "medicationCodeableConcept", "medicationReference"),
    ("occurrence", "occurrenceDateTime", "occurrencePeriod"),
    ("performed", "performedDateTime", "performedString"),
    ("serviced", "servicedDate", "servicedPeriod"),
];

/// A changed copy, if the resource has something to change so.
pub(super) fn mutated(original: &Value, kind: &str, dice: &mut Dice) -> Option<Value> {
    let mut all = Vec::new();
    collect(original, &mut Vec::new(), &mut all);
    let fits: Vec<&(Place, &Value)> =
        all.iter().filter(|(place, value)| is_target(kind, place, value)).collect();
    let (place, value) = fits.get(usize::try_from(dice.below(fits.len() as u64)).ok()?)?;
    let mut copy = original.clone();
    change(&mut copy, kind, place, value, dice)?;
    (copy != *original).then_some(copy)
}

fn collect<'v>(value: &'v Value, place: &mut Place, all: &mut Vec<(Place, &'v Value)>) {
    all.push((place.clone(), value));
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                place.push(Step::Member(name.clone()));
                collect(inner, place, all);
                place.pop();
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                place.push(Step::Item(index));
                collect(inner, place, all);
                place.pop();
            }
        }
        _ => {}
    }
}

/// The name of the member that the place ends with.
fn name_of(place: &Place) -> &str {
    match place.last() {
        Some(Step::Member(name)) => name,
        _ => "",
    }
}

fn is_target(kind: &str, place: &Place, value: &Value) -> bool {
    let name = name_of(place);
    if name == "resourceType" || (place.len() == 1 && name == "id") {
        return kind == "bad-id" && name == "id";
    }
    let is_date = || {
        let bytes = value.as_str().unwrap_or_default().as_bytes();
        bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-' && bytes[7] == b'-'
    };
    match kind {
        "remove-any" | "null" => !name.is_empty(),
        "remove-required" => OFTEN_REQUIRED.contains(&name),
        "wrong-type" => !name.is_empty() && !value.is_array(),
        "number-as-string" | "negative-number" => value.is_number(),
        "boolean-as-string" => value.is_boolean(),
        "unknown-element" | "empty-object" => {
            value.is_object() && (kind == "unknown-element" || !place.is_empty())
        }
        "bad-code" => BOUND.contains(&name) && value.is_string(),
        "second-choice" => choice_of(name).is_some(),
        "empty-array" | "one-of-array" | "array-in-array" => {
            value.as_array().is_some_and(|items| !items.is_empty())
        }
        "empty-string" => value.is_string() && !name.is_empty(),
        "bad-date" => is_date(),
        "bad-id" => name == "id" && value.is_string(),
        "bad-reference" => name == "reference" && value.is_string(),
        "array-of-one" => !name.is_empty() && !value.is_array(),
        "bad-base64" => name == "data" && value.is_string(),
        _ => false,
    }
}

/// The other type of the choice that this member is of.
fn choice_of(name: &str) -> Option<&'static str> {
    let is_of = |start: &str| {
        name.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    let (_, first, second) = CHOICES.iter().find(|(start, ..)| is_of(start))?;
    Some(if name == *first { second } else { first })
}

/// What stands at the place from now on.
fn change(resource: &mut Value, kind: &str, place: &Place, value: &Value, dice: &mut Dice) -> Option<()> {
    let new = match kind {
        "remove-any" | "remove-required" => return remove(resource, place),
        "second-choice" => {
            let other = choice_of(name_of(place))?;
            parent(resource, place)?.insert(other.to_owned(), of_choice(other));
            return Some(());
        }
        "wrong-type" => other_type(value, dice),
        "number-as-string" | "boolean-as-string" => Value::String(value.to_string()),
        "negative-number" => json!(-7),
        "unknown-element" => with_unknown(value, dice),
        "bad-code" => json!("no-such-code"),
        "empty-array" => json!([]),
        "empty-object" => json!({}),
        "empty-string" => json!(""),
        "null" => Value::Null,
        "bad-date" => one_of(
            dice,
            &[
                json!("2020-13-45"),
                json!("20200101"),
                json!("2020-02-30"),
                json!("tomorrow"),
                json!("2020-01-01T25:00:00Z"),
            ],
        ),
        "bad-id" => one_of(dice, &[json!("a b"), json!("a_b"), json!("a".repeat(65)), json!("ä")]),
        "bad-reference" => {
            one_of(dice, &[json!("no reference"), json!("Pateint/1"), json!("Patient/"), json!("#nobody")])
        }
        "array-of-one" => json!([value]),
        "one-of-array" => value.get(0)?.clone(),
        "array-in-array" => json!([value]),
        "bad-base64" => json!("#not base64#"),
        _ => return None,
    };
    *at(resource, place)? = new;
    Some(())
}

fn of_choice(name: &str) -> Value {
    match name {
        "valueBoolean" | "deceasedBoolean" => json!(true),
        name if name.ends_with("DateTime") || name.ends_with("Date") => json!("2020-01-01"),
        name if name.ends_with("Period") => json!({"start": "2020-01-01"}),
        name if name.ends_with("Concept") => json!({"text": "x"}),
        name if name.ends_with("Reference") => json!({"display": "x"}),
        _ => json!("x"),
    }
}

fn other_type(value: &Value, dice: &mut Dice) -> Value {
    match value {
        Value::Object(_) => one_of(dice, &[json!("x"), json!(1), json!(true)]),
        Value::String(_) => one_of(dice, &[json!({"x": 1}), json!(1), json!(true)]),
        _ => one_of(dice, &[json!({"x": 1}), json!("x")]),
    }
}

fn with_unknown(value: &Value, dice: &mut Dice) -> Value {
    let mut members: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
    let name = one_of(dice, &[json!("naem"), json!("Status"), json!("x-own"), json!("comments")]);
    members.insert(name.as_str().unwrap_or_default().to_owned(), json!("x"));
    Value::Object(members)
}

fn one_of(dice: &mut Dice, all: &[Value]) -> Value {
    usize::try_from(dice.below(all.len() as u64)).ok().and_then(|at| all.get(at)).cloned().unwrap_or_default()
}

fn at<'v>(value: &'v mut Value, place: &[Step]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get_mut(name),
        Step::Item(index) => value.get_mut(index),
    })
}

fn parent<'v>(value: &'v mut Value, place: &Place) -> Option<&'v mut Map<String, Value>> {
    at(value, &place[..place.len().checked_sub(1)?])?.as_object_mut()
}

fn remove(value: &mut Value, place: &Place) -> Option<()> {
    parent(value, place)?.remove(name_of(place)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_changes_something_and_the_seed_says_what() {
        let original = json!({"resourceType": "Observation", "id": "a", "status": "final", "code": {"text": "x"},
            "effectiveDateTime": "2020-01-01", "valueQuantity": {"value": 5}, "subject": {"reference": "Patient/a"},
            "component": [{"code": {"text": "y"}, "valueBoolean": true}], "data": "YQ=="});
        for kind in KINDS {
            let once = mutated(&original, kind, &mut Dice::new(1, kind, 0)).expect(kind);
            assert_ne!(once, original, "{kind}");
            assert_eq!(Some(once), mutated(&original, kind, &mut Dice::new(1, kind, 0)), "{kind}");
        }
    }
}
