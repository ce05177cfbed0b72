//! Requests that cannot be served: each by its status and code, with what to do, and nothing stored.

use crate::common::{patient, start};

const JSON: (&str, &str) = ("content-type", "application/fhir+json");
const PATCH: (&str, &str) = ("content-type", "application/json-patch+json");

#[tokio::test]
async fn each_bad_request_is_named_and_stores_nothing() {
    let server = start().await;
    let p = patient("p", "");
    let deep =
        |levels: usize| patient("p", &format!(r#""extension":{}{}"#, "[".repeat(levels), "]".repeat(levels)));
    let (shallow, abyss) = (deep(100), deep(10_000));
    for (method, path, headers, body, status, code) in [
        ("GET", "/fhir/Patient/p?_format=xml", &[][..], "", 406, "not-acceptable"),
        ("GET", "/fhir/Patient/p", &[("accept", "application/fhir+xml")], "", 406, "not-acceptable"),
        ("PUT", "/fhir/Patient/p", &[], &p, 415, "unsupported-media-type"),
        (
            "PUT",
            "/fhir/Patient/p",
            &[("content-type", "application/fhir+xml")],
            "<x/>",
            415,
            "unsupported-media-type",
        ),
        ("PUT", "/fhir/Patient/p", &[JSON, ("content-encoding", "br")], &p, 415, "unsupported-encoding"),
        ("PUT", "/fhir/Patient/p", &[JSON, ("if-match", "W/\"a\", W/\"b\"")], &p, 400, "bad-header"),
        ("PUT", "/fhir/Patient/p", &[JSON, ("if-match", "W/\"a\"")], &p, 412, "stale-version"),
        ("PUT", "/fhir/Patient/q", &[JSON], &p, 400, "id-mismatch"),
        ("PUT", "/fhir/Observation/p", &[JSON], &p, 400, "type-mismatch"),
        ("PUT", "/fhir/Patient/a_b", &[JSON], &p, 400, "bad-id"),
        ("PUT", "/fhir/Pat/p", &[JSON], &p, 404, "unknown-type"),
        ("PUT", "/fhir/Patient/p", &[JSON], "", 400, "bad-body"),
        ("PUT", "/fhir/Patient/p", &[JSON], "{\"resourceType\":\"Patient\",\"id\":\"p\"", 400, "bad-body"),
        ("PUT", "/fhir/Patient/p", &[JSON], "null", 400, "bad-body"),
        ("PUT", "/fhir/Patient/p", &[JSON], &shallow, 422, "invalid-resource"),
        ("PUT", "/fhir/Patient/p", &[JSON], &abyss, 422, "invalid-resource"),
        ("POST", "/fhir/Patient/$validate", &[], &p, 415, "unsupported-media-type"),
        ("POST", "/fhir/Patient/$nonsense", &[JSON], &p, 405, "method-not-allowed"),
        ("PATCH", "/fhir/Patient/p", &[PATCH], "[]", 404, "not-found"),
        ("PATCH", "/fhir/Patient/p", &[PATCH], &"[".repeat(10_000), 400, "bad-patch"),
        ("POST", "/fhir", &[JSON], &p, 400, "bundle-unreadable"),
        (
            "POST",
            "/fhir",
            &[JSON],
            "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}",
            400,
            "bundle-wrong-type",
        ),
        ("POST", "/fhir/metadata", &[JSON], "{}", 405, "method-not-allowed"),
        ("GET", "/fhir/Patient/p/_history?_since=x", &[], "", 400, "bad-parameter"),
        ("GET", "/fhir/nowhere/at/all", &[], "", 404, "no-such-address"),
    ] {
        let answer = server.with(method, path, headers, body.to_owned()).await;
        let said = format!("{method} {path} {body:.60}: {}", answer.body);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{said}");
        let outcome = answer.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome", "{said}");
        let text = answer.text();
        assert!(text.contains(';') || text.contains(':'), "what, why and what to do: {text}");
        assert_eq!(server.held().await, 0, "{said}");
    }
}
