//! Bytes flipped in the database of a node: found, healed from the hub where it has the data, said where it has not.

use std::path::Path;

use crate::hub::Hub;
use crate::support::{Node, eventually, read, run, stderr, stdout};

const CHECKED: [&str; 4] =
    ["/fhir/Patient/p1", "/fhir/Patient/p2", "/fhir/Observation/o1", "/fhir/Patient/p3"];

fn named(node: &Node, id: &str, family: &str) {
    assert_eq!(node.put("Patient", id, &format!(",\"name\":[{{\"family\":\"{family}\"}}]")).status, 201);
}

/// A node with two patients that the hub has.
fn synced(home: &Path, hub: &Hub) -> Node {
    let data = home.join("data");
    hub.enrol(&data, "n1");
    let node = Node::start(&data);
    named(&node, "p1", "Alderamin");
    named(&node, "p2", "Betelgeuse");
    let rest = ",\"status\":\"final\",\"code\":{\"text\":\"Castorweight\"},\"subject\":{\"reference\":\"Patient/p1\"}";
    assert_eq!(node.put("Observation", "o1", rest).status, 201);
    node.settles();
    node
}

/// The same, with a third patient that the hub, now stopped, does not have; stopped too.
fn ahead(home: &Path, hub: &mut Hub) -> (Node, Vec<String>) {
    let mut node = synced(home, hub);
    hub.stop();
    node.link_goes_down();
    named(&node, "p3", "Deneb");
    let before = bodies(&node);
    assert!(node.stop().success());
    (node, before)
}

/// Flips one bit in every place of the file where the text stands as it is.
fn flip(file: &Path, text: &str) -> usize {
    let mut bytes = std::fs::read(file).unwrap();
    let found: Vec<usize> =
        (0..bytes.len() - text.len()).filter(|at| bytes[*at..].starts_with(text.as_bytes())).collect();
    for at in &found {
        bytes[at + text.len() / 2] ^= 1;
    }
    std::fs::write(file, bytes).unwrap();
    found.len()
}

fn alter(node: &Node, sql: &str) {
    let file = rusqlite::Connection::open(node.data.join("holdfast.db")).unwrap();
    file.execute_batch(sql).unwrap();
}

fn bodies(node: &Node) -> Vec<String> {
    CHECKED.iter().map(|path| node.get(path).body).collect()
}

#[test]
fn flipped_rows_are_healed_over_the_link_by_the_clock() {
    let home = tempfile::tempdir().unwrap();
    let hub = Hub::start(home.path().join("hub"));
    let mut node = synced(home.path(), &hub);
    let before = bodies(&node);
    assert!(node.stop().success());
    assert!(flip(&node.data.join("holdfast.db"), "Alderamin") >= 1);
    assert!(flip(&node.data.join("holdfast.db"), "Castorweight") >= 1);
    let config = home.path().join("node.toml");
    std::fs::write(&config, "[scrub]\nfirst_s = 2\n").unwrap();
    let node = Node::start_with(&node.data, &["--dev", "--config", config.to_str().unwrap()]);
    eventually("it is healed", || node.get("/metrics").body.contains("\nscrub_unhealed 0"));
    let metrics = node.get("/metrics").body;
    assert!(metrics.contains("scrub_findings{kind=\"resource\"} 2"), "{metrics}");
    assert_eq!(bodies(&node)[..3], before[..3], "as they were, and nothing else is touched");
    let found = node.get("/fhir/Patient?name=Alderamin").body;
    assert!(found.contains("\"p1\""), "{found}");
    let log = read(&node.log);
    assert!(log.contains("damage-found") && log.contains("what was damaged is healed"), "{log}");
    let report = node.get("/api/scrub").body;
    assert!(report.contains("\"healed\":") && !report.contains("remains"), "{report}");
    let again = run(&["scrub", "--data-dir", node.data.to_str().unwrap()]);
    assert!(stdout(&again).contains("no damage"), "{}{}", stdout(&again), stderr(&again));
}

