//! Killed in the middle of work, a desktop has everything that it had acknowledged.

use crate::support::{Desktop, Node};

#[test]
fn what_was_acknowledged_survives_a_kill_and_the_log_stays_whole() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(home.path());
    let data = home.path().join("data");
    let mut desktop = Desktop::start(&data, &["--dev"]);
    desktop.enrol(&node, "ward-1");
    for round in 0..3 {
        for n in 0..10 {
            let body = format!(
                "{{\"resourceType\":\"Observation\",\"id\":\"r{round}-{n}\",\"status\":\"final\",\
                 \"code\":{{\"text\":\"x\"}},\"valueInteger\":{n}}}"
            );
            let saved = desktop.send("PUT", &format!("/fhir/Observation/r{round}-{n}"), &body);
            assert_eq!(saved.status, 201, "{saved:?}");
        }
        desktop.kill();
        desktop = Desktop::start(&data, &["--dev"]);
        for (round, n) in (0..=round).flat_map(|round| (0..10).map(move |n| (round, n))) {
            let path = format!("/fhir/Observation/r{round}-{n}");
            assert_eq!(desktop.send("GET", &path, "").status, 200, "{path}");
        }
    }
    assert!(desktop.stop(), "and ends well when it is told to");
    let log = std::fs::read_to_string(data.join("logs/desktop.log")).unwrap();
    assert!(!log.contains("replica-"), "a killed desktop stays the same replica");
}
