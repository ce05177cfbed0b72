//! Tokens made and withdrawn by the command line while the hub runs.

use std::path::Path;

use crate::support::{Hub, eventually};

#[test]
fn tokens_open_the_api_while_the_hub_runs_and_are_kept_hashed() {
    let hub = Hub::start_without_dev();
    let token = hub.run(&["token", "create", "central-it", "--role", "admin", "--role", "clinician"]);
    let token = token.trim();
    let status = |token: &str| hub.status("/fhir/Patient?_id=x", token);
    assert_eq!(status("guess"), 401);
    eventually("the token works", || status(token) == 200);
    let kept = std::fs::read_to_string(hub.data().join("tokens")).unwrap();
    assert!(kept.starts_with("central-it admin,clinician ") && !kept.contains(token), "{kept}");
    assert_eq!(hub.run(&["token", "list"]).trim(), "central-it  admin,clinician");
    assert!(!Path::new(&hub.data().join("dev-token")).exists());
    assert!(hub.run(&["token", "revoke", "central-it"]).contains("withdrawn"));
    eventually("the token is withdrawn", || status(token) == 401);
    assert!(hub.run(&["token", "revoke", "central-it"]).contains("no such token"));
}
