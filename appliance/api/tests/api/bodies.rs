//! Bodies and formats that are refused.

use http_body_util::Full;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::{patient, start};

#[tokio::test]
async fn json_only_both_ways() {
    let server = start().await;
    server.patient("p", "").await;
    let xml = server.request("PUT", "/fhir/Patient/p").header("content-type", "application/fhir+xml");
    server.send(xml.body(Full::from("<Patient/>")).unwrap()).await.refused(415, "unsupported-media-type");
    let none = server.request("PUT", "/fhir/Patient/p").body(Full::from(patient("p", ""))).unwrap();
    server.send(none).await.refused(415, "unsupported-media-type");
    let xml = server.request("GET", "/fhir/Patient/p").header("accept", "application/fhir+xml");
    server.send(xml.body(Full::default()).unwrap()).await.refused(406, "not-acceptable");
    server.get("/fhir/Patient/p?_format=xml").await.refused(406, "not-acceptable");
    server.get("/fhir/Patient/p?_format=application/fhir%2Bjson").await.expect(200);
}

#[tokio::test]
async fn a_body_too_large_is_refused_by_its_announcement() {
    let server = start().await;
    for (path, mib) in [("/fhir", 32), ("/fhir/Patient", 16)] {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: 209715200\r\n\r\n",
            crate::common::TOKEN
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains(&format!("{mib} MiB")), "{answer}");
    }
}

#[tokio::test]
async fn a_body_too_large_is_refused_while_it_comes() {
    let server = start().await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /fhir/Patient HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n",
        crate::common::TOKEN
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let sending = tokio::spawn(async move {
        let mut chunk = b"100000\r\n".to_vec();
        chunk.resize(chunk.len() + 0x10_0000, b' ');
        chunk.extend_from_slice(b"\r\n");
        while writer.write_all(&chunk).await.is_ok() {}
    });
    let mut answer = vec![0; 4096];
    let read = reader.read(&mut answer).await.unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 413"));
    sending.abort();
}

#[tokio::test]
async fn bytes_that_are_not_utf8_are_refused() {
    let server = start().await;
    let request = server.request("POST", "/fhir/Patient").header("content-type", "application/json");
    let body: &[u8] = b"{\"resourceType\":\"Patient\",\"language\":\"\xff\"}";
    let refused = server.send(request.body(Full::from(body)).unwrap()).await.refused(400, "bad-body");
    assert!(refused.text().contains("byte 38"), "{}", refused.text());
}

#[tokio::test]
async fn a_list_too_long_for_one_save_is_refused_whole_with_what_to_do() {
    let server = start().await;
    let group = |count: usize| {
        let members: Vec<String> =
            (0..count).map(|n| format!(r#"{{"entity":{{"display":"{n}"}}}}"#)).collect();
        format!(
            r#"{{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{}]}}"#,
            members.join(",")
        )
    };
    let most = holdfast_core::codec::MAX_CHANGES;
    let refused = server.put("/fhir/Group/g", &group(most + 1)).await.refused(413, "save-too-large");
    let text = refused.text();
    assert!(
        text.contains("Group/g") && text.contains("nothing was saved") && text.contains("several steps"),
        "{text}"
    );
    server.get("/fhir/Group/g").await.refused(404, "not-found");
    server.put("/fhir/Group/g", &group(10_000)).await.expect(201);
}
