use super::*;
use crate::tree::Node;
use crate::validate::validate;

const PATIENT: &str =
    r#"{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"Organization/o"}}"#;
const FRAME: Frame<'_> = Frame {
    id: "0b9c2f0e-8a53-4a0e-9d0f-0c2c7a7f6f11",
    at: "2026-11-27T10:40:00Z",
    base: "http://clinic/fhir",
};

fn of_patient(kind: &str, id: &str, rest: &str) -> String {
    let owner = if matches!(kind, "AllergyIntolerance" | "Immunization") { "patient" } else { "subject" };
    format!(r#"{{"resourceType":"{kind}","id":"{id}","{owner}":{{"reference":"Patient/p"}},{rest}}}"#)
}

fn status(system: &str, code: &str) -> String {
    format!(r#"{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/{system}","code":"{code}"}}]}}"#)
}

fn record() -> Vec<String> {
    let lab = |id: &str, at: &str, value: &str| {
        of_patient(
            "Observation",
            id,
            &format!(
                r#""status":"final","category":[{}],"code":{{"coding":[{{"system":"http://loinc.org","code":"4548-4"}}],"text":"HbA1c"}},"effectiveDateTime":"{at}","valueQuantity":{{"value":{value},"unit":"%"}}"#,
                status("observation-category", "laboratory")
            ),
        )
    };
    vec![
        of_patient(
            "AllergyIntolerance",
            "a1",
            &format!(
                r#""clinicalStatus":{},"code":{{"text":"Penicillin <V> & co"}},"criticality":"high","reaction":[{{"manifestation":[{{"text":"Hives"}}],"severity":"severe"}}]"#,
                status("allergyintolerance-clinical", "active")
            ),
        ),
        of_patient(
            "AllergyIntolerance",
            "a2",
            &format!(
                r#""clinicalStatus":{},"code":{{"text":"Milk"}}"#,
                status("allergyintolerance-clinical", "resolved")
            ),
        ),
        of_patient(
            "AllergyIntolerance",
            "a3",
            &format!(
                r#""verificationStatus":{},"code":{{"text":"Wrong patient"}}"#,
                status("allergyintolerance-verification", "entered-in-error")
            ),
        ),
        of_patient("Condition", "c1", r#""code":{"text":"Diabetes"},"onsetDateTime":"2020""#),
        of_patient(
            "Condition",
            "c2",
            &format!(
                r#""clinicalStatus":{},"code":{{"text":"Cough"}},"abatementDateTime":"2024-01-09""#,
                status("condition-clinical", "resolved")
            ),
        ),
        of_patient(
            "MedicationRequest",
            "m1",
            r#""status":"active","intent":"order","medicationReference":{"reference":"Medication/x","display":"Metformin"},"dosageInstruction":[{"text":"twice a day"}]"#,
        ),
        of_patient(
            "MedicationRequest",
            "m2",
            r#""status":"stopped","intent":"order","medicationCodeableConcept":{"text":"Aspirin"}"#,
        ),
        lab("o1", "2026-01-01T09:00:00Z", "8.10"),
        lab("o2", "2026-06-01T09:00:00Z", "7.20"),
        of_patient(
            "Immunization",
            "i1",
            r#""status":"completed","vaccineCode":{"text":"Tdap"},"occurrenceDateTime":"2019-05-01""#,
        ),
    ]
}

fn titles(document: &str) -> Vec<String> {
    let tree = Node::parse(document).unwrap();
    let Some(Node::Array(entries)) = tree.member("entry") else { panic!("{document}") };
    let Some(Node::Array(sections)) = entries[0].member("resource").and_then(|first| first.member("section"))
    else {
        panic!("{document}")
    };
    let count = |section: &Node<'_>| match section.member("entry") {
        Some(Node::Array(entries)) => entries.len(),
        _ => 0,
    };
    let title = |section: &Node<'_>| section.member("title").unwrap().as_text().unwrap().to_owned();
    sections.iter().map(|section| format!("{} {}", title(section), count(section))).collect()
}

#[test]
fn each_section_has_what_belongs_there_and_no_more() {
    let record = record();
    let choice = Choice::of(PATIENT, record.iter().map(String::as_str)).unwrap();
    let document = choice.document(&FRAME, &[]);
    assert_eq!(validate(&document).into_iter().filter(|issue| issue.is_error()).collect::<Vec<_>>(), []);
    assert_eq!(
        titles(&document),
        [
            "Allergies and Intolerances 1",
            "Medication Summary 1",
            "Problem List 1",
            "Immunizations 1",
            "Results 1",
            "History of Past Problems 1"
        ]
    );
    assert!(
        document.contains("7.20 %") && !document.contains("8.10"),
        "the latest of each code, digit for digit"
    );
    assert!(
        !document.contains("Wrong patient") && !document.contains("Milk") && !document.contains("Aspirin")
    );
    assert!(document.contains("Penicillin &lt;V&gt; &amp; co") && document.contains("Hives (severe)"));
    assert!(document.contains(r#""fullUrl":"http://clinic/fhir/AllergyIntolerance/a1","resource":{"resourceType":"AllergyIntolerance","id":"a1""#));
}

#[test]
fn required_sections_say_that_nothing_is_held_and_not_that_there_is_nothing() {
    let document = Choice::of(PATIENT, []).unwrap().document(&FRAME, &[]);
    assert_eq!(validate(&document).into_iter().filter(|issue| issue.is_error()).collect::<Vec<_>>(), []);
    assert_eq!(titles(&document), ["Allergies and Intolerances 0", "Medication Summary 0", "Problem List 0"]);
    assert_eq!(document.matches("\"code\":\"unavailable\"").count(), 3);
    assert!(!document.to_lowercase().contains("no known"));
}

#[test]
fn what_entries_point_at_is_asked_for_and_put_in() {
    let record = record();
    let choice = Choice::of(PATIENT, record.iter().map(String::as_str)).unwrap();
    let wanted: Vec<String> = choice.wants().iter().map(ToString::to_string).collect();
    assert_eq!(wanted, ["Medication/x", "Organization/o"]);
    let others = [
        r#"{"resourceType":"Medication","id":"x"}"#,
        r#"{"resourceType":"Organization","id":"o","name":"North"}"#,
    ];
    let document = choice.document(&FRAME, &others);
    assert!(document.contains(r#""custodian":{"reference":"Organization/o"}"#));
    assert!(document.contains(r#""fullUrl":"http://clinic/fhir/Medication/x""#));
}

#[test]
fn a_conflict_is_told_in_the_narrative() {
    let one = of_patient(
        "AllergyIntolerance",
        "a",
        r#""meta":{"tag":[{"system":"urn:holdfast:tag","code":"conflict"}]},"code":{"text":"Latex"}"#,
    );
    let document = Choice::of(PATIENT, [one.as_str()]).unwrap().document(&FRAME, &[]);
    assert!(document.contains("in conflict: see the record"), "{document}");
}
