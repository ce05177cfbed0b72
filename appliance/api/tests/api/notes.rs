//! A signed note keeps its words, by whatever route somebody tries to change them.

use serde_json::{Value, json};

use crate::common::{Server, start};

const AT: &str = "/fhir/Composition/n";

fn note(status: &str, text: &str) -> Value {
    json!({
        "resourceType": "Composition", "id": "n", "status": status, "title": "Visit", "date": "2026-11-27",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]},
        "subject": {"reference": "Patient/p"},
        "author": [{"display": "Amina Rahimi"}],
        "section": [{"title": "Plan", "text": {
            "status": "additional", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{text}</div>")
        }}],
    })
}

async fn signed() -> Server {
    let server = start().await;
    server.patient("p", "").await;
    server.put(AT, &note("preliminary", "Rest").to_string()).await.expect(201);
    server.put(AT, &note("preliminary", "Rest, fluids").to_string()).await.expect(200);
    server.put(AT, &note("final", "Rest, fluids").to_string()).await.expect(200);
    server
}

#[tokio::test]
async fn its_words_are_changed_by_no_route() {
    let server = signed().await;
    let version = server.get(AT).await.expect(200).version();
    let other = note("final", "Nothing of the kind");
    let text = other.to_string();
    server.put(AT, &text).await.refused(409, "signed");
    let tag = format!("W/\"{version}\"");
    server
        .with_body("PUT", "/api/records/Composition/n", &[("if-match", &tag)], &text)
        .await
        .refused(409, "signed");
    let patch = json!([{"op": "replace", "path": "/title", "value": "Other"}]).to_string();
    let refused = server.patch(AT, &[], &patch).await.refused(409, "signed");
    assert_eq!(refused.json()["issue"][0]["expression"], json!(["Composition.title"]));
    let entry =
        |method: &str| json!({"request": {"method": method, "url": "Composition/n"}, "resource": other});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry("PUT")]});
    server.post("/fhir", &bundle.to_string()).await.refused(409, "signed");
    server.delete(AT).await.refused(409, "signed");
    assert_eq!(server.get(AT).await.expect(200).version(), version);
}

#[tokio::test]
async fn it_is_signed_again_withdrawn_and_added_to_but_no_draft_any_more() {
    let server = signed().await;
    let again = server.put(AT, &note("final", "Rest, fluids").to_string()).await.expect(200);
    assert_eq!(again.version(), server.get(AT).await.version(), "what is sent again changes nothing");
    server.put(AT, &note("preliminary", "Rest, fluids").to_string()).await.refused(422, "illegal-step");
    let mut addendum = note("final", "And paracetamol");
    addendum["id"] = json!("m");
    addendum["relatesTo"] = json!([{"code": "appends", "targetReference": {"reference": "Composition/n"}}]);
    server.put("/fhir/Composition/m", &addendum.to_string()).await.expect(201);
    server.put(AT, &note("entered-in-error", "Rest, fluids").to_string()).await.expect(200);
    server.put(AT, &note("final", "Rest, fluids").to_string()).await.refused(422, "illegal-step");
}
