//! A request for another time, in whose place an appointment stands until it is granted.

use serde_json::{Value, json};

use crate::reference::local;
use crate::scheduling::fhir::extension;

/// The mark of a request that it takes the place of an appointment.
pub fn replaces(appointment: &str) -> Value {
    let reference = json!({ "reference": format!("Appointment/{appointment}") });
    extension::one(extension::REPLACES, "valueReference", reference)
}

/// The id of the appointment that a request takes the place of.
pub fn replaced(request: &Value) -> Option<String> {
    let reference = extension::find(request, extension::REPLACES)?.pointer("/valueReference/reference")?;
    let to = local(reference.as_str()?)?;
    (to.kind == "Appointment").then(|| to.id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_replaced_is_read_back_and_nothing_else_is() {
        assert_eq!(replaced(&json!({ "extension": [replaces("a-1")] })).as_deref(), Some("a-1"));
        assert_eq!(replaced(&json!({})), None);
        let other =
            extension::one(extension::REPLACES, "valueReference", json!({ "reference": "Patient/x" }));
        assert_eq!(replaced(&json!({ "extension": [other] })), None);
    }
}
