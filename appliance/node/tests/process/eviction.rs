//! Patients are let go by the rules, never with something the hub has not, and found again when somebody asks.

use crate::hub::Hub;
use crate::support::{Node, eventually, read};

const RULES: &str = "[eviction]\nmax_patients = 2\ncheck_every_s = 1\n";
const IDS: [&str; 5] = ["p1", "p2", "p3", "p4", "p5"];

fn chart(node: &Node, id: &str) {
    let who = format!(",\"gender\":\"female\",\"name\":[{{\"family\":\"Family-{id}\"}}]");
    assert_eq!(node.put("Patient", id, &who).status, 201);
    let rest = format!(
        ",\"status\":\"final\",\"code\":{{\"text\":\"weight\"}},\"subject\":{{\"reference\":\"Patient/{id}\"}}"
    );
    assert_eq!(node.put("Observation", &format!("o-{id}"), &rest).status, 201);
}

fn gauge(node: &Node, name: &str) -> Option<f64> {
    let metrics = node.get("/metrics").body;
    let line = metrics.lines().find(|line| line.starts_with(&format!("{name} ")))?.to_owned();
    line.rsplit(' ').next()?.parse().ok()
}

#[test]
fn patients_beyond_the_bound_go_and_come_back_when_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::start(home.path().join("hub"));
    let data = home.path().join("data");
    hub.enrol(&data, "n1");
    let config = home.path().join("node.toml");
    std::fs::write(&config, RULES).unwrap();
    let node = Node::start_with(&data, &["--dev", "--config", config.to_str().unwrap()]);
    // With the hub gone nothing is acknowledged, so nobody goes, however often it is looked.
    hub.stop();
    node.link_goes_down();
    IDS.iter().for_each(|id| chart(&node, id));
    eventually("the gauge", || gauge(&node, "patients_held") == Some(5.0));
    let looks = || gauge(&node, "eviction_looks_total").unwrap_or_default();
    let before = looks();
    eventually("it is looked again and again", || looks() >= before + 3.0);
    assert!(
        IDS.iter().all(|id| node.get(&format!("/fhir/Patient/{id}")).status == 200),
        "what is not acknowledged stays"
    );

    hub.go_on();
    eventually("three are let go", || gauge(&node, "eviction_patients_total") == Some(3.0));
    eventually("two are held", || gauge(&node, "patients_held") == Some(2.0));
    assert!(read(&node.log).contains("patients were let go"));
    assert!(IDS.iter().all(|id| hub.holds(&format!("/fhir/Observation/o-{id}"))), "all are at the hub");

    // Found by the patient, by a search, and by a part of the chart.
    assert_eq!(node.get("/fhir/Patient/p1").status, 200);
    let found = node.get("/fhir/Observation?patient=p2");
    assert!(found.body.contains("o-p2"), "{found:?}");
    assert_eq!(node.get("/fhir/Observation/o-p3").status, 200);
    assert_eq!(node.get("/fhir/Patient/nobody").status, 404);
    let by_name = || node.get("/fhir/Patient?name=Family-p4").body;
    eventually("found by name", || by_name().contains("\"id\":\"p4\""));
    assert!(gauge(&node, "sync_found_at_hub_total") >= Some(3.0));
    hub.put("Patient", "p3", ",\"gender\":\"male\"");
    eventually("its news", || node.get("/fhir/Patient/p3").body.contains("\"male\""));

    eventually("the bound holds again", || {
        let count = |name| gauge(&node, name).unwrap_or_default();
        count("eviction_patients_total") - count("sync_found_at_hub_total") == 3.0
    });
    hub.stop();
    node.link_goes_down();
    let gone = IDS.iter().find(|id| node.get(&format!("/fhir/Patient/{id}")).status != 200);
    let gone = gone.expect("not all are held");
    let told = node.get(&format!("/fhir/Patient?name=Family-{gone}"));
    assert!(told.status == 200 && told.body.contains("searched-here-alone"), "{told:?}");
    for path in [format!("/fhir/Patient/{gone}"), format!("/fhir/Observation?patient={gone}")] {
        let answer = node.get(&path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(answer.body.contains("not held here") && answer.body.contains("not-held"), "{}", answer.body);
    }
}
