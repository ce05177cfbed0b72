//! The life of a conflict: shown, settled, and refused when it was settled meanwhile.

use serde_json::json;

use crate::common::{Answer, Server, patient, start};

/// A patient whose gender two people set side by side.
async fn in_conflict(server: &Server, id: &str) {
    let seen = server.patient(id, r#""multipleBirthInteger":1"#).await;
    let tag = format!("W/\"{seen}\"");
    for weight in ["2", "3"] {
        let body = patient(id, &format!(r#""multipleBirthInteger":{weight}"#));
        let path = format!("/api/records/Patient/{id}");
        server.with_body("PUT", &path, &[("if-match", &tag)], &body).await.expect(200);
    }
}

#[tokio::test]
async fn a_conflict_is_listed_shown_and_settled_by_choice() {
    let server = start().await;
    in_conflict(&server, "p").await;
    let list = server.get("/api/conflicts").await.expect(200).json();
    let one = &list["conflicts"][0];
    assert_eq!(
        (&one["type"], &one["id"], &one["element"], &one["values"]),
        (&"Patient".into(), &"p".into(), &"multipleBirthInteger".into(), &2.into())
    );
    assert!(one["sinceMs"].as_u64().unwrap() > 1_600_000_000_000);

    let shown = server.get("/api/conflicts/Patient/p").await.expect(200).json();
    let values = &shown["conflicts"][0]["values"];
    assert_eq!((&values[0]["value"], &values[1]["value"]), (&2.into(), &3.into()));
    assert_eq!(values[0]["author"], "Practitioner/nurse");
    assert_eq!(values[0]["actor"].as_str().unwrap().len(), 32);
    assert_eq!((&values[0]["place"], &values[0]["replica"]), (&"here".into(), &serde_json::Value::Null));
    assert!(values[0]["atMs"].as_u64() <= values[1]["atMs"].as_u64());

    let choice = json!({ "element": "multipleBirthInteger", "choose": 0 }).to_string();
    server.post("/api/conflicts/Patient/p/resolve", &choice).await.refused(428, "version-required");
    let settled = settle(&server, "p", &choice).await.expect(200).json();
    assert_eq!(settled["conflicts"], json!([]));
    let read = server.get("/fhir/Patient/p").await.expect(200).json();
    assert_eq!(read["multipleBirthInteger"], 2);
    assert!(read["meta"]["tag"].is_null());
    assert_eq!(server.get("/api/conflicts").await.json()["conflicts"], json!([]));

    let again = settle(&server, "p", &choice).await.refused(409, "no-conflict");
    assert!(again.text().contains("settled meanwhile"), "{}", again.text());
    let any = [("if-match", "W/\"0123456789abcdef\"")];
    let path = "/api/conflicts/Patient/never/resolve";
    server.with_body("POST", path, &any, &choice).await.refused(404, "not-found");
    server.get("/api/conflicts/Patient/never").await.refused(404, "not-found");
}

/// Settles on what the patient's record shows now.
async fn settle(server: &Server, id: &str, body: &str) -> Answer {
    let path = format!("/api/conflicts/Patient/{id}");
    let version = server.get(&path).await.json()["version"].as_str().unwrap().to_owned();
    server.with_body("POST", &format!("{path}/resolve"), &[("if-match", &version)], body).await
}

#[tokio::test]
async fn a_conflict_is_settled_by_a_value_of_its_own_or_by_none() {
    let server = start().await;
    in_conflict(&server, "p").await;
    let path = "/api/conflicts/Patient/p/resolve";
    let version = server.get("/api/conflicts/Patient/p").await.json()["version"].as_str().unwrap().to_owned();
    let own = r#"{"element":"multipleBirthInteger","value":4}"#;
    let stale = [("if-match", "W/\"0123456789abcdef\"")];
    server.with_body("POST", path, &stale, own).await.refused(409, "changed-meanwhile");
    server.with_body("POST", path, &[("if-match", &version)], own).await.expect(200);
    assert!(server.get("/fhir/Patient/p").await.body.contains("\"multipleBirthInteger\":4"));

    in_conflict(&server, "q").await;
    let q = async |body: &str| settle(&server, "q", body).await;
    q(r#"{"element":"multipleBirthInteger","choose":2}"#).await.refused(409, "no-such-choice");
    q(r#"{"element":"multipleBirthInteger"}"#).await.refused(400, "bad-body");
    q(r#"{"element":"multipleBirthInteger","value":null}"#).await.expect(200);
    assert!(server.get("/fhir/Patient/q").await.json()["multipleBirthInteger"].is_null());
}

#[tokio::test]
async fn a_delete_beside_an_edit_is_kept_or_not() {
    for (keep, status) in [(true, 200), (false, 410)] {
        let server = start().await;
        let edited = beside_an_edit(&server).await;
        assert_eq!(edited["gender"], "female");
        let shown = server.get("/api/conflicts/Patient/p").await.expect(200).json();
        let deleted =
            shown["conflicts"].as_array().unwrap().iter().find(|c| c["element"] == "@deleted").unwrap();
        assert_eq!(
            (&deleted["values"][0]["removed"], &deleted["values"][0]["value"]),
            (&true.into(), &json!(null))
        );
        let body = json!({ "element": "@deleted", "keep": keep }).to_string();
        let left = settle(&server, "p", &body).await.expect(200).json();
        assert_eq!(left["conflicts"], json!([]));
        assert_eq!(server.get("/fhir/Patient/p").await.status, status);
    }
}

/// Two replicas' work, taken in by hand: one deletes what the other edits.
async fn beside_an_edit(server: &Server) -> serde_json::Value {
    let other = start().await;
    let seen = server.patient("p", r#""gender":"male""#).await;
    crate::common::copy(server, &other).await;
    other.patient("p", r#""gender":"female""#).await;
    let tag = format!("W/\"{seen}\"");
    server.with_body("DELETE", "/fhir/Patient/p", &[("if-match", &tag)], "").await.expect(204);
    crate::common::copy(&other, server).await;
    server.get("/fhir/Patient/p").await.expect(200).json()
}

#[tokio::test]
async fn the_list_has_pages() {
    let server = start().await;
    for id in ["a", "b", "c"] {
        in_conflict(&server, id).await;
    }
    let first = server.get("/api/conflicts?count=2").await.expect(200).json();
    assert_eq!(first["conflicts"].as_array().unwrap().len(), 2);
    let cursor = first["next"].as_str().unwrap();
    let second = server.get(&format!("/api/conflicts?count=2&cursor={cursor}")).await.expect(200).json();
    assert_eq!((&second["conflicts"][0]["id"], &second["next"]), (&"c".into(), &json!(null)));
    server.get("/api/conflicts?count=x").await.refused(400, "bad-query");
    server.get("/api/conflicts?cursor=x").await.refused(400, "bad-cursor");
}
