//! What a search answers beside and instead of what it found: company, order, totals, parts; and what it waits for.

use serde_json::Value;

use super::search::{ids, next};
use crate::common::{Answer, Server, start};

fn of_mode(answer: &Answer, mode: &str) -> Vec<String> {
    let json = answer.json();
    let empty = Vec::new();
    let entries = json["entry"].as_array().unwrap_or(&empty);
    let of = entries.iter().filter(|entry| entry["search"]["mode"] == mode);
    of.map(|e| e["resource"]["id"].as_str().unwrap_or("-").to_owned()).collect()
}

async fn ward() -> Server {
    let server = start().await;
    server
        .patient("ann", r#""name":[{"family":"Ann"}],"generalPractitioner":[{"reference":"Practitioner/d"}]"#)
        .await;
    server
        .patient("ben", r#""name":[{"family":"Ben"}],"generalPractitioner":[{"reference":"Practitioner/d"}]"#)
        .await;
    let doctor = r#"{"resourceType":"Practitioner","id":"d","name":[{"family":"Doc"}]}"#;
    server.put("/fhir/Practitioner/d", doctor).await.expect(201);
    for (id, patient, day) in [("x", "ann", "03"), ("y", "ann", "01"), ("z", "ben", "02")] {
        let body = format!(
            r#"{{"resourceType":"Encounter","id":"{id}","status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/{patient}"}},"period":{{"start":"2026-01-{day}"}}}}"#
        );
        server.put(&format!("/fhir/Encounter/{id}"), &body).await.expect(201);
    }
    server
}

#[tokio::test]
async fn company_is_marked_and_comes_once() {
    let server = ward().await;
    let answer = server.get("/fhir/Encounter?_include=Encounter:patient").await.expect(200);
    assert_eq!(
        (of_mode(&answer, "match"), of_mode(&answer, "include")),
        (vec!["x".to_owned(), "y".to_owned(), "z".to_owned()], vec!["ann".to_owned(), "ben".to_owned()],)
    );
    let path =
        "/fhir/Encounter?_id=x&_include=Encounter:patient&_include:iterate=Patient:general-practitioner";
    assert_eq!(of_mode(&server.get(path).await.expect(200), "include"), ["ann", "d"]);
    let path = "/fhir/Patient?name=ann&_revinclude=Encounter:patient";
    assert_eq!(of_mode(&server.get(path).await.expect(200), "include"), ["x", "y"]);
}

#[tokio::test]
async fn order_holds_over_pages_while_others_write() {
    let server = ward().await;
    let mut seen = Vec::new();
    let mut page = server.get("/fhir/Encounter?_sort=-date&_count=1").await.expect(200);
    loop {
        seen.extend(ids(&page));
        server.patient("ann", &format!(r#""multipleBirthInteger":{}"#, seen.len())).await;
        let Some(path) = next(&page) else { break };
        page = server.get(&path).await.expect(200);
    }
    assert_eq!(seen, ["x", "z", "y"]);
}

#[tokio::test]
async fn totals_and_parts_are_as_asked_for() {
    let server = ward().await;
    let counted = server.get("/fhir/Encounter?_summary=count").await.expect(200);
    assert_eq!((counted.json()["total"].clone(), ids(&counted).len()), (Value::from(3), 0));
    let first = server.get("/fhir/Encounter?_count=1&_total=accurate").await.expect(200);
    assert_eq!((first.json()["total"].clone(), ids(&first).len()), (Value::from(3), 1));
    let part = server.get("/fhir/Encounter?_elements=period").await.expect(200).json();
    let part = &part["entry"][0]["resource"];
    assert!(part["period"].is_object() && part["subject"].is_null(), "{part}");
    assert_eq!(part["meta"]["tag"][0]["code"], "SUBSETTED");
    let whole = server.get("/fhir/Encounter?_summary=false").await.expect(200);
    assert!(!whole.body.contains("SUBSETTED"));
}

#[tokio::test]
async fn unknown_parameters_are_passed_over_if_the_client_wants_that() {
    let server = ward().await;
    let request =
        server.request("GET", "/fhir/Patient?colour=red&name=ben").header("prefer", "handling=lenient");
    let answer = server.send(request.body(Default::default()).unwrap()).await.expect(200);
    assert_eq!(of_mode(&answer, "match"), ["ben"]);
    assert!(answer.body.contains("parameter-ignored") && answer.body.contains("colour"), "{}", answer.body);
    assert!(!answer.json()["link"][0]["url"].as_str().unwrap().contains("colour"), "what was used is said");
}

/// Saved together, so that most index rows are left for later.
async fn many(server: &Server, from: usize, code: &str) {
    let entries: Vec<String> = (from..from + 200)
        .map(|n| {
            format!(
                r#"{{"resource":{{"resourceType":"Condition","id":"c{n}","code":{{"coding":[{{"code":"{code}"}}]}},"subject":{{"reference":"Patient/ann"}}}},"request":{{"method":"PUT","url":"Condition/c{n}"}}}}"#
            )
        })
        .collect();
    let bundle =
        format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
    server.post("/fhir", &bundle).await.expect(200);
}

#[tokio::test]
async fn what_was_saved_in_large_amounts_is_found_at_once() {
    let server = ward().await;
    many(&server, 0, "old").await;
    let behind = server.writer.records().read(|view| view.is_index_behind()).unwrap();
    assert!(behind, "some rows are left for later, or this test shows nothing");
    let total = async |query: &str| {
        let answer = server.get(&format!("/fhir/Condition?{query}&_summary=count")).await.expect(200);
        assert!(!answer.body.contains("index-incomplete"), "{}", answer.body);
        answer.json()["total"].as_u64().unwrap()
    };
    assert_eq!(total("patient=ann").await, 200, "this needs no rows that are left for later");
    assert!(server.writer.records().read(|view| view.is_index_behind()).unwrap());
    assert_eq!(total("code=old").await, 200);
    // What an edit leaves out of the index goes, what it brings comes.
    many(&server, 100, "new").await;
    assert_eq!((total("code=new").await, total("code=old").await), (200, 100));
    assert!(!server.writer.records().read(|view| view.is_index_behind()).unwrap());
}
