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

#[tokio::test]
async fn conditional_references_find_what_the_same_transaction_writes() {
    let server = start().await;
    let of = |subject: &str| {
        json!({ "resourceType": "Observation", "status": "final", "code": { "text": "x" },
                "subject": { "reference": subject } })
    };
    let created =
        json!({ "resourceType": "Patient", "identifier": [{ "system": "http://mrn", "value": "7" }] });
    let entries = [
        entry("POST", "Observation", of("Patient?identifier=http://mrn|7")),
        entry("POST", "Patient", created.clone()),
        entry("PUT", "Patient/p8", patient("p8", "Eight", "8")),
        entry("POST", "Observation", of("Patient?identifier=8&name=eig")),
    ];
    let answer = server.transaction(&entries).await.expect(200).json();
    let created = text(&answer["entry"][1]["response"]["location"]);
    for (n, expected) in [(0, created.split("/_history").next().unwrap()), (3, "Patient/p8")] {
        let location = text(&answer["entry"][n]["response"]["location"]);
        let stored = server.get(&format!("/fhir/{location}")).await.expect(200).json();
        assert_eq!(stored["subject"]["reference"], expected);
    }

    let two = [
        entry("POST", "Observation", of("Patient?identifier=9")),
        entry("PUT", "Patient/a", patient("a", "A", "9")),
        entry("PUT", "Patient/b", patient("b", "B", "9")),
    ];
    server.transaction(&two).await.refused(412, "bundle-many-matches");
    server.transaction(&two[..1]).await.refused(422, "bundle-no-match");
    // What is stored already comes first: the bundle's own is tried where nothing is.
    let stored = [
        entry("POST", "Observation", of("Patient?identifier=8")),
        entry("POST", "Patient", patient("x", "X", "8")),
    ];
    let answer = server.transaction(&stored).await.expect(200).json();
    let location = text(&answer["entry"][0]["response"]["location"]);
    let observation = server.get(&format!("/fhir/{location}")).await.expect(200).json();
    assert_eq!(observation["subject"]["reference"], "Patient/p8");
}

#[tokio::test]
async fn two_entries_that_stand_for_one_new_resource_are_refused() {
    let server = start().await;
    let create = |identifier: &str, condition: &str| {
        with(entry("POST", "Patient", patient("x", "X", identifier)), "ifNoneExist", condition)
    };
    let update = entry("PUT", "Patient?identifier=k", patient("p", "P", "k"));
    for (one, other) in [
        (create("k", "identifier=k"), create("k", "identifier=k")),
        (create("k", "identifier=k"), create("k", "identifier=k&name=x")),
        (create("k", "identifier=k"), entry("POST", "Patient", patient("x", "X", "k"))),
        (create("k", "identifier=k"), update),
    ] {
        for entries in [[one.clone(), other.clone()], [other, one]] {
            let refused = server.transaction(&entries).await.refused(400, "bundle-duplicate");
            assert!(
                refused.text().contains("entry[0]") && refused.text().contains("entry[1]"),
                "{}",
                refused.text()
            );
        }
    }
    assert_eq!(server.held().await, 0);
    let different = [create("k", "identifier=k"), create("l", "identifier=l")];
    server.transaction(&different).await.expect(200);
    // Once it is there, both find it.
    let again = [create("k", "identifier=k"), create("k", "identifier=k")];
    let answer = server.transaction(&again).await.expect(200).json();
    assert_eq!(answer["entry"][1]["response"]["status"], "200 OK");
    assert_eq!(server.held().await, 2);
}

#[tokio::test]
async fn a_full_url_takes_over_nothing_that_has_its_id() {
    const ID: &str = "7d4ff0bc-4a2b-4a38-9e24-8f0f4a0a2d42";
    let server = start().await;
    let create = |family: &str| {
        let new = json!({ "resourceType": "Patient", "name": [{ "family": family }], "identifier": [{ "value": family }] });
        let mut create = entry("POST", "Patient", new);
        create["fullUrl"] = format!("urn:uuid:{ID}").into();
        create
    };
    assert_eq!(server.batch_of_one(create("First")).await.0, "201 Created");
    let version = server.get(&format!("/fhir/Patient/{ID}")).await.version();
    assert_eq!(server.batch_of_one(create("First")).await.0, "200 OK", "it was sent before");
    server.transaction(&[create("First")]).await.expect(200);
    assert_eq!(server.get(&format!("/fhir/Patient/{ID}")).await.version(), version);

    assert_eq!(server.batch_of_one(create("Another")).await, pair("409 Conflict", "id-taken"));
    let basic =
        entry("PUT", "Basic/b", json!({ "resourceType": "Basic", "id": "b", "code": { "text": "x" } }));
    server.transaction(&[basic, create("Another")]).await.refused(409, "id-taken");
    server.get("/fhir/Basic/b").await.refused(404, "not-found");
    assert_eq!(server.family(ID).await, "First");

    server.delete(&format!("/fhir/Patient/{ID}")).await.expect(204);
    server.transaction(&[create("First")]).await.refused(409, "id-taken");
    server.get(&format!("/fhir/Patient/{ID}")).await.refused(410, "gone");
}
