//! Conditional create, update and delete; preconditions.

use serde_json::json;

use crate::common::{patient, start};

const SEVEN: &str = r#"{"resourceType":"Patient","identifier":[{"system":"http://mrn","value":"7"}]}"#;
const BY_SEVEN: &str = "/fhir/Patient?identifier=http://mrn%7C7";

#[tokio::test]
async fn conditional_update_creates_then_changes_then_refuses() {
    let server = start().await;
    let created = server.put(BY_SEVEN, SEVEN).await.expect(201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert!(created.header("location").contains(&format!("/Patient/{id}/_history/")));
    let female = SEVEN.replace("\"identifier\"", "\"gender\":\"female\",\"identifier\"");
    let changed = server.put(BY_SEVEN, &female).await.expect(200);
    assert_eq!((changed.json()["id"].as_str(), &changed.json()["gender"]), (Some(&*id), &"female".into()));
    let tag = created.header("etag").to_owned();
    server.with_body("PUT", BY_SEVEN, &[("if-match", &tag)], SEVEN).await.refused(412, "stale-version");
    let other_id = patient("other", r#""identifier":[{"system":"http://mrn","value":"7"}]"#);
    server.put(BY_SEVEN, &other_id).await.refused(400, "id-mismatch");
    server.put(BY_SEVEN, &other_id.replace("other", &id)).await.expect(200);
    server.post("/fhir/Patient", SEVEN).await.expect(201);
    server.put(BY_SEVEN, SEVEN).await.refused(412, "many-matches");
    assert_eq!(server.held().await, 2);
}

#[tokio::test]
async fn conditional_update_creates_under_the_clients_id_if_it_is_free() {
    let server = start().await;
    let body = patient("mine", r#""identifier":[{"value":"8"}]"#);
    server
        .with_body("PUT", "/fhir/Patient?identifier=8", &[("if-match", "W/\"x\"")], &body)
        .await
        .refused(412, "no-match");
    let created = server.put("/fhir/Patient?identifier=8", &body).await.expect(201);
    assert_eq!(created.json()["id"], "mine");
    server.put("/fhir/Patient?identifier=9", &body).await.refused(409, "exists");
    assert_eq!(server.held().await, 1);
}

#[tokio::test]
async fn what_is_no_condition_is_refused() {
    let server = start().await;
    server.patient("p", "").await;
    for (method, path, status, code) in [
        ("PUT", "/fhir/Patient", 400, "no-condition"),
        ("PUT", "/fhir/Patient?", 400, "no-condition"),
        ("PUT", "/fhir/Patient?_format=json", 400, "no-condition"),
        ("PUT", "/fhir/Patient?colour=red", 400, "search-unknown-parameter"),
        ("PUT", "/fhir/Patient?name=", 400, "search-empty-value"),
        ("PUT", "/fhir/Pat?name=x", 404, "unknown-type"),
        ("DELETE", "/fhir/Patient", 400, "no-condition"),
        ("DELETE", "/fhir/Patient?colour=red", 400, "search-unknown-parameter"),
        ("DELETE", "/fhir/Patient?name=%zz", 400, "bad-query"),
    ] {
        server.with_body(method, path, &[], r#"{"resourceType":"Patient"}"#).await.refused(status, code);
    }
    let none = [("if-none-exist", "")];
    server.with_body("POST", "/fhir/Patient", &none, SEVEN).await.refused(400, "bad-header");
    assert_eq!(server.held().await, 1);
}

#[tokio::test]
async fn conditional_delete_takes_one_and_no_more() {
    let server = start().await;
    server.delete(BY_SEVEN).await.expect(204);
    let first = server.put(BY_SEVEN, SEVEN).await.expect(201);
    let stale = [("if-match", "W/\"0000\"")];
    server.with("DELETE", BY_SEVEN, &stale, "").await.refused(412, "stale-version");
    server.post("/fhir/Patient", SEVEN).await.expect(201);
    let several = server.delete(BY_SEVEN).await.refused(412, "many-matches");
    assert!(several.text().contains("more than one"), "{}", several.text());
    let id = first.json()["id"].as_str().unwrap().to_owned();
    server.delete(&format!("/fhir/Patient/{id}")).await.expect(204);
    let gone = server.delete(BY_SEVEN).await.expect(204);
    assert!(!gone.version().is_empty());
    server.with("DELETE", BY_SEVEN, &stale, "").await.refused(412, "no-match");
}

#[tokio::test]
async fn the_answer_says_which_resource_the_condition_found() {
    let server = start().await;
    let first = server.put(BY_SEVEN, SEVEN).await.expect(201);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let minimal = ("prefer", "return=minimal");
    let none = ("if-none-exist", "identifier=http://mrn|7");
    let matched = server.with_body("POST", "/fhir/Patient", &[none, minimal], SEVEN).await.expect(200);
    let updated = server.with_body("PUT", BY_SEVEN, &[minimal], SEVEN).await.expect(200);
    for answer in [matched, updated] {
        let place = answer.header("content-location");
        assert!(place.contains(&format!("/fhir/Patient/{id}/_history/")), "{place}");
        assert!(answer.header("location").is_empty() && answer.body.is_empty());
    }
    let outcome = ("prefer", "return=OperationOutcome");
    let said = server.with_body("POST", "/fhir/Patient", &[none, outcome], SEVEN).await.expect(200);
    assert!(said.body.contains("nothing was saved") && said.body.contains(&id), "{}", said.body);
    let any = [("if-match", "*")];
    server.with_body("PUT", BY_SEVEN, &any, SEVEN).await.expect(200);
    server.with("DELETE", "/fhir/Patient?identifier=8", &any, "").await.refused(412, "no-match");
}

#[tokio::test]
async fn of_many_callers_at_once_one_creates() {
    let server = start().await;
    let condition = [("if-none-exist", "identifier=http://mrn|7")];
    let creates = (0..8).map(|_| server.with_body("POST", "/fhir/Patient", &condition, SEVEN));
    let updates = (0..8).map(|_| server.put(BY_SEVEN, SEVEN));
    let (creates, updates) =
        tokio::join!(futures::future::join_all(creates), futures::future::join_all(updates));
    let made = creates.iter().chain(&updates).filter(|answer| answer.status == 201).count();
    assert_eq!((made, server.held().await), (1, 1));
}

#[tokio::test]
async fn if_none_match_any_means_it_must_be_new() {
    let server = start().await;
    let new = [("if-none-match", "*")];
    server.with_body("PUT", "/fhir/Patient/p", &new, &patient("p", "")).await.expect(201);
    let again = server.with_body("PUT", "/fhir/Patient/p", &new, &patient("p", r#""gender":"male""#)).await;
    again.refused(412, "already-there");
    assert!(server.get("/fhir/Patient/p").await.json()["gender"].is_null());
}

#[tokio::test]
async fn bundles_refuse_an_id_that_is_not_that_of_the_match() {
    let server = start().await;
    server.patient("p", r#""identifier":[{"value":"7"}]"#).await;
    let body = json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        { "resource": { "resourceType": "Patient", "id": "q", "identifier": [{ "value": "7" }] },
          "request": { "method": "PUT", "url": "Patient?identifier=7" } } ] });
    let refused = server.post("/fhir", &body.to_string()).await.refused(400, "bundle-bad-entry");
    assert!(refused.text().contains("entry[0]"), "{}", refused.text());
    assert_eq!(server.held().await, 1);
}
