//! Searching what a conflict hides: every sibling is found, and the conflicts themselves.

use crate::common::{Server, start};
use crate::search::ids;

/// A Condition whose code and subject two people set side by side.
async fn clinic() -> Server {
    let server = start().await;
    for id in ["a", "b"] {
        server.patient(id, "").await;
    }
    let body = |code: &str, patient: &str| {
        format!(
            r#"{{"resourceType":"Condition","id":"c","code":{{"text":"{code}"}},"subject":{{"reference":"Patient/{patient}"}},
                "text":{{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">{code}</div>"}}}}"#
        )
    };
    let seen = server.put("/fhir/Condition/c", &body("unknown", "z")).await.expect(201).version();
    let tag = format!("W/\"{seen}\"");
    for (code, patient) in [("asthma", "a"), ("bronchitis", "b")] {
        let headers = [("if-match", tag.as_str())];
        server.with_body("PUT", "/api/records/Condition/c", &headers, &body(code, patient)).await.expect(200);
    }
    let plain = r#"{"resourceType":"Condition","id":"d","code":{"text":"asthma"},"subject":{"reference":"Patient/a"}}"#;
    server.put("/fhir/Condition/d", plain).await.expect(201);
    server
}

#[tokio::test]
async fn texts_of_every_sibling_are_found() {
    let server = clinic().await;
    for (query, expected) in [
        ("code:text=asthma", &["c", "d"][..]),
        ("code:text=bronchitis", &["c"]),
        ("code:text=unknown", &[]),
        ("_text=asthma", &["c"]),
        ("_text=bronchitis", &["c"]),
    ] {
        let answer = server.get(&format!("/fhir/Condition?{query}")).await.expect(200);
        assert_eq!(ids(&answer), expected, "{query}");
    }
}

#[tokio::test]
async fn conflicts_are_found_by_the_tag_that_shows_them() {
    let server = clinic().await;
    let tagged = server.get("/fhir/Condition/c").await.json();
    assert_eq!(tagged["meta"]["tag"][0]["code"], "conflict");
    let tag = "urn:holdfast:tag%7Cconflict";
    for (query, expected) in [
        (format!("Condition?_tag={tag}"), &["c"][..]),
        (format!("Condition?_tag:not={tag}"), &["d"]),
        ("Condition?_tag:missing=true".to_owned(), &["d"]),
        ("Condition?_tag=conflict&_total=accurate".to_owned(), &["c"]),
        (format!("Condition?_tag={tag}&_sort=-_lastUpdated"), &["c"]),
        (format!("Patient?_has:Condition:patient:_tag={tag}"), &["a", "b"]),
        (format!("Patient?_tag={tag}"), &[]),
    ] {
        let answer = server.get(&format!("/fhir/{query}")).await.expect(200);
        assert_eq!(ids(&answer), expected, "{query}");
    }
}

#[tokio::test]
async fn whom_every_sibling_names_is_included() {
    let server = clinic().await;
    let answer = server.get("/fhir/Condition?_id=c&_include=Condition:subject").await.expect(200);
    assert_eq!(ids(&answer), ["c", "a", "b"]);
}
