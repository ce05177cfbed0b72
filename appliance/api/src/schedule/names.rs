//! What people, places and things are called.

use holdfast_clinical::identity::person::Person;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Who an appointment is for: enough not to take them for another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatientShown {
    pub(super) id: String,
    pub(super) name: String,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    /// The number of the medical record.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// As BCP 47 writes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    languages: Vec<String>,
    /// Whether they are recorded as deceased.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deceased: bool,
}

impl PatientShown {
    /// Of a Patient.
    pub(crate) fn of(id: &str, text: &str) -> Self {
        let person = Person::read(text);
        let record: Value = serde_json::from_str(text).unwrap_or_default();
        let spoken = record.get("communication").and_then(Value::as_array);
        let codes = spoken.into_iter().flatten().filter_map(|one| {
            one.pointer("/language/coding/0/code").and_then(Value::as_str).map(ToOwned::to_owned)
        });
        Self {
            id: id.to_owned(),
            name: person.name(),
            number: person.mrn().map(ToOwned::to_owned),
            phone: person.phones.first().cloned(),
            languages: codes.collect(),
            deceased: person.is_deceased,
            birth_date: person.birth_date,
        }
    }
}

impl PatientShown {
    /// Whose it is.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

/// What a practitioner, a room or a device is called.
pub(crate) fn name_of_resource(text: &str, record: &Value) -> Option<String> {
    let said = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
    let person = || Some(Person::read(text).name()).filter(|name| !name.is_empty());
    said("/name").or_else(|| said("/deviceName/0/name")).or_else(person).filter(|name| !name.is_empty())
}
