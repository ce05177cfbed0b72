//! Read, vread, history, create, update, delete.

use crate::common::{patient, start};

#[tokio::test]
async fn create_gives_an_id_and_read_gives_the_bytes() {
    let server = start().await;
    let created =
        server.post("/fhir/Patient", r#"{"resourceType":"Patient","name":[{"family":"Stone"}]}"#).await;
    let created = created.expect(201);
    let json = created.json();
    let id = json["id"].as_str().unwrap();
    assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 4);
    let version = created.version();
    let place = format!("http://{}/fhir/Patient/{id}/_history/{version}", server.address);
    assert_eq!(created.header("location"), place);
    let read = server.get(&format!("/fhir/Patient/{id}")).await.expect(200);
    assert_eq!(read.body, created.body);
    assert_eq!(read.header("etag"), format!("W/\"{version}\""));
    assert_eq!(read.header("content-type"), "application/fhir+json; charset=utf-8");
    assert!(read.header("last-modified").ends_with(" GMT"));
    assert_eq!(json["meta"]["versionId"], version.as_str());
}

#[tokio::test]
async fn decimals_and_unknown_order_survive_byte_for_byte() {
    let server = start().await;
    let elements = r#""status":"final","code":{"text":"weight"},"valueQuantity":{"value":70.50,"unit":"kg"}"#;
    let body = format!(r#"{{"resourceType":"Observation","id":"w",{elements}}}"#);
    server.put("/fhir/Observation/w", &body).await.expect(201);
    let read = server.get("/fhir/Observation/w").await.expect(200);
    assert!(read.body.contains(r#"{"value":70.50,"unit":"kg"}"#), "{}", read.body);
    let exponent = body.replace("70.50", "1.0E+2");
    server.put("/fhir/Observation/w", &exponent).await.expect(200);
    assert!(server.get("/fhir/Observation/w").await.body.contains("\"value\":1.0E+2"));
}

#[tokio::test]
async fn update_creates_then_changes_then_refuses_what_is_stale() {
    let server = start().await;
    let first = server.put("/fhir/Patient/p", &patient("p", r#""gender":"male""#)).await.expect(201);
    assert!(first.header("location").contains("/Patient/p/_history/"));
    let tag = first.header("etag").to_owned();
    let female = patient("p", r#""gender":"female""#);
    let second = server.with_body("PUT", "/fhir/Patient/p", &[("if-match", &tag)], &female).await.expect(200);
    assert_ne!(second.version(), first.version());
    let other = patient("p", r#""gender":"other""#);
    let stale = server.with_body("PUT", "/fhir/Patient/p", &[("if-match", &tag)], &other).await;
    let text = stale.refused(412, "stale-version").text();
    assert!(text.contains(&second.version()) && text.contains("read it again"), "{text}");
    assert_eq!(server.get("/fhir/Patient/p").await.json()["gender"], "female");
    server.with_body("PUT", "/fhir/Patient/p", &[("if-match", "*")], &other).await.expect(200);
    let never = patient("never", "");
    let any = [("if-match", "*")];
    server.with_body("PUT", "/fhir/Patient/never", &any, &never).await.refused(412, "stale-version");
}

#[tokio::test]
async fn minimal_answers_have_no_body_and_conditional_reads_say_304() {
    let server = start().await;
    let saved =
        server.with_body("PUT", "/fhir/Patient/p", &[("prefer", "return=minimal")], &patient("p", "")).await;
    let saved = saved.expect(201);
    assert_eq!(saved.body, "");
    let tag = saved.header("etag").to_owned();
    let again = server.with_body("GET", "/fhir/Patient/p", &[("if-none-match", &tag)], "").await.expect(304);
    assert_eq!((again.body.as_str(), again.header("etag")), ("", tag.as_str()));
}

#[tokio::test]
async fn deleted_reads_410_and_keeps_its_history() {
    let server = start().await;
    let first = server.patient("p", r#""gender":"male""#).await;
    let gone = server.delete("/fhir/Patient/p").await.expect(204);
    assert_ne!(gone.version(), first);
    server.get("/fhir/Patient/p").await.refused(410, "gone");
    server.delete("/fhir/Patient/p").await.expect(204);
    let old = server.get(&format!("/fhir/Patient/p/_history/{first}")).await.expect(200);
    assert_eq!(old.json()["gender"], "male");
    server.get(&format!("/fhir/Patient/p/_history/{}", gone.version())).await.refused(410, "gone");
    server.get("/fhir/Patient/p/_history/0000000000000000").await.refused(404, "unknown-version");
    let history = server.get("/fhir/Patient/p/_history").await.expect(200).json();
    assert_eq!((&history["type"], &history["total"]), (&"history".into(), &2.into()));
    assert_eq!(history["entry"][0]["request"]["method"], "DELETE");
    assert_eq!(history["entry"][1]["resource"]["gender"], "male");
    server.put("/fhir/Patient/p", &patient("p", "")).await.expect(201);
    server.get("/fhir/Patient/p").await.expect(200);
}

#[tokio::test]
async fn delete_heeds_if_match_and_says_what_is_not_there() {
    let server = start().await;
    server.delete("/fhir/Patient/never").await.expect(204);
    let any = [("if-match", "*")];
    server.with("DELETE", "/fhir/Patient/never", &any, "").await.refused(404, "not-found");
    let first = server.patient("p", r#""gender":"male""#).await;
    server.patient("p", r#""gender":"female""#).await;
    let tag = format!("W/\"{first}\"");
    server
        .with_body("DELETE", "/fhir/Patient/p", &[("if-match", &tag)], "")
        .await
        .refused(412, "stale-version");
    server.get("/fhir/Patient/p").await.expect(200);
}

#[tokio::test]
async fn history_pages_stay_under_writes() {
    let server = start().await;
    for n in 0..5 {
        server.patient("p", &format!(r#""multipleBirthInteger":{n}"#)).await;
    }
    let numbers = |bundle: &serde_json::Value| -> Vec<u64> {
        let entries = bundle["entry"].as_array().unwrap();
        entries.iter().map(|e| e["resource"]["multipleBirthInteger"].as_u64().unwrap()).collect()
    };
    let first = server.get("/fhir/Patient/p/_history?_count=2").await.expect(200).json();
    assert_eq!(numbers(&first), [4, 3]);
    server.patient("p", r#""multipleBirthInteger":9"#).await;
    let next = first["link"][1]["url"].as_str().unwrap().split_once("/fhir").unwrap().1.to_owned();
    let second = server.get(&format!("/fhir{next}")).await.expect(200).json();
    assert_eq!(numbers(&second), [2, 1]);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_named() {
    let server = start().await;
    server.get("/fhir/Patient/never").await.refused(404, "not-found");
    server.get("/fhir/Patient/never/_history").await.refused(404, "not-found");
    server.get("/fhir/Pat/1").await.refused(404, "unknown-type");
    server.get("/fhir/HoldfastRight/1").await.refused(404, "unknown-type");
    server.get("/fhir/Patient/a_b").await.refused(400, "bad-id");
    server.get("/fhir/Patient/%ff").await.refused(400, "bad-path");
    server.put("/fhir/Patient/p", &patient("q", "")).await.refused(400, "id-mismatch");
    server.put("/fhir/Patient/p", r#"{"resourceType":"Patient"}"#).await.refused(400, "id-mismatch");
    server.put("/fhir/Observation/p", &patient("p", "")).await.refused(400, "type-mismatch");
    server.post("/fhir/Patient", "{").await.refused(400, "bad-body");
    server.post("/fhir/Patient", "[]").await.refused(400, "bad-body");
    let nowhere = server.get("/fhir/a/b/c/d/e").await.refused(404, "no-such-address");
    assert_eq!(nowhere.json()["resourceType"], "OperationOutcome");
    for (method, path, allowed) in [
        ("POST", "/fhir/Patient/p", "DELETE,GET,HEAD,PATCH,PUT"),
        ("PUT", "/fhir/Patient/p/_history", "GET,HEAD"),
        ("DELETE", "/fhir/metadata", "GET,HEAD"),
        ("TRACE", "/fhir/Patient", "DELETE,GET,HEAD,PATCH,POST,PUT"),
        ("BREW", "/fhir", "POST"),
    ] {
        let refused = server.with_body(method, path, &[], "{}").await.refused(405, "method-not-allowed");
        let mut allow: Vec<&str> = refused.header("allow").split(',').collect();
        allow.sort_unstable();
        assert_eq!(allow.join(","), allowed, "{method} {path}");
    }
    assert_eq!(server.held().await, 0);
}

#[tokio::test]
async fn conditional_create_finds_what_is_there() {
    let server = start().await;
    let body = r#"{"resourceType":"Patient","identifier":[{"system":"http://mrn","value":"7"}]}"#;
    let condition = [("if-none-exist", "identifier=http://mrn|7")];
    let first = server.with_body("POST", "/fhir/Patient", &condition, body).await.expect(201);
    let second = server.with_body("POST", "/fhir/Patient", &condition, body).await.expect(200);
    assert_eq!(first.json()["id"], second.json()["id"]);
    server.post("/fhir/Patient", body).await.expect(201);
    server.with_body("POST", "/fhir/Patient", &condition, body).await.refused(412, "many-matches");
    assert_eq!(server.held().await, 2);
}

#[tokio::test]
async fn what_is_written_once_is_neither_changed_nor_deleted() {
    let server = start().await;
    let body = |agent: &str| {
        format!(
            r#"{{"resourceType":"Provenance","id":"v","target":[{{"reference":"Patient/p"}}],"recorded":"2026-03-01T09:30:00Z",
                "agent":[{{"who":{{"display":"{agent}"}}}}]}}"#
        )
    };
    server.put("/fhir/Provenance/v", &body("a")).await.expect(201);
    server.put("/fhir/Provenance/v", &body("b")).await.refused(409, "immutable");
    let refused = server.delete("/fhir/Provenance/v").await.refused(409, "immutable");
    assert!(refused.text().contains("nobody changes or deletes it"), "{}", refused.text());
    server.delete("/fhir/Provenance?_id=v").await.refused(409, "immutable");
    server.get("/fhir/Provenance/v").await.expect(200);
}

#[tokio::test]
async fn metadata_lists_what_the_table_serves() {
    let server = start().await;
    let statement = server.get_as("nobody", "/fhir/metadata").await.expect(200).json();
    assert_eq!((&statement["fhirVersion"], &statement["kind"]), (&"4.0.1".into(), &"instance".into()));
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    assert_eq!(resources.len(), 146);
    let patient = resources.iter().find(|r| r["type"] == "Patient").unwrap();
    let codes: Vec<_> =
        patient["interaction"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap()).collect();
    assert_eq!(
        codes,
        [
            "read",
            "vread",
            "update",
            "patch",
            "delete",
            "history-instance",
            "history-type",
            "create",
            "search-type"
        ]
    );
    let kept = resources.iter().find(|r| r["type"] == "Provenance").unwrap();
    for change in ["update", "patch", "delete"] {
        assert!(!kept["interaction"].to_string().contains(change), "{kept}");
    }
    assert_eq!(
        (&kept["conditionalUpdate"], &kept["conditionalDelete"]),
        (&false.into(), &"not-supported".into())
    );
    let operations = |kind: &str| -> Vec<String> {
        let of =
            resources.iter().find(|r| r["type"] == kind).unwrap()["operation"].as_array().unwrap().clone();
        of.iter().map(|operation| operation["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(operations("Patient"), ["everything", "meta", "summary", "validate"]);
    assert_eq!(operations("Observation"), ["meta", "validate"]);
    assert_eq!(
        (&patient["conditionalUpdate"], &patient["conditionalDelete"]),
        (&true.into(), &"single".into())
    );
    let params: Vec<_> =
        patient["searchParam"].as_array().unwrap().iter().map(|i| i["name"].as_str().unwrap()).collect();
    for name in ["_id", "_lastUpdated", "_text", "_tag", "birthdate", "identifier", "name", "telecom"] {
        assert!(params.contains(&name), "{name}: {params:?}");
    }
    let listed = |name: &str| -> Vec<&str> {
        patient[name].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
    };
    assert_eq!(
        listed("searchInclude"),
        ["Patient:general-practitioner", "Patient:link", "Patient:organization"]
    );
    assert!(listed("searchRevInclude").contains(&"Observation:patient"));
}
