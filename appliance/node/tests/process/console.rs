//! What the console does beside a running node, and without one.

use crate::support::{Node, eventually, run, stderr, stdout};

#[test]
fn tokens_work_while_the_node_runs() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(&home.path().join("data"));
    let data = node.data.to_str().unwrap().to_owned();
    let added = run(&["token", "add", "importer", "--role", "system", "--data-dir", &data]);
    let token = stdout(&added).trim().to_owned();
    assert!(added.status.success() && token.len() == 43, "{}", stderr(&added));
    let status = |token: &str, path: &str| node.send_as(token, "GET", path, "").status;
    eventually("the token works", || status(&token, "/fhir/Patient?_id=x") == 200);
    assert_eq!(status(&token, "/api/telemetry"), 403, "a program is no administrator");
    assert_eq!(stdout(&run(&["token", "list", "--data-dir", &data])).trim(), "importer  system");
    assert!(run(&["token", "remove", "importer", "--data-dir", &data]).status.success());
    eventually("the token is withdrawn", || status(&token, "/fhir/Patient?_id=x") == 401);
    let refused = run(&["token", "add", "x", "--role", "king", "--data-dir", &data]);
    assert!(!refused.status.success() && stderr(&refused).contains("clinician"), "{}", stderr(&refused));
}

#[test]
fn running_node_is_backed_up_and_the_copy_restored() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("data"));
    let data = node.data.to_str().unwrap().to_owned();
    assert_eq!(node.put("Patient", "p1", ",\"active\":true").status, 201);
    let copy = home.path().join("copy.db");
    let made = run(&["backup", copy.to_str().unwrap(), "--data-dir", &data]);
    assert!(made.status.success() && stdout(&made).contains("verified"), "{}", stderr(&made));
    let again = run(&["backup", copy.to_str().unwrap(), "--data-dir", &data]);
    assert!(!again.status.success() && stderr(&again).contains("exists"), "{}", stderr(&again));
    assert_eq!(node.put("Patient", "p2", "").status, 201);

    let refused = run(&["restore", copy.to_str().unwrap(), "--data-dir", &data]);
    assert_eq!(refused.status.code(), Some(12), "a node runs there: {}", stderr(&refused));
    assert!(node.stop().success());
    let refused = run(&["restore", copy.to_str().unwrap(), "--data-dir", &data]);
    assert!(!refused.status.success() && stderr(&refused).contains("--replace"), "{}", stderr(&refused));

    let other = home.path().join("other");
    let restored = run(&["restore", copy.to_str().unwrap(), "--data-dir", other.to_str().unwrap()]);
    assert!(restored.status.success() && stdout(&restored).contains("new actor"), "{}", stderr(&restored));
    let node = Node::start(&other);
    assert_eq!((node.get("/fhir/Patient/p1").status, node.get("/fhir/Patient/p2").status), (200, 404));
    eventually("the notice of the restore", || {
        node.get("/metrics").body.contains("store_notices{code=\"replica-restored\"} 1")
    });
}

#[test]
fn status_and_scrub_speak_to_the_running_node_and_without_it() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("data"));
    let data = node.data.to_str().unwrap().to_owned();
    assert_eq!(node.put("Patient", "p1", "").status, 201);
    let told = run(&["status", "--data-dir", &data]);
    let text = stdout(&told);
    assert!(
        told.status.success() && text.contains("1 held") && text.contains("not enrolled"),
        "{text}{}",
        stderr(&told)
    );
    let checked = run(&["scrub", "--data-dir", &data]);
    assert!(checked.status.success() && stdout(&checked).contains("no damage"), "{}", stderr(&checked));
    assert!(node.stop().success());
    assert_eq!(run(&["status", "--data-dir", &data]).status.code(), Some(17));
    let checked = run(&["scrub", "--repair", "--data-dir", &data]);
    assert!(checked.status.success() && stdout(&checked).contains("no damage"), "{}", stderr(&checked));
}

#[test]
fn scrub_finds_a_flipped_byte_and_heals_it() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::start(&home.path().join("data"));
    let data = node.data.to_str().unwrap().to_owned();
    assert_eq!(node.put("Patient", "p1", ",\"gender\":\"female\",\"birthDate\":\"1971-07-09\"").status, 201);
    assert!(node.stop().success());
    let file = node.data.join("holdfast.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let json = b"\"resourceType\":\"Patient\"";
    let at = bytes.windows(json.len()).position(|window| window == json).unwrap();
    bytes[at + json.len() - 2] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let found = run(&["scrub", "--data-dir", &data]);
    assert_eq!(found.status.code(), Some(21), "{}{}", stdout(&found), stderr(&found));
    assert!(
        stderr(&found).contains("Patient/p1") && stderr(&found).contains("--repair"),
        "{}",
        stderr(&found)
    );
    let healed = run(&["scrub", "--repair", "--data-dir", &data]);
    assert!(healed.status.success(), "{}", stderr(&healed));
    let node = Node::start(&node.data);
    assert!(node.get("/fhir/Patient/p1").body.contains("1971-07-09"));
}

#[test]
fn enrolment_with_a_bad_token_says_so() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let refused = run(&[
        "enrol",
        "--hub",
        "https://127.0.0.1:9",
        "--token",
        "nonsense",
        "--data-dir",
        data.to_str().unwrap(),
    ]);
    assert!(!refused.status.success() && stderr(&refused).contains("token"), "{}", stderr(&refused));
}
