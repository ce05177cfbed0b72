//! Logs hold nothing of patients, and no token.

use crate::support::{Node, eventually, read, run, stdout};

const NAME: &str = "Quackenbush";

#[test]
fn neither_names_nor_tokens_are_logged() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::write(home.path().join("loud.toml"), "[log]\nfilter = \"debug\"\n").unwrap();
    let config = home.path().join("loud.toml");
    let mut node = Node::start_with(&data, &["--dev", "--config", config.to_str().unwrap()]);
    let name = format!(",\"name\":[{{\"family\":\"{NAME}\"}}]");
    assert_eq!(node.put("Patient", "p1", &name).status, 201);
    node.get(&format!("/fhir/Patient?name={NAME}"));
    node.get(&format!("/fhir/{NAME}/p1"));
    node.send(
        "POST",
        "/fhir",
        &format!("{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{{\"x\":\"{NAME}\"}}]}}"),
    );
    node.send("PUT", "/fhir/Patient/p1", &format!("{{\"resourceType\":\"{NAME}\""));
    node.send_as(NAME, "GET", "/fhir/Patient/p1", "");
    let token = stdout(&run(&["token", "add", "x", "--role", "admin", "--data-dir", data.to_str().unwrap()]));
    eventually("the token is taken up", || read(&node.log).contains("the tokens have changed"));
    let dev = node.token();
    assert!(node.stop().success());
    let log = read(&node.log);
    assert!(log.lines().count() > 5, "{log}");
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "not JSON: {line}");
        for secret in [NAME, token.trim(), dev.trim()] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
