//! Compression, both ways.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::common::{patient, start};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn large_answers_are_compressed_for_who_accepts_it() {
    let server = start().await;
    server.patient("small", "").await;
    let note = "said so ".repeat(2_000);
    let large = format!(r#"{{"resourceType":"Basic","id":"large","code":{{"text":"{}"}}}}"#, note.trim());
    server.put("/fhir/Basic/large", &large).await.expect(201);
    let plain = server.get("/fhir/Basic/large").await.expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    for coding in ["gzip", "br", "zstd"] {
        let packed =
            server.with("GET", "/fhir/Basic/large", &[("accept-encoding", coding)], "").await.expect(200);
        assert_eq!(packed.header("content-encoding"), coding);
        assert!(packed.bytes.len() * 4 < plain.bytes.len(), "{coding}: {} bytes", packed.bytes.len());
        assert_eq!(packed.header("etag"), plain.header("etag"));
        assert!(packed.header("vary").to_ascii_lowercase().contains("accept-encoding"));
        if coding == "gzip" {
            let mut text = String::new();
            GzDecoder::new(&packed.bytes[..]).read_to_string(&mut text).unwrap();
            assert_eq!(text, plain.body);
        }
    }
    let small =
        server.with("GET", "/fhir/Patient/small", &[("accept-encoding", "gzip")], "").await.expect(200);
    assert_eq!(small.header("content-encoding"), "");
    assert_eq!(small.json()["id"], "small");
}

#[tokio::test]
async fn packed_bodies_are_unpacked_within_their_bound() {
    let server = start().await;
    let put = async |path: &str, coding: &str, body: Vec<u8>| {
        let headers = [("content-type", "application/fhir+json"), ("content-encoding", coding)];
        server.with("PUT", path, &headers, body).await
    };
    let body = patient("p", r#""gender":"male""#);
    put("/fhir/Patient/p", "gzip", gzip(body.as_bytes())).await.expect(201);
    put("/fhir/Patient/p", "identity", body.clone().into()).await.expect(200);
    assert_eq!(server.get("/fhir/Patient/p").await.json()["gender"], "male");
    let bomb = gzip(
        format!("{{\"resourceType\":\"Patient\",\"id\":\"q\",\"x\":\"{}\"}}", "0".repeat(40 << 20))
            .as_bytes(),
    );
    assert!(bomb.len() < 1 << 20);
    let refused = put("/fhir/Patient/q", "gzip", bomb).await.refused(413, "body-too-large");
    assert!(refused.text().contains("16 MiB"), "{}", refused.text());
    let whole = gzip(patient("q", "").as_bytes());
    put("/fhir/Patient/q", "gzip", whole[..whole.len() - 5].to_vec()).await.refused(400, "bad-body");
    put("/fhir/Patient/q", "gzip", b"no gzip".to_vec()).await.refused(400, "bad-body");
    put("/fhir/Patient/q", "gzip", Vec::new()).await.refused(400, "bad-body");
    for coding in ["br", "deflate", "gzip, gzip", "x"] {
        let refused =
            put("/fhir/Patient/q", coding, whole.clone()).await.refused(415, "unsupported-encoding");
        assert_eq!(refused.header("accept-encoding"), "gzip");
    }
    assert_eq!(server.held().await, 1);
}
