//! `$everything`, `$validate`, `$meta`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::{DESK, Server, start};

fn ids(bundle: &Value) -> BTreeSet<String> {
    let of = |entry: &Value| {
        let resource = &entry["resource"];
        format!("{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap())
    };
    bundle["entry"].as_array().map(|all| all.iter().map(of).collect()).unwrap_or_default()
}

async fn observation(server: &Server, id: &str, patient: &str) {
    let body = format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{patient}"}},"note":[{{"text":"n"}}]}}"#
    );
    let saved = server.put(&format!("/fhir/Observation/{id}"), &body).await;
    assert!(matches!(saved.status, 200 | 201), "{}", saved.body);
}

#[tokio::test]
async fn everything_is_the_patients_and_nobody_elses() {
    let server = start().await;
    for patient in ["p", "q"] {
        server.patient(patient, "").await;
        observation(&server, &format!("{patient}1"), patient).await;
        observation(&server, &format!("{patient}2"), patient).await;
    }
    let all = server.get("/fhir/Patient/p/$everything").await.expect(200).json();
    assert_eq!(ids(&all), ["Observation/p1", "Observation/p2", "Patient/p"].map(str::to_owned).into());
    observation(&server, "p2", "q").await;
    server.delete("/fhir/Observation/q1").await.expect(204);
    let of = async |query: &str| ids(&server.get(&format!("/fhir/Patient/{query}")).await.expect(200).json());
    assert_eq!(of("p/$everything").await, ["Observation/p1", "Patient/p"].map(str::to_owned).into());
    assert_eq!(
        of("q/$everything?_type=Observation").await,
        ["Observation/p2", "Observation/q2"].map(str::to_owned).into()
    );
    assert_eq!(of("p/$everything?_since=9999-01-01").await.len(), 0);
    assert_eq!(of("p/$everything?_since=2020-01-01").await.len(), 2);
    let part = server.get("/fhir/Patient/p/$everything?_elements=id").await.expect(200);
    assert!(part.body.contains("SUBSETTED") && !part.body.contains("note"));
}

#[tokio::test]
async fn everything_is_narrowed_by_the_dates_of_care_by_query_or_body() {
    let server = start().await;
    server.patient("p", "").await;
    observation(&server, "undated", "p").await;
    for (id, date) in [("old", "2019-05"), ("new", "2026-03-02")] {
        let body = format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/p"}},"effectiveDateTime":"{date}"}}"#
        );
        server.put(&format!("/fhir/Observation/{id}"), &body).await.expect(201);
    }
    let all = ["Observation/undated", "Patient/p"];
    for (start, end, dated) in [
        (Some("2020"), None, &["Observation/new"][..]),
        (None, Some("2019"), &["Observation/old"]),
        (Some("2019-05-31"), Some("2026-03-02"), &["Observation/new", "Observation/old"]),
        (Some("2020"), Some("2021"), &[]),
    ] {
        let expected: BTreeSet<String> = all.iter().chain(dated).map(|one| (*one).to_owned()).collect();
        let pairs = [("start", start), ("end", end)];
        let given = || pairs.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let query: Vec<String> = given().map(|(name, value)| format!("{name}={value}")).collect();
        let path = format!("/fhir/Patient/p/$everything?{}", query.join("&"));
        assert_eq!(ids(&server.get(&path).await.expect(200).json()), expected, "{path}");
        let parameters: Vec<Value> =
            given().map(|(name, value)| serde_json::json!({ "name": name, "valueDate": value })).collect();
        let body = serde_json::json!({ "resourceType": "Parameters", "parameter": parameters }).to_string();
        let posted = server.post("/fhir/Patient/p/$everything", &body).await.expect(200);
        assert_eq!(ids(&posted.json()), expected, "{body}");
    }
    let bare = server.with("POST", "/fhir/Patient/p/$everything", &[], "").await.expect(200);
    assert_eq!(ids(&bare.json()).len(), 4);
    let body = r#"{"resourceType":"Parameters","parameter":[{"name":"_type","valueCode":"Patient"},{"name":"_type","valueCode":"Encounter"},{"name":"_count","valueInteger":1}]}"#;
    let typed = server.post("/fhir/Patient/p/$everything", body).await.expect(200);
    assert_eq!(ids(&typed.json()), BTreeSet::from(["Patient/p".to_owned()]));
}

