//! Batches and transactions, from text to steps.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

use holdfast_clinical::bundle::{Action, BundleError, IdOrigin, Matches, Method, Mode, Plan, Step};
use holdfast_clinical::search::table;
use holdfast_core::search::Clause;

const U1: &str = "61ebe359-bfdc-4613-8bf2-c5e300945f0a";
const U2: &str = "88f151c0-a954-468a-88bd-5ae15c08e059";

fn transaction(entries: &str) -> String {
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#)
}

fn post(full_url: &str, resource: &str) -> String {
    let kind = resource.split('"').nth(3).unwrap();
    format!(
        r#"{{"fullUrl":"{full_url}","resource":{resource},"request":{{"method":"POST","url":"{kind}"}}}}"#
    )
}

fn found(pairs: &[(&str, &[&str])]) -> Matches {
    pairs
        .iter()
        .map(|(text, ids)| ((*text).to_owned(), ids.iter().map(|id| (*id).to_owned()).collect()))
        .collect()
}

fn resolve(text: &str, matches: &Matches) -> Result<Vec<Step>, BundleError> {
    let mut next = 0;
    Plan::parse_import(text)?.resolve(
        || {
            next += 1;
            format!("new-{next}")
        },
        matches,
    )
}

fn targets(steps: &[Step]) -> Vec<String> {
    steps.iter().map(|step| format!("{:?} {}/{}", step.method, step.kind, step.id().unwrap_or("-"))).collect()
}

#[test]
fn uuid_becomes_the_id_and_references_follow() {
    let text = transaction(&format!(
        "{},{}",
        post(&format!("urn:uuid:{U1}"), r#"{"resourceType":"Patient","id":"other"}"#),
        post(
            &format!("urn:uuid:{U2}"),
            &format!(
                r##"{{"resourceType":"Observation", "valueQuantity":{{"value": 6.30}},"subject":{{"reference":"urn:uuid:{}"}},
                    "hasMember":[{{"reference":"#in"}}],"note":[{{"text":"urn:uuid:{U1}"}}]}}"##,
                U1.to_uppercase()
            )
        ),
    ));
    let steps = resolve(&text, &Matches::new()).unwrap();
    assert_eq!(targets(&steps), [format!("Post Patient/{U1}"), format!("Post Observation/{U2}")]);
    assert_eq!(steps[0].action, Action::Create { id: U1.into(), origin: IdOrigin::FullUrl });
    assert_eq!(
        steps[1].resource.as_deref().unwrap(),
        format!(
            r##"{{"resourceType":"Observation", "valueQuantity":{{"value": 6.30}},"subject":{{"reference":"Patient/{U1}"}},
                    "hasMember":[{{"reference":"#in"}}],"note":[{{"text":"urn:uuid:{U1}"}}]}}"##
        )
    );
    assert_eq!(resolve(&text, &Matches::new()).unwrap(), steps, "a retry plans the same");
}

#[test]
fn absolute_and_relative_references_follow_a_new_id() {
    let text = transaction(&format!(
        "{},{},{}",
        post("http://x/fhir/Patient/7", r#"{"resourceType":"Patient","id":"7"}"#),
        post(
            "http://x/fhir/DocumentReference/8",
            r#"{"resourceType":"DocumentReference","subject":{"reference":"Patient/7"},"author":[{"reference":"http://x/fhir/Patient/7"},
                {"reference":"http://y/fhir/Patient/7"},{"reference":"Patient/9"}],"content":[{"attachment":{"url":"http://x/fhir/Binary/b"}}]}"#
        ),
        post("http://x/fhir/Binary/b", r#"{"resourceType":"Binary","contentType":"text/plain"}"#),
    ));
    let steps = resolve(&text, &Matches::new()).unwrap();
    assert_eq!(targets(&steps), ["Post Patient/new-1", "Post DocumentReference/new-2", "Post Binary/new-3"]);
    let document = steps[1].resource.as_deref().unwrap();
    for part in [
        r#""subject":{"reference":"Patient/new-1"}"#,
        r#"[{"reference":"Patient/new-1"},"#,
        r#"{"reference":"http://y/fhir/Patient/7"},{"reference":"Patient/9"}"#,
        r#"{"url":"Binary/new-3"}"#,
    ] {
        assert!(document.contains(part), "{part} in {document}");
    }
}

