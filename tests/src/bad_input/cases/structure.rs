//! Elements of the wrong shape: unknown, of another type, twice, too many, too few, empty.

use super::super::case::Case;
use super::refused_both_ways;

/// Type, members, the element that the refusal names.
type Row = (&'static str, &'static str, &'static str);

const WRONG_TYPES: &[Row] = &[
    ("Patient", r#""active":"true""#, "Patient.active"),
    ("Patient", r#""active":1"#, "Patient.active"),
    ("Patient", r#""active":{}"#, "Patient.active"),
    ("Patient", r#""active":[true]"#, "Patient.active"),
    ("Patient", r#""name":"Ada""#, "Patient.name"),
    ("Patient", r#""name":{"family":"Ada"}"#, "Patient.name"),
    ("Patient", r#""name":["Ada"]"#, "Patient.name[0]"),
    ("Patient", r#""name":[["Ada"]]"#, "Patient.name[0]"),
    ("Patient", r#""name":[{"given":"Ada"}]"#, "Patient.name[0].given"),
    ("Patient", r#""name":[{"given":[1]}]"#, "Patient.name[0].given[0]"),
    ("Patient", r#""name":[{"family":["Ada"]}]"#, "Patient.name[0].family"),
    ("Patient", r#""name":[{"family":false}]"#, "Patient.name[0].family"),
    ("Patient", r#""birthDate":1970"#, "Patient.birthDate"),
    ("Patient", r#""gender":0"#, "Patient.gender"),
    ("Patient", r#""gender":{"code":"male"}"#, "Patient.gender"),
    ("Patient", r#""maritalStatus":"M""#, "Patient.maritalStatus"),
    ("Patient", r#""maritalStatus":{"coding":{"code":"M"}}"#, "Patient.maritalStatus.coding"),
    ("Patient", r#""multipleBirthInteger":"2""#, "Patient.multipleBirthInteger"),
    ("Patient", r#""multipleBirthInteger":1.5"#, "Patient.multipleBirthInteger"),
    ("Patient", r#""multipleBirthBoolean":"true""#, "Patient.multipleBirthBoolean"),
    ("Patient", r#""managingOrganization":"Organization/x""#, "Patient.managingOrganization"),
    (
        "Patient",
        r#""managingOrganization":{"reference":{"id":"x"}}"#,
        "Patient.managingOrganization.reference",
    ),
    ("Patient", r#""identifier":[{"period":"2020"}]"#, "Patient.identifier[0].period"),
    ("Patient", r#""meta":[]"#, "Patient.meta"),
    ("Patient", r#""meta":"x""#, "Patient.meta"),
    ("Patient", r#""meta":{"tag":"x"}"#, "Patient.meta.tag"),
    ("Patient", r#""text":"<div>x</div>""#, "Patient.text"),
    ("Patient", r#""contained":{"resourceType":"Patient","id":"a"}"#, "Patient.contained"),
    ("Patient", r#""contained":["a"]"#, "Patient.contained[0]"),
    ("Patient", r#""extension":{"url":"urn:x","valueString":"x"}"#, "Patient.extension"),
    ("Patient", r#""_active":true"#, "Patient._active"),
    ("Patient", r#""_active":[{"id":"x"}]"#, "Patient._active"),
    ("Patient", r#""contact":[{"name":[{"family":"x"}]}]"#, "Patient.contact[0].name"),
    ("Observation", r#""status":["final"]"#, "Observation.status"),
    ("Observation", r#""code":[{"text":"x"}]"#, "Observation.code"),
    ("Observation", r#""valueQuantity":5"#, "Observation.valueQuantity"),
    ("Observation", r#""valueQuantity":{"value":"5"}"#, "Observation.valueQuantity.value"),
    ("Observation", r#""valueInteger":"5""#, "Observation.valueInteger"),
    ("Observation", r#""referenceRange":{"text":"x"}"#, "Observation.referenceRange"),
    ("Observation", r#""component":[{"code":"x"}]"#, "Observation.component[0].code"),
    ("Encounter", r#""class":"AMB""#, "Encounter.class"),
    ("Encounter", r#""period":["2020"]"#, "Encounter.period"),
    ("Appointment", r#""participant":{"status":"accepted"}"#, "Appointment.participant"),
    ("Binary", r#""data":7"#, "Binary.data"),
];

const UNKNOWN_ELEMENTS: &[Row] = &[
    ("Patient", r#""naem":[{"family":"x"}]"#, "Patient.naem"),
    ("Patient", r#""Name":[{"family":"x"}]"#, "Patient.Name"),
    ("Patient", r#""name ":[{"family":"x"}]"#, "Patient.name "),
    ("Patient", r#""":1"#, "Patient"),
    ("Patient", r#""_":{}"#, "Patient._"),
    ("Patient", r#""_name":{"id":"x"}"#, "Patient._name"),
    ("Patient", r#""__active":{"id":"x"}"#, "Patient.__active"),
    ("Patient", r#""animal":{}"#, "Patient.animal"),
    ("Patient", r#""status":"active""#, "Patient.status"),
    ("Patient", r#""fhir_comments":["x"]"#, "Patient.fhir_comments"),
    ("Patient", r#""__proto__":{"admin":true}"#, "Patient.__proto__"),
    ("Patient", r#""constructor":{}"#, "Patient.constructor"),
    ("Patient", r#""name":[{"surname":"x"}]"#, "Patient.name[0].surname"),
    ("Patient", r#""name":[{"family":"x","resourceType":"HumanName"}]"#, "Patient.name[0].resourceType"),
    ("Patient", r#""multipleBirth":true"#, "Patient.multipleBirth"),
    ("Patient", r#""multipleBirthString":"two""#, "Patient.multipleBirthString"),
    ("Patient", r#""deceased":true"#, "Patient.deceased"),
    ("Patient", r#""contact":[{"birthDate":"2000-01-01"}]"#, "Patient.contact[0].birthDate"),
    ("Patient", r#""identifier":[{"use":"usual","valeu":"1"}]"#, "Patient.identifier[0].valeu"),
    ("Patient", r#""meta":{"version":"1"}"#, "Patient.meta.version"),
    ("Observation", r#""value":5"#, "Observation.value"),
    ("Observation", r#""valueDecimal":5"#, "Observation.valueDecimal"),
    ("Observation", r#""valuequantity":{"value":5}"#, "Observation.valuequantity"),
    ("Observation", r#""valueReference":{"reference":"Patient/seed"}"#, "Observation.valueReference"),
    ("Observation", r#""component":[{"code":{"text":"x"},"unit":"kg"}]"#, "Observation.component[0].unit"),
    ("Encounter", r#""subjectStatus":{"text":"x"}"#, "Encounter.subjectStatus"),
    ("MedicationRequest", r#""medication":{"concept":{"text":"x"}}"#, "MedicationRequest.medication"),
];

const TWO_CHOICES: &[Row] = &[
    ("Observation", r#""valueString":"x","valueInteger":1"#, "Observation.valueInteger"),
    ("Observation", r#""valueQuantity":{"value":1},"valueBoolean":true"#, "Observation.valueBoolean"),
    (
        "Observation",
        r#""effectiveDateTime":"2020","effectivePeriod":{"start":"2020"}"#,
        "Observation.effectivePeriod",
    ),
    ("Observation", r#""valueString":"x","_valueInteger":{"id":"a"}"#, "Observation._valueInteger"),
    (
        "Observation",
        r#""component":[{"code":{"text":"x"},"valueString":"x","valueTime":"12:00:00"}]"#,
        "Observation.component[0].valueTime",
    ),
    ("Patient", r#""deceasedBoolean":true,"deceasedDateTime":"2020""#, "Patient.deceasedDateTime"),
    ("Patient", r#""multipleBirthBoolean":true,"multipleBirthInteger":2"#, "Patient.multipleBirthInteger"),
    (
        "Patient",
        r#""extension":[{"url":"urn:x","valueString":"x","valueCode":"x"}]"#,
        "Patient.extension[0].valueCode",
    ),
    (
        "Patient",
        r#""extension":[{"url":"urn:x","valueString":"x","extension":[{"url":"y","valueCode":"x"}]}]"#,
        "Patient.extension[0]",
    ),
    (
        "MedicationRequest",
        r#""medicationCodeableConcept":{"text":"x"},"medicationReference":{"reference":"Medication/x"}"#,
        "MedicationRequest.medicationReference",
    ),
    ("Condition", r#""onsetAge":{"value":1},"onsetString":"x""#, "Condition.onsetString"),
];

const EMPTY: &[Row] = &[
    ("Patient", r#""name":[]"#, "Patient.name"),
    ("Patient", r#""name":[{}]"#, "Patient.name[0]"),
    ("Patient", r#""name":[{"given":[]}]"#, "Patient.name[0].given"),
    ("Patient", r#""name":[{"given":[""]}]"#, "Patient.name[0].given[0]"),
    ("Patient", r#""name":[{"family":""}]"#, "Patient.name[0].family"),
    ("Patient", r#""maritalStatus":{}"#, "Patient.maritalStatus"),
    ("Patient", r#""maritalStatus":{"coding":[]}"#, "Patient.maritalStatus.coding"),
    ("Patient", r#""meta":{}"#, "Patient.meta"),
    ("Patient", r#""id":"""#, "Patient.id"),
    ("Patient", r#""gender":"""#, "Patient.gender"),
    ("Patient", r#""birthDate":"""#, "Patient.birthDate"),
    ("Patient", r#""contained":[]"#, "Patient.contained"),
    ("Patient", r#""extension":[]"#, "Patient.extension"),
    ("Patient", r#""extension":[{}]"#, "Patient.extension[0]"),
    ("Patient", r#""_active":{}"#, "Patient._active"),
    ("Patient", r#""contact":[{"telecom":[{}]}]"#, "Patient.contact[0].telecom[0]"),
    ("Observation", r#""code":{}"#, "Observation.code"),
    ("Observation", r#""valueString":"""#, "Observation.valueString"),
    ("Observation", r#""subject":{}"#, "Observation.subject"),
];

const NULLS: &[Row] = &[
    ("Patient", r#""active":null"#, "Patient.active"),
    ("Patient", r#""id":null"#, "Patient.id"),
    ("Patient", r#""meta":null"#, "Patient.meta"),
    ("Patient", r#""name":null"#, "Patient.name"),
    ("Patient", r#""name":[null]"#, "Patient.name[0]"),
    ("Patient", r#""name":[{"family":null}]"#, "Patient.name[0].family"),
    ("Patient", r#""name":[{"given":["a",null]}]"#, "Patient.name[0].given[1]"),
    ("Patient", r#""name":[{"given":[null],"_given":[null]}]"#, "Patient.name[0].given"),
    ("Patient", r#""_birthDate":null"#, "Patient._birthDate"),
    ("Patient", r#""contained":[null]"#, "Patient.contained[0]"),
    ("Patient", r#""maritalStatus":{"text":null}"#, "Patient.maritalStatus.text"),
    ("Observation", r#""valueQuantity":null"#, "Observation.valueQuantity"),
];

const CARDINALITY: &[Row] = &[
    ("Observation", r#""status":"final","code":null"#, "Observation.code"),
    ("Patient", r#""communication":[{"preferred":true}]"#, "Patient.communication[0].language"),
    ("Patient", r#""link":[{"type":"seealso"}]"#, "Patient.link[0].other"),
    ("Patient", r#""link":[{"other":{"reference":"Patient/seed"}}]"#, "Patient.link[0].type"),
    ("Patient", r#""text":{"status":"generated"}"#, "Patient.text.div"),
    (
        "Patient",
        r#""text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}"#,
        "Patient.text.status",
    ),
    ("Patient", r#""extension":[{"valueString":"x"}]"#, "Patient.extension[0].url"),
    ("Observation", r#""component":[{"valueString":"x"}]"#, "Observation.component[0].code"),
    ("Encounter", r#""statusHistory":[{"status":"planned"}]"#, "Encounter.statusHistory[0].period"),
    ("Appointment", r#""participant":[{}]"#, "Appointment.participant[0]"),
    ("Appointment", r#""participant":[{"required":"required"}]"#, "Appointment.participant[0].status"),
    ("Coverage", r#""status":"active""#, "Coverage.beneficiary"),
    ("Condition", r#""subject":null"#, "Condition.subject"),
];

/// Nothing but the type, where more must be there; and the missing element.
const BARE: &[(&str, &str)] = &[
    ("Observation", "Observation.code"),
    ("Encounter", "Encounter.class"),
    ("Condition", "Condition.subject"),
    ("AllergyIntolerance", "AllergyIntolerance.patient"),
    ("Appointment", "Appointment.participant"),
    ("MedicationRequest", "MedicationRequest.intent"),
    ("Bundle", "Bundle.type"),
    ("Binary", "Binary.contentType"),
    ("AuditEvent", "AuditEvent.agent"),
    ("Provenance", "Provenance.agent"),
    ("Slot", "Slot.end"),
    ("Claim", "Claim.created"),
];

pub(super) fn cases() -> Vec<Case> {
    let tables: [(&str, &[Row]); 6] = [
        ("wrong type", WRONG_TYPES),
        ("unknown element", UNKNOWN_ELEMENTS),
        ("two of a choice", TWO_CHOICES),
        ("empty", EMPTY),
        ("null", NULLS),
        ("cardinality", CARDINALITY),
    ];
    let rows = tables.into_iter().flat_map(|(kind, rows)| rows.iter().map(move |row| (kind, row)));
    let mut all: Vec<Case> =
        rows.flat_map(|(kind, (of, members, says))| refused_both_ways(kind, of, members, says)).collect();
    for (of, says) in BARE {
        let body = format!("{{\"resourceType\":\"{of}\"}}");
        all.push(Case::post("cardinality", &format!("/fhir/{of}"), &body).refused(&[says]));
    }
    all
}
