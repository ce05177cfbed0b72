//! Small pieces of FHIR JSON.

use holdfast_clinical::codes::{System, starter};
use serde_json::{Map, Value, json};

/// A coded concept out of the starter lists, with its display. A code that is not in them is a mistake of this generator,
/// which its tests find; the code then stands alone.
pub(super) fn concept(system: System, code: &str) -> Value {
    match starter(system).display(code) {
        Some(display) => json!({
            "coding": [{ "system": system.url(), "code": code, "display": display }],
            "text": display,
        }),
        None => json!({ "coding": [{ "system": system.url(), "code": code }] }),
    }
}

/// The same, in words that the clinic uses.
pub(super) fn concept_called(system: System, code: &str, text: &str) -> Value {
    let mut concept = concept(system, code);
    concept["text"] = json!(text);
    concept
}

/// A concept of one of HL7's own code systems.
pub(super) fn hl7(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code }] })
}

/// The same with a display.
pub(super) fn hl7_named(system: &str, code: &str, display: &str) -> Value {
    let system = format!("http://terminology.hl7.org/CodeSystem/{system}");
    json!({ "coding": [{ "system": system, "code": code, "display": display }], "text": display })
}

/// A reference, `Type/id`.
pub(super) fn to(reference: &str) -> Value {
    json!({ "reference": reference })
}

/// A reference with the name of what it points at.
pub(super) fn to_named(reference: &str, display: &str) -> Value {
    json!({ "reference": reference, "display": display })
}

/// A number with so many digits after the point, exactly.
pub(super) fn decimal(value: f64, digits: usize) -> Value {
    let text = format!("{value:.digits$}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A UCUM quantity.
pub(super) fn quantity(value: f64, digits: usize, unit: &str, code: &str) -> Value {
    json!({ "value": decimal(value, digits), "unit": unit, "system": "http://unitsofmeasure.org", "code": code })
}

/// Text as it stands in XHTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// One object out of two; what `more` has counts. `null`s are left out.
pub(super) fn with(base: Value, more: Value) -> Value {
    let mut all = match base {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    if let Value::Object(members) = more {
        all.extend(members);
    }
    all.retain(|_, value| !value.is_null());
    Value::Object(all)
}
