//! Files are taken in chunk by chunk, whatever happens on the way.

use serde_json::json;

use crate::common::files::{CHUNK, scan};
use crate::common::{OTHER, TOKEN, start, start_with};

#[tokio::test]
async fn an_upload_cut_in_half_goes_on_where_it_stopped() {
    let server = start().await;
    server.patient("p", "").await;
    let bytes = scan(2 * CHUNK + 7, 1);
    let id = server.begin_file("p", bytes.len()).await;
    server.chunks(&id, &bytes, [0]).await;
    let half = server.file_shown(&id).await;
    assert_eq!((&half["missing"], &half["finished"]), (&json!([1, 2]), &json!(false)));
    assert_eq!((&half["chunkBytes"], &half["chunks"]), (&json!(CHUNK), &json!(3)));
    server.complete(&id).await.refused(409, "file-unfinished");
    server.content(&id, &[]).await.refused(409, "file-unfinished");

    // After a reload the client knows nothing but the patient.
    let listed = server.get("/api/patients/p/files").await.expect(200).json();
    assert_eq!((&listed["files"][0]["id"], &listed["files"][0]["missing"]), (&json!(id), &json!([1, 2])));
    server.chunks(&id, &bytes, [2, 1]).await;
    let whole = server.complete(&id).await.expect(200).json();
    assert_eq!((&whole["missing"], &whole["finished"]), (&json!([]), &json!(true)));
    assert!(whole["sha1"].as_str().is_some_and(|sha1| sha1.len() == 28));
    assert_eq!(server.complete(&id).await.expect(200).json(), whole, "a lost answer, and it is asked again");
    let got = server.content(&id, &[]).await.expect(200);
    assert!(got.bytes == bytes, "{} bytes came back", got.bytes.len());
    assert_eq!(server.get("/api/patients/p/files").await.expect(200).json()["files"], json!([]));
}

#[tokio::test]
async fn the_same_chunk_again_changes_nothing_and_another_is_refused() {
    let server = start().await;
    server.patient("p", "").await;
    let bytes = scan(CHUNK + 1, 2);
    let id = server.begin_file("p", bytes.len()).await;
    server.chunks(&id, &bytes, [0]).await;
    let waiting = server.get("/api/continuity").await.expect(200).json()["pending"].clone();
    server.chunks(&id, &bytes, [0]).await;
    assert_eq!(server.get("/api/continuity").await.expect(200).json()["pending"], waiting);
    server.chunk(&id, 0, &scan(CHUNK, 3)).await.refused(409, "chunk-differs");
    server.chunks(&id, &bytes, [1]).await;
    server.complete(&id).await.expect(200);
    server.chunks(&id, &bytes, [0, 1]).await;
    server.chunk(&id, 1, &[bytes[CHUNK] ^ 1]).await.refused(409, "chunk-differs");
    assert!(server.content(&id, &[]).await.expect(200).bytes == bytes);
}

