//! What a bundle can read and ask: the same as an address of its own.

use serde_json::{Value, json};

use crate::common::{ADMIN, Server, patient, start};

fn ask(method: &str, url: &str) -> Value {
    json!({ "request": { "method": method, "url": url } })
}

fn of(kind: &str, entries: &[Value]) -> String {
    json!({ "resourceType": "Bundle", "type": kind, "entry": entries }).to_string()
}

async fn entries(server: &Server, kind: &str, entries: &[Value]) -> Vec<Value> {
    let answer = server.post("/fhir", &of(kind, entries)).await.expect(200).json();
    answer["entry"].as_array().unwrap().clone()
}

async fn with_two_versions() -> Server {
    let server = start().await;
    server.patient("p", r#""gender":"male","birthDate":"1980-01-01""#).await;
    server.patient("p", r#""gender":"female","birthDate":"1980-01-01""#).await;
    server
}

#[tokio::test]
async fn versions_and_histories_are_read() {
    let server = with_two_versions().await;
    let version = server.get("/fhir/Patient/p").await.version();
    for kind in ["batch", "transaction"] {
        let answers = entries(
            &server,
            kind,
            &[
                ask("GET", &format!("Patient/p/_history/{version}")),
                ask("GET", "Patient/p/_history?_count=1"),
                ask("GET", "Patient/_history"),
                ask("HEAD", "Patient/p"),
            ],
        )
        .await;
        assert_eq!(answers[0]["resource"]["gender"], "female");
        let history = &answers[1]["resource"];
        assert_eq!((&history["type"], &history["total"]), (&"history".into(), &2.into()));
        assert_eq!(history["entry"].as_array().unwrap().len(), 1);
        assert_eq!(answers[2]["resource"]["entry"].as_array().unwrap().len(), 2);
        assert!(answers[3]["resource"].is_null());
        assert_eq!(answers[3]["response"]["etag"], format!("W/\"{version}\""));
    }
}

#[tokio::test]
async fn a_read_gives_the_part_that_is_wanted_and_only_what_is_new() {
    let server = with_two_versions().await;
    let since = |at: &str| {
        let mut ask = ask("GET", "Patient/p");
        ask["request"]["ifModifiedSince"] = at.into();
        ask
    };
    for kind in ["batch", "transaction"] {
        let asked = [
            ask("GET", "Patient/p?_elements=gender"),
            since("2200-01-01T00:00:00Z"),
            since("2001-01-01T00:00:00Z"),
        ];
        let answers = entries(&server, kind, &asked).await;
        let part = &answers[0]["resource"];
        assert_eq!((&part["gender"], &part["birthDate"]), (&"female".into(), &Value::Null));
        assert_eq!(answers[1]["response"]["status"], "304 Not Modified");
        assert_eq!(answers[2]["response"]["status"], "200 OK");
    }
}

#[tokio::test]
async fn operations_are_asked_in_a_batch() {
    let server = with_two_versions().await;
    let mut validate = ask("POST", "Patient/$validate");
    validate["resource"] = json!({ "resourceType": "Patient", "gender": "nobody" });
    let asked = [
        ask("GET", "Patient/p/$everything"),
        ask("GET", "metadata"),
        ask("POST", "Patient/_search?gender=female"),
        validate,
        ask("GET", "_history?_count=1"),
        ask("GET", "Patient/p/$nothing"),
        ask("GET", "Patient/never/$everything"),
    ];
    let answers = entries(&server, "batch", &asked).await;
    assert_eq!(answers[0]["resource"]["entry"][0]["resource"]["id"], "p");
    assert!(
        answers[0]["resource"]["link"][0]["url"]
            .as_str()
            .unwrap()
            .starts_with(&format!("http://{}/fhir/", server.address))
    );
    assert_eq!(answers[1]["resource"]["resourceType"], "CapabilityStatement");
    assert_eq!(answers[2]["resource"]["total"], 1);
    assert_eq!(answers[3]["resource"]["issue"][0]["severity"], "error");
    assert_eq!(answers[4]["resource"]["entry"].as_array().unwrap().len(), 1);
    for (n, code) in [(5, "no-such-address"), (6, "not-found")] {
        let response = &answers[n]["response"];
        assert_eq!(response["status"], "404 Not Found", "{response}");
        assert_eq!(response["outcome"]["issue"][0]["details"]["coding"][0]["code"], code);
    }
    assert_eq!(server.held().await, 1, "nothing was stored");
    server.post("/fhir", &of("transaction", &asked[..1])).await.refused(400, "bundle-bad-url");
}

#[tokio::test]
async fn an_operation_in_a_batch_shows_no_more_than_the_sign_in_may_see() {
    let server = start().await;
    server.put("/fhir/Patient/p", &patient("p", r#""gender":"male""#)).await.expect(201);
    let body = of("batch", &[ask("GET", "Patient/p/$everything"), ask("GET", "Patient/p/_history")]);
    let request = http::Request::post("/fhir")
        .header("host", server.address.to_string())
        .header("authorization", format!("Bearer {ADMIN}"))
        .header("content-type", "application/fhir+json");
    let answer = server.send(request.body(http_body_util::Full::from(body)).unwrap()).await;
    assert!(!answer.body.contains("\"male\""), "{}", answer.body);
}
