//! Whoever has not been confirmed for long reads, and breaks the glass, and does nothing else.

use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use serde_json::{Value, json};

use crate::common::Server;
use crate::common::people::{PIN, Person, start_with_admin};

/// As if nobody had confirmed the person since then.
async fn confirmed_until(server: &Server, who: &Person, until_ms: u64) {
    let entity = Entity::new("HoldfastUser", &who.id);
    let set = move |tx: &mut holdfast_store::Tx<'_>| {
        let json = tx.view()?.read(&entity)?.json;
        let mut user: Value = serde_json::from_str(&json).unwrap();
        user["confirmedUntil"] = until_ms.into();
        tx.put(&entity, &user.to_string(), &Base::Blind, "test")
    };
    server.writer.write(set).await.unwrap();
}

#[tokio::test]
async fn past_the_confirmation_a_sign_in_reads_and_writes_nothing() {
    let (server, admin) = start_with_admin().await;
    let doctor = server.person(&admin, "dan", &["clinician"]).await;
    server.patient("p1", "").await;
    confirmed_until(&server, &doctor, 1).await;
    let session = server.by(&doctor, "GET", "/api/session", &Value::Null).await.expect(200).json();
    assert_eq!((&session["mode"], &session["confirmedUntilMs"]), (&json!("read-only"), &json!(1)));
    assert_eq!(session["keeps"], json!([]), "nothing is offered that would be refused");
    server.by(&doctor, "GET", "/fhir/Patient/p1", &Value::Null).await.expect(200);
    server.by(&doctor, "GET", "/fhir/Observation?subject=Patient/p1", &Value::Null).await.expect(200);
    let note = json!({"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"}});
    let new = [("x-holdfast", "1"), ("if-none-match", "*")];
    server.by_with(&doctor, "PUT", "/api/records/Observation/o", &new, &note).await.refused(403, "read-only");
    server.by(&doctor, "PUT", "/fhir/Observation/o", &note).await.refused(403, "read-only");
    server.by(&doctor, "DELETE", "/fhir/Patient/p1", &Value::Null).await.refused(403, "read-only");
    let entry = json!({"resource": note, "request": {"method": "PUT", "url": "Observation/o"}});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]});
    server.by(&doctor, "POST", "/fhir", &bundle).await.refused(403, "forbidden");
    assert_eq!(server.get("/fhir/Observation/o").await.status, 404);
    // Never a hard lock-out: they sign in again, and are confirmed again.
    let doctor = Person::of(&server.sign_in("dan", PIN).await.expect(200));
    assert_eq!(
        holdfast_api::people::renew(&server.writer, server.writer.records().now_ms()).await.unwrap(),
        1
    );
    let session = server.by(&doctor, "GET", "/api/session", &Value::Null).await.expect(200).json();
    assert_eq!(session["mode"], "full");
    server.by(&doctor, "PUT", "/fhir/Observation/o", &note).await.expect(201);
}

#[tokio::test]
async fn an_unconfirmed_manager_changes_nobody() {
    let (server, admin) = start_with_admin().await;
    confirmed_until(&server, &admin, 1).await;
    server.by(&admin, "GET", "/api/people", &Value::Null).await.expect(200);
    server.add_person(&admin, "eve", &["admin"], &json!({})).await.refused(403, "read-only");
    let path = format!("/api/people/{}", admin.id);
    server.by(&admin, "PUT", &path, &json!({"name": "x"})).await.refused(403, "read-only");
    server
        .by(&admin, "POST", &format!("{path}/pin"), &json!({"pin": "395817"}))
        .await
        .refused(403, "read-only");
}

#[tokio::test]
async fn renewing_confirms_those_who_are_active_and_nobody_else() {
    let (server, admin) = start_with_admin().await;
    let nurse = server.person(&admin, "nina", &["nurse"]).await;
    let gone = server.person(&admin, "gus", &["nurse"]).await;
    let path = format!("/api/people/{}", gone.id);
    server.by(&admin, "PUT", &path, &json!({"active": false})).await.expect(200);
    for who in [&nurse, &gone] {
        confirmed_until(&server, who, 1).await;
    }
    let now_ms = server.writer.records().now_ms();
    assert_eq!(holdfast_api::people::renew(&server.writer, now_ms).await.unwrap(), 1);
    assert_eq!(holdfast_api::people::renew(&server.writer, now_ms).await.unwrap(), 0, "once is enough");
    let people = server.by(&admin, "GET", "/api/people", &Value::Null).await.expect(200).json();
    let until = |login: &str| {
        let people = people["people"].as_array().unwrap();
        people.iter().find(|one| one["login"] == login).unwrap()["confirmedUntil"].as_u64().unwrap()
    };
    assert_eq!(until("gus"), 1);
    assert_eq!(until("nina"), now_ms + 14 * 24 * 3_600_000);
    assert!(until("ada") <= now_ms + 72 * 3_600_000);
}
