//! An appointment in the place of another: a request for another time, in whose place one stands until it is granted; and what was booked
//! anew because its time was not the mover's, of which the old one says where it is now.

use serde_json::{Value, json};

use crate::reference::local;
use crate::scheduling::fhir::extension;

/// The mark of a request that it takes the place of an appointment.
pub fn replaces(appointment: &str) -> Value {
    mark(extension::REPLACES, appointment)
}

/// The id of the appointment that a request takes the place of.
pub fn replaced(request: &Value) -> Option<String> {
    marked(extension::REPLACES, request)
}

/// The mark of a cancelled appointment that another was booked in its place.
pub fn replaced_by(appointment: &str) -> Value {
    mark(extension::REPLACED_BY, appointment)
}

/// The id of the appointment that was booked in the place of this one.
pub fn successor(cancelled: &Value) -> Option<String> {
    marked(extension::REPLACED_BY, cancelled)
}

fn mark(url: &str, appointment: &str) -> Value {
    extension::one(url, "valueReference", json!({ "reference": format!("Appointment/{appointment}") }))
}

fn marked(url: &str, appointment: &Value) -> Option<String> {
    let reference = extension::find(appointment, url)?.pointer("/valueReference/reference")?;
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
        let old = json!({ "extension": [replaced_by("a-2")] });
        assert_eq!((successor(&old).as_deref(), replaced(&old)), (Some("a-2"), None));
    }
}
