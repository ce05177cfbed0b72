//! Who may do what, and how a refusal reads.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::common::{ADMIN, DESK, patient, start};

#[tokio::test]
async fn nobody_gets_in_without_a_token() {
    let server = start().await;
    let bare = |path: &str| Request::builder().uri(path).header("host", "x").body(Full::default()).unwrap();
    let fhir = server.send(bare("/fhir/Patient/p")).await.refused(401, "no-token");
    assert_eq!(fhir.json()["resourceType"], "OperationOutcome");
    assert!(fhir.header("www-authenticate").starts_with("Bearer"));
    let other = server.send(bare("/api/continuity")).await.refused(401, "no-token");
    assert_eq!(other.header("content-type"), "application/problem+json");
    for path in ["/fhir/Patient", "/api/conflicts", "/api/continuity", "/api/continuity/events"] {
        server.get_as("guess", path).await.refused(401, "unknown-token");
    }
    for path in ["/", "/livez", "/readyz", "/metrics", "/fhir/metadata"] {
        assert_eq!(server.send(bare(path)).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_token_in_the_address_is_no_sign_in() {
    let server = start().await;
    let request = Request::builder().uri(format!("/api/continuity?access_token={}", crate::common::TOKEN));
    server.send(request.header("host", "x").body(Full::default()).unwrap()).await.refused(401, "no-token");
}

#[tokio::test]
async fn roles_limit_what_a_sign_in_may_do() {
    let server = start().await;
    server.patient("p", "").await;
    server.get_as(DESK, "/fhir/Patient/p").await.expect(200);
    server.get_as(DESK, "/fhir/Observation/o").await.refused(403, "forbidden");
    let refused = server.get_as(ADMIN, "/fhir/Patient/p").await.refused(403, "forbidden");
    assert!(refused.text().starts_with("cannot read Patient: this sign-in may not"), "{}", refused.text());
    server.get_as(ADMIN, "/fhir/Practitioner").await.expect(200);
    server.get_as(ADMIN, "/api/continuity").await.expect(200);
    for (method, path) in [
        ("PUT", "/fhir/Patient/p"),
        ("DELETE", "/fhir/Patient/p"),
        ("POST", "/fhir/Patient"),
        ("PUT", "/api/records/Patient/p"),
        ("POST", "/api/conflicts/Patient/p/resolve"),
    ] {
        let refused = server.send(as_json(ADMIN, method, path, &patient("p", ""))).await;
        let refused = refused.refused(403, "forbidden");
        assert!(refused.text().contains("right to change records"), "{}", refused.text());
    }
    server.send(as_json(DESK, "PUT", "/fhir/Patient/p", &patient("p", r#""active":true"#))).await.expect(200);
    server.send(as_json(DESK, "DELETE", "/fhir/Patient/p", "")).await.refused(403, "forbidden");
    let note = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"}}"#;
    server.send(as_json(DESK, "PUT", "/fhir/Observation/o", note)).await.refused(403, "forbidden");
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{note},"request":{{"method":"PUT","url":"Observation/o"}}}}]}}"#
    );
    let refused = server.send(as_json(DESK, "POST", "/fhir", &bundle)).await.refused(403, "forbidden");
    assert!(refused.text().contains("Bundle.entry[0]"), "{}", refused.text());
    server.get("/fhir/Observation/o").await.refused(404, "not-found");
}

fn as_json(token: &str, method: &str, path: &str, body: &str) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(path).header("host", "x");
    let request = request.header("authorization", format!("Bearer {token}"));
    request.header("content-type", "application/json").body(Full::from(body.to_owned())).unwrap()
}
