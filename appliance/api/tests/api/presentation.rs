//! What comes back, and in which shape: `Prefer`, `_summary`, `_elements`, `_pretty`, conditional reads, HEAD.

use crate::common::{patient, start};

const WEIGHT: &str = r#"{"resourceType":"Observation","id":"w","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"status":"final","code":{"text":"weight"},"valueQuantity":{"value":70.50,"unit":"kg"},"note":[{"text":"n"}]}"#;

#[tokio::test]
async fn shapes_of_a_read() {
    let server = start().await;
    let version = server.put("/fhir/Observation/w", WEIGHT).await.expect(201).version();
    for (query, has, lacks) in [
        ("_summary=true", "\"value\":70.50", "note"),
        ("_summary=text", "<div", "valueQuantity"),
        ("_summary=data", "\"note\"", "<div"),
        ("_summary=false", "\"note\"", "SUBSETTED"),
        ("_elements=valueQuantity", "\"value\":70.50", "note"),
        ("_elements=Observation.note", "\"status\":\"final\"", "valueQuantity"),
    ] {
        for path in ["/fhir/Observation/w".to_owned(), format!("/fhir/Observation/w/_history/{version}")] {
            let part = server.get(&format!("{path}?{query}")).await.expect(200);
            assert!(part.body.contains(has) && !part.body.contains(lacks), "{query}: {}", part.body);
            assert_eq!(part.body.contains("SUBSETTED"), query != "_summary=false", "{query}");
            assert_eq!(part.version(), version);
        }
    }
}

#[tokio::test]
async fn parameters_of_a_read_that_cannot_be_used_are_named() {
    let server = start().await;
    server.patient("p", "").await;
    for (query, status, code) in [
        ("_summary=some", 400, "bad-parameter"),
        ("_summary=count", 400, "bad-parameter"),
        ("_elements=", 400, "bad-parameter"),
        ("_summary=true&_elements=name", 400, "bad-parameter"),
        ("_summary=%zz", 400, "bad-query"),
        ("_format=xml", 406, "not-acceptable"),
        ("_pretty=null", 400, "bad-parameter"),
    ] {
        let refused = server.get(&format!("/fhir/Patient/p?{query}")).await.refused(status, code);
        let name = query.split('=').next().unwrap();
        assert!(
            code != "bad-parameter" || refused.text().contains("_summary") || refused.text().contains(name)
        );
    }
    server.get("/fhir/Patient/p?_sumary=true").await.expect(200);
    let strict = [("prefer", "handling=strict")];
    let refused = server.with("GET", "/fhir/Patient/p?_sumary=true", &strict, "").await;
    assert!(refused.refused(400, "unknown-parameter").text().contains("\"_sumary\""));
    server.with("GET", "/fhir/Patient/p?_pretty=true&_format=json", &strict, "").await.expect(200);
}

#[tokio::test]
async fn a_part_is_not_taken_for_the_whole() {
    let server = start().await;
    server.put("/fhir/Observation/w", WEIGHT).await.expect(201);
    let part = server.get("/fhir/Observation/w?_summary=true").await.expect(200).body;
    server.put("/fhir/Observation/w", &part).await.refused(422, "part-of-a-resource");
    assert!(server.get("/fhir/Observation/w").await.body.contains("\"note\""));
}

#[tokio::test]
async fn pretty_answers_say_the_same() {
    let server = start().await;
    server.put("/fhir/Observation/w", WEIGHT).await.expect(201);
    let plain = server.get("/fhir/Observation/w").await.expect(200);
    let pretty = server.get("/fhir/Observation/w?_pretty=true").await.expect(200);
    assert!(pretty.body.contains("\n  \"status\": \"final\""), "{}", pretty.body);
    assert!(pretty.body.contains("\"value\": 70.50"));
    assert_eq!(pretty.json(), plain.json());
    let error = server.get("/fhir/Observation/never?_pretty=true").await.refused(404, "not-found");
    assert!(error.body.starts_with("{\n"), "{}", error.body);
    assert_eq!(server.get("/fhir/Observation/w?_pretty=false").await.body, plain.body);
}

#[tokio::test]
async fn saves_answer_with_what_is_preferred() {
    let server = start().await;
    for (prefer, method, path, says) in [
        ("return=representation", "PUT", "/fhir/Patient/p", Some("Patient")),
        ("return=minimal", "PUT", "/fhir/Patient/p", None),
        ("return=OperationOutcome", "PUT", "/fhir/Patient/p", Some("OperationOutcome")),
        ("return=everything", "PUT", "/fhir/Patient/p", Some("Patient")),
        ("return=OperationOutcome", "POST", "/fhir/Patient", Some("OperationOutcome")),
    ] {
        let saved = server.with_body(method, path, &[("prefer", prefer)], &patient("p", "")).await;
        assert!(matches!(saved.status, 200 | 201), "{}", saved.body);
        assert!(saved.header("etag").starts_with("W/\"") && saved.header("last-modified").ends_with("GMT"));
        match says {
            None => assert_eq!(saved.body, ""),
            Some(kind) => assert_eq!(saved.json()["resourceType"], kind, "{prefer}"),
        }
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let server = start().await;
    let version = server.patient("p", "").await;
    let read = server.get("/fhir/Patient/p").await.expect(200);
    let (tag, date) = (read.header("etag").to_owned(), read.header("last-modified").to_owned());
    let old = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (headers, status) in [
        (&[("if-none-match", tag.as_str())][..], 304),
        (&[("if-none-match", "W/\"x\"")], 200),
        (&[("if-modified-since", date.as_str())], 304),
        (&[("if-modified-since", old)], 200),
        (&[("if-none-match", "W/\"x\""), ("if-modified-since", date.as_str())], 200),
        (&[("if-modified-since", "never")], 200),
    ] {
        for path in ["/fhir/Patient/p".to_owned(), format!("/fhir/Patient/p/_history/{version}")] {
            let answer = server.with("GET", &path, headers, "").await.expect(status);
            assert_eq!(
                (answer.header("etag"), answer.header("last-modified")),
                (tag.as_str(), date.as_str())
            );
            assert_eq!(answer.body.is_empty(), status == 304);
        }
    }
}

#[tokio::test]
async fn head_is_a_read_without_its_body() {
    let server = start().await;
    server.patient("p", "").await;
    let read = server.get("/fhir/Patient/p").await.expect(200);
    let head = server.with("HEAD", "/fhir/Patient/p", &[], "").await.expect(200);
    assert_eq!(head.body, "");
    for name in ["etag", "last-modified", "content-type", "content-length"] {
        assert_eq!(head.header(name), read.header(name), "{name}");
    }
    let missing = server.with("HEAD", "/fhir/Patient/never", &[], "").await.expect(404);
    assert_eq!(missing.body, "");
}
