//! A node that was revoked while it had work that the hub has not.

use crate::hub::Hub;
use crate::support::{Node, eventually};

#[test]
fn revoked_node_hands_over_its_unsent_work_for_review_takes_nothing_and_says_why() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::start(home.path().join("hub"));
    let data = home.path().join("data");
    hub.enrol(&data, "n1");
    let node = Node::start(&data);
    assert_eq!(node.put("Patient", "p1", ",\"gender\":\"female\"").status, 201);
    node.settles();
    hub.put("Patient", "p1", ",\"gender\":\"male\"");
    eventually("the hub's news", || node.get("/fhir/Patient/p1").body.contains("\"male\""));
    hub.stop();
    node.link_goes_down();
    assert_eq!(node.put("Patient", "p2", "").status, 201);
    assert_eq!(node.put("Patient", "p1", ",\"gender\":\"other\"").status, 200);
    hub.revoke("n1");
    hub.go_on();
    hub.put("Patient", "p1", ",\"gender\":\"unknown\"");
    eventually("both saves are held for review", || hub.held_for_review() == 2);
    eventually("it says why it waits", || {
        let link = node.continuity()["link"].clone();
        link["state"] == "waiting"
            && link["lastError"]["code"] == "replica-revoked"
            && link["lastError"]["message"].as_str().is_some_and(|text| text.contains("held for review"))
    });
    assert_eq!(node.continuity()["unsent"], 2, "nothing reads as sent that was not taken");
    assert!(!hub.holds("/fhir/Patient/p2"), "nothing is merged before a person has decided");
    assert!(node.get("/fhir/Patient/p1").body.contains("\"other\""), "and nothing is taken from the hub");
    assert_eq!(node.put("Patient", "p3", "").status, 201, "the clinic works on");
    hub.accept_all();
    assert!(hub.holds("/fhir/Patient/p2"));
}

#[test]
fn search_that_names_too_little_for_head_office_says_so() {
    let home = tempfile::tempdir().unwrap();
    let hub = Hub::start(home.path().join("hub"));
    let data = home.path().join("data");
    hub.enrol(&data, "n1");
    let node = Node::start(&data);
    node.settles();
    let found = node.get("/fhir/Patient?name=q");
    assert!(found.status == 200 && found.body.contains("search-too-wide"), "{found:?}");
    assert!(found.body.contains("name the patient more closely"), "{found:?}");
}
