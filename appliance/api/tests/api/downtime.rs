//! The downtime pack: the day's visits, and of whom the reader may see.

use holdfast_api::audit::{flush, run};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::common::people::start_with_admin;
use crate::common::{Server, patient};

const PACK: &str = "/api/downtime-pack";

/// In so many hours, as an instant.
fn hours_ahead(hours: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let ms = u64::try_from(now + hours * 3_600_000).unwrap();
    holdfast_core::view::instant(holdfast_core::hlc::Hlc::new(ms, 0))
}

async fn put(server: &Server, resource: &Value) {
    let path =
        format!("/fhir/{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap());
    server.put(&path, &resource.to_string()).await.expect(201);
}

async fn visit(server: &Server, who: &str, hours: i64, status: &str) {
    let appointment = json!({
        "resourceType": "Appointment", "id": format!("a-{who}"), "status": status, "start": hours_ahead(hours),
        "end": hours_ahead(hours + 1), "description": "Review",
        "participant": [{"actor": {"reference": format!("Patient/{who}")}, "status": "accepted"}],
    });
    put(server, &appointment).await;
}

fn named(id: &str, family: &str, rest: &str) -> String {
    patient(id, &format!("\"name\":[{{\"family\":\"{family}\"}}]{rest}"))
}

#[tokio::test]
async fn the_days_visits_are_in_it_and_no_others() {
    let (server, admin) = start_with_admin().await;
    for (id, family) in [("today", "Comes"), ("later", "Nextweek"), ("off", "Cancels"), ("in", "Walksin")] {
        server.put(&format!("/fhir/Patient/{id}"), &named(id, family, "")).await.expect(201);
    }
    server.put("/fhir/Patient/kept", &named("kept", "Hidden", "")).await.expect(201);
    visit(&server, "today", 2, "booked").await;
    visit(&server, "kept", 3, "booked").await;
    let kept = json!([{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]);
    let kept = format!(",\"meta\":{{\"security\":{kept}}}");
    server.put("/fhir/Patient/kept", &named("kept", "Hidden", &kept)).await.expect(200);
    visit(&server, "later", 24 * 7, "booked").await;
    visit(&server, "off", 2, "cancelled").await;
    put(
        &server,
        &json!({"resourceType": "Encounter", "id": "e", "status": "in-progress", "class": {"code": "AMB"},
        "subject": {"reference": "Patient/in"}, "period": {"start": hours_ahead(-1)}}),
    )
    .await;
    put(
        &server,
        &json!({"resourceType": "AllergyIntolerance", "id": "i", "patient": {"reference": "Patient/today"},
        "code": {"text": "Penicillin G"}}),
    )
    .await;
    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(run(server.state.clone(), stopped));
    tokio::task::yield_now().await;
    let doctor = server.person(&admin, "dan", &["clinician"]).await;
    let pack = server.by(&doctor, "GET", PACK, &Value::Null).await.expect(200);
    assert_eq!(pack.header("content-type"), "text/html; charset=utf-8");
    for (part, is_there) in [
        ("Comes", true),
        ("Walksin", true),
        ("Penicillin G", true),
        ("Records kept from most people, not in here: 1", true),
        ("Hidden", false),
        ("Nextweek", false),
        ("Cancels", false),
    ] {
        assert_eq!(pack.body.contains(part), is_there, "{part}: {}", pack.body);
    }
    let desk = server.person(&admin, "fay", &["front-desk"]).await;
    let pack = server.by(&desk, "GET", &format!("{PACK}?lang=ar"), &Value::Null).await.expect(200).body;
    assert!(
        pack.contains("Comes") && !pack.contains("Penicillin G") && pack.contains("dir=\"rtl\""),
        "{pack}"
    );
    flush(&server.state).await;
    let path = "/fhir/AuditEvent?patient=Patient/today&_count=100";
    let trail = server.by(&admin, "GET", path, &Value::Null).await.expect(200).body;
    assert!(trail.contains("downtime-pack"), "{trail}");
}