#[test]
fn what_the_hub_does_not_have_is_reported_everywhere() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::start(home.path().join("hub"));
    let (node, _) = ahead(home.path(), &mut hub);
    let data = node.data.to_str().unwrap().to_owned();
    // The save that only this node has, in its row and in the log beneath it.
    alter(
        &node,
        "UPDATE resource SET json = replace(json, 'Deneb', 'Danab') WHERE id = 'p3'; UPDATE tail SET op = zeroblob(9); \
         UPDATE segment SET bytes = zeroblob(99)",
    );
    let node = Node::start(&node.data);
    let told = run(&["scrub", "--repair", "--data-dir", &data]);
    assert_eq!(told.status.code(), Some(21), "{}{}", stdout(&told), stderr(&told));
    assert!(stderr(&told).contains("Patient/p3"), "{}", stderr(&told));
    assert!(stderr(&told).contains("link up, then try again"), "{}", stderr(&told));
    let metrics = node.get("/metrics").body;
    assert!(metrics.contains("\nscrub_unhealed ") && !metrics.contains("\nscrub_unhealed 0"), "{metrics}");
    eventually("the status page", || node.get("/api/continuity").body.contains("\"damage\":\"healed: "));
    assert!(read(&node.log).contains("damage-remains"), "the log");
    let status = run(&["status", "--data-dir", &data]);
    assert!(stdout(&status).contains("Patient/p3"), "{}", stdout(&status));
    for path in &CHECKED[..3] {
        assert_eq!(node.get(path).status, 200, "nothing else is touched: {path}");
    }
}

#[test]
fn damaged_log_is_had_again_and_unsent_saves_are_said_again() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::start(home.path().join("hub"));
    let (node, before) = ahead(home.path(), &mut hub);
    alter(&node, "UPDATE tail SET op = zeroblob(9); UPDATE segment SET bytes = zeroblob(99)");
    hub.go_on();
    let node = Node::start(&node.data);
    eventually("it is healed, as soon as there is a session to heal over", || {
        run(&["scrub", "--repair", "--data-dir", node.data.to_str().unwrap()]).status.success()
    });
    node.settles();
    assert_eq!(bodies(&node)[..3], before[..3]);
    assert!(
        node.get("/fhir/Patient/p3").body.contains("Deneb"),
        "under another version, for it is said again"
    );
    assert!(hub.holds("/fhir/Patient/p3"), "what was damaged in the log was not lost");
}

#[test]
fn damaged_page_is_a_clear_error_and_the_database_is_rebuilt() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::start(home.path().join("hub"));
    let data = home.path().join("data");
    hub.enrol(&data, "n1");
    let mut node = Node::start(&data);
    for n in 0..300 {
        named(&node, &format!("many-{n}"), &format!("F{n}"));
    }
    node.settles();
    hub.stop();
    node.link_goes_down();
    named(&node, "p3", "Deneb");
    assert!(node.stop().success());
    destroy_a_leaf(&node.data.join("holdfast.db"));
    let data = node.data.to_str().unwrap().to_owned();
    let mut node = Node::start(&node.data);
    let all = || (0..300).map(|n| format!("/fhir/Patient/many-{n}"));
    let refused = all().map(|path| node.get(&path)).find(|answer| answer.status != 200);
    let refused = refused.expect("some rows were in that page");
    assert_eq!(refused.status, 500, "{}", refused.body);
    assert!(refused.body.contains("scrub --rebuild"), "{}", refused.body);
    assert_eq!(node.get("/fhir/Patient/p3").status, 200, "the rest goes on");
    let told = run(&["scrub", "--repair", "--data-dir", &data]);
    assert_eq!(told.status.code(), Some(21), "{}{}", stderr(&told), read(&node.log));
    assert!(stderr(&told).contains("scrub --rebuild"), "{}", stderr(&told));
    let busy = run(&["scrub", "--rebuild", "--data-dir", &data]);
    assert_eq!(busy.status.code(), Some(12), "a node runs there: {}", stderr(&busy));
    assert!(node.stop().success());
    let rebuilt = run(&["scrub", "--rebuild", "--data-dir", &data]);
    assert!(
        rebuilt.status.success() && stdout(&rebuilt).contains("could not be read"),
        "{}",
        stderr(&rebuilt)
    );
    assert!(node.data.join("holdfast.db.damaged-1").exists(), "the damaged one is kept");
    hub.go_on();
    let node = Node::start(&node.data);
    node.settles();
    assert!(hub.holds("/fhir/Patient/p3"), "what the hub did not have is saved");
    eventually("what was lost comes back", || all().all(|path| node.get(&path).status == 200));
    let clean = run(&["scrub", "--data-dir", &data]);
    assert!(stdout(&clean).contains("no damage"), "{}{}", stdout(&clean), stderr(&clean));
}

/// Overwrites the page that holds a resource from the middle of the table, so that SQLite cannot read it.
fn destroy_a_leaf(file: &Path) {
    const PAGE: usize = 8192;
    let mut bytes = std::fs::read(file).unwrap();
    let text = b"\"id\":\"many-150\"";
    let at = bytes.windows(text.len()).position(|window| window == text).unwrap() / PAGE * PAGE;
    bytes[at..at + 4000].fill(0xa5);
    std::fs::write(file, bytes).unwrap();
}
