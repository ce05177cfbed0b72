//! Values that their type does not have: dates, numbers, codes, ids, narratives.

use super::super::case::Case;
use super::refused_both_ways;

/// Of `Patient.birthDate`.
const DATES: &[&str] = &[
    "2020-13-01",
    "2020-00-10",
    "2020-02-30",
    "2021-02-29",
    "2020-1-1",
    "20200101",
    "01/02/2020",
    "2020-01-01T00:00:00Z",
    "yesterday",
    "20-01-01",
    "-2020-01-01",
    "2020-01-",
    " 2020-01-01",
    "2020-01-01 ",
    "٢٠٢٠-٠١-٠١",
    "0000-01-01",
    "99999",
];
/// Of `Observation.effectiveDateTime`.
const DATE_TIMES: &[&str] = &[
    "2020-01-01T10:00",
    "2020-01-01T10:00:00",
    "2020-01-01 10:00:00Z",
    "2020-01-01T25:00:00Z",
    "2020-01-01T24:00:00Z",
    "2020-01-01T10:60:00Z",
    "2020-01-01T10:00:61Z",
    "2020-01-01T10:00:00+15:00",
    "2020-01-01T10:00:00+0100",
    "2020-01-01T10Z",
    "2020-01T10:00:00Z",
    "2020-02-30T10:00:00Z",
    "2020-01-01t10:00:00z",
    "now",
];
/// Of `Observation.issued`.
const INSTANTS: &[&str] = &["2020", "2020-01-01", "2020-01-01T10:00:00", "2020-01-01T10:00Z", "1577872800"];
/// Of `Observation.valueTime`.
const TIMES: &[&str] = &["10:00", "24:00:00", "10:00:00Z", "25:00:00", "T10:00:00", "10am"];
/// Of `Patient.id`, by a create.
const IDS: &[&str] = &["a b", "a/b", "a_b", "é", "<script>", "a\\nb"];
/// Of `Binary.data`.
const BASE64: &[&str] = &["a", "abc", "####", "YWJj=", "YW=Jj", "é"];
/// Of `Patient.photo[0].url` and other addresses.
const URIS: &[&str] = &["has space", " ", "a\\tb"];

/// Type, members, element: codes of required bindings and numbers out of range.
const OTHERS: &[(&str, &str, &str)] = &[
    ("Patient", r#""gender":"m""#, "Patient.gender"),
    ("Patient", r#""gender":"Male""#, "Patient.gender"),
    ("Patient", r#""gender":"male ""#, "Patient.gender"),
    ("Patient", r#""name":[{"use":"birth"}]"#, "Patient.name[0].use"),
    ("Patient", r#""telecom":[{"system":"telephone"}]"#, "Patient.telecom[0].system"),
    ("Patient", r#""telecom":[{"rank":0}]"#, "Patient.telecom[0].rank"),
    ("Patient", r#""telecom":[{"rank":-1}]"#, "Patient.telecom[0].rank"),
    ("Patient", r#""telecom":[{"rank":2147483648}]"#, "Patient.telecom[0].rank"),
    ("Patient", r#""multipleBirthInteger":2147483648"#, "Patient.multipleBirthInteger"),
    ("Patient", r#""multipleBirthInteger":1e2"#, "Patient.multipleBirthInteger"),
    ("Patient", r#""multipleBirthInteger":99999999999999999999"#, "Patient.multipleBirthInteger"),
    ("Patient", r#""link":[{"other":{"reference":"Patient/seed"},"type":"same"}]"#, "Patient.link[0].type"),
    (
        "Patient",
        r#""text":{"status":"fine","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}"#,
        "Patient.text.status",
    ),
    ("Observation", r#""status":"done""#, "Observation.status"),
    ("Observation", r#""status":"FINAL""#, "Observation.status"),
    (
        "Observation",
        r#""valueQuantity":{"value":1,"comparator":"=<"}"#,
        "Observation.valueQuantity.comparator",
    ),
    ("Observation", r#""valueInteger":-2147483649"#, "Observation.valueInteger"),
    ("Encounter", r#""status":"running""#, "Encounter.status"),
    ("Encounter", r#""length":{"comparator":"about","value":1}"#, "Encounter.length.comparator"),
    ("Appointment", r#""status":"open""#, "Appointment.status"),
    ("Appointment", r#""participant":[{"status":"yes"}]"#, "Appointment.participant[0].status"),
    ("Appointment", r#""priority":-1"#, "Appointment.priority"),
    ("Slot", r#""status":"available""#, "Slot.status"),
    ("MedicationRequest", r#""intent":"wish""#, "MedicationRequest.intent"),
    ("MedicationRequest", r#""status":"new""#, "MedicationRequest.status"),
    ("MedicationRequest", r#""priority":"high""#, "MedicationRequest.priority"),
    (
        "Condition",
        r#""clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"ill"}]}"#,
        "Condition.clinicalStatus",
    ),
    (
        "Condition",
        r#""clinicalStatus":{"coding":[{"system":"http://example.org/x","code":"active"}]}"#,
        "Condition.clinicalStatus",
    ),
    ("AllergyIntolerance", r#""criticality":"very""#, "AllergyIntolerance.criticality"),
    ("AllergyIntolerance", r#""category":["pollen"]"#, "AllergyIntolerance.category[0]"),
];

/// Narratives that are no XHTML or run something.
const NARRATIVES: &[&str] = &[
    "text",
    "<p>x</p>",
    "<div>x",
    "<div>x</div><div>y</div>",
    "<div><script>x</script></div>",
    "<div><img src='x' onerror='x'/></div>",
    "<div><a href='javascript:x'>x</a></div>",
    "<div><iframe src='x'/></div>",
    "<div><b>x</i></div>",
    "<div>a & b < c</div>",
    "<!DOCTYPE div><div>x</div>",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><div>&b;</div>",
    "<div><form action='x'/></div>",
];

pub(super) fn cases() -> Vec<Case> {
    let rows: [(&str, &str, &str, &[&str]); 8] = [
        ("bad date", "Patient", "birthDate", DATES),
        ("bad date", "Observation", "effectiveDateTime", DATE_TIMES),
        ("bad date", "Observation", "issued", INSTANTS),
        ("bad date", "Observation", "valueTime", TIMES),
        ("bad id", "Patient", "id", IDS),
        ("bad value", "Binary", "data", BASE64),
        ("bad value", "Patient", "implicitRules", URIS),
        ("bad value", "Patient", "language", &[" en", "en ", "e  n", "\\n"]),
    ];
    let mut all = Vec::new();
    for (kind, of, element, values) in rows {
        for value in values {
            let members = format!("\"{element}\":\"{value}\"");
            all.extend(refused_both_ways(kind, of, &members, &format!("{of}.{element}")));
        }
    }
    for (of, members, says) in OTHERS {
        all.extend(refused_both_ways("bad code or number", of, members, says));
    }
    for div in NARRATIVES {
        let members = format!("\"text\":{{\"status\":\"generated\",\"div\":\"{div}\"}}");
        all.extend(refused_both_ways("bad narrative", "Patient", &members, "Patient.text.div"));
    }
    let long = format!("\"id\":\"{}\"", "a".repeat(65));
    all.extend(refused_both_ways("bad id", "Patient", &long, "Patient.id"));
    let large = format!("\"name\":[{{\"family\":\"{}\"}}]", "a".repeat((1 << 20) + 1));
    all.extend(refused_both_ways("bad value", "Patient", &large, "Patient.name[0].family"));
    all
}
