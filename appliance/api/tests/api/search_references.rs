//! References to these records, to other servers and to definitions: each is found by what it is.

use serde_json::Value;

use crate::common::{Server, start};
use crate::search::ids;

fn observation(id: &str, subject: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"x"}},"subject":{subject}}}"#
    )
}

async fn put(server: &Server, id: &str, subject: &str) {
    let path = format!("/fhir/Observation/{id}");
    server.put(&path, &observation(id, &format!(r#"{{"reference":"{subject}"}}"#))).await.expect(201);
}

async fn found(server: &Server, query: &str) -> Vec<String> {
    ids(&server.get(&format!("/fhir/{query}")).await.expect(200))
}

#[tokio::test]
async fn what_another_server_holds_is_no_patient_here() {
    let server = start().await;
    server.patient("1", "").await;
    put(&server, "here", "Patient/1").await;
    put(&server, "there", "http://other.example/fhir/Patient/1/_history/2").await;
    for (query, expected) in [
        ("patient=1", &["here"][..]),
        ("subject=Patient/1", &["here"]),
        ("patient=http://other.example/fhir/Patient/1", &["there"]),
        ("patient:missing=true", &[]),
        ("patient._id=1", &["here"]),
    ] {
        assert_eq!(found(&server, &format!("Observation?{query}")).await, expected, "{query}");
    }
    assert_eq!(found(&server, "Observation?_id=there&_include=Observation:subject").await, ["there"]);
    assert_eq!(found(&server, "Patient/1/$everything").await, ["1", "here"]);
}

#[tokio::test]
async fn the_own_address_means_these_records() {
    let server = start().await;
    server.patient("1", "").await;
    let own = format!("http://{}/fhir", server.address);
    let absolute = format!("{own}/Patient/1");
    put(&server, "put", &absolute).await;
    let body = observation("x", &format!(r#"{{"reference":"{absolute}"}}"#)).replace(r#""id":"x","#, "");
    server.post("/fhir/Observation", &body).await.expect(201);
    let patch = format!(r#"[{{"op":"add","path":"/performer","value":[{{"reference":"{absolute}"}}]}}]"#);
    server.patch("/fhir/Observation/put", &[], &patch).await.expect(200);
    let entry = observation("bundled", &format!(r#"{{"reference":"{absolute}"}}"#));
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"batch","entry":[{{"resource":{entry},"request":{{"method":"PUT","url":"Observation/bundled"}}}}]}}"#
    );
    server.post("/fhir", &bundle).await.expect(200);
    for query in ["patient=1".to_owned(), format!("subject={absolute}")] {
        assert_eq!(found(&server, &format!("Observation?{query}")).await.len(), 3, "{query}");
    }
    let read = server.get("/fhir/Observation/put").await.json();
    assert_eq!(
        (&read["subject"]["reference"], &read["performer"][0]["reference"]),
        (&Value::from("Patient/1"), &Value::from("Patient/1"))
    );
    let condition = [("if-none-exist", format!("subject={absolute}&_id=put"))];
    let headers = [(condition[0].0, condition[0].1.as_str())];
    let matched = server.with_body("POST", "/fhir/Observation", &headers, &body).await.expect(200);
    assert_eq!(matched.json()["id"], "put");
}

#[tokio::test]
async fn canonicals_are_found_with_and_without_their_version() {
    let server = start().await;
    server.patient("p", "").await;
    for (id, canonical) in [("two", "http://x/PlanDefinition/1|2"), ("three", "http://x/PlanDefinition/1|3")]
    {
        let body = format!(
            r#"{{"resourceType":"CarePlan","id":"{id}","status":"active","intent":"plan","subject":{{"reference":"Patient/p"}},"instantiatesCanonical":["{canonical}"]}}"#
        );
        server.put(&format!("/fhir/CarePlan/{id}"), &body).await.expect(201);
    }
    for (value, expected) in [
        ("http://x/PlanDefinition/1", &["two", "three"][..]),
        ("http://x/PlanDefinition/1%7C2", &["two"]),
        ("http://x/PlanDefinition/1%7C4", &[]),
        ("1", &[]),
    ] {
        let query = format!("CarePlan?instantiates-canonical={value}");
        assert_eq!(found(&server, &query).await, expected, "{value}");
    }
}

#[tokio::test]
async fn an_element_without_a_value_to_search_by_is_not_missing() {
    let server = start().await;
    for (id, subject) in [
        ("identifier", r#"{"identifier":{"value":"7"}}"#),
        ("display", r#"{"type":"Patient","display":"Ann"}"#),
    ] {
        server.put(&format!("/fhir/Observation/{id}"), &observation(id, subject)).await.expect(201);
    }
    for (query, expected) in [
        ("code:missing=true", &[][..]),
        ("code:missing=false", &["identifier", "display"]),
        ("subject:missing=true", &[]),
        ("patient:missing=true", &["identifier"]),
        ("encounter:missing=true", &["identifier", "display"]),
    ] {
        assert_eq!(found(&server, &format!("Observation?{query}")).await, expected, "{query}");
    }
}
