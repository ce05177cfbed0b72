//! Appointment types: `HealthcareService` (<https://hl7.org/fhir/R4/healthcareservice.html>).
//!
//! A service that is provided is what FHIR clients book by; `Appointment.serviceType` names it by its coding.

use serde_json::{Map, Value, json};

use super::read::{needed, texts, wrong};
use super::{ReadError, extension};
use crate::scheduling::find::{Ask, Kind, MAX_NEEDS, Need};
use crate::scheduling::span::{DAY_MIN, Span, Spans};

const KIND: &str = "HealthcareService";
/// The system of the coding by which an appointment names its type: the code is the service's id.
pub const SYSTEM: &str = "urn:holdfast:appointment-type";

/// How the time of a type is split between the clinic and those who book for themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Split {
    /// Of a hundred minutes, how many head office may sell; 0: patients make requests alone.
    pub web_percent: u8,
    /// Minutes before an appointment at which what was not sold comes back to the clinic.
    pub sell_until_min: i64,
}

/// A type of appointment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppointmentType {
    /// The service's id.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Whether it may be booked.
    pub is_active: bool,
    /// Minutes: 1 to a day.
    pub duration_min: i64,
    /// Minutes that its resources are taken before it.
    pub before_min: i64,
    /// Minutes that they are taken after it.
    pub after_min: i64,
    /// At which minutes past local midnight one may begin: multiples of this.
    pub step_min: i64,
    /// What it takes, the most important first.
    pub needs: Vec<Need>,
    /// How many patients a session takes; 1: it is no group session.
    pub capacity: u32,
    /// Whether it is held by video or telephone, unless somebody says otherwise.
    pub is_remote: bool,
    /// Who may sell its time.
    pub split: Split,
}

impl AppointmentType {
    /// Reads a type off its record.
    ///
    /// # Errors
    /// [`ReadError`] if the record is no type of ours, or a number is out of its range.
    pub fn read(service: &Value) -> Result<Self, ReadError> {
        let ours = extension::find(service, extension::TYPE);
        let ours = ours.ok_or_else(|| {
            wrong(KIND, extension::TYPE, "is missing: it is a service, not an appointment type")
        })?;
        let minutes = |part: &str, default: Option<i64>, least| {
            let read = extension::minutes(ours, part)
                .or(default)
                .ok_or_else(|| wrong(KIND, part, "is missing, or not in minutes"))?;
            if (least..=DAY_MIN).contains(&read) {
                Ok(read)
            } else {
                Err(wrong(KIND, part, "is out of its range"))
            }
        };
        let duration_min = minutes("duration", None, 1)?;
        let needs: Vec<Need> = extension::all(ours, "need").map(read_need).collect::<Result<_, _>>()?;
        if !(1..=MAX_NEEDS).contains(&needs.len()) {
            return Err(wrong(KIND, "need", "is there too often, or not at all"));
        }
        let capacity = extension::number(ours, "capacity", "valuePositiveInt").unwrap_or(1);
        let web = extension::number(ours, "web-percent", "valueUnsignedInt").unwrap_or(0);
        Ok(Self {
            id: needed(service, KIND, "id")?.to_owned(),
            name: needed(service, KIND, "name")?.to_owned(),
            is_active: service.get("active").and_then(Value::as_bool).unwrap_or(true),
            duration_min,
            before_min: minutes("before", Some(0), 0)?,
            after_min: minutes("after", Some(0), 0)?,
            step_min: minutes("step", Some(duration_min), 1)?,
            needs,
            capacity: u32::try_from(capacity)
                .ok()
                .filter(|n| *n > 0)
                .ok_or_else(|| wrong(KIND, "capacity", "is out of its range"))?,
            is_remote: extension::find(ours, "remote")
                .is_some_and(|of| of.get("valueBoolean") == Some(&Value::Bool(true))),
            split: Split {
                web_percent: u8::try_from(web)
                    .ok()
                    .filter(|n| *n <= 100)
                    .ok_or_else(|| wrong(KIND, "web-percent", "is out of its range"))?,
                sell_until_min: extension::minutes(ours, "sell-until").unwrap_or(0).max(0),
            },
        })
    }

