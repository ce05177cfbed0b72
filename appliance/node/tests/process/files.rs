//! Three tiers: a file that is brought on any of them arrives on all, byte for byte.

use serde_json::Value;

use crate::desktop::Desktop;
use crate::desktops::{node_for_desktops, start_again};
use crate::hub::Hub;
use crate::support::{Answer, eventually};

const CHUNK: usize = 1 << 20;

/// Text that does not repeat, for the tests' client speaks text alone.
fn letter(bytes: usize, seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + ((state >> 33) % 95) as u8)
    };
    (0..bytes).map(|_| next()).collect()
}

/// Begins a file of `p`; its address.
fn begin(send: &dyn Fn(&str, &str, &str) -> Answer, text: &str) -> String {
    let body = format!("{{\"size\":{},\"contentType\":\"text/plain\"}}", text.len());
    let begun = send("POST", "/api/patients/p/files", &body);
    assert_eq!(begun.status, 201, "{begun:?}");
    let begun: Value = serde_json::from_str(&begun.body).unwrap();
    format!("/api/files/{}", begun["id"].as_str().unwrap())
}

fn chunks(send: &dyn Fn(&str, &str, &str) -> Answer, file: &str, text: &str, which: &[usize]) {
    for n in which {
        let part = &text[n * CHUNK..text.len().min((n + 1) * CHUNK)];
        let sent = send("PUT", &format!("{file}/chunks/{n}"), part);
        assert_eq!(sent.status, 204, "{n}: {sent:?}");
    }
}

fn complete(send: &dyn Fn(&str, &str, &str) -> Answer, file: &str) {
    let done = send("POST", &format!("{file}/complete"), "");
    assert_eq!(done.status, 200, "{done:?}");
}

#[test]
fn a_scan_made_with_the_node_away_arrives_at_node_and_hub_and_one_of_the_hub_comes_down() {
    let home = tempfile::tempdir().unwrap();
    let hub = Hub::start(home.path().join("hub"));
    let mut node = node_for_desktops(home.path(), Some(&hub));
    let mut desktop = Desktop::enrolled(home.path().join("desktop"), &node, "ward-1");
    assert_eq!(node.put("Patient", "p", "").status, 201);
    eventually("the patient is on all", || {
        hub.holds("/fhir/Patient/p") && desktop.holds("/fhir/Patient/p", "\"p\"")
    });

    node.kill();
    let scan = letter(3 * CHUNK + 5, 1);
    let file = begin(&|method, path, body| desktop.send(method, path, body), &scan);
    chunks(&|method, path, body| desktop.send(method, path, body), &file, &scan, &[0, 1]);
    // Cut in half, and the desktop is started again.
    desktop.stop();
    desktop.go_on();
    let shown: Value = serde_json::from_str(&desktop.send("GET", &file, "").body).unwrap();
    assert_eq!(shown["missing"], serde_json::json!([2, 3]), "what was sent is there");
    let send = |method: &str, path: &str, body: &str| desktop.send(method, path, body);
    chunks(&send, &file, &scan, &[2, 3]);
    complete(&send, &file);
    let content = format!("{file}/content");
    assert!(desktop.send("GET", &content, "").body == scan, "viewable with the node away");
    let document = format!(
        ",\"status\":\"current\",\"subject\":{{\"reference\":\"Patient/p\"}},\"content\":[{{\"attachment\":{{\"url\":\"{content}\"}}}}]"
    );
    assert_eq!(desktop.put("DocumentReference", "d", &document).status, 201);

    let node = start_again(home.path());
    eventually("the document is on all", || {
        hub.holds("/fhir/DocumentReference/d") && node.get("/fhir/DocumentReference/d").status == 200
    });
    eventually("its file is at the node", || node.get(&content).status == 200);
    assert!(node.get(&content).body == scan, "byte for byte");
    eventually("its file is at the hub", || hub.send("GET", &content, "").status == 200);
    assert!(hub.send("GET", &content, "").body == scan, "byte for byte");

    let letter = letter(CHUNK + 9, 2);
    let send = |method: &str, path: &str, body: &str| hub.send(method, path, body);
    let file = begin(&send, &letter);
    chunks(&send, &file, &letter, &[1, 0]);
    complete(&send, &file);
    let content = format!("{file}/content");
    eventually("it comes down to the desktop", || desktop.send("GET", &content, "").status == 200);
    assert!(desktop.send("GET", &content, "").body == letter, "byte for byte");
    desktop.settles();
    node.settles();
}
