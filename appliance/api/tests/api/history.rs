//! Histories of a type and of everything, and what narrows a history.

use serde_json::Value;

use crate::common::{OTHER, Server, start};

/// `Type/id method` of each entry.
fn entries(bundle: &Value) -> Vec<String> {
    let of = |entry: &Value| {
        let (url, method) =
            (entry["request"]["url"].as_str().unwrap(), entry["request"]["method"].as_str().unwrap());
        format!("{url} {method} {}", entry["response"]["status"].as_str().unwrap())
    };
    bundle["entry"].as_array().map(|all| all.iter().map(of).collect()).unwrap_or_default()
}

fn next(bundle: &Value) -> Option<String> {
    let links = bundle["link"].as_array()?;
    let url = links.iter().find(|link| link["relation"] == "next")?["url"].as_str()?;
    Some(format!("/fhir{}", url.split_once("/fhir").unwrap().1))
}

async fn basic(server: &Server, id: &str) {
    let body = format!(r#"{{"resourceType":"Basic","id":"{id}","code":{{"text":"x"}}}}"#);
    server.put(&format!("/fhir/Basic/{id}"), &body).await.expect(201);
}

#[tokio::test]
async fn a_count_of_none_asks_how_many_there_are() {
    let server = start().await;
    server.patient("p", r#""gender":"male""#).await;
    server.patient("p", r#""gender":"female""#).await;
    for path in ["Patient/p/_history", "Patient/_history", "_history", "Patient/p/$everything"] {
        let bundle = server.get(&format!("/fhir/{path}?_count=0")).await.expect(200).json();
        assert_eq!((entries(&bundle).len(), next(&bundle)), (0, None), "{path}");
    }
    assert_eq!(server.get("/fhir/Patient/p/_history?_count=0").await.json()["total"], 2);
    server.get("/fhir/Patient/never/_history?_count=0").await.refused(404, "not-found");
}

#[tokio::test]
async fn histories_tell_every_save_newest_first() {
    let server = start().await;
    server.patient("p", r#""gender":"male""#).await;
    basic(&server, "b").await;
    server.patient("p", r#""gender":"female""#).await;
    server.delete("/fhir/Basic/b").await.expect(204);
    let system = server.get("/fhir/_history").await.expect(200).json();
    assert_eq!(system["type"], "history");
    let expected = [
        "Basic/b DELETE 204 No Content",
        "Patient/p PUT 200 OK",
        "Basic/b PUT 201 Created",
        "Patient/p PUT 201 Created",
    ];
    assert_eq!(entries(&system), expected);
    let patients = server.get("/fhir/Patient/_history").await.expect(200).json();
    assert_eq!(entries(&patients), ["Patient/p PUT 200 OK", "Patient/p PUT 201 Created"]);
    assert_eq!(patients["entry"][1]["resource"]["gender"], "male");
    let tag = patients["entry"][0]["response"]["etag"].as_str().unwrap();
    assert_eq!(server.get("/fhir/Patient/p").await.header("etag"), tag);
    assert_eq!(entries(&server.get("/fhir/Observation/_history").await.expect(200).json()).len(), 0);
}

#[tokio::test]
async fn pages_of_a_history_stay_under_writes() {
    let server = start().await;
    for n in 0..5 {
        basic(&server, &format!("b{n}")).await;
    }
    for place in ["Basic/_history", "_history"] {
        let first = server.get(&format!("/fhir/{place}?_count=2")).await.expect(200).json();
        basic(&server, &format!("new-{}", place.len())).await;
        let (mut seen, mut page) = (entries(&first).len(), first);
        let newest = entries(&page)[0].clone();
        while let Some(path) = next(&page) {
            server.get_as(OTHER, &path).await.refused(400, "bad-cursor");
            page = server.get(&path).await.expect(200).json();
            assert!(!entries(&page).contains(&newest), "{place}");
            seen += entries(&page).len();
        }
        let expected = if place == "_history" { 6 } else { 5 };
        assert_eq!(seen, expected, "{place}: each once, and none that was written meanwhile");
    }
}

#[tokio::test]
async fn an_op_in_several_scopes_is_told_once() {
    let server = start().await;
    let person = |id: &str| format!(r#"{{"target":{{"reference":"Patient/{id}"}}}}"#);
    let body = format!(
        r#"{{"resourceType":"Person","id":"x","link":[{},{},{}]}}"#,
        person("a"),
        person("b"),
        person("c")
    );
    server.put("/fhir/Person/x", &body).await.expect(201);
    assert_eq!(entries(&server.get("/fhir/Person/_history").await.json()).len(), 1);
}

#[tokio::test]
async fn since_and_shape_narrow_every_history() {
    let server = start().await;
    server.patient("p", r#""photo":[{"title":"x"}]"#).await;
    for place in ["Patient/p/_history", "Patient/_history", "_history"] {
        let count = async |since: &str| {
            entries(&server.get(&format!("/fhir/{place}?_since={since}")).await.expect(200).json()).len()
        };
        assert_eq!(count("2020-01-01T00:00:00Z").await, 1, "{place}");
        assert_eq!(count("2020-01-01T00:00:00%2B02:00").await, 1, "{place}");
        assert_eq!(count("9999-12-31T00:00:00Z").await, 0, "{place}");
        let part = server.get(&format!("/fhir/{place}?_summary=true")).await.expect(200);
        assert!(part.body.contains("SUBSETTED") && !part.body.contains("photo"), "{}", part.body);
        for (query, code) in [
            ("_since=yesterday", "bad-parameter"),
            ("_count=many", "bad-parameter"),
            ("_count=-1", "bad-parameter"),
            ("_at=2020", "unknown-parameter"),
            ("colour=red", "unknown-parameter"),
            ("_summary=count", "bad-parameter"),
            ("_cursor=x", "bad-cursor"),
        ] {
            let refused = server.get(&format!("/fhir/{place}?{query}")).await.refused(400, code);
            let name = query.split('=').next().unwrap();
            assert!(code == "bad-cursor" || refused.text().contains(name), "{}", refused.text());
        }
        let lenient = [("prefer", "handling=lenient")];
        server
            .with("GET", &format!("/fhir/{place}?colour=red&_count=1000000000"), &lenient, "")
            .await
            .expect(200);
    }
}
