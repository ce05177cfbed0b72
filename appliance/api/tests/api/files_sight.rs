//! Whose files who may see: those of documents in sight, and no others.

use std::sync::Arc;

use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::scopes::Scope;
use holdfast_api::access::token::OneToken;
use serde_json::{Value, json};

use crate::common::files::scan;
use crate::common::people::start_with_admin;
use crate::common::{ADMIN, DESK, Server, TOKEN, start, start_with};

/// Bound to the patient `own`.
const BOUND: &str = "bound to one patient";
/// Reads patients, and nothing else.
const NARROW: &str = "patients only";
/// Reads documents and adds none.
const READER: &str = "reads documents";

async fn server() -> Server {
    let server = start_with(|mut parts| {
        let limited = |token, scopes: &[&str], patient| {
            let scopes: Vec<Scope> = scopes.iter().map(|text| Scope::parse(text).unwrap()).collect();
            OneToken::new(token, Principal::new(token, [Role::Clinician]).limited(&scopes, patient))
        };
        parts.authenticator = Arc::new(vec![
            OneToken::new(TOKEN, Principal::new("Practitioner/nurse", [Role::Clinician])),
            OneToken::new(DESK, Principal::new("desk", [Role::FrontDesk])),
            OneToken::new(ADMIN, Principal::new("admin", [Role::Admin])),
            limited(BOUND, &["patient/*.cruds"], Some("own")),
            limited(NARROW, &["user/Patient.rs"], None),
            limited(READER, &["user/DocumentReference.rs"], None),
        ]);
        parts
    })
    .await;
    server.patient("own", "").await;
    server.patient("other", "").await;
    server
}

