//! The first inputs of the targets that read what FHIR clients send: of made-up people.

use holdfast_api::cursors::{Asking, sorted};
use holdfast_store::search::Place;

use super::tagged;

/// Every kind of parameter, modifier, prefix and chain, and as much of each as is let in.
pub(super) fn searches() -> Vec<Vec<u8>> {
    const SEARCHES: [&str; 34] = [
        "Patient?name=anna&gender=female&birthdate=1980-02&_count=5&_total=accurate",
        "Patient?family=o%27hara&given:exact=Sean&address-city:contains=er",
        "Patient?identifier=http://mrn|A-1,|B2&active=true",
        "Patient?identifier=http://mrn|&gender:not=male,other",
        "Patient?identifier:of-type=http://v2|MD|77&telecom=555-1&email=a@example.org&phone=555-1",
        "Patient?_id=p1,p2,gone&_lastUpdated=ge2026-09-20&_tag=http://t|vip",
        "Patient?birthdate=lt1980-03-01&birthdate=ge1975&death-date=sa2020-05-01T23:00:00-05:00",
        "Patient?gender:missing=true&deceased=false&language:missing=false",
        "Patient?name=%E7%94%B0%E4%B8%AD&address=main%20st&organization:missing=true",
        "Patient?_has:Observation:patient:code=hr&_has:Encounter:subject:status=finished",
        "Patient?_sort=-birthdate,family,_id&_count=2",
        "Patient?_text=asthma&_profile=http://p&_security=R&_source:below=urn:",
        "Patient?family=M%5C,%5C%7C%5C$%5C%5Cx&_elements=id&_summary=true&_format=json&_pretty=true",
        "Observation?code=http://loinc.org|8867-4&status=final&patient=p1&date=eq2024-03-10",
        "Observation?combo-code=8867-4&category=vital-signs&component-code=http://loinc.org|8480-6",
        "Observation?code:text=heart%20rate,pulse&combo-code:text=systolic,upper",
        "Observation?subject:Patient.name=anna&patient.birthdate=ge1980&encounter.class=AMB",
        "Observation?subject=Group/g1&performer=d1&subject:Patient=p1",
        "Observation?value-quantity=gt70|http://unitsofmeasure.org|/min&value-quantity=ap72,lt0||mmHg",
        "Observation?combo-value-quantity=120.5&component-value-quantity=1.205e2||mmHg",
        "Observation?date=ap2024-03,ne2023,le2024-01-01T00:00:00.000%2B14:00,eb2025,sa2019&date=gt2024-02-30",
        "Observation?value-string:contains=loud&value-string:exact=Loud,%20systolic&focus:missing=true",
        "Observation?_include=Observation:subject:Patient&_include:iterate=Patient:organization&_revinclude=Provenance:target",
        "Observation?_sort=date&_sort=-_lastUpdated&status:not=entered-in-error",
        "Observation?focus=Patient/p1&has-member=http://x/fhir/Observation/o1/_history/2&subject:identifier=s|1",
        "Encounter?date=2024&class=http://c|AMB&part-of.status=finished&service-provider:identifier=http://o|7",
        "Encounter?length=60||min&practitioner=d1&date=ge2025-01-31T23:59:59Z",
        "Condition?code:text=asth&clinical-status=active&onset-date=2019&_text=severe",
        "Appointment?actor=Patient/p1&actor:Practitioner.family=beck&date=ge2026&_sort=-date",
        "ValueSet?url:below=http://example.org/&url=http://example.org/vs/a",
        "RiskAssessment?probability=gt0.5&_sort=probability",
        "Practitioner?identifier:of-type=http://v2|MD|77&name=ruth",
        "Group?member=Patient/p1&_id:missing=true",
        "Unheard?of=1",
    ];
    // As many alternatives as are let in, each of which becomes several conditions.
    let many = |name: &str, value: &str, n: usize| format!("{name}={}", vec![value; n].join(","));
    let large = [
        format!("Observation?{}", many("date", "ne2024", 400)),
        format!("Observation?{}", many("subject", "p1", 500)),
        format!("Observation?{}", many("combo-code", "hr", 400)),
        format!("Observation?{}&{}", many("derived-from", "o", 500), many("performer", "d", 500)),
        format!("Observation?{}", many("performer.identifier", "7", 300)),
        format!("Patient?{}", many("_lastUpdated", "ne2026", 500)),
        format!("Patient?{}", vec!["name=a"; 50].join("&")),
        format!("Patient?{}", vec!["_has:Observation:patient:combo-code=hr"; 50].join("&")),
    ];
    SEARCHES.iter().map(|text| (*text).to_owned()).chain(large).map(String::into_bytes).collect()
}

