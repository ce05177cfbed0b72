//! Transactions and batches that contradict themselves, and lawful ones that only look so.

use super::super::case::{Case, Expect};
use super::{entry, good_entry, resource, transaction};

const KIND: &str = "bad transaction";

/// Whole bundles; what the refusal names.
const BUNDLES: &[(&str, &str)] = &[
    (r#"{"resourceType":"Bundle"}"#, "type"),
    (r#"{"resourceType":"Bundle","type":"nothing"}"#, "type"),
    (r#"{"resourceType":"Bundle","type":"searchset"}"#, "searchset"),
    (r#"{"resourceType":"Bundle","type":"history"}"#, "history"),
    (r#"{"resourceType":"Bundle","type":"collection"}"#, "collection"),
    (r#"{"resourceType":"Bundle","type":"transaction-response"}"#, "transaction-response"),
    (r#"{"resourceType":"Bundle","type":1}"#, "type"),
    (r#"{"resourceType":"Bundle","type":"transaction","entry":{}}"#, "sequence"),
    (r#"{"resourceType":"Bundle","type":"transaction","entry":[1]}"#, "entry[0]"),
    (r#"{"resourceType":"Bundle","type":"transaction","entry":[null]}"#, "entry[0]"),
    (r#"{"resourceType":"Bundle","type":"transaction","entry":[[]]}"#, "entry[0]"),
    (r#"{"resourceType":"Patient"}"#, "Bundle"),
    (r#"{"resourceType":"Parameters"}"#, "Bundle"),
];

/// The bad entry behind a good one; what the refusal names.
const ENTRIES: &[(&str, &str)] = &[
    (r#"{}"#, "entry[1]"),
    (r#"{"resource":{"resourceType":"Patient"}}"#, "request"),
    (r#"{"request":{"method":"POST","url":"Patient"}}"#, "resource"),
    (r#"{"request":{"method":"PUT","url":"Patient/a"}}"#, "resource"),
    (r#"{"resource":{"resourceType":"Patient"},"request":{"url":"Patient"}}"#, "method"),
    (r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST"}}"#, "url"),
    (r#"{"resource":{"resourceType":"Patient"},"request":{"method":"STORE","url":"Patient"}}"#, "method"),
    (r#"{"resource":{"resourceType":"Patient"},"request":{"method":"post","url":"Patient"}}"#, "method"),
    (
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Observation"}}"#,
        "entry[1]",
    ),
    (r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Pateint"}}"#, "Pateint"),
    (r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":""}}"#, "entry[1]"),
    (
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"../api/tokens"}}"#,
        "entry[1]",
    ),
    (
        r#"{"resource":{"resourceType":"Patient","id":"a"},"request":{"method":"PUT","url":"Patient/b"}}"#,
        "entry[1]",
    ),
    (r#"{"resource":{"resourceType":"Patient"},"request":{"method":"PUT","url":"Patient"}}"#, "entry[1]"),
    (
        r#"{"resource":{"resourceType":"Patient","id":"a b"},"request":{"method":"PUT","url":"Patient/a b"}}"#,
        "entry[1]",
    ),
    (
        r#"{"resource":{"resourceType":"Patient","id":"seed"},"request":{"method":"PUT","url":"Patient/seed","ifMatch":"W/\"nothing\""}}"#,
        "entry[1]",
    ),
    (
        r#"{"resource":{"resourceType":"Patient","id":"seed"},"request":{"method":"PUT","url":"Patient/seed","ifMatch":"W/"}}"#,
        "entry[1]",
    ),
    (
        r#"{"resource":{"resourceType":"Patient","id":"no-one"},"request":{"method":"PUT","url":"Patient/no-one","ifMatch":"W/\"1\""}}"#,
        "entry[1]",
    ),
    (
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"colour=red"}}"#,
        "colour",
    ),
    (
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:x|twice"}}"#,
        "entry[1]",
    ),
    (
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"PUT","url":"Patient?identifier=urn:x|twice"}}"#,
        "entry[1]",
    ),
    (
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"PUT","url":"Patient?colour=red"}}"#,
        "colour",
    ),
    (r#"{"request":{"method":"DELETE","url":"Patient"}}"#, "entry[1]"),
    (r#"{"request":{"method":"DELETE","url":"Patient?identifier=urn:x|twice"}}"#, "entry[1]"),
    (r#"{"request":{"method":"GET","url":"Patient/no-one"}}"#, "entry[1]"),
    (r#"{"request":{"method":"GET","url":"Patient?colour=red"}}"#, "colour"),
    (r#"{"request":{"method":"GET","url":"Patient?_count=-1"}}"#, "_count"),
    (
        r#"{"request":{"method":"PATCH","url":"Patient/seed"},"resource":{"resourceType":"Patient"}}"#,
        "entry[1]",
    ),
    (
        r#"{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"},"extra":1}"#,
        "extra",
    ),
    (
        r#"{"resource":{"resourceType":"Observation","status":"preliminary","code":{"text":"x"},"subject":{"reference":"urn:uuid:7d6f1c1e-3f0a-4e6e-9a53-0d7a8b5f1c11"}},"request":{"method":"POST","url":"Observation"}}"#,
        "urn:uuid:7d6f1c1e-3f0a-4e6e-9a53-0d7a8b5f1c11",
    ),
    (
        r#"{"resource":{"resourceType":"Observation","status":"preliminary","code":{"text":"x"},"subject":{"reference":"Patient?identifier=urn:x|nobody"}},"request":{"method":"POST","url":"Observation"}}"#,
        "nobody",
    ),
    (
        r#"{"resource":{"resourceType":"Observation","status":"preliminary","code":{"text":"x"},"subject":{"reference":"Patient?identifier=urn:x|twice"}},"request":{"method":"POST","url":"Observation"}}"#,
        "twice",
    ),
    (
        r#"{"resource":{"resourceType":"Observation","status":"preliminary","code":{"text":"x"},"subject":{"reference":"Patient?colour=red"}},"request":{"method":"POST","url":"Observation"}}"#,
        "colour",
    ),
    (
        r#"{"resource":{"resourceType":"Observation","status":"preliminary","code":{"text":"x"},"subject":{"reference":"Pateint?identifier=1"}},"request":{"method":"POST","url":"Observation"}}"#,
        "no R4 type",
    ),
];

/// Two entries that stand for the same thing.
const TWICE: &[&str] = &[
    r#"{"resource":{"resourceType":"Patient","id":"d"},"request":{"method":"PUT","url":"Patient/d"}},{"resource":{"resourceType":"Patient","id":"d","active":true},"request":{"method":"PUT","url":"Patient/d"}}"#,
    r#"{"fullUrl":"urn:uuid:3e0f2c0e-1111-4222-8333-444455556666","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},{"fullUrl":"urn:uuid:3e0f2c0e-1111-4222-8333-444455556666","resource":{"resourceType":"Patient","active":true},"request":{"method":"POST","url":"Patient"}}"#,
    r#"{"request":{"method":"DELETE","url":"Patient/p0"}},{"resource":{"resourceType":"Patient","id":"p0","active":true},"request":{"method":"PUT","url":"Patient/p0"}}"#,
    r#"{"request":{"method":"DELETE","url":"Patient/p0"}},{"request":{"method":"DELETE","url":"Patient/p0"}}"#,
];

/// Two that refer to each other by what they will be: resolvable (<https://hl7.org/fhir/R4/http.html#trules>).
const CIRCLE: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[
{"fullUrl":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000001","resource":{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000002"},"type":"seealso"}]},"request":{"method":"POST","url":"Patient"}},
{"fullUrl":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000002","resource":{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000001"},"type":"seealso"}]},"request":{"method":"POST","url":"Patient"}}]}"#;

/// A circle of three where one is refused: none may be stored.
const BROKEN_CIRCLE: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[
{"fullUrl":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000001","resource":{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000002"},"type":"seealso"}]},"request":{"method":"POST","url":"Patient"}},
{"fullUrl":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000002","resource":{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000003"},"type":"seealso"}]},"request":{"method":"POST","url":"Patient"}},
{"fullUrl":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000003","resource":{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000001"}}]},"request":{"method":"POST","url":"Patient"}}]}"#;

