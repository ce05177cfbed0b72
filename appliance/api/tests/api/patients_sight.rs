//! The staff views obey who may see what, and the trail tells whom they showed.

use std::sync::Arc;

use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::scopes::Scope;
use holdfast_api::access::token::OneToken;
use holdfast_api::audit::{flush, run};
use tokio::sync::watch;

use crate::common::{ADMIN, Server, TOKEN, start_with};

/// Bound to the patient `own`, with every interaction.
const BOUND: &str = "bound to one patient";
/// Stands in the record of the other patient alone.
const SECRET: &str = "Keptfromothers";

async fn start() -> (Server, watch::Sender<bool>) {
    let server = start_with(|mut parts| {
        let scopes = [Scope::parse("patient/*.cruds").unwrap()];
        parts.authenticator = Arc::new(vec![
            OneToken::new(TOKEN, Principal::new("Practitioner/nurse", [Role::Clinician])),
            OneToken::new(ADMIN, Principal::new("admin", [Role::Admin])),
            OneToken::new(BOUND, Principal::new("app", [Role::Clinician]).limited(&scopes, Some("own"))),
        ]);
        parts
    })
    .await;
    server.patient("own", r#""name":[{"family":"Mine"}],"birthDate":"1974-03-12""#).await;
    server.patient("other", &format!(r#""name":[{{"family":"{SECRET}"}}],"birthDate":"1974-03-12""#)).await;
    let body = r#"{"other":"other","reason":"same card"}"#;
    server.post("/api/patients/own/link", body).await.expect(200);
    let allergy = format!(
        r#"{{"resourceType":"AllergyIntolerance","id":"a","patient":{{"reference":"Patient/other"}},"code":{{"text":"{SECRET}"}}}}"#
    );
    server.put("/fhir/AllergyIntolerance/a", &allergy).await.expect(201);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(run(server.state.clone(), stopped));
    tokio::task::yield_now().await;
    (server, stop)
}

#[tokio::test]
async fn who_is_bound_to_a_patient_sees_that_patient_alone() {
    let (server, _stop) = start().await;
    for path in [
        format!("/api/patients?q={SECRET}"),
        "/api/patients?q=keptfromotherz".to_owned(),
        "/api/patients?q=1974".to_owned(),
        "/api/patients?q=mine".to_owned(),
        "/api/patients/own/chart".to_owned(),
        "/api/patients/own/observations?code=http://loinc.org%7C29463-7".to_owned(),
    ] {
        let answer = server.get_as(BOUND, &path).await.expect(200);
        let told = answer.body.to_lowercase().matches(&SECRET.to_lowercase()).count();
        assert_eq!(told, 0, "{path}: {}", answer.body);
    }
    let found = server.get_as(BOUND, "/api/patients?q=1974").await.json();
    assert_eq!(
        (found["patients"].as_array().unwrap().len(), &found["patients"][0]["id"]),
        (1, &"own".into())
    );
    for path in ["/api/patients/other/chart", "/api/patients/other/observations?code=x%7Cy"] {
        server.get_as(BOUND, path).await.refused(404, "not-found");
    }
    let typed = format!(r#"{{"given":"","family":"{SECRET}","birthDate":"1974-03-12"}}"#);
    let likely = server.post_as(BOUND, "/api/patients/likely", &typed).await.expect(200);
    assert!(!likely.body.contains(SECRET), "{}", likely.body);
    server
        .post_as(BOUND, "/api/medicines/check", r#"{"patient":"other","text":"x"}"#)
        .await
        .refused(404, "not-found");
    let link = server.post_as(BOUND, "/api/patients/own/unlink", r#"{"other":"other","reason":"x"}"#).await;
    assert!(matches!(link.status, 403 | 404), "{}", link.body);
    let register = r#"{"resourceType":"Patient","id":"another"}"#;
    server.post_as(BOUND, "/api/patients", register).await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_trail_tells_whom_a_search_and_a_chart_have_shown() {
    let (server, _stop) = start().await;
    server.get("/api/patients?q=mine").await.expect(200);
    server.get("/api/patients/own/chart").await.expect(200);
    server.get("/api/patients?q=nobodyhere").await.expect(200);
    flush(&server.state).await;
    let told = |patient: &'static str| {
        let server = &server;
        async move {
            let path =
                format!("/fhir/AuditEvent?patient={patient}&agent=Practitioner/nurse&action=E,R&_count=50");
            let found = server.get_as(ADMIN, &path).await.expect(200).json();
            let entries = found["entry"].as_array().cloned().unwrap_or_default();
            let subtype = |one: &serde_json::Value| {
                one["resource"]["subtype"][0]["code"].as_str().unwrap_or_default().to_owned()
            };
            let mut all: Vec<String> = entries.iter().map(subtype).collect();
            all.sort();
            all
        }
    };
    for patient in ["own", "other"] {
        let all = told(patient).await;
        assert!(all.contains(&"search-type".to_owned()) && all.len() >= 2, "{patient}: {all:?}");
    }
}
