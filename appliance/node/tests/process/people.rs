//! People of a clinic that head office looks after.

use serde_json::Value;

use crate::hub::Hub;
use crate::support::{Node, eventually};

const SIGN_IN: &str = r#"{"login":"ada","pin":"482913"}"#;

#[test]
fn a_deactivation_at_head_office_holds_at_the_clinic_as_soon_as_it_arrives() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::start(home.path().join("hub"));
    let data = home.path().join("data");
    hub.enrol(&data, "n1");
    let node = Node::start(&data);
    let code = std::fs::read_to_string(data.join("setup-code")).unwrap();
    let body = format!(r#"{{"code":"{}","login":"ada","name":"Ada","pin":"482913"}}"#, code.trim());
    let made = node.send("POST", "/api/setup", &body);
    assert_eq!(made.status, 201, "{}", made.body);
    let id = serde_json::from_str::<Value>(&made.body).unwrap()["user"]["id"].as_str().unwrap().to_owned();
    // The token of `--dev` is an administrator's, so the last one may go.
    let second = r#"{"login":"bea","name":"Bea","roles":["admin"],"pin":"482913"}"#;
    assert_eq!(node.send("POST", "/api/people", second).status, 201);
    node.settles();
    eventually("head office knows them", || hub.send("GET", "/api/people", "").body.contains(&id));
    assert_eq!(hub.send("POST", "/api/session", SIGN_IN).status, 503, "nobody signs in at head office");
    hub.stop();
    node.link_goes_down();
    assert_eq!(node.send("POST", "/api/session", SIGN_IN).status, 200, "with the link down as always");
    hub.go_on();
    let gone = hub.send("PUT", &format!("/api/people/{id}"), r#"{"active":false}"#);
    assert_eq!(gone.status, 200, "{}", gone.body);
    eventually("the clinic has heard of it", || node.send("POST", "/api/session", SIGN_IN).status == 403);
}