pub(super) fn bundles() -> Vec<Vec<u8>> {
    const U: &str = "urn:uuid:0b2b2b2b-1111-4222-8333-444455556661";
    let patient = r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Made"}]}"#;
    let about = |reference: &str| {
        format!(
            r#"{{"resourceType":"Observation","status":"final","valueQuantity":{{"value":1.50}},"subject":{{"reference":"{reference}"}}}}"#
        )
    };
    let entry = |url: &str, resource: &str, request: &str| {
        format!(r#"{{"fullUrl":"{url}","resource":{resource},"request":{{{request}}}}}"#)
    };
    let bare = |request: &str| format!(r#"{{"request":{{{request}}}}}"#);
    let bundle = |kind: &str, entries: &[String]| {
        format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#, entries.join(","))
    };
    let post = |kind: &str| format!(r#""method":"POST","url":"{kind}""#);
    let all = [
        entry("http://x/fhir/Observation/o", &about("Patient/p1"), &post("Observation")),
        bare(r#""method":"GET","url":"Patient?name=made&_count=2""#),
        bare(r#""method":"GET","url":"Patient/p1/_history/1","ifNoneMatch":"W/\"1\"""#),
        entry(
            "http://x/fhir/Patient/p1",
            patient,
            r#""method":"PUT","url":"Patient/p1","ifMatch":"W/\"1\"""#,
        ),
        entry(
            U,
            &about("patient/x")
                .replace(r#""reference":"patient/x""#, &format!(r#""reference":"{}""#, U.to_uppercase())),
            &post("Observation"),
        ),
        bare(r#""method":"DELETE","url":"Patient/p2""#),
        bare(r#""method":"DELETE","url":"Observation?identifier=s|1""#),
        entry(
            "urn:oid:1.2.3",
            r#"{"resourceType":"Practitioner","identifier":[{"value":"urn:oid:1.2.3"}]}"#,
            r#""method":"POST","url":"Practitioner","ifNoneExist":"identifier=urn:oid:1.2.3""#,
        ),
        entry("urn:uuid:1", &about("Practitioner?identifier=5"), &post("Observation")),
        entry("urn:uuid:2", &about("urn:oid:1.2.3"), r#""method":"PUT","url":"Observation?code=a""#),
        entry(
            "urn:uuid:3",
            r#"{"resourceType":"Binary","contentType":"application/json-patch+json","data":"W10="}"#,
            r#""method":"PATCH","url":"Patient/p3""#,
        ),
        entry("urn:uuid:4", &about(U), &post("Observation")),
    ];
    let contained = format!(
        r##"{{"resourceType":"DocumentReference","contained":[{{"resourceType":"Bundle","entry":[{{"resource":{}}}]}},{{"resourceType":"Patient","id":"c"}}],"subject":{{"reference":"#c"}},"content":[{{"attachment":{{"url":"{U}"}}}}],"extension":[{{"url":"{U}","valueUri":"{U}"}}],"context":{{"related":[{{"reference":"\u0075rn:uuid:0b2b2b2b-1111-4222-8333-444455556661"}}]}}}}"##,
        about("urn:uuid:nowhere")
    );
    let twice =
        [entry(U, patient, &post("Patient")), entry("urn:uuid:5", &contained, &post("DocumentReference"))];
    [
        bundle("transaction", &all),
        bundle("batch", &all),
        bundle("transaction", &twice),
        bundle("transaction", &[twice[0].clone(), twice[0].clone()]),
        bundle("transaction", &[entry("urn:uuid:6", &about("urn:uuid:nowhere"), &post("Observation"))]),
        bundle("transaction", &all[..1]),
        bundle("transaction", &all[3..6]),
        bundle(
            "collection",
            &[entry("http://x/fhir/Patient/p1", patient, ""), entry(U, &about("Patient/p1"), "")],
        ),
        bundle("searchset", &[]),
        bundle("history", &all),
        contained,
        patient.to_owned(),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect()
}

/// The first byte is the resource to be patched.
pub(super) fn patches() -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = [
        (0, r#"[{"op":"test","path":"/active","value":true},{"op":"replace","path":"/name/0/given/0","value":"Down"},{"op":"add","path":"/name/0/given/-","value":"X"},{"op":"remove","path":"/birthDate"}]"#),
        (0, r#"[{"op":"add","path":"/name/1","value":{"text":"\u00e9"}},{"op":"move","from":"/name/0","path":"/name/1"},{"op":"copy","from":"/name","path":"/alias"}]"#),
        (1, r#"[{"op":"test","path":"/valueQuantity/value","value":70.5},{"op":"replace","path":"/valueQuantity/value","value":70.500},{"op":"test","path":"/component","value":[{"valueInteger":100},{"valueInteger":0}]}]"#),
        (2, r#"[{"op":"add","path":"/m~0n","value":1.0},{"op":"add","path":"/a~1b/0","value":[]},{"op":"test","path":"//","value":null},{"op":"remove","path":"/a/b/c/2/1/d"},{"op":"move","from":"/a/b","path":"/a/b/c"}]"#),
        (2, r#"[{"op":"copy","from":"","path":"/a/b/c/-"},{"op":"copy","from":"/a","path":"/a/b/x"},{"op":"replace","path":"","value":{"a":[]}}]"#),
        (3, r#"[{"op":"add","path":"/4","value":1},{"op":"add","path":"/01","value":1},{"op":"remove","path":"/-"},{"op":"add","path":"/0/-","value":{}}]"#),
        (4, r#"[{"op":"test","path":"","value":"text"},{"op":"replace","path":"","value":null},{"op":"add","path":"/x","value":1}]"#),
        (5, r#"[{"op":"move","from":"/list/11","path":"/list/0"},{"op":"remove","path":"/list/10"},{"op":"copy","from":"/0","path":"/-"},{"op":"move","from":"","path":""}]"#),
        (5, r#"[{"op":"spam","path":"/0"},{"op":"add","path":"/0"},{"path":"/~2"},["add","/0",1]]"#),
    ]
    .into_iter()
    .map(|(resource, text)| tagged(resource, text.as_bytes()))
    .collect();
    // Copies of copies.
    let doubles = r#"{"op":"copy","from":"/list","path":"/list/-"},{"op":"copy","from":"/list","path":"/-"}"#;
    out.push(tagged(5, format!("[{}]", vec![doubles; 45].join(",")).as_bytes()));
    let wide = r#"{"op":"copy","from":"/list","path":"/list/0"},{"op":"move","from":"/list","path":"/0"},{"op":"add","path":"/list","value":[]},{"op":"copy","from":"/0","path":"/list/0"},{"op":"move","from":"/0","path":"/list/-"}"#;
    out.push(tagged(5, format!("[{}]", vec![wide; 36].join(",")).as_bytes()));
    let resource = r#"{"own":[1.10,{"of":"the input"}]}"#;
    let own =
        [&[6, resource.len() as u8, 0][..], resource.as_bytes(), br#"[{"op":"remove","path":"/own/1/of"}]"#];
    out.push(own.concat());
    out
}

/// Who asks: the length and text of their name, an address, the length and text of the query.
fn asks(caller: &str, address: u8, query: &str) -> Vec<u8> {
    let length = (query.len() as u16).to_le_bytes();
    [&[caller.len() as u8], caller.as_bytes(), &[address], &length, query.as_bytes()].concat()
}

pub(super) fn cursors() -> Vec<Vec<u8>> {
    let query = "name=anna&birthdate=ge1980&_count=5";
    let anna = asks("anna", 0, query);
    let place = Place { keys: vec![Some("muller".into()), None], no: 7 };
    let asking = Asking { caller: "anna", address: "Patient", query };
    let mut out = Vec::new();
    for place in [42i64.to_le_bytes().to_vec(), sorted(&place), Vec::new()] {
        let cursor = asking.seal(&place).unwrap_or_default();
        out.push([&[0], &anna[..], cursor.as_bytes()].concat());
        for other in [
            asks("ben", 0, query),
            asks("anna", 1, query),
            asks("anna", 0, "name=anna&birthdate=ge1980"),
            asks("anna", 0, "name=anna"),
        ] {
            out.push([&[1], &anna[..], &other, &[out.len() as u8, b'A'], &place].concat());
        }
    }
    out.extend((0..8u8).map(|n| vec![3, 100 + 9 * n, n, n, 0, n, 255, 0, 0, 0, n, 128, n]));
    out.extend(
        (0..8u8).map(|n| {
            [&[4, n, 1 + n % 3, n % 5][..], b"\x01\x05kmnop\x00\x01\x01b\x02\x0320X\x80\x00"].concat()
        }),
    );
    out
}
