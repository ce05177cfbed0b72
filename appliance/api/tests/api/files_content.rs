//! What comes of a file: its bytes, whole or in part, with what a browser must know of them.

use serde_json::json;

use crate::common::files::{CHUNK, scan};
use crate::common::{TOKEN, copy, start};

#[tokio::test]
async fn parts_are_given_byte_for_byte() {
    let server = start().await;
    server.patient("p", "").await;
    let bytes = scan(2 * CHUNK + 10, 1);
    let size = bytes.len();
    let id = server.file("p", &bytes).await;
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        (&*format!("bytes={}-{}", CHUNK - 1, CHUNK), CHUNK - 1, CHUNK + 1),
        (&*format!("bytes={CHUNK}-"), CHUNK, size),
        ("bytes=-5", size - 5, size),
        ("bytes=5-99999999999", 5, size),
    ] {
        let part = server.content(&id, &[("range", range)]).await.expect(206);
        assert!(part.bytes == bytes[from..to], "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{}/{size}", to - 1));
        assert_eq!(part.header("content-length"), (to - from).to_string());
    }
    let beyond = server.content(&id, &[("range", &format!("bytes={size}-"))]).await;
    assert_eq!(beyond.header("content-range"), format!("bytes */{size}"));
    beyond.refused(416, "range-past-the-end");
    for range in ["bytes=0-1,3-4", "bytes=3-1", "x"] {
        assert!(server.content(&id, &[("range", range)]).await.expect(200).bytes == bytes, "{range}");
    }
}

#[tokio::test]
async fn a_version_that_is_known_is_not_sent_again() {
    let server = start().await;
    server.patient("p", "").await;
    let id = server.file("p", b"abc").await;
    let whole = server.content(&id, &[]).await.expect(200);
    let tag = whole.header("etag").to_owned();
    assert!(tag.len() > 60 && !tag.starts_with("W/"), "{tag}");
    let same = server.content(&id, &[("if-none-match", &tag)]).await.expect(304);
    assert!(same.bytes.is_empty());
    let part = |tag: &str| {
        let (server, id, tag) = (&server, id.clone(), tag.to_owned());
        async move { server.content(&id, &[("range", "bytes=1-1"), ("if-range", &tag)]).await }
    };
    assert_eq!(part(&tag).await.expect(206).body, "b");
    assert_eq!(part("\"other\"").await.expect(200).body, "abc");
    let head = server.with("HEAD", &format!("/api/files/{id}/content"), &[], "").await.expect(200);
    assert_eq!((head.header("content-length"), head.bytes.len()), ("3", 0));
}

#[tokio::test]
async fn nothing_in_a_file_runs() {
    let server = start().await;
    server.patient("p", "").await;
    for (media, name, place) in [
        ("image/png", "a b\".png", "inline; filename*=UTF-8''a%20b%22.png"),
        ("application/pdf", "x", "inline; filename*=UTF-8''x"),
        ("text/html", "x", "attachment; filename*=UTF-8''x"),
        ("image/svg+xml", "x", "attachment; filename*=UTF-8''x"),
    ] {
        let body = json!({"size": 5, "contentType": media, "name": name});
        let begun = server.begin_file_as(TOKEN, "p", &body).await.expect(201).json();
        let id = begun["id"].as_str().unwrap().to_owned();
        server.chunk(&id, 0, b"<svg>").await.expect(204);
        server.complete(&id).await.expect(200);
        let answer = server.content(&id, &[("accept-encoding", "gzip")]).await.expect(200);
        assert_eq!((answer.header("content-type"), answer.header("content-disposition")), (media, place));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'self'"),
            "{policy}"
        );
        assert_eq!(policy.contains("sandbox"), place.starts_with("attachment"), "{media}");
    }
}

#[tokio::test]
async fn a_large_text_keeps_its_length() {
    let server = start().await;
    server.patient("p", "").await;
    let text = "all the same ".repeat(10_000);
    let body = json!({"size": text.len(), "contentType": "text/plain"});
    let begun = server.begin_file_as(TOKEN, "p", &body).await.expect(201).json();
    let id = begun["id"].as_str().unwrap().to_owned();
    server.chunk(&id, 0, text.as_bytes()).await.expect(204);
    server.complete(&id).await.expect(200);
    let got = server.content(&id, &[("accept-encoding", "gzip, br, zstd")]).await.expect(200);
    assert_eq!(
        (got.header("content-encoding"), got.header("content-length")),
        ("", &*text.len().to_string())
    );
    assert_eq!(got.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(got.body, text);
}

#[tokio::test]
async fn what_has_not_arrived_is_told() {
    let (from, to) = (start().await, start().await);
    from.patient("p", "").await;
    let bytes = scan(3 * CHUNK, 2);
    let id = from.file("p", &bytes).await;
    copy(&from, &to).await;
    assert!(to.content(&id, &[]).await.expect(200).bytes == bytes, "a file travels as records do");

    // One chunk was let go of, or never came.
    let chunk = holdfast_clinical::files::chunk_id("p", &bytes[CHUNK..2 * CHUNK]);
    let forget = format!("DELETE FROM resource WHERE kind = 'HoldfastChunk' AND id = '{chunk}'");
    holdfast_store::sql::Database::write(&*to.db, &mut |sql| sql.execute(&forget, &[]).map(|_| ())).unwrap();
    let shown = to.file_shown(&id).await;
    assert_eq!((&shown["missing"], &shown["finished"]), (&json!([1]), &json!(true)));
    let text = to.content(&id, &[]).await.refused(409, "file-incomplete").text();
    assert!(text.contains("1 of the 3 chunks") && text.contains("come by themselves"), "{text}");
    let first = to.content(&id, &[("range", &format!("bytes=0-{}", CHUNK - 1))]).await.expect(206);
    assert!(first.bytes == bytes[..CHUNK], "what is here can be had");
}

#[tokio::test]
async fn what_is_not_what_was_taken_in_is_not_given() {
    let server = start().await;
    server.patient("p", "").await;
    let id = server.file("p", b"abc").await;
    let chunk = holdfast_clinical::files::chunk_id("p", b"abc");
    let change = format!("UPDATE resource SET json = replace(json, 'YWJj', 'YWJk') WHERE id = '{chunk}'");
    holdfast_store::sql::Database::write(&*server.db, &mut |sql| sql.execute(&change, &[]).map(|_| ()))
        .unwrap();
    let damaged = server.content(&id, &[]).await.refused(500, "file-damaged");
    assert!(damaged.text().contains("chunk 0"), "{}", damaged.body);
}
