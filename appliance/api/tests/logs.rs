//! What is logged: enough to find a request, and nothing of any patient.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use common::{TOKEN, patient, start};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_name_the_route_and_never_the_patient() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::DEBUG);
    let filter = tracing_subscriber::EnvFilter::new("holdfast_api=trace,holdfast_store=trace");
    subscriber.with_env_filter(filter).with_writer(captured.clone()).init();
    let server = start().await;
    let secret = r#""name":[{"family":"Geheimnis"}],"identifier":[{"system":"s","value":"MRN-0815"}]"#;
    let version = server.patient("pat-geheim", secret).await;
    server.get("/fhir/Patient?name=Geheimnis&identifier=MRN-0815").await.expect(200);
    server.get("/fhir/Patient?colour=Geheimnis").await.expect(400);
    server.get("/fhir/Patient/pat-geheim").await.expect(200);
    server.get_as("wrong-geheim-token", "/fhir/Patient/pat-geheim").await.expect(401);
    let tag = [("if-match", version.as_str())];
    for gender in ["male", "female"] {
        let body = patient("pat-geheim", &format!(r#"{secret},"gender":"{gender}""#));
        server.with_body("PUT", "/api/records/Patient/pat-geheim", &tag, &body).await.expect(200);
    }
    server.get("/api/conflicts/Patient/pat-geheim").await.expect(200);
    server
        .with_body("PUT", "/fhir/Patient/pat-geheim", &tag, &patient("pat-geheim", secret))
        .await
        .expect(412);
    server.put("/fhir/Patient/pat-geheim", "{\"Geheimnis\"").await.expect(400);
    server.get("/geheim/address").await.expect(404);
    let logged = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for secret in ["eheim", "MRN-0815", TOKEN] {
        assert!(!logged.contains(secret), "{secret} is in the log:\n{logged}");
    }
    assert_eq!(logged.matches("\"served\"").count(), 11, "{logged}");
    for needed in [
        r#""http.route":"/fhir/{type}/{id}""#,
        r#""http.status":412"#,
        r#""error.code":"stale-version""#,
        r#""duration_ms":"#,
        r#""request.id":""#,
    ] {
        assert!(logged.contains(needed), "{needed} is missing:\n{logged}");
    }
}
