//! `GET /fhir/Patient/{id}/$summary`.

use holdfast_api::audit::{flush, run};
use serde_json::Value;
use tokio::sync::watch;

use crate::common::{ADMIN, DESK, Server, start};

async fn put(server: &Server, kind: &str, id: &str, rest: &str) {
    let body = format!(r#"{{"resourceType":"{kind}","id":"{id}",{rest}}}"#);
    let saved = server.put(&format!("/fhir/{kind}/{id}"), &body).await;
    assert!(matches!(saved.status, 200 | 201), "{}", saved.body);
}

fn names(bundle: &Value) -> Vec<String> {
    let name = |entry: &Value| {
        let resource = &entry["resource"];
        format!("{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap())
    };
    bundle["entry"].as_array().unwrap().iter().map(name).collect()
}

async fn charted() -> Server {
    let server = start().await;
    put(&server, "Organization", "o", r#""name":"North""#).await;
    put(&server, "Medication", "x", r#""code":{"text":"Metformin"}"#).await;
    for patient in ["p", "q"] {
        server.patient(patient, r#""managingOrganization":{"reference":"Organization/o"}"#).await;
        let about = format!(r#"{{"reference":"Patient/{patient}"}}"#);
        put(
            &server,
            "AllergyIntolerance",
            &format!("{patient}a"),
            &format!(r#""patient":{about},"code":{{"text":"Latex"}}"#),
        )
        .await;
        let medicine =
            r#""status":"active","intent":"order","medicationReference":{"reference":"Medication/x"}"#;
        put(
            &server,
            "MedicationRequest",
            &format!("{patient}m"),
            &format!(r#"{medicine},"subject":{about}"#),
        )
        .await;
        for number in 0..3 {
            let lab = format!(
                r#""status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}}]}}],"code":{{"text":"HbA1c"}},"subject":{about},"effectiveDateTime":"202{number}-01-01","valueQuantity":{{"value":7.{number}0,"unit":"%"}}"#
            );
            put(&server, "Observation", &format!("{patient}o{number}"), &lab).await;
        }
    }
    server
}

#[tokio::test]
async fn summary_is_a_document_of_this_patient_alone() {
    let server = charted().await;
    let answer = server.get("/fhir/Patient/p/$summary").await.expect(200);
    assert!(answer.header("content-type").starts_with("application/fhir+json"));
    let bundle = answer.json();
    assert_eq!(bundle["type"], "document");
    let names = names(&bundle);
    assert!(names[0].starts_with("Composition/"), "{names:?}");
    assert_eq!(
        names[1..6],
        ["Patient/p", "AllergyIntolerance/pa", "MedicationRequest/pm", "Observation/po2", "Medication/x"]
    );
    assert!(!answer.body.contains("Patient/q"));
    let custodian = &bundle["entry"][0]["resource"]["custodian"]["reference"];
    assert_eq!(custodian, "Organization/o");
    let url = bundle["entry"][1]["fullUrl"].as_str().unwrap();
    assert!(url.starts_with("http://") && url.ends_with("/fhir/Patient/p"), "{url}");
    let checked = server.post("/fhir/Bundle/$validate", &answer.body).await.expect(200).json();
    let errors =
        checked["issue"].as_array().unwrap().iter().filter(|issue| issue["severity"] == "error").count();
    assert_eq!(errors, 0, "{checked}");
}

#[tokio::test]
async fn summary_is_refused_to_who_may_not_see_all_of_it_and_of_who_is_not_there() {
    let server = charted().await;
    // Without allergies in sight it would say that none are held.
    server.get_as(DESK, "/fhir/Patient/p/$summary").await.refused(403, "forbidden");
    server.get("/fhir/Patient/nobody/$summary").await.expect(404);
    server.get("/fhir/Observation/po1/$summary").await.expect(404);
}

#[tokio::test]
async fn who_took_a_summary_is_in_the_trail() {
    let server = charted().await;
    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(run(server.state.clone(), stopped));
    tokio::task::yield_now().await;
    server.get("/fhir/Patient/p/$summary").await.expect(200);
    flush(&server.state).await;
    let told = server.get_as(ADMIN, "/fhir/AuditEvent?patient=p&_count=100").await.expect(200).body;
    assert!(told.contains("$summary"), "{told}");
}