#[test]
fn links_in_narratives_and_uris_follow_and_names_do_not() {
    let definition = "http://x/fhir/ValueSet/v";
    let text = transaction(&format!(
        "{},{},{}",
        post(&format!("urn:uuid:{U1}"), r#"{"resourceType":"Binary","contentType":"image/png"}"#),
        post(definition, &format!(r#"{{"resourceType":"ValueSet","url":"{definition}","status":"draft"}}"#)),
        post(
            &format!("urn:uuid:{U2}"),
            &format!(
                r#"{{"resourceType":"Observation","meta":{{"source":"urn:uuid:{U1}","profile":["urn:uuid:{U1}"]}},
                    "text":{{"status":"generated","div":"<div>\u00e9<img src=\"urn:uuid:{U1}\"/><b>urn:uuid:{U1}</b></div>"}},
                    "code":{{"coding":[{{"system":"{definition}"}}]}},"extension":[{{"url":"y","valueUri":"{definition}"}}]}}"#
            )
        ),
    ));
    let steps = resolve(&text, &Matches::new()).unwrap();
    let resource = |at: usize| steps[at].resource.as_deref().unwrap();
    assert!(resource(1).contains(&format!(r#""url":"{definition}""#)), "{}", resource(1));
    for part in [
        format!(r#""source":"Binary/{U1}","profile":["urn:uuid:{U1}"]"#),
        format!(r#"<div>é<img src=\"Binary/{U1}\"/><b>urn:uuid:{U1}</b></div>"#),
        format!(r#"{{"system":"{definition}"}}"#),
        format!(r#""valueUri":"{definition}""#),
    ] {
        assert!(resource(2).contains(&part), "{part} in {}", resource(2));
    }
}

#[test]
fn steps_come_in_fhirs_order() {
    let text = transaction(
        r#"{"request":{"method":"GET","url":"Patient?name=peter"}},
        {"resource":{"resourceType":"Patient","id":"1"},"request":{"method":"PUT","url":"Patient/1","ifMatch":"W/\"2\""}},
        {"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},
        {"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"W10="},"request":{"method":"PATCH","url":"Patient/3"}},
        {"request":{"method":"DELETE","url":"Patient/2"}}"#,
    );
    let steps = resolve(&text, &Matches::new()).unwrap();
    assert_eq!(
        targets(&steps),
        ["Delete Patient/2", "Post Patient/new-1", "Put Patient/1", "Patch Patient/3", "Get Patient/-"]
    );
    assert_eq!(steps.iter().map(|step| step.entry).collect::<Vec<_>>(), [4, 2, 1, 3, 0]);
    assert_eq!(
        steps[2].action,
        Action::Update { id: "1".into(), if_match: Some("W/\"2\"".into()), must_be_new: false }
    );
}

#[test]
fn conditions_are_listed_once_and_then_decide() {
    let text = transaction(&format!(
        r#"{{"fullUrl":"urn:uuid:{U1}","resource":{{"resourceType":"Patient"}},
            "request":{{"method":"POST","url":"Patient","ifNoneExist":"identifier=s|1"}}}},
        {{"resource":{{"resourceType":"Patient"}},"request":{{"method":"PUT","url":"Patient?identifier=s|2"}}}},
        {{"resource":{{"resourceType":"Encounter","subject":{{"reference":"urn:uuid:{U1}"}},
            "participant":[{{"individual":{{"reference":"Practitioner?identifier=s|3"}}}},{{"individual":{{"reference":"Practitioner?identifier=s|3"}}}}]}},
            "request":{{"method":"POST","url":"Encounter"}}}},
        {{"request":{{"method":"DELETE","url":"Patient?identifier=s|4"}}}}"#
    ));
    let plan = Plan::parse(&text).unwrap();
    let conditions = plan.conditions().unwrap();
    let texts: Vec<&str> = conditions.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Patient?identifier=s|1",
            "Patient?identifier=s|2",
            "Practitioner?identifier=s|3",
            "Patient?identifier=s|4"
        ]
    );
    let identifier = table::find(&conditions[2].query.kind, "identifier").unwrap().slots[0].number;
    assert!(matches!(conditions[2].query.clauses[0], Clause::Param { param, .. } if param == identifier));

    let matches = found(&[(texts[0], &["old"]), (texts[2], &["dr"])]);
    let steps = resolve(&text, &matches).unwrap();
    assert_eq!(
        targets(&steps),
        ["Delete Patient/-", "Post Patient/old", "Post Encounter/new-2", "Put Patient/new-1"]
    );
    assert_eq!(steps[1].action, Action::Exists { id: "old".into() });
    let encounter = steps[2].resource.as_deref().unwrap();
    assert!(encounter.contains(r#""reference":"Patient/old""#), "{encounter}");
    assert_eq!(encounter.matches(r#""reference":"Practitioner/dr""#).count(), 2, "{encounter}");

    let none = resolve(&text, &Matches::new()).unwrap_err();
    assert_eq!((none.code(), none.entry()), ("bundle-no-match", Some(2)));
    assert!(none.to_string().contains("Practitioner?identifier=s|3"), "{none}");
    let many = resolve(&text, &found(&[(texts[1], &["a", "b"])])).unwrap_err();
    assert_eq!((many.code(), many.entry(), many.http_status()), ("bundle-many-matches", Some(1), 412));
}

#[test]
fn what_is_wrong_is_named() {
    let put = |id: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"Patient","id":"{id}"}},"request":{{"method":"PUT","url":"Patient/{id}"}}}}"#
        )
    };
    let deep = format!(r#"{{"resourceType":"Patient","x":{}1{}}}"#, "[".repeat(100), "]".repeat(100));
    for (text, code, entry, says) in [
        ("{".to_owned(), "bundle-unreadable", None, ""),
        (r#"{"resourceType":"Patient"}"#.to_owned(), "bundle-unreadable", None, "it is a Patient"),
        (
            r#"{"resourceType":"Bundle","type":"history"}"#.to_owned(),
            "bundle-wrong-type",
            None,
            "\"history\"",
        ),
        (r#"{"resourceType":"Bundle"}"#.to_owned(), "bundle-wrong-type", None, "\"none\""),
        (transaction(&format!("{}1", "1,".repeat(20_000))), "bundle-too-many-entries", None, "20001"),
        (
            transaction(
                r#"{"resource":{"resourceType":"Patient","id":"1"},"request":{"method":"PUT","url":"Patient/1","ifNoneMatch":"W/\"2\""}}"#,
            ),
            "bundle-bad-entry",
            Some(0),
            "ifNoneMatch is not \"*\"",
        ),
        (
            transaction(
                r#"{"resource":{"resourceType":"Patient","id":"1"},"request":{"method":"PUT","url":"Patient/1","ifNoneMatch":"*","ifMatch":"W/\"2\""}}"#,
            ),
            "bundle-bad-entry",
            Some(0),
            "contradict",
        ),
        (
            transaction(r#"{"request":{"method":"DELETE","url":"Patient/1","ifNoneMatch":"*"}}"#),
            "bundle-bad-entry",
            Some(0),
            "GET, HEAD and PUT",
        ),
        (transaction("{},7"), "bundle-bad-entry", Some(0), "no request"),
        (
            transaction(r#"{"request":{"method":"TRACE","url":"Patient"}}"#),
            "bundle-bad-entry",
            Some(0),
            "TRACE",
        ),
        (
            transaction(r#"{"request":{"method":"POST","url":"Patient"}}"#),
            "bundle-bad-entry",
            Some(0),
            "no resource",
        ),
        (
            transaction(r#"{"request":{"method":"POST","url":"ValueSet/$lookup"}}"#),
            "bundle-bad-url",
            Some(0),
            "$lookup",
        ),
        (
            transaction(r#"{"request":{"method":"GET","url":"Patient/1/$everything"}}"#),
            "bundle-bad-url",
            Some(0),
            "batch",
        ),
        (
            transaction(r#"{"request":{"method":"DELETE","url":"Patient/1/_history"}}"#),
            "bundle-bad-url",
            Some(0),
            "no such operation",
        ),
        (
            transaction(r#"{"request":{"method":"DELETE","url":"Patient"}}"#),
            "bundle-bad-url",
            Some(0),
            "neither",
        ),
        (
            transaction(
                r#"{"resource":{"resourceType":"Patient","id":"2"},"request":{"method":"PUT","url":"Patient/1"}}"#,
            ),
            "bundle-bad-entry",
            Some(0),
            "id (2)",
        ),
        (
            transaction(
                r#"{"resource":{"resourceType":"Person"},"request":{"method":"POST","url":"Patient"}}"#,
            ),
            "bundle-bad-entry",
            Some(0),
            "Person",
        ),
        (transaction(&format!("{},{}", put("a"), put("a"))), "bundle-duplicate", Some(1), "\"Patient/a\""),
        (
            transaction(&format!(r#"{},{{"request":{{"method":"DELETE","url":"Patient/a"}}}}"#, put("a"))),
            "bundle-duplicate",
            Some(1),
            "Bundle.entry[0]",
        ),
        (
            transaction(&format!(
                "{},{}",
                post("http://x/Patient/1", r#"{"resourceType":"Patient"}"#),
                post("http://x/Patient/1", r#"{"resourceType":"Patient"}"#)
            )),
            "bundle-duplicate",
            Some(1),
            "http://x/Patient/1",
        ),
        (
            transaction(&format!(
                "{},{}",
                put("a"),
                post("urn:uuid:x", r#"{"resourceType":"Flag","subject":{"reference":"urn:uuid:gone"}}"#)
            )),
            "bundle-unresolved-reference",
            Some(1),
            "\"urn:uuid:gone\"",
        ),
        (
            transaction(&post(
                "urn:uuid:x",
                r#"{"resourceType":"Flag","subject":{"reference":"Patient?colour=1"}}"#,
            )),
            "bundle-bad-condition",
            Some(0),
            "Patient?colour=1",
        ),
        (transaction(&post("urn:uuid:x", &deep)), "bundle-bad-entry", Some(0), "deeper than 64"),
    ] {
        let error = resolve(&text, &Matches::new()).unwrap_err();
        assert_eq!((error.code(), error.entry()), (code, entry), "{text:.200} {error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn one_bad_entry_of_a_batch_leaves_the_others() {
    let text = transaction(&format!(
        "7,{},{}",
        post(&format!("urn:uuid:{U1}"), r#"{"resourceType":"Patient"}"#),
        post("urn:uuid:x", &format!(r#"{{"resourceType":"Flag","subject":{{"reference":"urn:uuid:{U1}"}},"author":{{"reference":"urn:uuid:no"}}}}"#)),
    ))
    .replace("transaction", "batch");
    let plan = Plan::parse(&text).unwrap();
    assert_eq!(plan.mode(), Mode::Batch);
    let step = |index| plan.resolve_entry(index, || "new".to_owned(), &Matches::new());
    assert_eq!(step(0).unwrap_err().code(), "bundle-bad-entry");
    assert_eq!(step(1).unwrap().id(), Some(U1));
    assert_eq!(step(2).unwrap_err().to_string().matches("urn:uuid:no").count(), 1);
    assert_eq!(plan.entry_conditions(1).unwrap(), []);
}

#[test]
fn bundles_without_requests_are_imported_under_their_own_ids() {
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[
        {{"fullUrl":"urn:uuid:{U1}","resource":{{"resourceType":"Patient","id":"p"}}}},
        {{"fullUrl":"urn:uuid:{U2}","resource":{{"resourceType":"Flag","subject":{{"reference":"urn:uuid:{U1}"}}}}}},
        {{"fullUrl":"http://x/fhir/Patient/q","resource":{{"resourceType":"Patient"}}}},
        {{"resource":{{"resourceType":"Basic"}}}}]}}"#
    );
    assert_eq!(Plan::parse(&text).unwrap_err().code(), "bundle-wrong-type");
    let steps = resolve(&text, &Matches::new()).unwrap();
    assert_eq!(
        targets(&steps),
        [
            format!("Post Flag/{U2}"),
            "Post Basic/new-1".into(),
            "Put Patient/p".into(),
            "Put Patient/q".into()
        ]
    );
    assert!(steps[0].resource.as_deref().unwrap().contains(r#""reference":"Patient/p""#));

    let single = Plan::of_resource(r#"{"resourceType":"Patient","id":"p"}"#).unwrap();
    let steps = single.resolve(|| "new".to_owned(), &Matches::new()).unwrap();
    assert_eq!((steps[0].method, steps[0].id()), (Method::Put, Some("p")));
}

#[test]
fn a_bundle_that_is_stored_keeps_its_own_references() {
    let inner = format!(
        r#"{{"resourceType":"Bundle","type":"document","entry":[{{"fullUrl":"urn:uuid:{U2}","resource":{{"resourceType":"Composition","subject":{{"reference":"urn:uuid:{U2}"}}}}}}]}}"#
    );
    let text = transaction(&post(&format!("urn:uuid:{U1}"), &inner));
    assert_eq!(resolve(&text, &Matches::new()).unwrap()[0].resource.as_deref(), Some(inner.as_str()));
}
