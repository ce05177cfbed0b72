//! Each fault with its place.

use super::*;

/// Code, expression and text of the errors.
fn errors(json: &str) -> Vec<(&'static str, Option<String>, String)> {
    let errors = validate(json).into_iter().filter(Issue::is_error);
    errors.map(|issue| (issue.code.as_str(), issue.expression, issue.diagnostics)).collect()
}

/// Checks that a text has one fault, of this code, at this place, with these words.
fn check(json: &str, code: &str, expression: impl Into<Option<&'static str>>, words: &str) {
    let found = errors(json);
    let [(found_code, place, text)] = &found[..] else { panic!("{json:.200} {found:#?}") };
    assert_eq!((*found_code, place.as_deref()), (code, expression.into()), "{json:.200} {text}");
    assert!(text.contains(words), "{json:.200} {text}");
}

/// A Patient with these members.
fn patient(members: &str) -> String {
    format!(r#"{{"resourceType":"Patient",{members}}}"#)
}

/// An Observation that lacks nothing, with these members.
fn observation(members: &str) -> String {
    format!(r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},{members}}}"#)
}

#[test]
fn lawful_resources_have_no_issues() {
    for json in [
        r#"{"resourceType":"Patient"}"#,
        r#"{"resourceType":"Patient","id":"a.b-1","name":[{"given":["A",null],"_given":[null,{"id":"x"}]}]}"#,
        r#"{"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://x","valueCode":"unknown"}]}}"#,
        r#"{"resourceType":"Patient","birthDate":"1970-01-01","_birthDate":{"id":"a"}}"#,
        r##"{"resourceType":"MedicationStatement","status":"active","subject":{"reference":"Patient/1"},"medicationReference":{"reference":"#m"},"contained":[{"resourceType":"Medication","id":"m"}]}"##,
        r##"{"resourceType":"Patient","contained":[{"resourceType":"Provenance","id":"p","target":[{"reference":"#"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"a"}}]}]}"##,
        r#"{"resourceType":"Patient","managingOrganization":{"type":"Organization","identifier":{"value":"1"}}}"#,
        r#"{"resourceType":"Patient","managingOrganization":{"display":"us"}}"#,
        r#"{"resourceType":"Patient","managingOrganization":{"reference":"http://x/fhir/Organization/1"}}"#,
        r#"{"resourceType":"Parameters","parameter":[{"name":"a","valueString":"x"},{"name":"b","resource":{"resourceType":"Patient"}}]}"#,
        r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient","managingOrganization":{"reference":"Organization?identifier=x"}}}]}"#,
        r#"{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":[{"linkId":"2","type":"display"}]}]}"#,
        r#"{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"text":"better"}}"#,
        r#"{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"coding":[{"system":"http://x","code":"y"},{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]}}"#,
        r#"{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}],"coding":[{"code":"x"}]}}"#,
        r#"{"resourceType":"Observation","_status":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"code":{"text":"x"}}"#,
        r#"{"resourceType":"Binary","contentType":"application/x-odd","data":"YQ=="}"#,
    ] {
        assert_eq!(validate(json), [], "{json}");
    }
}

