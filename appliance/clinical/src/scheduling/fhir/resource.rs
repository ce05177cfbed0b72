//! Practitioners, rooms and devices as what the schedule gives time of.

use serde_json::Value;

use super::ReadError;
use super::read::{needed, texts, wrong};
use crate::scheduling::find::{Kind, Resource};

/// What a `Practitioner` (with its `PractitionerRole`s), a `Location` or a `Device` is to the schedule.
///
/// Roles are the codes of `PractitionerRole.code`, `Location.type` and `.physicalType`, `Device.type`; skills those of
/// `PractitionerRole.specialty` and `Practitioner.qualification`; languages those of `Practitioner.communication`. Roles that are not
/// active count for nothing.
///
/// # Errors
/// [`ReadError`] if it is of another type, or has no id.
pub fn resource_of(record: &Value, roles: &[Value]) -> Result<Resource, ReadError> {
    let id = needed(record, "Resource", "id")?;
    let kind = needed(record, "Resource", "resourceType")?;
    let active = || roles.iter().filter(|role| role.get("active").and_then(Value::as_bool) != Some(false));
    let of_roles = |element: &str| {
        active().flat_map(|role| texts(role, &[element, "coding", "code"])).collect::<Vec<_>>()
    };
    let (kind, roles, skills) = match kind {
        "Practitioner" => {
            let mut skills = of_roles("specialty");
            skills.extend(texts(record, &["qualification", "code", "coding", "code"]));
            (Kind::Practitioner, of_roles("code"), skills)
        }
        "Location" => {
            let mut kinds = texts(record, &["type", "coding", "code"]);
            kinds.extend(texts(record, &["physicalType", "coding", "code"]));
            (Kind::Room, kinds, Vec::new())
        }
        "Device" => (Kind::Equipment, texts(record, &["type", "coding", "code"]), Vec::new()),
        _ => return Err(wrong("Resource", "resourceType", "is not Practitioner, Location or Device")),
    };
    let key = format!("{}/{id}", needed(record, "Resource", "resourceType")?);
    Ok(Resource { key, kind, roles, skills, languages: texts(record, &["communication", "coding", "code"]) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn codes_are_read_off_the_records() {
        let coded = |code: &str| json!([{ "coding": [{ "code": code }] }]);
        let ana = json!({ "resourceType": "Practitioner", "id": "a", "communication": coded("es"),
            "qualification": [{ "code": { "coding": [{ "code": "RN" }] } }] });
        let roles = [
            json!({ "code": coded("nurse"), "specialty": coded("wound") }),
            json!({ "code": coded("doctor"), "active": false }),
        ];
        let ana = resource_of(&ana, &roles).unwrap();
        assert_eq!((ana.key.as_str(), ana.kind), ("Practitioner/a", Kind::Practitioner));
        assert_eq!(
            (ana.roles, ana.skills, ana.languages),
            (vec!["nurse".to_owned()], vec!["wound".into(), "RN".into()], vec!["es".to_owned()])
        );
        let room = json!({ "resourceType": "Location", "id": "r", "physicalType": { "coding": [{ "code": "ro" }] } });
        assert_eq!(resource_of(&room, &[]).unwrap().roles, ["ro"]);
        let device =
            json!({ "resourceType": "Device", "id": "d", "type": { "coding": [{ "code": "ecg" }] } });
        assert_eq!(resource_of(&device, &[]).unwrap().kind, Kind::Equipment);
        assert!(resource_of(&json!({ "resourceType": "Patient", "id": "p" }), &[]).is_err());
    }
}
