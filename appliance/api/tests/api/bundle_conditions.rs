//! Conditions and preconditions in a bundle: they decide as they do on an address of their own.

use serde_json::{Value, json};

use crate::common::{Answer, Server, start};

fn of(kind: &str, entries: &[Value]) -> String {
    json!({ "resourceType": "Bundle", "type": kind, "entry": entries }).to_string()
}

fn entry(method: &str, url: &str, resource: Value) -> Value {
    json!({ "resource": resource, "request": { "method": method, "url": url } })
}

fn with(mut entry: Value, name: &str, value: &str) -> Value {
    entry["request"][name] = value.into();
    entry
}

fn patient(id: &str, family: &str, identifier: &str) -> Value {
    json!({ "resourceType": "Patient", "id": id, "name": [{ "family": family }],
            "identifier": [{ "value": identifier }] })
}

impl Server {
    async fn transaction(&self, entries: &[Value]) -> Answer {
        self.post("/fhir", &of("transaction", entries)).await
    }

    /// The response of a batch's only entry: its status and the code of its refusal.
    async fn batch_of_one(&self, entry: Value) -> (String, String) {
        let answer = self.post("/fhir", &of("batch", &[entry])).await.expect(200).json();
        let response = &answer["entry"][0]["response"];
        let code = &response["outcome"]["issue"][0]["details"]["coding"][0]["code"];
        (text(&response["status"]), text(code))
    }

    async fn family(&self, id: &str) -> Value {
        self.get(&format!("/fhir/Patient/{id}")).await.expect(200).json()["name"][0]["family"].clone()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn pair(status: &str, code: &str) -> (String, String) {
    (status.to_owned(), code.to_owned())
}

#[tokio::test]
async fn conditional_update_leaves_alone_what_its_condition_did_not_find() {
    let server = start().await;
    server.patient("p1", r#""name":[{"family":"Kept"}],"identifier":[{"value":"old"}]"#).await;
    let update = entry("PUT", "Patient?identifier=new", patient("p1", "Another", "new"));
    server.transaction(std::slice::from_ref(&update)).await.refused(409, "exists");
    assert_eq!(server.batch_of_one(update).await, pair("409 Conflict", "exists"));
    assert_eq!(server.family("p1").await, "Kept");

    let free = entry("PUT", "Patient?identifier=new", patient("p2", "New", "new"));
    assert_eq!(server.batch_of_one(free).await.0, "201 Created");
    assert_eq!(server.family("p2").await, "New");
}

#[tokio::test]
async fn if_match_of_a_condition_that_finds_nothing_is_not_met() {
    let server = start().await;
    for change in [
        entry("PUT", "Patient?identifier=nobody", patient("p1", "New", "nobody")),
        json!({ "request": { "method": "DELETE", "url": "Patient?identifier=nobody" } }),
    ] {
        let change = with(change, "ifMatch", "W/\"1\"");
        server.transaction(std::slice::from_ref(&change)).await.refused(412, "no-match");
        assert_eq!(server.batch_of_one(change).await, pair("412 Precondition Failed", "no-match"));
    }
    assert_eq!(server.held().await, 0);
}

#[tokio::test]
async fn what_must_be_new_replaces_nothing() {
    let server = start().await;
    let new = with(entry("PUT", "Patient/p1", patient("p1", "First", "k")), "ifNoneMatch", "*");
    assert_eq!(server.batch_of_one(new).await.0, "201 Created");
    for url in ["Patient/p1", "Patient?identifier=k"] {
        let again = with(entry("PUT", url, patient("p1", "Second", "k")), "ifNoneMatch", "*");
        server.transaction(std::slice::from_ref(&again)).await.refused(412, "already-there");
        assert_eq!(server.batch_of_one(again).await, pair("412 Precondition Failed", "already-there"));
    }
    assert_eq!(server.family("p1").await, "First");
    let version = with(entry("PUT", "Patient/p1", patient("p1", "Second", "k")), "ifNoneMatch", "W/\"1\"");
    assert_eq!(server.batch_of_one(version).await, pair("400 Bad Request", "bundle-bad-entry"));
}

#[tokio::test]
async fn what_a_transaction_deletes_is_found_by_no_other_entry() {
    let server = start().await;
    for id in ["p1", "p2"] {
        server.patient(id, r#""identifier":[{"value":"k"}]"#).await;
    }
    let delete = |url: &str| json!({ "request": { "method": "DELETE", "url": url } });
    let create = || {
        let new = json!({ "resourceType": "Patient", "name": [{ "family": "New" }], "identifier": [{ "value": "k" }] });
        with(entry("POST", "Patient", new), "ifNoneExist", "identifier=k")
    };
    let flag = |subject: &str| json!({ "resourceType": "Flag", "status": "active", "code": { "text": "x" }, "subject": { "reference": subject } });
    // The first of the two goes, so that the other is the one.
    let first = [create(), delete("Patient/p1"), entry("POST", "Flag", flag("Patient?identifier=k"))];
    let answer = server.transaction(&first).await.expect(200).json();
    let location = |n: usize| text(&answer["entry"][n]["response"]["location"]);
    assert!(location(0).starts_with("Patient/p2/"), "{answer}");
    let stored = server.get(&format!("/fhir/{}", location(2))).await.expect(200).json();
    assert_eq!(stored["subject"]["reference"], "Patient/p2");

    // The other is deleted by the same condition, and replaced.
    let second = [create(), delete("Patient?identifier=k")];
    let answer = server.transaction(&second).await.expect(200).json();
    assert_eq!(answer["entry"][0]["response"]["status"], "201 Created");
    assert_eq!(answer["entry"][1]["response"]["status"], "204 No Content");
    server.get("/fhir/Patient/p2").await.refused(410, "gone");
    let found = server.get("/fhir/Patient?identifier=k").await.json();
    assert_eq!(
        (&found["total"], &found["entry"][0]["resource"]["name"][0]["family"]),
        (&1.into(), &"New".into())
    );

    let id = text(&found["entry"][0]["resource"]["id"]);
    let reference = [delete(&format!("Patient/{id}")), entry("POST", "Flag", flag("Patient?identifier=k"))];
    server.transaction(&reference).await.refused(422, "bundle-no-match");
}
