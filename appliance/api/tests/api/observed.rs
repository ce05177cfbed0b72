//! Probes, headers, panics, and metrics without ids.

use holdfast_api::access::doc::{Carries, Doc};
use holdfast_api::access::policy::Policy;
use holdfast_api::routes;
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::common::start;

const PANICS: Doc = Doc::new("Panics", &[(200, Carries::Text)]);

#[tokio::test]
async fn probes_answer() {
    let server = start().await;
    assert_eq!(server.get("/livez").await.expect(200).body, "alive\n");
    assert_eq!(server.get("/readyz").await.expect(200).body, "ready\n");
}

#[tokio::test]
async fn every_answer_has_an_id_and_the_security_headers() {
    let server = start().await;
    for path in ["/", "/status", "/livez", "/fhir/Patient/never", "/nowhere"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    }
    let own = server.with_body("GET", "/livez", &[("x-request-id", "abc-1")], "").await;
    assert_eq!(own.header("x-request-id"), "abc-1");
    let odd = server.with_body("GET", "/livez", &[("x-request-id", "a b\"c")], "").await;
    assert_eq!(odd.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn the_page_runs_its_own_script_only() {
    let server = start().await;
    let page = server.get("/status").await.expect(200);
    let policy = page.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.body.contains(&format!("<script nonce=\"{nonce}\">")) && !policy.contains("unsafe"));
    let body = page.body.replace("http://www.w3.org/2000/svg", "");
    assert!(!body.contains("{{") && !body.contains("http://") && !body.contains("https://"));
    assert_ne!(server.get("/status").await.header("content-security-policy"), policy);
}

#[tokio::test]
async fn a_program_built_without_the_staff_app_answers_with_the_status_page() {
    let server = start().await;
    let (start, status) = (server.get("/").await.expect(200), server.get("/status").await.expect(200));
    let is_status_page = start.body.lines().count() == status.body.lines().count();
    assert_eq!(is_status_page, !holdfast_api::staff_app::is_built_in());
    server.get("/assets/none-1a2b.js").await.expect(404);
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_server_goes_on() {
    let server = start().await;
    async fn broken() -> &'static str {
        panic!("with a patient's name in it")
    }
    let mut app = routes(&server.state).get("/fhir/Basic/$break", Policy::Public, &PANICS, broken).build();
    let request = http::Request::builder().uri("/fhir/Basic/$break").body(axum::body::Body::empty()).unwrap();
    let response = tower::Service::call(&mut app, request).await.unwrap();
    assert_eq!(response.status(), 500);
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(
        body.contains("OperationOutcome") && body.contains("\"defect\"") && !body.contains("patient's name")
    );
}

#[tokio::test]
async fn metrics_are_labelled_by_template() {
    let handle = PrometheusBuilder::new().install_recorder().unwrap();
    let server = start().await;
    server.patient("very-secret-id", "").await;
    server.get("/fhir/Patient/very-secret-id").await.expect(200);
    server.get("/fhir/Patient/very-secret-id/x/y/z").await.expect(404);
    let text = handle.render();
    let line = r#"http_requests_total{route="/fhir/{type}/{id}",method="GET",status="200"}"#;
    assert!(text.contains(line), "{text}");
    assert!(text.contains(r#"route="unmatched",method="GET",status="404""#), "{text}");
    assert!(text.contains("http_request_duration_seconds"), "{text}");
    assert!(!text.contains("very-secret-id"));
}
