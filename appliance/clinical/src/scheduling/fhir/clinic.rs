//! What a clinic says of itself to those who book there from outside: its name, its telephone and its clock.

use serde_json::{Value, json};

use super::extension;
use crate::scheduling::zone::Zone;

const KIND: &str = "Organization";
/// Names by which hubs and replicas know a clinic.
const SYSTEM: &str = "urn:holdfast:clinic";
/// R4's extension that names a time zone (<https://hl7.org/fhir/R4/extension-timezone.html>).
const TIME_ZONE: &str = "http://hl7.org/fhir/StructureDefinition/timezone";

/// A clinic, as its node has written it down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClinicRecord {
    /// As replicas know it: lower-case letters, digits and hyphens.
    pub clinic: String,
    /// As people call it.
    pub name: String,
    /// Where somebody answers.
    pub phone: Option<String>,
    /// By whose clock it works.
    pub zone: Zone,
}

impl ClinicRecord {
    /// The id of a clinic's record: no other clinic has the same.
    pub fn id(clinic: &str) -> String {
        format!("clinic-{}", &blake3::hash(clinic.as_bytes()).to_hex()[..32])
    }

    /// The record.
    pub fn resource(&self) -> Value {
        let mut out = json!({
            "resourceType": KIND,
            "id": Self::id(&self.clinic),
            "extension": [extension::one(TIME_ZONE, "valueCode", self.zone.name())],
            "identifier": [{ "system": SYSTEM, "value": self.clinic }],
            "active": true,
            "name": self.name,
        });
        if let Some(phone) = &self.phone {
            out["telecom"] = json!([{ "system": "phone", "value": phone, "use": "work" }]);
        }
        out
    }

    /// Reads a record; `None` if it is no clinic's, of one that is closed, or its clock is unknown.
    pub fn read(record: &Value) -> Option<Self> {
        let numbers = record.get("identifier")?.as_array()?;
        let ours = numbers.iter().find(|one| one.get("system").and_then(Value::as_str) == Some(SYSTEM))?;
        let clinic = ours.get("value")?.as_str()?.to_owned();
        let is_its_own = record.get("id").and_then(Value::as_str) == Some(Self::id(&clinic).as_str());
        if !is_its_own || record.get("active").and_then(Value::as_bool) == Some(false) {
            return None;
        }
        let zone = extension::find(record, TIME_ZONE)?.get("valueCode")?.as_str()?;
        let telecom = record.get("telecom").and_then(Value::as_array);
        let is_phone = |one: &&Value| one.get("system").and_then(Value::as_str) == Some("phone");
        let phone = telecom.into_iter().flatten().find(is_phone).and_then(|one| one.get("value")?.as_str());
        Some(Self {
            clinic,
            name: record.get("name")?.as_str()?.to_owned(),
            phone: phone.map(ToOwned::to_owned),
            zone: Zone::named(zone).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn north() -> ClinicRecord {
        let zone = Zone::named("Europe/Paris").unwrap();
        ClinicRecord {
            clinic: "north".into(), name: "Nord 診療所".into(), phone: Some("+33 1".into()), zone
        }
    }

    #[test]
    fn a_clinic_comes_back_from_its_record_which_is_lawful() {
        let record = north().resource();
        assert_eq!(ClinicRecord::read(&record), Some(north()));
        assert_eq!(crate::validate::first_error(crate::validate::validate(&record.to_string())), None);
        let unreachable = ClinicRecord { phone: None, ..north() };
        assert_eq!(ClinicRecord::read(&unreachable.resource()), Some(unreachable));
    }

    #[test]
    fn what_is_no_clinic_or_is_closed_is_not_read_as_one() {
        for (pointer, value) in [
            ("/active", json!(false)),
            ("/id", json!("clinic-of-another")),
            ("/extension/0/valueCode", json!("Europe/Atlantis")),
            ("/identifier/0/system", json!("urn:other")),
            ("/identifier/0/value", json!("south")),
        ] {
            let mut record = north().resource();
            *record.pointer_mut(pointer).unwrap() = value;
            assert_eq!(ClinicRecord::read(&record), None, "{pointer}");
        }
    }
}
