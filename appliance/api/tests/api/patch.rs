//! JSON Patch, alone and in bundles.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::common::start;

const WEIGHT: &str = r#"{"resourceType":"Observation","id":"w","status":"preliminary","code":{"text":"weight"},"valueQuantity":{"value":70.50,"unit":"kg"},"note":[{"text":"caf\u00e9"}]}"#;

#[tokio::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    let server = start().await;
    let first = server.put("/fhir/Observation/w", WEIGHT).await.expect(201);
    let patch = r#"[{"op":"test","path":"/valueQuantity/value","value":70.5},{"op":"replace","path":"/status","value":"final"},{"op":"add","path":"/note/-","value":{"text":"x"}}]"#;
    let tag = first.header("etag").to_owned();
    let patched = server.patch("/fhir/Observation/w", &[("if-match", &tag)], patch).await.expect(200);
    assert_ne!(patched.version(), first.version());
    assert!(patched.body.contains(r#"{"value":70.50,"unit":"kg"}"#), "{}", patched.body);
    assert!(patched.body.contains(r#"[{"text":"caf\u00e9"},{"text":"x"}]"#), "{}", patched.body);
    assert_eq!(patched.json()["status"], "final");
    assert_eq!(server.get("/fhir/Observation/w").await.body, patched.body);
    server.patch("/fhir/Observation/w", &[("if-match", &tag)], patch).await.refused(412, "stale-version");
    let same = server.patch("/fhir/Observation/w", &[], "[]").await.expect(200);
    assert_eq!(same.version(), patched.version(), "a patch of nothing saves nothing");
}

#[tokio::test]
async fn what_cannot_be_patched_is_named_and_stays_as_it_was() {
    let server = start().await;
    let version = server.put("/fhir/Observation/w", WEIGHT).await.expect(201).version();
    for (patch, status, code, place) in [
        ("", 400, "bad-patch", None),
        ("{}", 400, "bad-patch", None),
        (r#"[{"op":"add","path":"/x"}]"#, 400, "bad-patch", None),
        (
            r#"[{"op":"test","path":"/valueQuantity/value","value":70.51}]"#,
            409,
            "patch-test-failed",
            Some("Observation.valueQuantity.value"),
        ),
        (r#"[{"op":"remove","path":"/note/3"}]"#, 422, "patch-no-such-place", Some("Observation.note[3]")),
        (r#"[{"op":"replace","path":"/id","value":"other"}]"#, 400, "id-mismatch", None),
        (r#"[{"op":"replace","path":"/resourceType","value":"Patient"}]"#, 400, "type-mismatch", None),
        (r#"[{"op":"remove","path":"/resourceType"}]"#, 400, "bad-body", None),
        (r#"[{"op":"replace","path":"","value":7}]"#, 400, "bad-body", None),
        (r#"[{"op":"remove","path":"/note/0"}]"#, 422, "invalid-resource", Some("Observation.note")),
        (
            r#"[{"op":"replace","path":"/status","value":"final"},{"op":"test","path":"/status","value":"x"}]"#,
            409,
            "patch-test-failed",
            Some("Observation.status"),
        ),
    ] {
        let refused = server.patch("/fhir/Observation/w", &[], patch).await.refused(status, code);
        let expression = &refused.json()["issue"][0]["expression"][0];
        assert_eq!(expression.as_str(), place, "{patch}");
    }
    server.patch("/fhir/Observation/never", &[], "[]").await.refused(404, "not-found");
    server.patch("/fhir/Observation/w", &[("if-match", "*")], "[]").await.expect(200);
    assert_eq!(server.get("/fhir/Observation/w").await.version(), version);
    server.delete("/fhir/Observation/w").await.expect(204);
    server.patch("/fhir/Observation/w", &[], "[]").await.refused(410, "gone");
}

#[tokio::test]
async fn other_kinds_of_patch_are_refused_by_name() {
    let server = start().await;
    server.patient("p", "").await;
    for (media, says) in [
        ("application/fhir+json", "FHIRPath Patch"),
        ("application/xml-patch+xml", "XML Patch"),
        ("application/merge-patch+json", "JSON Merge Patch"),
    ] {
        let refused = server.with("PATCH", "/fhir/Patient/p", &[("content-type", media)], "[]").await;
        let refused = refused.refused(415, "unsupported-patch");
        assert!(refused.text().contains(says), "{}", refused.text());
        assert_eq!(refused.header("accept-patch"), "application/json-patch+json");
    }
    let other = server.with("PATCH", "/fhir/Patient/p", &[("content-type", "text/plain")], "[]").await;
    other.refused(415, "unsupported-media-type");
}

#[tokio::test]
async fn conditional_patches_act_on_one() {
    let server = start().await;
    let gender = r#"[{"op":"add","path":"/gender","value":"female"}]"#;
    server.patch("/fhir/Patient", &[], gender).await.refused(400, "no-condition");
    server.patch("/fhir/Patient?identifier=7", &[], gender).await.refused(404, "not-found");
    server.patient("p", r#""identifier":[{"value":"7"}]"#).await;
    let patched = server.patch("/fhir/Patient?identifier=7", &[], gender).await.expect(200);
    assert_eq!(patched.json()["gender"], "female");
    server.patient("q", r#""identifier":[{"value":"7"}]"#).await;
    server.patch("/fhir/Patient?identifier=7", &[], gender).await.refused(412, "many-matches");
    assert!(server.get("/fhir/Patient/q").await.json()["gender"].is_null());
}

fn entry(kind: &str, media: &str, patch: &str, url: &str) -> serde_json::Value {
    json!({
        "resource": { "resourceType": kind, "contentType": media, "data": STANDARD.encode(patch) },
        "request": { "method": "PATCH", "url": url },
    })
}

#[tokio::test]
async fn bundles_carry_patches_as_binaries() {
    let server = start().await;
    server.patient("p", r#""identifier":[{"value":"7"}],"gender":"male""#).await;
    let json_patch = "application/json-patch+json";
    let female = r#"[{"op":"replace","path":"/gender","value":"female"}]"#;
    let bundle = |kind: &str, entries: &[serde_json::Value]| {
        json!({ "resourceType": "Bundle", "type": kind, "entry": entries }).to_string()
    };
    let good = entry("Binary", json_patch, female, "Patient?identifier=7");
    let done =
        server.post("/fhir", &bundle("transaction", std::slice::from_ref(&good))).await.expect(200).json();
    assert_eq!(done["entry"][0]["response"]["status"], "200 OK");
    assert_eq!(server.get("/fhir/Patient/p").await.json()["gender"], "female");
    let wrong = [
        entry("Binary", json_patch, r#"[{"op":"test","path":"/gender","value":"x"}]"#, "Patient/p"),
        entry("Binary", "application/fhir+json", female, "Patient/p"),
        entry("Parameters", json_patch, female, "Patient/p"),
        entry("Binary", json_patch, "{", "Patient/p"),
        entry("Binary", json_patch, female, "Patient/never"),
    ];
    let expected =
        ["409 Conflict", "400 Bad Request", "415 Unsupported Media Type", "400 Bad Request", "404 Not Found"];
    let each = server.post("/fhir", &bundle("batch", &wrong)).await.expect(200).json();
    for (at, status) in expected.iter().enumerate() {
        assert_eq!(each["entry"][at]["response"]["status"], *status, "{at}: {each}");
    }
    for (at, bad) in wrong.iter().enumerate() {
        let basic = json!({ "resource": { "resourceType": "Basic", "code": { "text": "x" } },
                            "request": { "method": "POST", "url": "Basic" } });
        let refused = server.post("/fhir", &bundle("transaction", &[basic, bad.clone()])).await;
        assert!((400..500).contains(&refused.status), "{at}: {}", refused.body);
        assert_eq!(server.held().await, 1, "{at}: nothing is stored in part");
    }
}

#[tokio::test]
async fn who_prefers_so_reads_in_a_bundles_answer_what_was_saved() {
    let server = start().await;
    let body = json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        { "resource": { "resourceType": "Patient", "id": "p" }, "request": { "method": "PUT", "url": "Patient/p" } } ] })
    .to_string();
    let plain = server.post("/fhir", &body).await.expect(200).json();
    assert!(plain["entry"][0]["resource"].is_null());
    let prefer = [("prefer", "return=representation")];
    let full = server.with_body("POST", "/fhir", &prefer, &body).await.expect(200).json();
    assert_eq!(full["entry"][0]["resource"]["id"], "p");
}
