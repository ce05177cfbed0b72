//! What a bundle may ask for, and how much its answer may hold.

use serde_json::{Value, json};

use crate::common::{Server, start};

const MIB: usize = 1024 * 1024;

fn get(url: &str) -> Value {
    json!({ "request": { "method": "GET", "url": url } })
}

fn of(kind: &str, entries: &[Value]) -> String {
    json!({ "resourceType": "Bundle", "type": kind, "entry": entries }).to_string()
}

fn basic() -> Value {
    json!({ "resource": { "resourceType": "Basic", "id": "b", "code": { "text": "x" } },
            "request": { "method": "PUT", "url": "Basic/b" } })
}

/// A server that holds one resource of some 5 MiB.
async fn with_a_large_one() -> Server {
    let server = start().await;
    let data = "AAAA".repeat(5 * MIB / 4);
    let body = format!(
        r#"{{"resourceType":"Binary","id":"large","contentType":"application/pdf","data":"{data}"}}"#
    );
    server.put("/fhir/Binary/large", &body).await.expect(201);
    server
}

#[tokio::test]
async fn batch_is_answered_as_far_as_there_is_place() {
    let server = with_a_large_one().await;
    let mut entries = vec![get("Binary/large"); 12];
    entries.push(basic());
    let answer = server.post("/fhir", &of("batch", &entries)).await.expect(200);
    assert!(answer.body.len() < 33 * MIB, "{} bytes", answer.body.len());
    let answer = answer.json();
    let entries = answer["entry"].as_array().unwrap();
    let refused: Vec<&Value> =
        entries.iter().filter(|e| e["response"]["status"] == "422 Unprocessable Entity").collect();
    assert_eq!(refused.len(), 6, "six of 5 MiB fit into 32");
    let issue = &refused[0]["response"]["outcome"]["issue"][0];
    assert_eq!(
        (&issue["code"], &issue["details"]["coding"][0]["code"]),
        (&"too-costly".into(), &"answer-too-large".into())
    );
    assert_eq!(entries[12]["response"]["status"], "201 Created", "a write has its answer");
}

#[tokio::test]
async fn transaction_with_too_large_an_answer_is_refused_whole() {
    let server = with_a_large_one().await;
    let reads = vec![get("Binary/large"); 7];
    server.post("/fhir", &of("transaction", &reads)).await.refused(422, "answer-too-large");
    let with_a_write = [vec![basic()], reads].concat();
    let refused =
        server.post("/fhir", &of("transaction", &with_a_write)).await.refused(422, "answer-too-large");
    assert!(refused.text().contains("Bundle.entry[7]"), "{}", refused.text());
    server.get("/fhir/Basic/b").await.refused(404, "not-found");
    server.post("/fhir", &of("transaction", &with_a_write[..7])).await.expect(200);
}

#[tokio::test]
async fn what_is_saved_is_left_out_of_an_answer_that_is_full() {
    let server = start().await;
    let data = "AAAA".repeat(5 * MIB / 4);
    let put = json!({ "resource": { "resourceType": "Binary", "id": "l", "contentType": "x/y", "data": data },
                      "request": { "method": "PUT", "url": "Binary/l" } });
    let mut entries = vec![put];
    // Reads of a batch come after its writes, so these have what is left.
    entries.extend(vec![get("Binary/l"); 6]);
    let headers = [("prefer", "return=representation")];
    let answer = server.with_body("POST", "/fhir", &headers, &of("batch", &entries)).await.expect(200).json();
    assert_eq!(answer["entry"][0]["resource"]["id"], "l");
    let full = answer["entry"].as_array().unwrap().iter().filter(|e| e["resource"].is_null()).count();
    assert_eq!(full, 1);
}

#[tokio::test]
async fn reads_of_a_bundle_are_counted() {
    let server = start().await;
    for kind in ["batch", "transaction"] {
        server.post("/fhir", &of(kind, &vec![get("Patient?_count=1"); 500])).await.expect(200);
        let refused = server.post("/fhir", &of(kind, &vec![get("Patient?_count=1"); 501])).await;
        let refused = refused.refused(413, "bundle-too-many-reads");
        assert!(refused.text().contains("501") && refused.text().contains("500"), "{}", refused.text());
    }
    let beside = |reads: usize| [vec![basic()], vec![get("Patient?_count=1"); reads]].concat();
    server.post("/fhir", &of("batch", &beside(500))).await.expect(200);
    server.post("/fhir", &of("transaction", &beside(100))).await.expect(200);
    server.post("/fhir", &of("transaction", &beside(101))).await.refused(413, "bundle-too-many-reads");
}
