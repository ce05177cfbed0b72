//! Lists of large resources: a page ends where it would become too large, and the next goes on there.

use serde_json::Value;

use crate::common::{Server, start};

/// Bytes of one resource's text: four of them and their Bundle are below a page, ten are above.
const BYTES: usize = 1 << 20;
const HELD: usize = 12;
/// A page of 8 MiB and what stands around its resources.
const PAGE: usize = 9 << 20;

fn scan(n: usize, status: &str) -> String {
    let text = char::from(b'a' + n as u8).to_string().repeat(BYTES);
    format!(
        r#"{{"resourceType":"DocumentReference","id":"d{n:02}","status":"{status}","date":"2026-01-{:02}T10:00:00Z",
            "subject":{{"reference":"Patient/p"}},"content":[{{"attachment":{{"title":"{text}"}}}}]}}"#,
        28 - n,
    )
}

fn next(bundle: &Value) -> Option<String> {
    let links = bundle["link"].as_array()?;
    let url = links.iter().find(|link| link["relation"] == "next")?["url"].as_str()?;
    Some(format!("/fhir{}", url.split_once("/fhir").unwrap().1))
}

/// All pages of a list: how large each was, and what stood there.
async fn pages(server: &Server, path: &str) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut seen, mut path) = (Vec::new(), Vec::new(), Some(path.to_owned()));
    while let Some(at) = path {
        let answer = server.get(&at).await.expect(200);
        sizes.push(answer.body.len());
        let bundle = answer.json();
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        seen.extend(entries.iter().map(|entry| {
            let version = entry["resource"]["meta"]["versionId"].as_str().unwrap();
            format!("{} {version}", entry["resource"]["id"].as_str().unwrap())
        }));
        path = next(&bundle);
    }
    (sizes, seen)
}

async fn filled() -> Server {
    let server = start().await;
    server.patient("p", r#""gender":"male""#).await;
    for n in 0..HELD {
        server.put(&format!("/fhir/DocumentReference/d{n:02}"), &scan(n, "current")).await.expect(201);
    }
    server
}

#[tokio::test]
async fn a_page_is_bounded_by_its_bytes_and_nothing_is_left_out() {
    let server = filled().await;
    for (path, has_patient) in [
        ("DocumentReference?_count=500", false),
        ("DocumentReference?patient=Patient/p&_count=500", false),
        ("DocumentReference?_sort=-date&_count=500", false),
        ("DocumentReference?_sort=_id&_count=500", false),
        ("DocumentReference?_sort=-_lastUpdated&_count=500", false),
        ("DocumentReference?_lastUpdated=gt2000-01-01&_count=500", false),
        ("DocumentReference/_history?_count=500", false),
        ("Patient/p/$everything?_count=500", true),
    ] {
        let (sizes, mut seen) = pages(&server, &format!("/fhir/{path}")).await;
        assert!(sizes.len() > 1 && sizes.iter().all(|size| *size < PAGE), "{path}: {sizes:?}");
        if path.contains("_sort=_id") {
            assert!(seen.is_sorted(), "{path}: in order over pages");
        }
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), count), (HELD + usize::from(has_patient), seen.len()), "{path}");
    }
}

#[tokio::test]
async fn a_history_of_large_versions_comes_in_pages() {
    let server = start().await;
    server.patient("p", r#""gender":"male""#).await;
    for n in 0..HELD {
        let body = scan(n, "current").replace(&format!("\"d{n:02}\""), "\"d\"");
        server.put("/fhir/DocumentReference/d", &body).await;
    }
    for path in ["DocumentReference/d/_history?_count=500", "DocumentReference/_history?_count=500"] {
        let (sizes, seen) = pages(&server, &format!("/fhir/{path}")).await;
        assert!(sizes.len() > 1 && sizes.iter().all(|size| *size < PAGE), "{path}: {sizes:?}");
        assert_eq!(seen.len(), HELD, "{path}");
        let oldest = seen[HELD - 1].replace("d ", "/fhir/DocumentReference/d/_history/");
        assert!(server.get(&oldest).await.expect(200).body.contains("aaaa"), "{path}");
    }
}

#[tokio::test]
async fn what_stands_beside_a_page_is_bounded_by_its_bytes() {
    let server = filled().await;
    let answer = server.get("/fhir/Patient?_id=p&_revinclude=DocumentReference:patient").await.expect(200);
    assert!(answer.body.len() < PAGE, "{}", answer.body.len());
    assert!(answer.body.contains("included-cut"), "it is said");
}
