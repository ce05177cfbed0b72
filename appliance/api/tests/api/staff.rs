//! The staff save: stale is not refused, it stands beside.

use serde_json::json;

use crate::common::{patient, start};

#[tokio::test]
async fn a_stale_save_stands_beside_the_other_and_says_so() {
    let server = start().await;
    let seen = server.patient("p", r#""gender":"male","birthDate":"1990-01-01""#).await;
    let tag = format!("W/\"{seen}\"");
    let first = patient("p", r#""gender":"female","birthDate":"1990-01-01""#);
    let saved =
        server.with_body("PUT", "/api/records/Patient/p", &[("if-match", &tag)], &first).await.expect(200);
    let json = saved.json();
    assert_eq!((&json["concurrent"], &json["conflicts"]), (&false.into(), &serde_json::json!([])));
    assert_eq!(saved.version(), json["version"].as_str().unwrap());

    let second = patient("p", r#""gender":"other","birthDate":"1990-02-02""#);
    let stale =
        server.with_body("PUT", "/api/records/Patient/p", &[("if-match", &tag)], &second).await.expect(200);
    let json = stale.json();
    assert_eq!((&json["concurrent"], &json["conflicts"]), (&true.into(), &serde_json::json!(["gender"])));

    let read = server.get("/fhir/Patient/p").await.expect(200).json();
    assert_eq!(read["birthDate"], "1990-02-02");
    assert_eq!(read["meta"]["tag"][0]["code"], "conflict");
}

#[tokio::test]
async fn a_save_says_what_it_saw() {
    let server = start().await;
    let body = patient("p", "");
    server.put("/api/records/Patient/p", &body).await.refused(428, "version-required");
    let new = [("if-none-match", "*")];
    server.with_body("PUT", "/api/records/Patient/p", &new, &body).await.expect(201);
    // Sent again after its answer was lost, it is the same save.
    let again = server.with_body("PUT", "/api/records/Patient/p", &new, &body).await.expect(200).json();
    assert_eq!((&again["created"], &again["changed"]), (&json!(false), &json!(false)));
    let other = patient("p", r#""gender":"male""#);
    server.with_body("PUT", "/api/records/Patient/p", &new, &other).await.refused(409, "exists");
    let unknown = [("if-match", "W/\"0123456789abcdef\"")];
    server.with_body("PUT", "/api/records/Patient/p", &unknown, &other).await.refused(412, "stale-version");
}
