//! Batches: each entry on its own.

use serde_json::json;

use crate::common::start;

#[tokio::test]
async fn one_bad_entry_leaves_the_others() {
    let server = start().await;
    server.patient("p", r#""identifier":[{"value":"k"}]"#).await;
    let body = json!({ "resourceType": "Bundle", "type": "batch", "entry": [
        { "request": { "method": "GET", "url": "Patient/p" } },
        { "request": { "method": "GET", "url": "Patient/never" } },
        { "resource": { "resourceType": "Basic", "id": "b", "code": { "text": "x" } },
          "request": { "method": "PUT", "url": "Basic/b" } },
        { "resource": { "resourceType": "Basic", "id": "x", "code": { "text": "x" } },
          "request": { "method": "PUT", "url": "Basic/y" } },
        { "resource": { "resourceType": "Observation", "status": "final", "code": { "text": "x" },
                        "subject": { "reference": "Patient?identifier=k" } },
          "request": { "method": "POST", "url": "Observation" } },
        { "request": { "method": "GET", "url": "Basic/b" } },
    ]})
    .to_string();
    let answer = server.post("/fhir", &body).await.expect(200).json();
    assert_eq!(answer["type"], "batch-response");
    let response = |n: usize| &answer["entry"][n]["response"];
    assert_eq!(answer["entry"][0]["resource"]["id"], "p");
    assert_eq!(response(1)["status"], "404 Not Found");
    assert_eq!(response(1)["outcome"]["issue"][0]["details"]["coding"][0]["code"], "not-found");
    assert_eq!(response(2)["status"], "201 Created");
    assert_eq!(response(3)["outcome"]["issue"][0]["details"]["coding"][0]["code"], "bundle-bad-entry");
    let path = response(4)["location"].as_str().unwrap().split("/_history").next().unwrap();
    let stored = server.get(&format!("/fhir/{path}")).await.expect(200).json();
    assert_eq!(stored["subject"]["reference"], "Patient/p");
    assert_eq!(answer["entry"][5]["resource"]["id"], "b");
}

#[tokio::test]
async fn conditional_creates_of_one_thing_in_one_batch_store_it_once() {
    let server = start().await;
    let create = json!({ "resource": { "resourceType": "Patient", "identifier": [{ "value": "k" }] },
        "request": { "method": "POST", "url": "Patient", "ifNoneExist": "identifier=k" } });
    let body = json!({ "resourceType": "Bundle", "type": "batch", "entry": vec![create; 20] }).to_string();
    let answer = server.post("/fhir", &body).await.expect(200).json();
    let status: Vec<_> = answer["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["response"]["status"].as_str().unwrap())
        .collect();
    assert_eq!(status.iter().filter(|s| **s == "201 Created").count(), 1, "{status:?}");
    assert_eq!(status.iter().filter(|s| **s == "200 OK").count(), 19, "{status:?}");
    assert_eq!(server.held().await, 1);
}

#[tokio::test]
async fn what_was_done_is_told_if_the_client_prefers_it() {
    let server = start().await;
    for kind in ["batch", "transaction"] {
        let body = json!({ "resourceType": "Bundle", "type": kind, "entry": [
            { "resource": { "resourceType": "Basic", "id": kind, "code": { "text": "x" } },
              "request": { "method": "PUT", "url": format!("Basic/{kind}") } },
        ]})
        .to_string();
        let headers = [("prefer", "return=OperationOutcome")];
        let answer = server.with_body("POST", "/fhir", &headers, &body).await.expect(200).json();
        let entry = &answer["entry"][0];
        assert!(entry["resource"].is_null());
        let said = entry["response"]["outcome"]["issue"][0]["diagnostics"].as_str().unwrap();
        assert!(said.starts_with(&format!("Basic/{kind} was created")), "{said}");
    }
}
