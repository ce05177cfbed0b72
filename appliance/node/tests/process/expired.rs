//! A node that was off for so long that its certificate has expired.

use crate::hub::Hub;
use crate::support::{Node, eventually, read};

#[test]
fn node_whose_certificate_expired_while_it_was_off_renews_it_and_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let hub = Hub::start(home.path().join("hub"));
    let data = home.path().join("data");
    hub.enrol(&data, "n1");
    hub.let_expire(&data, "n1", true);
    let node = Node::start(&data);
    assert_eq!(node.put("Patient", "p1", "").status, 201);
    eventually("it is at the hub", || hub.holds("/fhir/Patient/p1"));
    assert!(read(&node.log).contains("the certificate is renewed"));
}

#[test]
fn expired_certificate_that_the_hub_has_no_record_of_stays_out_and_says_why() {
    let home = tempfile::tempdir().unwrap();
    let hub = Hub::start(home.path().join("hub"));
    let data = home.path().join("data");
    hub.enrol(&data, "n1");
    hub.let_expire(&data, "n1", false);
    let node = Node::start(&data);
    assert_eq!(node.put("Patient", "p1", "").status, 201, "the clinic works on");
    eventually("it says why it waits", || {
        let report = node.get("/api/continuity").body;
        report.contains("peer-certificate-expired") && report.contains("expired on 20")
    });
    eventually("the refused renewal is in the log", || read(&node.log).contains("enrol this replica again"));
    assert!(!hub.holds("/fhir/Patient/p1"));
}