/// Conditions that are met by what the same transaction makes: each finds the other.
const CIRCLE_OF_CONDITIONS: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[
{"resource":{"resourceType":"Patient","identifier":[{"system":"urn:c","value":"1"}],"link":[{"other":{"reference":"Patient?identifier=urn:c|2"},"type":"seealso"}]},"request":{"method":"POST","url":"Patient"}},
{"resource":{"resourceType":"Patient","identifier":[{"system":"urn:c","value":"2"}],"link":[{"other":{"reference":"Patient?identifier=urn:c|1"},"type":"seealso"}]},"request":{"method":"POST","url":"Patient"}}]}"#;

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let post = |body: &str| Case::post(KIND, "/fhir", body);
    for (body, says) in BUNDLES {
        all.push(post(body).refused(&[says]));
    }
    for (bad, says) in ENTRIES {
        all.push(post(&transaction(&[&good_entry(), bad])).refused(&["entry[1]", says]));
        // First, so that nothing before it is rolled back, and last of many, so that much is.
        all.push(post(&transaction(&[bad, &good_entry()])).refused(&["entry[0]"]));
        let many: Vec<String> = (0..50).map(|_| good_entry()).chain([(*bad).to_owned()]).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        all.push(post(&transaction(&many)).refused(&["entry[50]"]));
    }
    for two in TWICE {
        all.push(post(&transaction(&[&good_entry(), two])).refused(&["entry[2]", "both"]));
    }
    all.push(post(BROKEN_CIRCLE).refused(&["Bundle.entry[2].resource.link[0].type"]));
    let count = 20_001;
    let many: Vec<String> = (0..count).map(|_| good_entry()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    all.push(post(&transaction(&many)).refused(&["20001 entries"]));
    all.extend(lawful());
    all.extend(batches());
    all
}