#[tokio::test]
async fn pages_of_everything_hold_each_resource_once() {
    let server = start().await;
    server.patient("p", "").await;
    for n in 0..6 {
        observation(&server, &format!("o{n}"), if n % 3 == 2 { "other" } else { "p" }).await;
    }
    let mut path = "/fhir/Patient/p/$everything?_count=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = server.get(&path).await.expect(200).json();
        let found = ids(&page);
        assert!(found.len() <= 2);
        seen.extend(found);
        observation(&server, &format!("late{}", seen.len()), "other").await;
        let Some(link) = page["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next")
        else {
            break;
        };
        path = format!("/fhir{}", link["url"].as_str().unwrap().split_once("/fhir").unwrap().1);
    }
    assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (5, 5), "{seen:?}");
}

#[tokio::test]
async fn everything_says_what_cannot_be_had() {
    let server = start().await;
    server.get("/fhir/Patient/never/$everything").await.refused(404, "not-found");
    server.get("/fhir/Patient/a_b/$everything").await.refused(400, "bad-id");
    server.get("/fhir/Observation/o/$everything").await.refused(404, "no-such-address");
    server.patient("p", "").await;
    server.get("/fhir/Patient/p/$everything?_type=Pat").await.refused(400, "bad-parameter");
    server.get("/fhir/Patient/p/$everything?start=soon").await.refused(400, "bad-parameter");
    server.get("/fhir/Patient/p/$everything?from=2020").await.refused(400, "unknown-parameter");
    server.post("/fhir/Patient/p/$everything", "{}").await.refused(400, "bad-body");
    server.delete("/fhir/Patient/p").await.expect(204);
    server.get("/fhir/Patient/p/$everything").await.refused(410, "gone");
}

#[tokio::test]
async fn validate_says_what_is_wrong_and_stores_nothing() {
    let server = start().await;
    let wrapped = |inner: &str| {
        format!(
            r#"{{"resourceType":"Parameters","parameter":[{{"name":"mode","valueCode":"create"}},{{"name":"resource","resource":{inner}}}]}}"#
        )
    };
    let good = r#"{"resourceType":"Patient","id":"p","gender":"male"}"#;
    let bad = r#"{"resourceType":"Patient","name":[]}"#;
    for (path, body, severity, place) in [
        ("Patient/$validate", good.to_owned(), "information", None),
        ("Patient/$validate", bad.to_owned(), "error", Some("Patient.name")),
        ("Patient/$validate", wrapped(good), "information", None),
        ("Patient/$validate", wrapped(bad), "error", Some("Patient.name")),
        ("Patient/p/$validate", good.to_owned(), "information", None),
        ("Patient/q/$validate", good.to_owned(), "error", Some("Patient.id")),
        ("Observation/$validate", good.to_owned(), "error", Some("Patient.resourceType")),
        ("Patient/$validate", "{".to_owned(), "error", None),
    ] {
        let outcome = server.post(&format!("/fhir/{path}"), &body).await.expect(200).json();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        let issues = outcome["issue"].as_array().unwrap();
        assert!(issues.iter().any(|issue| issue["severity"] == severity), "{path} {body}: {outcome}");
        assert!(
            place.is_none_or(|place| issues.iter().any(|issue| issue["expression"][0] == place)),
            "{outcome}"
        );
    }
    let profile = server.post("/fhir/Patient/$validate?profile=http://x", good).await.expect(200);
    assert!(profile.body.contains("profiles are not checked"), "{}", profile.body);
    server.post("/fhir/Patient/$validate?mode=delete", good).await.expect(200);
    server.post("/fhir/Patient/$validate?mode=read", good).await.refused(400, "bad-parameter");
    server.post("/fhir/Patient/$validate?colour=red", good).await.refused(400, "unknown-parameter");
    server.post("/fhir/Patient/$validate", r#"{"resourceType":"Parameters"}"#).await.refused(400, "bad-body");
    server.post("/fhir/Pat/$validate", good).await.refused(404, "unknown-type");
    assert_eq!(server.held().await, 0);
}

#[tokio::test]
async fn meta_is_read_alone() {
    let server = start().await;
    server.patient("p", r#""meta":{"tag":[{"system":"s","code":"c"}]},"gender":"male""#).await;
    let meta = server.get_as(DESK, "/fhir/Patient/p/$meta").await.expect(200).json();
    assert_eq!(meta["parameter"][0]["name"], "return");
    assert_eq!(meta["parameter"][0]["valueMeta"]["tag"][0]["code"], "c");
    assert!(!meta.to_string().contains("gender"));
    server.get("/fhir/Patient/never/$meta").await.refused(404, "not-found");
}
