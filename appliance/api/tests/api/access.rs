//! Who may do what, and how a refusal reads.

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
    server.get_as(ADMIN, "/fhir/Patient/p").await.refused(403, "forbidden");
    server.get_as(ADMIN, "/api/conflicts").await.refused(403, "forbidden");
    server.get_as(ADMIN, "/api/continuity").await.expect(200);
    for (method, path) in [
        ("PUT", "/fhir/Patient/p"),
        ("DELETE", "/fhir/Patient/p"),
        ("POST", "/fhir/Patient"),
        ("POST", "/fhir"),
        ("PUT", "/api/records/Patient/p"),
        ("POST", "/api/conflicts/Patient/p/resolve"),
    ] {
        for token in [DESK, ADMIN] {
            let request = Request::builder().method(method).uri(path).header("host", "x");
            let request = request.header("authorization", format!("Bearer {token}"));
            let request = request
                .header("content-type", "application/json")
                .body(Full::from(patient("p", "")))
                .unwrap();
            let refused = server.send(request).await.refused(403, "forbidden");
            assert!(refused.text().contains("right to change patients' records"), "{}", refused.text());
        }
    }
}
