//! Transactions: all or nothing, with references resolved.

use serde_json::{Value, json};

use crate::common::{Server, start};

fn bundle(entries: &[Value]) -> String {
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries }).to_string()
}

fn post(full_url: &str, resource: Value) -> Value {
    let kind = resource["resourceType"].clone();
    json!({ "fullUrl": full_url, "resource": resource, "request": { "method": "POST", "url": kind } })
}

fn put(resource: Value) -> Value {
    let url = format!("{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap());
    json!({ "resource": resource, "request": { "method": "PUT", "url": url } })
}

fn observation(reference: &str) -> Value {
    json!({ "resourceType": "Observation", "status": "final", "code": { "text": "x" },
            "subject": { "reference": reference } })
}

const PATIENT: &str = "urn:uuid:7d4ff0bc-4a2b-4a38-9e24-8f0f4a0a2d42";

async fn read(server: &Server, location: &Value) -> Value {
    let path = location.as_str().unwrap().split("/_history").next().unwrap();
    server.get(&format!("/fhir/{path}")).await.expect(200).json()
}

#[tokio::test]
async fn urn_references_become_ids() {
    let server = start().await;
    let body = bundle(&[
        post("urn:uuid:0b6b2cb0-9a3e-4c58-b0c3-7f8f9b0f1a11", observation(PATIENT)),
        post(PATIENT, json!({ "resourceType": "Patient" })),
    ]);
    let answer = server.post("/fhir", &body).await.expect(200).json();
    assert_eq!(answer["type"], "transaction-response");
    let (first, second) = (&answer["entry"][0]["response"], &answer["entry"][1]["response"]);
    assert_eq!((&first["status"], &second["status"]), (&"201 Created".into(), &"201 Created".into()));
    assert!(second["location"].as_str().unwrap().starts_with("Patient/"));
    assert!(first["etag"].as_str().unwrap().starts_with("W/\""));
    assert!(first["lastModified"].as_str().unwrap().ends_with('Z'));
    let patient = read(&server, &second["location"]).await;
    let stored = read(&server, &first["location"]).await;
    assert_eq!(stored["subject"]["reference"], format!("Patient/{}", patient["id"].as_str().unwrap()));
}

#[tokio::test]
async fn conditional_references_need_exactly_one() {
    let server = start().await;
    let condition = "Patient?identifier=http://mrn|7";
    let body = bundle(&[
        put(json!({ "resourceType": "Basic", "id": "b", "code": { "text": "x" } })),
        post("urn:uuid:0b6b2cb0-9a3e-4c58-b0c3-7f8f9b0f1a11", observation(condition)),
    ]);

    let none = server.post("/fhir", &body).await.refused(422, "bundle-no-match");
    assert!(none.text().contains("entry[1]") && none.text().contains(condition), "{}", none.text());
    assert_eq!(none.json()["issue"][0]["expression"][0], "Bundle.entry[1]");
    assert_eq!(server.held().await, 0);

    server.patient("one", r#""identifier":[{"system":"http://mrn","value":"7"}]"#).await;
    let answer = server.post("/fhir", &body).await.expect(200).json();
    let stored = read(&server, &answer["entry"][1]["response"]["location"]).await;
    assert_eq!(stored["subject"]["reference"], "Patient/one");

    server.patient("two", r#""identifier":[{"system":"http://mrn","value":"7"}]"#).await;
    let before = server.held().await;
    let many = server.post("/fhir", &body).await.refused(412, "bundle-many-matches");
    assert!(many.text().contains("2 resources"), "{}", many.text());
    assert_eq!(server.held().await, before);
}

#[tokio::test]
async fn a_refused_transaction_has_stored_nothing() {
    let server = start().await;
    let first = server.patient("p", r#""gender":"male""#).await;
    server.patient("p", r#""gender":"female""#).await;
    let version = server.get("/fhir/Patient/p").await.version();
    let good = put(json!({ "resourceType": "Basic", "id": "b", "code": { "text": "x" } }));
    let mut stale = put(json!({ "resourceType": "Patient", "id": "p", "gender": "other" }));
    stale["request"]["ifMatch"] = format!("W/\"{first}\"").into();
    let unresolved = post("urn:uuid:0b6b2cb0-9a3e-4c58-b0c3-7f8f9b0f1a11", observation(PATIENT));
    let missing = json!({ "request": { "method": "GET", "url": "Patient/never" } });
    let patch = json!({ "resource": { "resourceType": "Binary" }, "request": { "method": "PATCH", "url": "Patient/p" } });
    for (bad, status, code) in [
        (stale, 412, "stale-version"),
        (unresolved, 422, "bundle-unresolved-reference"),
        (missing, 404, "not-found"),
        (patch, 400, "bundle-bad-entry"),
        (
            json!({ "resource": { "resourceType": "Pat" }, "request": { "method": "POST", "url": "Pat" } }),
            400,
            "bundle-bad-url",
        ),
    ] {
        let refused = server.post("/fhir", &bundle(&[good.clone(), bad])).await.refused(status, code);
        assert!(refused.text().contains("Bundle.entry[1]"), "{}", refused.text());
        assert_eq!(refused.json()["issue"][0]["expression"][0], "Bundle.entry[1]");
        server.get("/fhir/Basic/b").await.refused(404, "not-found");
    }
    assert_eq!(server.held().await, 1);
    assert_eq!(server.get("/fhir/Patient/p").await.version(), version);
}

#[tokio::test]
async fn every_method_has_its_answer_in_the_order_of_the_bundle() {
    let server = start().await;
    server.patient("old", "").await;
    server.patient("kept", r#""identifier":[{"value":"k"}]"#).await;
    let mut exists =
        post("urn:uuid:11111111-1111-4111-8111-111111111111", json!({ "resourceType": "Patient" }));
    exists["request"]["ifNoneExist"] = "identifier=k".into();
    let body = bundle(&[
        json!({ "request": { "method": "GET", "url": "Patient/new" } }),
        put(json!({ "resourceType": "Patient", "id": "new", "name": [{ "family": "New" }] })),
        json!({ "request": { "method": "DELETE", "url": "Patient/old" } }),
        exists,
        json!({ "request": { "method": "DELETE", "url": "Patient?identifier=nobody" } }),
        json!({ "request": { "method": "GET", "url": "Patient?name=new" } }),
    ]);
    let answer = server.post("/fhir/", &body).await.expect(200).json();
    let status: Vec<_> = (0..6).map(|n| answer["entry"][n]["response"]["status"].as_str().unwrap()).collect();
    assert_eq!(status, ["200 OK", "201 Created", "204 No Content", "200 OK", "204 No Content", "200 OK"]);
    assert_eq!(answer["entry"][0]["resource"]["name"][0]["family"], "New");
    assert!(answer["entry"][3]["response"]["location"].as_str().unwrap().starts_with("Patient/kept/"));
    assert_eq!(answer["entry"][5]["resource"]["entry"][0]["resource"]["id"], "new");
    server.get("/fhir/Patient/old").await.refused(410, "gone");
}

#[tokio::test]
async fn two_conditional_creates_at_once_store_one() {
    let server = start().await;
    let mut create = post("urn:x", json!({ "resourceType": "Patient", "identifier": [{ "value": "k" }] }));
    create["request"]["ifNoneExist"] = "identifier=k".into();
    let body = bundle(&[create]);
    let all = futures::future::join_all((0..8).map(|_| server.post("/fhir", &body))).await;
    assert!(
        all.iter().all(|answer| answer.status == 200),
        "{:?}",
        all.iter().map(|a| &a.body).collect::<Vec<_>>()
    );
    assert_eq!(server.held().await, 1);
}

#[tokio::test]
async fn what_is_no_bundle_is_refused() {
    let server = start().await;
    server.post("/fhir", "{").await.refused(400, "bundle-unreadable");
    server.post("/fhir", r#"{"resourceType":"Patient"}"#).await.refused(400, "bundle-unreadable");
    server
        .post("/fhir", r#"{"resourceType":"Bundle","type":"collection"}"#)
        .await
        .refused(400, "bundle-wrong-type");
    server.post("/fhir", r#"{"resourceType":"Bundle","type":"transaction"}"#).await.expect(200);
}

/// Exports repeat an organisation in every bundle, each time with other counts in it.
#[tokio::test]
async fn what_belongs_to_the_directory_is_replaced_by_its_full_url() {
    let server = start().await;
    let url = "urn:uuid:0de9633c-54dd-39cb-947c-8ab5ecdf93a2";
    let sent = |kind: &str, name: &str| {
        let resource = match kind {
            "Patient" => json!({ "resourceType": kind, "name": [{ "family": name }] }),
            _ => json!({ "resourceType": kind, "name": name }),
        };
        bundle(&[post(url, resource)])
    };
    for name in ["one", "two"] {
        server.post("/fhir", &sent("Organization", name)).await.expect(200);
        let id = url.trim_start_matches("urn:uuid:");
        let read = server.get(&format!("/fhir/Organization/{id}")).await.expect(200).json();
        assert_eq!(read["name"], name);
    }
    server.post("/fhir", &sent("Patient", "one")).await.expect(200);
    server.post("/fhir", &sent("Patient", "two")).await.refused(409, "id-taken");
}
