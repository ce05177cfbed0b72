//! Two records of one person: joined, shown as one, and taken apart again.

use crate::common::{Server, start};

async fn two_records(server: &Server) {
    server.patient("old", r#""name":[{"family":"Ruiz","given":["Ana"]}],"multipleBirthInteger":1"#).await;
    server.patient("new", r#""name":[{"family":"García","given":["Ana"]}],"birthDate":"1974-03-12""#).await;
    for (id, of) in [("a1", "old"), ("a2", "new")] {
        let body = format!(
            r#"{{"resourceType":"AllergyIntolerance","id":"{id}","patient":{{"reference":"Patient/{of}"}},"code":{{"text":"{id}"}}}}"#
        );
        server.put(&format!("/fhir/AllergyIntolerance/{id}"), &body).await.expect(201);
    }
}

async fn link(server: &Server, what: &str, id: &str, other: &str) -> crate::common::Answer {
    let body = format!(r#"{{"other":"{other}","reason":"same person, seen by her card"}}"#);
    server.post(&format!("/api/patients/{id}/{what}"), &body).await
}

#[tokio::test]
async fn joined_records_are_found_and_shown_as_one_and_come_apart_again() {
    let server = start().await;
    two_records(&server).await;
    let before: Vec<_> =
        [server.get("/fhir/Patient/old").await.json(), server.get("/fhir/Patient/new").await.json()].into();
    let linked = link(&server, "link", "new", "old").await.expect(200).json();
    assert_eq!(linked["changed"], true);

    for text in ["ruiz", "garcia"] {
        let found = server.get(&format!("/api/patients?q={text}")).await.expect(200).json();
        let people = found["patients"].as_array().unwrap();
        assert_eq!((people.len(), &people[0]["id"]), (1, &"new".into()), "{text}");
        assert_eq!(people[0]["otherNames"], serde_json::json!(["Ana Ruiz"]));
    }
    for id in ["new", "old"] {
        let chart = server.get(&format!("/api/patients/{id}/chart")).await.expect(200).json();
        assert_eq!(
            (&chart["patient"]["resource"]["id"], &chart["linked"][0]["resource"]["id"]),
            (&"new".into(), &"old".into())
        );
        let mut of: Vec<(&str, Option<&str>)> = chart["allergies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["resource"]["id"].as_str().unwrap(), one["of"].as_str()))
            .collect();
        of.sort_unstable();
        assert_eq!(of, [("a1", Some("old")), ("a2", None)], "each is marked with whose record it stands in");
    }
    let again = link(&server, "link", "new", "old").await.expect(200).json();
    assert_eq!((&again["changed"], &again["version"]), (&false.into(), &linked["version"]));

    link(&server, "unlink", "new", "old").await.expect(200);
    for (id, before) in ["old", "new"].iter().zip(before) {
        let mut after = server.get(&format!("/fhir/Patient/{id}")).await.json();
        after["meta"] = before["meta"].clone();
        assert_eq!(after, before, "as it was");
    }
    let chart = server.get("/api/patients/new/chart").await.expect(200).json();
    assert_eq!(chart["allergies"].as_array().unwrap().len(), 1);
    let why = server.get("/fhir/Provenance?target=Patient/old").await.expect(200).json();
    assert_eq!(why["entry"].as_array().unwrap().len(), 2, "joined once, parted once");
    assert_eq!(why["entry"][0]["resource"]["reason"][0]["text"], "same person, seen by her card");
}

#[tokio::test]
async fn records_are_not_joined_in_a_ring_or_to_two() {
    let server = start().await;
    two_records(&server).await;
    server.patient("third", "").await;
    link(&server, "link", "new", "old").await.expect(200);
    link(&server, "link", "third", "old").await.refused(409, "linked-elsewhere");
    link(&server, "link", "old", "new").await.refused(409, "linked-elsewhere");
    link(&server, "link", "third", "new").await.expect(200);
    link(&server, "link", "old", "third").await.refused(409, "linked-elsewhere");
    let found = server.get("/api/patients?q=ruiz").await.expect(200).json();
    assert_eq!(found["patients"][0]["id"], "third", "followed to the last");
}

#[tokio::test]
async fn a_link_wants_two_patients_and_a_reason() {
    let server = start().await;
    two_records(&server).await;
    link(&server, "link", "new", "new").await.refused(400, "bad-body");
    link(&server, "link", "new", "nobody").await.refused(404, "not-found");
    server.post("/api/patients/new/link", r#"{"other":"old","reason":" "}"#).await.refused(400, "bad-body");
    server.post("/api/patients/new/link", r#"{"other":"old"}"#).await.refused(400, "bad-body");
    let unlinked = link(&server, "unlink", "new", "old").await.expect(200).json();
    assert_eq!(unlinked["changed"], false);
}