#[test]
fn texts_that_are_no_resource() {
    let deep = format!("{{\"resourceType\":\"Patient\",\"x\":{}1{}}}", "[".repeat(70), "]".repeat(70));
    let many = format!("{{{}\"x\":1}}", (0..2_000).map(|at| format!("\"a{at}\":1,")).collect::<String>());
    for (json, code, expression) in [
        ("{", "structure", None),
        ("[]", "structure", None),
        ("7", "structure", None),
        (&deep, "too-long", None),
        (&many, "too-long", None),
        (r#"{"resourceType":"Patient","a":1,"a":2}"#, "structure", None),
        (r#"{"id":"x"}"#, "structure", None),
        (r#"{"resourceType":7}"#, "structure", Some("resourceType")),
        (r#"{"resourceType":"Pat"}"#, "not-supported", Some("Pat.resourceType")),
        (r#"{"resourceType":"HoldfastRight"}"#, "not-supported", Some("HoldfastRight.resourceType")),
        (r#"{"resourceType":"DomainResource"}"#, "not-supported", Some("DomainResource.resourceType")),
        (r#"{"resourceType":"Quantity"}"#, "not-supported", Some("Quantity.resourceType")),
    ] {
        check(json, code, expression, "");
    }
}

#[test]
fn elements_are_known_and_of_their_shape() {
    for (members, code, expression, words) in [
        (r#""birthdate":"1970""#, "structure", "Patient.birthdate", "did you mean birthDate?"),
        (r#""_birthdate":{"id":"a"}"#, "structure", "Patient._birthdate", "did you mean birthDate?"),
        (r#""sex":"m""#, "structure", "Patient.sex", "Patient has no element \"sex\"; correct its name"),
        (r#""deceased":true"#, "structure", "Patient.deceased", "as in deceasedBoolean"),
        (r#""deceasedString":"no""#, "structure", "Patient.deceasedString", "has no element"),
        (r#""_name":[{"id":"a"}]"#, "structure", "Patient._name", "name is no primitive"),
        (r#""name":[{"resourceType":"Patient"}]"#, "structure", "Patient.name[0].resourceType", ""),
        (
            r#""contact":[{"gender":"male"},{"nam":{}}]"#,
            "structure",
            "Patient.contact[1].nam",
            "did you mean name?",
        ),
        (r#""name":{"text":"a"}"#, "structure", "Patient.name", "put it into brackets"),
        (r#""birthDate":["1970"]"#, "structure", "Patient.birthDate", "take the brackets away"),
        (r#""name":["a"]"#, "structure", "Patient.name[0]", "an object of type HumanName"),
        (r#""maritalStatus":"M""#, "structure", "Patient.maritalStatus", "CodeableConcept"),
        (r#""active":"true""#, "structure", "Patient.active", "without quotes"),
        (r#""birthDate":1970"#, "structure", "Patient.birthDate", "quotes"),
        (r#""birthDate":{"a":1}"#, "structure", "Patient.birthDate", "quotes"),
        (r#""_birthDate":"1970""#, "structure", "Patient._birthDate", "an object"),
        (r#""_birthDate":{"value":"1970"}"#, "structure", "Patient._birthDate.value", "no element"),
        (r#""multipleBirthInteger":1.5"#, "value", "Patient.multipleBirthInteger", "whole number"),
        (r#""birthDate":"1970-02-30""#, "value", "Patient.birthDate", "real day"),
        (r#""id":"a b""#, "value", "Patient.id", "1 to 64"),
        (r#""id":5"#, "structure", "Patient.id", "quotes"),
        (r#""id":"""#, "value", "Patient.id", "empty"),
        (r#""name":[]"#, "structure", "Patient.name", "empty"),
        (r#""name":[{}]"#, "structure", "Patient.name[0]", "empty"),
        (r#""name":[{"text":""}]"#, "value", "Patient.name[0].text", "empty"),
        (r#""name":[{"family":"a\u0000b"}]"#, "value", "Patient.name[0].family", "U+0000"),
        (r#""gender":null"#, "structure", "Patient.gender", "null"),
        (r#""name":[{"given":[null]}]"#, "structure", "Patient.name[0].given[0]", "null"),
        (r#""name":[null]"#, "structure", "Patient.name[0]", "null"),
        (
            r#""name":[{"given":["x"],"_given":[null]}]"#,
            "structure",
            "Patient.name[0]._given",
            "nothing but null",
        ),
        (
            r#""name":[{"given":[null,"b"],"_given":[null,{"id":"x"}]}]"#,
            "structure",
            "Patient.name[0].given[0]",
            "both halves",
        ),
        (
            r#""name":[{"given":["a"],"_given":[{"id":"x"},null]}]"#,
            "structure",
            "Patient.name[0]._given[1]",
            "both halves",
        ),
        (r#""name":[[1]]"#, "structure", "Patient.name[0]", "arrays of arrays"),
        (
            r#""deceasedBoolean":true,"deceasedDateTime":"2020""#,
            "structure",
            "Patient.deceasedDateTime",
            "two types",
        ),
        (
            r#""deceasedBoolean":true,"_deceasedDateTime":{"id":"a"}"#,
            "structure",
            "Patient._deceasedDateTime",
            "two types",
        ),
        (r#""text":{"status":"generated","div":"<p>a</p>"}"#, "value", "Patient.text.div", "div"),
        (
            r#""extension":[{"url":"http://x"}]"#,
            "invariant",
            "Patient.extension[0]",
            "no value and no extensions",
        ),
        (
            r#""extension":[{"url":"http://x","valueCode":"a","extension":[{"url":"y","valueCode":"a"}]}]"#,
            "invariant",
            "Patient.extension[0]",
            "keep one",
        ),
    ] {
        check(&patient(members), code, expression, words);
    }
}

#[test]
fn what_must_be_there_is_named() {
    let two = errors(r#"{"resourceType":"Observation"}"#);
    let places: Vec<_> = two.iter().map(|(code, place, _)| (*code, place.as_deref().unwrap())).collect();
    assert_eq!(places, [("required", "Observation.code"), ("required", "Observation.status")]);
    for (json, expression, words) in [
        (
            r#"{"resourceType":"Observation","code":{"text":"x"}}"#.to_owned(),
            "Observation.status",
            "status is missing; add it: one of",
        ),
        (
            patient(r#""link":[{"type":"seealso"}]"#),
            "Patient.link[0].other",
            "other is missing; add it (Reference)",
        ),
        (patient(r#""extension":[{"valueCode":"a"}]"#), "Patient.extension[0].url", "url is missing"),
        (patient(r#""text":{"status":"generated"}"#), "Patient.text.div", "div is missing"),
        (
            r#"{"resourceType":"MedicationStatement","status":"active","subject":{"display":"a"}}"#
                .to_owned(),
            "MedicationStatement.medication",
            "medication[x] is missing; add it as one of its types: CodeableConcept, Reference",
        ),
    ] {
        check(&json, "required", expression, words);
    }
}

#[test]
fn codes_are_of_their_required_sets() {
    let condition = |members: &str| {
        format!(r#"{{"resourceType":"Condition","subject":{{"reference":"Patient/1"}},{members}}}"#)
    };
    for (json, expression) in [
        (patient(r#""gender":"M""#), "Patient.gender"),
        (patient(r#""name":[{"use":"bad"}]"#), "Patient.name[0].use"),
        (condition(r#""clinicalStatus":{"coding":[{"code":"active"}]}"#), "Condition.clinicalStatus"),
        (
            condition(r#""clinicalStatus":{"coding":[{"system":"http://x","code":"active"}]}"#),
            "Condition.clinicalStatus",
        ),
        (condition(r#""clinicalStatus":{"coding":[{"display":"active"}]}"#), "Condition.clinicalStatus"),
    ] {
        check(&json, "code-invalid", expression, "value set");
    }
}

#[test]
fn references_are_lawful() {
    for (members, code, expression, words) in [
        (
            r#""managingOrganization":{"reference":"Organization"}"#,
            "value",
            "Patient.managingOrganization.reference",
            "no address",
        ),
        (
            r#""managingOrganization":{"reference":"Org/1"}"#,
            "value",
            "Patient.managingOrganization.reference",
            "no R4 resource type",
        ),
        (
            r#""managingOrganization":{"reference":"Organization/a b"}"#,
            "value",
            "Patient.managingOrganization.reference",
            "white space",
        ),
        (
            r#""managingOrganization":{"reference":"urn:uuid:1"}"#,
            "value",
            "Patient.managingOrganization.reference",
            "UUID",
        ),
        (
            r#""managingOrganization":{"reference":"Organization?name=x"}"#,
            "value",
            "Patient.managingOrganization.reference",
            "transactions alone",
        ),
        (
            r##""managingOrganization":{"reference":"#o"}"##,
            "not-found",
            "Patient.managingOrganization.reference",
            "no contained resource",
        ),
        (
            r#""managingOrganization":{"reference":""}"#,
            "value",
            "Patient.managingOrganization.reference",
            "empty",
        ),
        (
            r#""managingOrganization":{"ref":"Organization/1"}"#,
            "structure",
            "Patient.managingOrganization.ref",
            "no element",
        ),
    ] {
        check(&patient(members), code, expression, words);
    }
}

#[test]
fn a_reference_to_a_type_that_is_not_foreseen_is_warned_of() {
    for (members, at) in [
        (r#""managingOrganization":{"reference":"Patient/1"}"#, "reference"),
        (r#""managingOrganization":{"reference":"http://x/Patient/1/_history/2"}"#, "reference"),
        (r#""managingOrganization":{"type":"Patient","display":"x"}"#, "type"),
        (
            r##""managingOrganization":{"reference":"#o"},"contained":[{"resourceType":"Patient","id":"o"}]"##,
            "reference",
        ),
    ] {
        let issues = validate(&patient(members));
        let [issue] = &issues[..] else { panic!("{members} {issues:#?}") };
        assert_eq!((issue.severity, issue.code), (Severity::Warning, IssueType::Value), "{members}");
        assert_eq!(issue.expression, Some(format!("Patient.managingOrganization.{at}")), "{members}");
        assert_eq!(issue.diagnostics, "R4 has no reference to a Patient here; refer to Organization");
    }
    let many = format!(
        r#""generalPractitioner":[{}{{"reference":"Slot/1"}}],"gender":"x""#,
        r#"{"reference":"Slot/1"},"#.repeat(90)
    );
    let issues = validate(&patient(&many));
    assert_eq!((issues.len(), issues[0].is_error()), (1 + MAX_WARNINGS, true));
}

#[test]
fn contained_resources_are_in_order() {
    let with = |contained: &str, target: &str| {
        patient(&format!(r#""contained":[{contained}],"managingOrganization":{{"reference":"{target}"}}"#))
    };
    let organization = r#"{"resourceType":"Organization","id":"o"}"#;
    assert_eq!(validate(&with(organization, "#o")), []);
    for (json, code, expression) in [
        (with(organization, "Organization/1"), "invariant", "Patient.contained[0]"),
        (
            with(r#"{"resourceType":"Odd","id":"o"}"#, "Organization/1"),
            "not-supported",
            "Patient.contained[0].resourceType",
        ),
        (with(r#"{"id":"o"}"#, "#o"), "structure", "Patient.contained[0]"),
        (with(r#"{"resourceType":"Organization"}"#, "Organization/1"), "required", "Patient.contained[0].id"),
        (with(&format!("{organization},{organization}"), "#o"), "duplicate", "Patient.contained[1].id"),
        (
            with(r#"{"resourceType":"Organization","id":"o","name":5}"#, "#o"),
            "structure",
            "Patient.contained[0].name",
        ),
        (
            with(
                r##"{"resourceType":"Organization","id":"o","partOf":{"reference":"#o"}}"##,
                "Organization/1",
            ),
            "invariant",
            "Patient.contained[0]",
        ),
    ] {
        let found: Vec<_> =
            errors(&json).into_iter().filter(|(_, place, _)| place.as_deref() == Some(expression)).collect();
        assert_eq!(found.iter().map(|(code, ..)| *code).collect::<Vec<_>>(), [code], "{json}");
    }
    let nested = format!(r#"{{"resourceType":"Organization","id":"o","contained":[{organization}]}}"#);
    check(&with(&nested, "#o"), "invariant", "Patient.contained[0].contained", "contains others");
}

#[test]
fn bundles_are_checked_with_their_entries() {
    let bundle = |kind: &str, resource: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{{"resource":{{"resourceType":"Basic","code":{{"text":"a"}}}}}},{{"resource":{resource}}}]}}"#
        )
    };
    for (json, code, expression) in [
        (
            bundle("collection", r#"{"resourceType":"Patient","gender":"x"}"#),
            "code-invalid",
            "Bundle.entry[1].resource.gender",
        ),
        (
            bundle("collection", r#"{"resourceType":"Pat"}"#),
            "not-supported",
            "Bundle.entry[1].resource.resourceType",
        ),
        (bundle("collection", r#"{}"#), "structure", "Bundle.entry[1].resource"),
        (bundle("collection", r#"[]"#), "structure", "Bundle.entry[1].resource"),
        (bundle("heap", r#"{"resourceType":"Patient"}"#), "code-invalid", "Bundle.type"),
        (
            bundle(
                "collection",
                r#"{"resourceType":"Patient","managingOrganization":{"reference":"Organization?a=b"}}"#,
            ),
            "value",
            "Bundle.entry[1].resource.managingOrganization.reference",
        ),
        (
            bundle("collection", r##"{"resourceType":"Patient","managingOrganization":{"reference":"#a"}}"##),
            "not-found",
            "Bundle.entry[1].resource.managingOrganization.reference",
        ),
    ] {
        check(&json, code, expression, "");
    }
}

#[test]
fn profiles_are_said_and_refuse_nothing() {
    let issues = validate(&observation(r#""meta":{"profile":["http://x/a","http://x/b"]}"#));
    let [issue] = &issues[..] else { panic!("{issues:?}") };
    assert_eq!((issue.severity, issue.code), (Severity::Information, IssueType::Informational));
    assert_eq!(issue.expression.as_deref(), Some("Observation.meta.profile"));
    assert_eq!(issue.diagnostics, "the profiles http://x/a, http://x/b are not checked here");
    assert_eq!(first_error(issues), None);
    let issues = validate(&patient(r#""meta":{"profile":["http://x/a"]},"gender":"x""#));
    assert_eq!(issues.iter().map(Issue::is_error).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn issues_and_work_are_bounded() {
    let json = patient(&format!(r#""meta":{{"profile":["a"]}},"name":[{}{{}}]"#, "{},".repeat(500)));
    let issues = validate(&json);
    assert_eq!((issues.len(), issues.last().map(Issue::is_error)), (MAX_ISSUES, Some(false)));
    let unknown: String = (0..900).map(|at| format!(",\"birthDat{at}\":1")).collect();
    let wide = format!(r#"{{"resourceType":"Patient"{unknown}}}"#);
    assert_eq!(validate(&wide).len(), MAX_ISSUES);
    let long = patient(&format!(r#""{}":1"#, "ü".repeat(100_000)));
    let issues = validate(&long);
    assert!(issues.len() == 1 && issues[0].diagnostics.len() < 300, "{}", issues[0].diagnostics.len());
}

#[test]
fn nothing_of_a_persons_record_is_repeated() {
    for json in [
        patient(r#""birthDate":"SECRET""#),
        patient(r#""gender":"SECRET""#),
        patient(r#""name":"SECRET""#),
        patient(r#""managingOrganization":{"reference":"SECRET"}"#),
        patient(r#""text":{"status":"generated","div":"SECRET"}"#),
        patient(r#""id":"SECRET SECRET""#),
    ] {
        let found = errors(&json);
        assert!(!found.is_empty() && found.iter().all(|(_, _, text)| !text.contains("SECRET")), "{found:?}");
    }
}
