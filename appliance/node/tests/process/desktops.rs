//! Three tiers: a desktop, the clinic's node, the hub. What is written on any of them arrives on all, whatever is cut or
//! killed in between.

use crate::desktop::{Desktop, admit};
use crate::hub::Hub;
use crate::support::{Node, eventually, run, stderr, stdout};

/// Starts a node that serves desktops on a port that stays the same over its restarts.
pub(crate) fn node_for_desktops(home: &std::path::Path, enrol: Option<&Hub>) -> Node {
    let data = home.join("node");
    if let Some(hub) = enrol {
        hub.enrol(&data, "n1");
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    std::fs::write(home.join("node.toml"), format!("[desktops]\nlisten = \"{port}\"\n")).unwrap();
    start_again(home)
}

pub(crate) fn start_again(home: &std::path::Path) -> Node {
    let config = home.join("node.toml");
    Node::start_with(&home.join("node"), &["--dev", "--config", config.to_str().unwrap()])
}

fn named(id: &str) -> String {
    format!(",\"name\":[{{\"family\":\"Family-{id}\"}}]")
}

#[test]
fn writes_on_each_tier_arrive_on_all_with_the_hub_cut_and_the_node_killed() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::start(home.path().join("hub"));
    let mut node = node_for_desktops(home.path(), Some(&hub));
    let desktop = Desktop::enrolled(home.path().join("desktop"), &node, "front-desk");
    let mut everybody = vec!["of-node", "of-desktop"];
    assert_eq!(node.put("Patient", "of-node", &named("of-node")).status, 201);
    assert_eq!(desktop.put("Patient", "of-desktop", &named("of-desktop")).status, 201);
    eventually("both are on all", || {
        everybody.iter().all(|id| {
            let path = format!("/fhir/Patient/{id}");
            hub.holds(&path) && node.get(&path).status == 200 && desktop.holds(&path, id)
        })
    });

    // The hub is cut: the clinic goes on, desktop and node with each other.
    hub.stop();
    node.link_goes_down();
    assert_eq!(desktop.put("Patient", "hub-cut", &named("hub-cut")).status, 201);
    eventually("the node has it", || node.get("/fhir/Patient/hub-cut").status == 200);
    eventually("the node says that the desktop's saves wait here too", || {
        node.continuity()["unsent"].as_u64().is_some_and(|unsent| unsent > 0)
    });

    // The node is killed: the desktop goes on alone, then everything goes up by itself.
    node.kill();
    for id in ["node-gone-1", "node-gone-2"] {
        assert_eq!(desktop.put("Patient", id, &named(id)).status, 201);
        assert!(desktop.holds(&format!("/fhir/Patient/{id}"), id), "its own, with nobody else there");
    }
    node = start_again(home.path());
    hub.go_on();
    hub.put("Patient", "of-hub", &named("of-hub"));
    hub.share("of-hub", "north");
    everybody.extend(["hub-cut", "node-gone-1", "node-gone-2", "of-hub"]);
    eventually("everything is on all", || {
        everybody.iter().all(|id| {
            let path = format!("/fhir/Patient/{id}");
            hub.holds(&path) && node.get(&path).status == 200 && desktop.holds(&path, id)
        })
    });
    desktop.settles();
    node.settles();
}

#[test]
fn desktop_keeps_its_records_over_restarts_and_goes_on_with_the_node_gone() {
    let home = tempfile::tempdir().unwrap();
    let mut node = node_for_desktops(home.path(), None);
    assert_eq!(node.put("Patient", "p1", &named("p1")).status, 201);
    let mut desktop = Desktop::enrolled(home.path().join("desktop"), &node, "ward-1");
    eventually("the clinic's patient is on the desktop", || desktop.holds("/fhir/Patient/p1", "Family-p1"));
    node.kill();
    desktop.stop();
    desktop.go_on();
    assert!(desktop.holds("/fhir/Patient/p1", "Family-p1"), "it starts with the node gone");
    assert_eq!(desktop.put("Patient", "p2", &named("p2")).status, 201);
    desktop.stop();
    desktop.go_on();
    let node = start_again(home.path());
    eventually("what was written alone arrives", || node.get("/fhir/Patient/p2").status == 200);
}

#[test]
fn desktop_is_listed_revoked_and_then_given_nothing() {
    let home = tempfile::tempdir().unwrap();
    let node = node_for_desktops(home.path(), None);
    let folder = node.data.to_str().unwrap().to_owned();
    let ask = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--data-dir", &folder]);
        run(&all)
    };
    assert!(stdout(&ask(&["desktops"])).contains("no desktop is enrolled"));
    let desktop = Desktop::enrolled(home.path().join("desktop"), &node, "ward-1");
    assert_eq!(desktop.put("Patient", "before", &named("before")).status, 201);
    eventually("the node has it", || node.get("/fhir/Patient/before").status == 200);
    assert!(stdout(&ask(&["desktops"])).contains("ward-1  last here just now"));
    let revoked = ask(&["desktops", "revoke", "ward-1", "--reason", "stolen"]);
    assert!(revoked.status.success(), "{}", stderr(&revoked));
    assert!(stdout(&ask(&["desktops"])).contains("ward-1  revoked"));
    assert_eq!(node.put("Patient", "after", &named("after")).status, 201);
    assert_eq!(desktop.put("Patient", "written-later", &named("written-later")).status, 201);
    eventually("the desktop is told", || {
        desktop.send("GET", "/api/continuity", "").body.contains("replica-revoked")
    });
    assert!(!desktop.holds("/fhir/Patient/after", "after"));
    assert_eq!(node.get("/fhir/Patient/written-later").status, 404, "it waits for a person's decision");
    assert!(stderr(&ask(&["desktops", "revoke", "ward-9"])).contains("no desktop of this name"));
    assert!(stderr(&ask(&["enrol-desktop", "--name", "ward-1"])).contains("revoked"));
}

#[test]
fn token_serves_one_desktop_and_a_node_without_the_port_says_how_to_open_it() {
    let home = tempfile::tempdir().unwrap();
    let node = node_for_desktops(home.path(), None);
    let (url, token) = admit(&node, "ward-1");
    let body = format!("{{\"node\":\"{url}\",\"token\":\"{token}\"}}");
    let (first, second) = (Desktop::start(home.path().join("one")), Desktop::start(home.path().join("two")));
    assert_eq!(first.send("POST", "/api/desktop/enrol", &body).status, 201);
    let refused = second.send("POST", "/api/desktop/enrol", &body);
    assert!(refused.status == 502 && refused.body.contains("used already"), "{refused:?}");
    let again = first.send("POST", "/api/desktop/enrol", &body);
    assert!(again.status == 409 && again.body.contains("already-enrolled"), "{again:?}");

    let plain = Node::start(&home.path().join("plain"));
    let folder = plain.data.to_str().unwrap();
    let off = run(&["enrol-desktop", "--name", "x", "--data-dir", folder]);
    assert!(off.status.code() == Some(10) && stderr(&off).contains("desktops.listen"), "{}", stderr(&off));
}
