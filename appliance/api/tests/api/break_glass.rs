//! Records that are kept from most: out of sight by every way, and open to who treats the patient, or says why they must.

use serde_json::{Value, json};

use crate::common::people::{PIN, Person, start_with_admin};
use crate::common::{Server, TOKEN};

/// Stands in the kept record alone.
const SECRET: &str = "kept-from-most";
const LABEL: &str = r#""meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}"#;

/// A server with a kept patient and one who is not, the administrator, a clinician who treats the kept one, and one who does not.
async fn start() -> (Server, Person, Person, Person) {
    let (server, admin) = start_with_admin().await;
    for (login, id) in [("treats", "7"), ("other", "8")] {
        let rest = json!({"practitioner": format!("Practitioner/{id}")});
        server.add_person(&admin, login, &["clinician"], &rest).await.expect(201);
    }
    let treats = Person::of(&server.sign_in("treats", PIN).await.expect(200));
    let other = Person::of(&server.sign_in("other", PIN).await.expect(200));
    let gp = r#""generalPractitioner":[{"reference":"Practitioner/7"}]"#;
    server.patient("kept", &format!(r#""name":[{{"family":"{SECRET}"}}],{gp},{LABEL}"#)).await;
    server.patient("open", r#""name":[{"family":"plain"}]"#).await;
    for id in ["kept", "open"] {
        let mark = if id == "kept" { SECRET } else { "x" };
        let observation = json!({"resourceType": "Observation", "id": format!("of-{id}"), "status": "final",
            "code": {"text": mark}, "subject": {"reference": format!("Patient/{id}")}});
        server.by(&treats, "PUT", &format!("/fhir/Observation/of-{id}"), &observation).await.expect(201);
    }
    let binary = json!({"resourceType": "Binary", "id": "scan", "contentType": "text/plain",
        "data": "eA==", "securityContext": {"reference": "Patient/kept"}});
    server.by(&treats, "PUT", "/fhir/Binary/scan", &binary).await.expect(201);
    (server, admin, treats, other)
}

const WAYS: [&str; 17] = [
    "/fhir/Patient/kept",
    "/fhir/Patient/kept/_history",
    "/fhir/Patient/kept/$everything",
    "/fhir/Patient/kept/$meta",
    "/fhir/Patient",
    "/fhir/Patient?_id=kept",
    "/fhir/Patient?family=kept-from",
    "/fhir/Patient?_has:Observation:patient:status=final",
    "/fhir/Patient/_history",
    "/fhir/Observation/of-kept",
    "/fhir/Observation/of-kept/_history",
    "/fhir/Observation",
    "/fhir/Observation?patient.family=kept-from",
    "/fhir/Observation?_include=Observation:patient",
    "/fhir/Observation/_history",
    "/fhir/_history",
    "/fhir/Binary/scan",
];

#[tokio::test]
async fn what_is_kept_is_out_of_sight_by_every_way() {
    let (server, _, treats, other) = start().await;
    for path in WAYS {
        let shown = server.by(&treats, "GET", path, &Value::Null).await.expect(200);
        assert!(
            path.contains("Binary") || path.contains("$meta") || shown.body.contains(SECRET),
            "{path}: {}",
            shown.body
        );
        let hidden = server.by(&other, "GET", path, &Value::Null).await;
        let is_hidden = !hidden.body.contains(SECRET)
            && !hidden.body.contains("eA==")
            && !hidden.body.contains("Patient/kept\"");
        assert!(is_hidden && matches!(hidden.status, 200 | 404), "{path}: {} {}", hidden.status, hidden.body);
    }
    for (method, path, body) in [
        ("PUT", "/fhir/Patient/kept", json!({"resourceType": "Patient", "id": "kept"})),
        ("DELETE", "/fhir/Observation/of-kept", Value::Null),
        (
            "PATCH",
            "/fhir/Observation/of-kept",
            json!([{"op": "replace", "path": "/status", "value": "amended"}]),
        ),
        (
            "PUT",
            "/fhir/Observation/new",
            json!({"resourceType": "Observation", "id": "new", "status": "final", "code": {"text": "x"},
                   "subject": {"reference": "Patient/kept"}}),
        ),
    ] {
        let media = if method == "PATCH" { "application/json-patch+json" } else { "application/fhir+json" };
        let request =
            http::Request::builder().method(method).uri(path).header("host", server.address.to_string());
        let request =
            request.header("cookie", &other.cookie).header("x-holdfast", "1").header("content-type", media);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let refused = server.send(request.body(http_body_util::Full::from(body)).unwrap()).await;
        // What is not there may be deleted again and again, and this is not there for them.
        let expected: &[u16] = if method == "DELETE" { &[204] } else { &[403, 404] };
        assert!(expected.contains(&refused.status), "{method} {path}: {} {}", refused.status, refused.body);
    }
    server.by(&treats, "GET", "/fhir/Observation/of-kept", &Value::Null).await.expect(200);
    let kept = server.by(&treats, "GET", "/fhir/Patient/kept", &Value::Null).await.expect(200);
    assert!(kept.body.contains(SECRET));
    let found = server.by(&other, "GET", "/fhir/Patient", &Value::Null).await.expect(200).json();
    assert_eq!(found["total"].as_u64(), Some(1), "{found}");
}

#[tokio::test]
async fn whoever_breaks_the_glass_sees_the_one_record_and_is_asked_about_it() {
    let (server, admin, _, other) = start().await;
    let broken = |reason: &str| json!({"patient": "kept", "reason": reason});
    server.by(&other, "POST", "/api/session/break-glass", &broken(" ")).await.refused(422, "reason-missing");
    let path = "/api/session/break-glass";
    server
        .by(&other, "POST", path, &json!({"patient": "nobody", "reason": "x"}))
        .await
        .refused(404, "not-found");
    server.by(&other, "POST", path, &broken("collapsed in the waiting room")).await.expect(204);
    for path in WAYS {
        let shown = server.by(&other, "GET", path, &Value::Null).await.expect(200);
        assert!(
            path.contains("Binary") || path.contains("$meta") || shown.body.contains(SECRET),
            "{path}: {}",
            shown.body
        );
    }
    let again = Person::of(&server.sign_in("other", PIN).await.expect(200));
    assert_eq!(
        server.by(&again, "GET", "/fhir/Patient/kept", &Value::Null).await.status,
        404,
        "in that session alone"
    );

    server.by(&other, "GET", "/api/break-glass", &Value::Null).await.refused(403, "forbidden");
    let queue = server.by(&admin, "GET", "/api/break-glass", &Value::Null).await.expect(200).json();
    let entry = &queue["entries"][0];
    assert_eq!(
        (&entry["who"], &entry["patient"], &entry["reason"], entry["review"].is_null()),
        (&json!("Practitioner/8"), &json!("kept"), &json!("collapsed in the waiting room"), true)
    );
    let path = format!("/api/break-glass/{}/review", entry["id"].as_str().unwrap());
    server.by(&admin, "POST", &path, &json!({"note": ""})).await.refused(422, "reason-missing");
    let reviewed =
        server.by(&admin, "POST", &path, &json!({"note": "spoke with them"})).await.expect(200).json();
    assert_eq!(reviewed["review"]["note"], "spoke with them");
    server
        .by(&admin, "POST", "/api/break-glass/unknown/review", &json!({"note": "x"}))
        .await
        .refused(404, "not-found");
}

#[tokio::test]
async fn breaking_the_glass_widens_no_role() {
    let (server, admin, ..) = start().await;
    let broken = json!({"patient": "kept", "reason": "curious"});
    server.by(&admin, "POST", "/api/session/break-glass", &broken).await.refused(403, "forbidden");
    let desk = server.person(&admin, "desk", &["front-desk"]).await;
    assert_eq!(server.by(&desk, "GET", "/fhir/Patient/kept", &Value::Null).await.status, 404);
    server.by(&desk, "POST", "/api/session/break-glass", &broken).await.expect(204);
    server.by(&desk, "GET", "/fhir/Patient/kept", &Value::Null).await.expect(200);
    server.by(&desk, "GET", "/fhir/Observation/of-kept", &Value::Null).await.refused(403, "forbidden");
    let token = server.with(
        "POST",
        "/api/session/break-glass",
        &[("content-type", "application/json")],
        broken.to_string(),
    );
    token.await.refused(403, "not-a-person");
    assert_eq!(
        server.get_as(TOKEN, "/fhir/Patient/kept").await.status,
        404,
        "tokens with a person's role do not see it either"
    );
}

#[tokio::test]
async fn the_trail_tells_who_came_went_failed_and_broke_the_glass() {
    let (server, admin, _, other) = start().await;
    let auditing =
        tokio::spawn(holdfast_api::audit::run(server.state.clone(), tokio::sync::watch::channel(false).1));
    tokio::task::yield_now().await;
    server.sign_in("other", "928374").await.refused(401, "sign-in-wrong");
    let signed = Person::of(&server.sign_in("other", PIN).await.expect(200));
    let broken = json!({"patient": "kept", "reason": "collapsed"});
    server.by(&signed, "POST", "/api/session/break-glass", &broken).await.expect(204);
    server.by(&signed, "DELETE", "/api/session", &Value::Null).await.expect(204);
    server.by(&other, "GET", "/fhir/Patient/open", &Value::Null).await.expect(200);
    holdfast_api::audit::flush(&server.state).await;
    auditing.abort();
    for (query, expected) in [
        ("subtype=110122&outcome=8&agent=Practitioner/8", 1),
        ("subtype=110122&outcome=0&agent=Practitioner/8", 1),
        ("subtype=110123&agent=Practitioner/8", 1),
        ("subtype=110127&agent=Practitioner/8&patient=Patient/kept", 1),
        ("subtype=read&agent=Practitioner/8&patient=Patient/open", 1),
    ] {
        let found = server
            .by(&admin, "GET", &format!("/fhir/AuditEvent?{query}"), &Value::Null)
            .await
            .expect(200)
            .json();
        assert_eq!(found["entry"].as_array().map_or(0, Vec::len), expected, "{query}: {found}");
    }
}
