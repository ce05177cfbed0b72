//! `holdfast-node import` against a running node.

use std::path::Path;
use std::process::Output;

use crate::support::{Node, read, run, stderr, stdout};

fn import(node: &Node, from: &Path, more: &[&str]) -> Output {
    let mut args = vec!["import", from.to_str().unwrap(), "--data-dir", node.data.to_str().unwrap()];
    args.extend(more);
    run(&args)
}

const PATIENT: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[
    {"fullUrl":"urn:uuid:0b2e4c52-75c6-4bb4-8f4b-3a0d9c8f0001","resource":{"resourceType":"Patient","active":true},"request":{"method":"POST","url":"Patient"}},
    {"fullUrl":"urn:uuid:0b2e4c52-75c6-4bb4-8f4b-3a0d9c8f0002","resource":{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},
      "subject":{"reference":"urn:uuid:0b2e4c52-75c6-4bb4-8f4b-3a0d9c8f0001"},
      "serviceProvider":{"reference":"Organization?identifier=s|o1"}},"request":{"method":"POST","url":"Encounter"}}]}"#;
const ORGANIZATION: &str = r#"{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:0b2e4c52-75c6-4bb4-8f4b-3a0d9c8f00aa","resource":{"resourceType":"Organization","identifier":[{"system":"s","value":"o1"}]},"request":{"method":"POST","url":"Organization"}}]}"#;
const COLLECTION: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[
    {"fullUrl":"http://x/Observation/o","resource":{"resourceType":"Observation","id":"o","status":"final","code":{"text":"c"},"valueQuantity":{"value":1.50}}},
    {"resource":{"resourceType":"Basic","code":{"text":"no id"}}}]}"#;

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

#[test]
fn folder_is_imported_facilities_first_and_again_without_a_change() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(&home.path().join("data"));
    let folder = home.path().join("fhir");
    std::fs::create_dir(&folder).unwrap();
    write(&folder, "a-patient.json", PATIENT);
    let one_line = |text: &str| text.replace('\n', " ");
    write(&folder, "z.facilities.ndjson", &one_line(ORGANIZATION));
    let packed =
        zstd_bytes(&format!("{}\n{}\n", one_line(COLLECTION), r#"{"resourceType":"Patient","id":"single"}"#));
    std::fs::write(folder.join("m.ndjson.zst"), packed).unwrap();
    let receipts = home.path().join("receipts");
    let done = import(&node, &folder, &["--receipts", receipts.to_str().unwrap()]);
    assert!(done.status.success(), "{}{}", stdout(&done), stderr(&done));
    assert!(
        stdout(&done).contains("imported 6 resources from 3 bundles and 1 single resources"),
        "{}",
        stdout(&done)
    );
    assert_eq!(read(&receipts).lines().count(), 4);
    let encounter = node.get("/fhir/Encounter/0b2e4c52-75c6-4bb4-8f4b-3a0d9c8f0002").body;
    assert!(encounter.contains("Patient/0b2e4c52-75c6-4bb4-8f4b-3a0d9c8f0001"), "{encounter}");
    assert!(encounter.contains("Organization/0b2e4c52-75c6-4bb4-8f4b-3a0d9c8f00aa"), "{encounter}");
    assert!(node.get("/fhir/Observation/o").body.contains("\"value\":1.50"));
    // Every resource with its version, which any save would change.
    let stored = || {
        ["Patient", "Encounter", "Organization", "Observation", "Basic"]
            .map(|kind| node.get(&format!("/fhir/{kind}")).body)
    };
    let before = stored();
    assert!(before.iter().all(|found| found.contains("\"versionId\"")), "{before:?}");
    assert!(import(&node, &folder, &[]).status.success());
    assert_eq!(stored(), before, "importing again changes nothing");
}

fn zstd_bytes(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 3).unwrap()
}

#[test]
fn what_is_refused_is_told_and_the_rest_is_imported() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(&home.path().join("data"));
    let folder = home.path().join("fhir");
    std::fs::create_dir(&folder).unwrap();
    write(&folder, "a.json", PATIENT);
    write(
        &folder,
        "b.ndjson",
        "{\"resourceType\":\"Patient\",\"id\":\"good\"}\n{\"resourceType\":\"Dragon\",\"id\":\"x\"}\n{broken\n",
    );
    let done = import(&node, &folder, &[]);
    let text = stdout(&done);
    assert_eq!(done.status.code(), Some(20), "{text}{}", stderr(&done));
    for part in ["Organization?identifier=s|o1", "b.ndjson line 2", "b.ndjson line 3", "3 lines refused"] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert_eq!(node.get("/fhir/Patient/good").status, 200);
    assert_eq!(node.get("/fhir/Patient/0b2e4c52-75c6-4bb4-8f4b-3a0d9c8f0001").status, 404, "refused whole");
}

#[test]
fn node_that_is_not_there_is_named() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "a.json", PATIENT);
    let refused =
        run(&["import", home.path().to_str().unwrap(), "--node", "http://127.0.0.1:9", "--token", "t"]);
    assert!(
        !refused.status.success() && stderr(&refused).contains("http://127.0.0.1:9"),
        "{}",
        stderr(&refused)
    );
}