    /// What the schedule has to say of it: elements of the record, to be saved beside what else it holds.
    pub fn elements(&self, service: &Value) -> Map<String, Value> {
        let mut parts = vec![extension::duration("duration", self.duration_min)];
        for (part, minutes) in [("before", self.before_min), ("after", self.after_min)] {
            if minutes > 0 {
                parts.push(extension::duration(part, minutes));
            }
        }
        parts.push(extension::duration("step", self.step_min));
        parts.extend(self.needs.iter().map(write_need));
        if self.capacity > 1 {
            parts.push(extension::one("capacity", "valuePositiveInt", self.capacity));
        }
        if self.is_remote {
            parts.push(extension::one("remote", "valueBoolean", true));
        }
        if self.split.web_percent > 0 {
            parts.push(extension::one("web-percent", "valueUnsignedInt", self.split.web_percent));
            parts.push(extension::duration("sell-until", self.split.sell_until_min));
        }
        let ours = extension::parts(extension::TYPE, parts);
        let extensions = extension::exchanged(service, extension::TYPE, Some(ours));
        Map::from_iter([
            ("name".to_owned(), self.name.as_str().into()),
            ("active".to_owned(), self.is_active.into()),
            ("extension".to_owned(), extensions.into()),
        ])
    }

    /// `Appointment.serviceType`.
    pub fn service_type(&self) -> Value {
        json!([{ "coding": [{ "system": SYSTEM, "code": self.id, "display": self.name }], "text": self.name }])
    }

    /// A search for free times of this type, with no wishes, one offer a start and twenty a page.
    pub fn ask(&self, window: Span) -> Ask {
        Ask {
            duration_min: self.duration_min,
            before_min: self.before_min,
            after_min: self.after_min,
            step_min: self.step_min,
            needs: self.needs.clone(),
            window,
            patient_busy: Spans::default(),
            wish: crate::scheduling::find::Wish::default(),
            per_start: 1,
            page: 20,
        }
    }
}

fn read_need(of: &Value) -> Result<Need, ReadError> {
    let code = extension::text(of, "kind", "valueCode").unwrap_or_default();
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == code);
    let only = extension::all(of, "only").flat_map(|one| texts(one, &["valueReference", "reference"]));
    Ok(Need {
        kind: kind.ok_or_else(|| wrong(KIND, "need.kind", "is not practitioner, room or equipment"))?,
        role: extension::text(of, "role", "valueCode").map(ToOwned::to_owned),
        skills: extension::texts(of, "skill", "valueCode"),
        only: only.collect(),
    })
}

fn write_need(need: &Need) -> Value {
    let mut parts = vec![extension::one("kind", "valueCode", need.kind.as_str())];
    parts.extend(need.role.iter().map(|role| extension::one("role", "valueCode", role.as_str())));
    parts.extend(need.skills.iter().map(|skill| extension::one("skill", "valueCode", skill.as_str())));
    parts.extend(
        need.only.iter().map(|key| extension::one("only", "valueReference", json!({ "reference": key }))),
    );
    extension::parts("need", parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::testing::wound_care;

    fn ours() -> AppointmentType {
        AppointmentType { capacity: 8, is_remote: true, ..wound_care() }
    }

    fn record(ours: &AppointmentType, other: Value) -> Value {
        let mut record = json!({ "resourceType": "HealthcareService", "id": ours.id, "extension": [other] });
        let elements = ours.elements(&record);
        record.as_object_mut().unwrap().extend(elements);
        record
    }

    #[test]
    fn a_type_comes_back_from_its_record_which_is_lawful() {
        let record = record(&ours(), extension::one("urn:other", "valueString", "kept"));
        assert_eq!(AppointmentType::read(&record), Ok(ours()));
        assert!(extension::find(&record, "urn:other").is_some());
        assert_eq!(crate::validate::first_error(crate::validate::validate(&record.to_string())), None);
    }

    #[test]
    fn a_record_that_is_no_type_says_what_is_wrong() {
        let of = |duration: i64, more: Vec<Value>| {
            let mut parts = vec![extension::duration("duration", duration)];
            parts.extend(more);
            json!({ "id": "x", "name": "X", "extension": [extension::parts(extension::TYPE, parts)] })
        };
        let need = |kind: &str| extension::parts("need", vec![extension::one("kind", "valueCode", kind)]);
        for (record, element) in [
            (json!({ "id": "x" }), extension::TYPE),
            (of(0, vec![need("room")]), "duration"),
            (of(30, vec![]), "need"),
            (of(30, vec![need("car")]), "need.kind"),
            (of(30, vec![need("room"); MAX_NEEDS + 1]), "need"),
            (
                of(30, vec![need("room"), extension::one("web-percent", "valueUnsignedInt", 101)]),
                "web-percent",
            ),
            (of(30, vec![need("room"), extension::one("capacity", "valuePositiveInt", 0)]), "capacity"),
        ] {
            let error = AppointmentType::read(&record).unwrap_err();
            assert_eq!((error.element.as_str(), error.code()), (element, "schedule-unreadable"));
        }
        assert_eq!(AppointmentType::read(&of(30, vec![need("room")])).unwrap().step_min, 30);
    }
}