/// Bundles that are carried out, though they look odd.
fn lawful() -> Vec<Case> {
    let post = |body: &str| Case::post("lawful transaction", "/fhir", body);
    let to_itself = r#"{"fullUrl":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000009","resource":{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:aaaaaaaa-0000-4000-8000-000000000009"},"type":"seealso"}]},"request":{"method":"POST","url":"Patient"}}"#;
    let other_types = r#"{"resource":{"resourceType":"Patient","id":"same"},"request":{"method":"PUT","url":"Patient/same"}},{"resource":{"resourceType":"Practitioner","id":"same"},"request":{"method":"PUT","url":"Practitioner/same"}}"#;
    vec![
        post(CIRCLE).stored(),
        post(CIRCLE_OF_CONDITIONS).stored(),
        post(&transaction(&[to_itself])).stored(),
        post(&transaction(&[other_types])).stored(),
        post(r#"{"resourceType":"Bundle","type":"transaction"}"#).expect(Expect::Answered),
        post(r#"{"resourceType":"Bundle","type":"batch"}"#).expect(Expect::Answered),
    ]
}

/// In a batch each entry stands alone.
fn batches() -> Vec<Case> {
    let bad = [
        (r#"{"resourceType":"Patient","naem":1}"#, "naem"),
        (r#"{"resourceType":"Patient","active":"yes"}"#, "active"),
        (r#"{"resourceType":"Patient","name":[]}"#, "name"),
        (r#"{"resourceType":"Pateint"}"#, "Pateint"),
    ];
    let one = |(json, says): (&str, &str)| {
        let body =
            transaction(&[&entry("Patient", json), &entry("Observation", &resource("Observation", ""))]);
        let expect = Expect::EntryRefused { entry: 0, says: vec![says.to_owned()] };
        Case::post("bad entry of a batch", "/fhir", &body.replace("transaction", "batch")).expect(expect)
    };
    bad.into_iter().map(one).collect()
}