#[tokio::test]
async fn the_same_bytes_are_kept_once_a_patient() {
    let server = start().await;
    server.patient("p", "").await;
    let bytes = scan(CHUNK, 4).repeat(2);
    let first = server.file("p", &bytes).await;
    let second = server.file("p", &bytes).await;
    assert_ne!(first, second);
    for id in [first, second] {
        assert!(server.content(&id, &[]).await.expect(200).bytes == bytes);
    }
    let chunks = server.writer.read(|view| {
        let of = holdfast_clinical::files::of_patient("p");
        Ok(view.search("HoldfastChunk", &[of], 0, 10)?.resources.len())
    });
    assert_eq!(chunks.await.unwrap(), 1);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_before_it_is_sent() {
    let server = start().await;
    server.patient("p", "").await;
    let begin = |size: u64, media: &str| {
        let body = json!({"size": size, "contentType": media});
        let server = &server;
        async move { server.begin_file_as(TOKEN, "p", &body).await }
    };
    let scan = begin(300 << 20, "application/pdf").await.refused(413, "file-too-large");
    let text = scan.text();
    for part in ["300 MiB", "100 MiB", "lower resolution", "split"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    begin(100 << 20, "application/pdf").await.expect(201);
    begin((100 << 20) + 1, "application/pdf").await.refused(413, "file-too-large");
    begin(0, "application/pdf").await.refused(422, "file-empty");
    for media in ["", "pdf", "text/plain; charset=x", "a/b\r\nx: y"] {
        begin(1, media).await.refused(422, "file-refused");
    }
    let long = json!({"size": 1, "contentType": "a/b", "name": "x".repeat(256)});
    server.begin_file_as(TOKEN, "p", &long).await.refused(422, "file-refused");
    let odd = json!({"size": -1, "contentType": "a/b"});
    server.begin_file_as(TOKEN, "p", &odd).await.refused(400, "bad-body");
    let body = json!({"size": 1, "contentType": "a/b"});
    server.begin_file_as(TOKEN, "nobody", &body).await.refused(404, "not-found");
}

#[tokio::test]
async fn the_limit_is_what_the_configuration_says() {
    let server = start_with(|mut parts| {
        parts.max_file_bytes = 10;
        parts
    })
    .await;
    server.patient("p", "").await;
    let body = json!({"size": 11, "contentType": "a/b"});
    let text = server.begin_file_as(TOKEN, "p", &body).await.refused(413, "file-too-large").text();
    assert!(text.contains("11 bytes") && text.contains("10 bytes is the most"), "{text}");
}

#[tokio::test]
async fn a_chunk_that_is_not_what_was_meant_is_refused() {
    let server = start().await;
    server.patient("p", "").await;
    let id = server.begin_file("p", CHUNK + 3).await;
    server.chunk(&id, 2, b"abc").await.refused(422, "no-such-chunk");
    server.chunk(&id, usize::MAX, b"abc").await.refused(422, "no-such-chunk");
    server.chunk(&id, 1, b"").await.refused(422, "chunk-length");
    server.chunk(&id, 1, b"abcd").await.refused(422, "chunk-length");
    server.chunk(&id, 0, &vec![0; CHUNK - 1]).await.refused(422, "chunk-length");
    server.chunk(&id, 0, &vec![0; CHUNK + 1]).await.refused(413, "body-too-large");
    let path = format!("/api/files/{id}/chunks/1");
    let sent = |digest: &'static str| {
        let (server, path) = (&server, path.clone());
        async move { server.with("PUT", &path, &[("content-digest", digest)], "abc").await }
    };
    sent("sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:").await.refused(422, "chunk-digest");
    sent("sha-256=abc").await.refused(400, "bad-header");
    sent("sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:").await.expect(204);
    server.with("PUT", &format!("/api/files/{id}/chunks/x"), &[], "abc").await.refused(400, "bad-path");
    server.with("PUT", &format!("/api/files/{id}/chunks/-1"), &[], "abc").await.refused(400, "bad-path");
    server.chunk("unknown", 0, b"abc").await.refused(404, "not-found");
}

#[tokio::test]
async fn an_upload_is_its_authors_until_it_is_finished_and_may_be_given_up() {
    let server = start().await;
    server.patient("p", "").await;
    let bytes = scan(10, 5);
    let id = server.begin_file("p", bytes.len()).await;
    let path = format!("/api/files/{id}");
    server.get_as(OTHER, &path).await.refused(404, "not-found");
    let chunk = format!("{path}/chunks/0");
    server.as_with(OTHER, "PUT", &chunk, &[], bytes.clone()).await.refused(404, "not-found");
    server.as_with(OTHER, "DELETE", &path, &[], "").await.expect(204);
    assert_eq!(server.get_as(OTHER, "/api/patients/p/files").await.expect(200).json()["files"], json!([]));
    assert_eq!(server.file_shown(&id).await["missing"], json!([0]), "another's DELETE gives up nothing");

    server.delete(&path).await.expect(204);
    server.delete(&path).await.expect(204);
    server.get(&path).await.refused(410, "gone");
    server.chunk(&id, 0, &bytes).await.refused(410, "gone");
    assert_eq!(server.get("/api/patients/p/files").await.expect(200).json()["files"], json!([]));

    let kept = server.file("p", &bytes).await;
    server.delete(&format!("/api/files/{kept}")).await.refused(409, "file-finished");
    let by_other = server.get_as(OTHER, &format!("/api/files/{kept}/content")).await.expect(200);
    assert!(by_other.bytes == bytes);
}
