//! Search by GET and POST, and its pages.

use serde_json::Value;

use crate::common::{Answer, OTHER, Server, start};

pub(crate) fn ids(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let empty = Vec::new();
    let entries = json["entry"].as_array().unwrap_or(&empty);
    entries.iter().map(|e| e["resource"]["id"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn next(answer: &Answer) -> Option<String> {
    let json = answer.json();
    let link = json["link"].as_array()?.iter().find(|link| link["relation"] == "next")?.clone();
    let url = link["url"].as_str()?.to_owned();
    Some(format!("/fhir{}", url.split_once("/fhir")?.1))
}

async fn clinic() -> Server {
    let server = start().await;
    server
        .patient(
            "a",
            r#""name":[{"family":"Müller","given":["Ann"]}],"identifier":[{"system":"s","value":"1"}]"#,
        )
        .await;
    server.patient("b", r#""name":[{"family":"Muller"}],"identifier":[{"system":"s","value":"2"}]"#).await;
    server.patient("c", r#""name":[{"family":"Stone"}]"#).await;
    let body = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"},"valueQuantity":{"value":1.10}}"#;
    server.put("/fhir/Observation/o", body).await.expect(201);
    server
}

#[tokio::test]
async fn each_parameter_finds_its_own() {
    let server = clinic().await;
    for (query, expected) in [
        ("Patient?_id=a,c", &["a", "c"][..]),
        ("Patient?identifier=s%7C2", &["b"]),
        ("Patient?name=mull", &["a", "b"]),
        ("Patient?name=mull&name=ann", &["a"]),
        ("Patient?name=nobody", &[]),
        ("Patient?_format=json&_count=0", &[]),
        ("Observation?patient=a", &["o"]),
        ("Observation?subject=Patient/a", &["o"]),
        ("Observation?status=final", &["o"]),
        ("Observation?status=http://hl7.org/fhir/observation-status%7Cfinal", &["o"]),
        ("Observation?status=http://hl7.org/fhir/observation-status%7C", &["o"]),
        ("Observation?status=http://hl7.org/fhir/observation-status%7Camended", &[]),
        ("Observation?status=http://other%7Cfinal", &[]),
        ("Observation?patient=a&status=final", &["o"]),
        ("Observation?value-quantity=gt1", &["o"]),
        ("Observation?value-quantity=gt2", &[]),
        ("Observation?patient.name=ann", &["o"]),
        ("Observation?patient.name=stone", &[]),
        ("Patient?_has:Observation:patient:status=final", &["a"]),
        ("Patient?family:exact=Muller", &["b"]),
        ("Patient?given:missing=true", &["b", "c"]),
        ("Patient?_sort=-family", &["c", "a", "b"]),
        ("Patient?_sort=given&_count=1", &["a"]),
        ("Patient", &["a", "b", "c"]),
    ] {
        let answer = server.get(&format!("/fhir/{query}")).await.expect(200);
        assert_eq!(ids(&answer), expected, "{query}");
        assert_eq!(answer.json()["type"], "searchset");
    }
    assert!(server.get("/fhir/Observation?patient=a").await.body.contains("\"value\":1.10"));
}

#[tokio::test]
async fn a_form_finds_the_same() {
    let server = clinic().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let request = server.request("POST", "/fhir/Patient/_search").header(form[0].0, form[0].1);
    let answer = server.send(request.body("name=M%C3%BCller&_count=1".into()).unwrap()).await.expect(200);
    assert_eq!(ids(&answer), ["a"]);
    let second = server.get(&next(&answer).unwrap()).await.expect(200);
    assert_eq!(ids(&second), ["b"]);
    server.post("/fhir/Patient/_search", "{}").await.refused(415, "unsupported-media-type");
    let bare = server.with("POST", "/fhir/Patient/_search?name=stone", &[], "").await.expect(200);
    assert_eq!(ids(&bare), ["c"]);
    let xml = server.with("POST", "/fhir/Patient/_search", &form, "_format=xml").await;
    xml.refused(406, "not-acceptable");
}

#[tokio::test]
async fn pages_keep_their_form() {
    let server = clinic().await;
    let first = server.get("/fhir/Patient?_count=1&_format=json&_pretty=true").await.expect(200);
    let next = next(&first).unwrap();
    assert!(next.contains("_format=json") && next.contains("_pretty=true"), "{next}");
    assert!(server.get(&next).await.expect(200).body.contains("\n  "));
}

#[tokio::test]
async fn what_cannot_be_counted_is_said() {
    let server = clinic().await;
    for query in ["code:text=x&_summary=count", "_text=x&_count=0"] {
        let json = server.get(&format!("/fhir/Observation?{query}")).await.expect(200).json();
        let last = json["entry"].as_array().unwrap().last().unwrap();
        assert_eq!(last["search"]["mode"], "outcome", "{json}");
        assert!(last.to_string().contains("not-counted") && json["total"].is_null(), "{json}");
    }
    let whole = server.get("/fhir/Observation?code:text=x&_total=accurate").await.expect(200).json();
    assert_eq!((&whole["total"], whole["entry"].as_array().unwrap().len()), (&1.into(), 1));
}

#[tokio::test]
async fn pages_lead_through_everything_once_while_others_write() {
    let server = start().await;
    for n in 0..7 {
        server.patient(&format!("p{n}"), r#""name":[{"family":"Same"}]"#).await;
    }
    let mut seen = Vec::new();
    let mut page = server.get("/fhir/Patient?name=same&_count=3").await.expect(200);
    loop {
        seen.extend(ids(&page));
        server
            .patient("p0", &format!(r#""name":[{{"family":"Same"}}],"multipleBirthInteger":{}"#, seen.len()))
            .await;
        let Some(path) = next(&page) else { break };
        page = server.get(&path).await.expect(200);
    }
    assert_eq!(seen, ["p0", "p1", "p2", "p3", "p4", "p5", "p6"]);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_search_and_its_caller_only() {
    let server = clinic().await;
    let path = next(&server.get("/fhir/Patient?name=mull&_count=1").await.expect(200)).unwrap();
    server.get_as(OTHER, &path).await.refused(400, "bad-cursor");
    server.get(&path.replace("mull", "stone")).await.refused(400, "bad-cursor");
    server.get("/fhir/Patient?_cursor=AAAA").await.refused(400, "bad-cursor");
    assert_eq!(ids(&server.get(&path).await.expect(200)), ["b"]);
}

#[tokio::test]
async fn a_search_that_cannot_be_answered_says_why() {
    let server = start().await;
    for (query, code, says) in [
        ("Patient?colour=red", "search-unknown-parameter", "birthdate"),
        ("Patient?name:not=x", "search-unsupported-modifier", "name:not"),
        ("Patient?_sort=colour", "search-unknown-parameter", "colour"),
        ("Patient?_include=Patient", "search-bad-value", "Type:parameter"),
        ("Patient?_summary=some", "bad-parameter", "some"),
        ("Patient?name=", "search-empty-value", "name"),
        ("Patient?_count=many", "search-bad-value", "many"),
        ("Patient?name=%zz", "bad-query", "hex"),
    ] {
        let refused = server.get(&format!("/fhir/{query}")).await.refused(400, code);
        assert!(refused.text().contains(says), "{query}: {}", refused.text());
    }
    server.get("/fhir/Pat?name=x").await.refused(404, "unknown-type");
}

#[tokio::test]
async fn a_page_is_never_larger_than_the_bound() {
    let server = start().await;
    let entries: Vec<String> = (0..520)
        .map(|n| {
            format!(r#"{{"resource":{{"resourceType":"Basic","id":"b{n}","code":{{"text":"x"}}}},"request":{{"method":"PUT","url":"Basic/b{n}"}}}}"#)
        })
        .collect();
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, entries.join(","));
    server.post("/fhir", &bundle).await.expect(200);
    let answer = server.get("/fhir/Basic?_count=1000000000").await.expect(200);
    assert_eq!(ids(&answer).len(), 500);
    assert!(matches!(next(&answer), Some(path) if ids(&server.get(&path).await).len() == 20));
    let _: Value = answer.json();
}