#[tokio::test]
async fn who_may_not_see_documents_gets_no_files() {
    let server = server().await;
    let id = server.file("other", b"secret").await;
    let body = json!({"size": 1, "contentType": "a/b"});
    for token in [DESK, ADMIN, NARROW] {
        for path in [format!("/api/files/{id}"), format!("/api/files/{id}/content")] {
            server.get_as(token, &path).await.refused(403, "forbidden");
        }
        server.begin_file_as(token, "other", &body).await.refused(403, "forbidden");
        server.get_as(token, "/api/patients/other/files").await.refused(403, "forbidden");
    }
    assert_eq!(server.get_as(READER, &format!("/api/files/{id}/content")).await.expect(200).body, "secret");
    server.begin_file_as(READER, "other", &body).await.refused(403, "forbidden");
    server.as_with(READER, "DELETE", &format!("/api/files/{id}"), &[], "").await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_sign_in_bound_to_a_patient_has_that_patients_files_alone() {
    let server = server().await;
    let (own, other) = (server.file("own", b"mine").await, server.file("other", b"secret").await);
    assert_eq!(server.get_as(BOUND, &format!("/api/files/{own}/content")).await.expect(200).body, "mine");
    for path in [format!("/api/files/{other}"), format!("/api/files/{other}/content")] {
        let answer = server.get_as(BOUND, &path).await;
        assert!(!answer.body.contains("secret"));
        answer.refused(404, "not-found");
    }
    let body = json!({"size": 4, "contentType": "a/b"});
    server.begin_file_as(BOUND, "other", &body).await.refused(404, "not-found");
    let begun = server.begin_file_as(BOUND, "own", &body).await.expect(201).json();
    let path = format!("/api/files/{}", begun["id"].as_str().unwrap());
    server.as_with(BOUND, "PUT", &format!("{path}/chunks/0"), &[], "mine").await.expect(204);
    server.as_with(BOUND, "POST", &format!("{path}/complete"), &[], "").await.expect(200);
}

#[tokio::test]
async fn files_of_a_record_that_is_kept_open_with_the_glass() {
    let (server, admin) = start_with_admin().await;
    let doctor = server.person(&admin, "dan", &["clinician"]).await;
    let nurse = server.person(&admin, "nina", &["nurse"]).await;
    let patient = json!({"resourceType": "Patient", "id": "p"});
    server
        .by_with(
            &doctor,
            "PUT",
            "/api/records/Patient/p",
            &[("x-holdfast", "1"), ("if-none-match", "*")],
            &patient,
        )
        .await
        .expect(201);
    let begun = json!({"size": 6, "contentType": "text/plain"});
    let file = server.by(&doctor, "POST", "/api/patients/p/files", &begun).await.expect(201).json();
    let path = format!("/api/files/{}", file["id"].as_str().unwrap());
    server.by(&doctor, "PUT", &format!("{path}/chunks/0"), &json!("abcd")).await.expect(204);
    server.by(&doctor, "POST", &format!("{path}/complete"), &Value::Null).await.expect(200);
    let content = format!("{path}/content");
    assert_eq!(server.by(&nurse, "GET", &content, &Value::Null).await.expect(200).body, "\"abcd\"");

    let label = json!({"resourceType": "Patient", "id": "p", "meta": {"security": [
        {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}});
    server.by(&doctor, "PUT", "/fhir/Patient/p", &label).await.expect(200);
    server.by(&nurse, "GET", &content, &Value::Null).await.refused(404, "not-found");
    server.by(&nurse, "GET", &path, &Value::Null).await.refused(404, "not-found");
    server.by(&nurse, "POST", "/api/patients/p/files", &begun).await.refused(404, "not-found");
    let glass = json!({"patient": "p", "reason": "she fell in the hall"});
    server.by(&nurse, "POST", "/api/session/break-glass", &glass).await.expect(204);
    assert_eq!(server.by(&nurse, "GET", &content, &Value::Null).await.expect(200).body, "\"abcd\"");
}

/// A forged file that names the chunks of somebody else's gives nothing away.
#[tokio::test]
async fn a_chunk_is_its_patients_whoever_names_it() {
    let server = server().await;
    server.file("other", b"secret").await;
    let chunk = holdfast_clinical::files::chunk_id("other", b"secret");
    let forged = json!({"resourceType": "HoldfastFile", "id": "f", "patient": {"reference": "Patient/own"}, "author": "x",
        "contentType": "text/plain", "size": 6, "chunkBytes": 1 << 20, "begunMs": 1, "hash": "00",
        "chunks": [{"n": 0, "id": chunk}]});
    let entity = holdfast_core::id::Entity::new("HoldfastFile", "f");
    let text = forged.to_string();
    let put =
        server.writer.write(move |tx| tx.put(&entity, &text, &holdfast_store::author::Base::Absent, "x"));
    put.await.unwrap();
    server.get_as(BOUND, "/api/files/f/content").await.refused(409, "file-incomplete");
    server.get_as(BOUND, &format!("/api/files/{chunk}")).await.refused(404, "not-found");
}

#[tokio::test]
async fn fhir_knows_neither_files_nor_chunks() {
    let server = start().await;
    server.patient("p", "").await;
    let id = server.file("p", &scan(100, 1)).await;
    for kind in ["HoldfastFile", "HoldfastChunk"] {
        server.get(&format!("/fhir/{kind}/{id}")).await.refused(404, "unknown-type");
        server.get(&format!("/fhir/{kind}")).await.refused(404, "unknown-type");
    }
    for path in ["/fhir/Patient/p/$everything", "/fhir/_history", "/fhir/Patient/p/$summary"] {
        let body = server.get(path).await.expect(200).body;
        assert!(!body.contains("HoldfastFile") && !body.contains("HoldfastChunk"), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_fhir_client_fetches_what_a_document_names() {
    let server = start().await;
    server.patient("p", "").await;
    let bytes = scan(1000, 3);
    let id = server.file("p", &bytes).await;
    let shown = server.file_shown(&id).await;
    let document = json!({"resourceType": "DocumentReference", "id": "d", "status": "current", "subject": {"reference": "Patient/p"},
        "content": [{"attachment": {"contentType": shown["contentType"], "url": shown["url"], "size": shown["size"],
            "hash": shown["sha1"], "title": shown["name"]}}]});
    server.put("/fhir/DocumentReference/d", &document.to_string()).await.expect(201);
    let read = server.get("/fhir/DocumentReference/d").await.expect(200).json();
    let url = read["content"][0]["attachment"]["url"].as_str().unwrap();
    assert!(server.get(url).await.expect(200).bytes == bytes);
}

#[tokio::test]
async fn who_looked_at_a_file_is_kept() {
    let server = start().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(holdfast_api::audit::run(server.state.clone(), stopped));
    tokio::task::yield_now().await;
    server.patient("p", "").await;
    let id = server.file("p", b"abc").await;
    server.content(&id, &[]).await.expect(200);
    server.get_as(DESK, &format!("/api/files/{id}/content")).await.refused(403, "forbidden");
    holdfast_api::audit::flush(&server.state).await;
    let found = server.get_as(ADMIN, "/fhir/AuditEvent?subtype=read").await.expect(200).json();
    let entities = &found["entry"][0]["resource"]["entity"];
    assert_eq!(entities[0]["what"]["reference"], json!(format!("HoldfastFile/{id}")), "{found}");
    assert_eq!(entities[1]["what"]["reference"], json!("Patient/p"), "{found}");
    let all = server.get_as(ADMIN, "/fhir/AuditEvent").await.expect(200).body;
    assert!(all.contains("refused: forbidden"), "{all}");
    drop(stop);
}
