//! People at a desktop: the first sign-in with the node there, later ones without it; who left, and who has a wrong PIN.

use std::time::Duration;

use crate::support::{Desktop, Node, eventually};

const NURSE: (&str, &str) = ("nurse", "482913");
const DOCTOR: (&str, &str) = ("doctor", "771204");

/// A clinic with a nurse and a doctor, and a desktop that was just enrolled.
fn enrolled(home: &std::path::Path) -> (Node, Desktop) {
    let node = Node::start(home);
    for (login, pin) in [NURSE, DOCTOR] {
        node.add_person(login, pin, "clinician");
    }
    let desktop = Desktop::start(&home.join("data"), &[]);
    desktop.enrol(&node, "ward-1");
    (node, desktop)
}

fn observation(id: &str) -> String {
    format!(
        "{{\"resourceType\":\"Observation\",\"id\":\"{id}\",\"status\":\"final\",\"code\":{{\"text\":\"x\"}},\
         \"valueInteger\":1}}"
    )
}

#[test]
fn after_a_first_sign_in_everybody_works_with_the_node_gone() {
    let home = tempfile::tempdir().unwrap();
    let (node, mut desktop) = enrolled(home.path());
    // At once: whoever is first is waited for until the clinic's people are here.
    assert_eq!(desktop.sign_in(NURSE).status, 200);
    node.cable.pull();
    desktop.kill();
    let mut desktop = Desktop::start(&home.path().join("data"), &[]);
    let stranger = desktop.sign_in(DOCTOR);
    assert_eq!(stranger.status, 401, "the doctor was never here: {stranger:?}");
    let signed = desktop.sign_in(NURSE);
    assert!(signed.status == 200 && signed.body.contains("\"mode\":\"full\""), "{signed:?}");
    let saved = desktop.send_as(&signed, "PUT", "/fhir/Observation/alone", &observation("alone"));
    assert_eq!(saved.status, 201, "{saved:?}");
    let doctor = desktop.sign_in(DOCTOR);
    assert_eq!(doctor.status, 200, "the records are open, and the doctor's PIN is in them: {doctor:?}");
    desktop.kill();
    let desktop = Desktop::start(&home.path().join("data"), &[]);
    let doctor = desktop.sign_in((" Doctor ", DOCTOR.1));
    assert_eq!(doctor.status, 200, "now the doctor opens it alone, however the name is typed: {doctor:?}");
    assert_eq!(desktop.send_as(&doctor, "GET", "/fhir/Observation/alone", "").status, 200);
    node.cable.plug_in();
    eventually("it is at the node, by the nurse", || {
        node.get("/fhir/AuditEvent?entity=Observation/alone").contains("Practitioner/nurse")
    });
}

#[test]
fn guesses_are_slowed_before_and_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let (node, mut desktop) = enrolled(home.path());
    assert_eq!(desktop.sign_in(NURSE).status, 200);
    node.cable.pull();
    desktop.kill();
    let mut desktop = Desktop::start(&home.path().join("data"), &[]);
    for left in [2, 1, 0] {
        let wrong = desktop.sign_in((NURSE.0, "482914"));
        assert!(wrong.status == 401 && wrong.body.contains(&format!("\"triesLeft\":{left}")), "{wrong:?}");
    }
    desktop.kill();
    let desktop = Desktop::start(&home.path().join("data"), &[]);
    let slowed = desktop.sign_in(NURSE);
    assert!(
        slowed.status == 429 && slowed.head.contains("retry-after"),
        "not even the right one: {slowed:?}"
    );
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(desktop.sign_in(NURSE).status, 200);
}

#[test]
fn whoever_left_is_refused_once_the_news_is_here_and_opens_nothing_any_more() {
    let home = tempfile::tempdir().unwrap();
    let (node, mut desktop) = enrolled(home.path());
    let nurse = desktop.sign_in(NURSE);
    assert_eq!((nurse.status, desktop.sign_in(DOCTOR).status), (200, 200));
    node.cable.pull();
    node.deactivate(NURSE.0);
    assert_eq!(desktop.sign_in(NURSE).status, 200, "nobody here knows yet");
    node.cable.plug_in();
    eventually("the session has ended", || desktop.send_as(&nurse, "GET", "/api/session", "").status == 401);
    let refused = desktop.sign_in(NURSE);
    assert!(refused.status == 403 && refused.body.contains("sign-in-deactivated"), "{refused:?}");
    let wraps = home.path().join("data/vault/keys.json");
    eventually("the wrapped key is gone", || !std::fs::read_to_string(&wraps).unwrap().contains("nurse"));
    desktop.kill();
    let desktop = Desktop::start(&home.path().join("data"), &[]);
    assert_eq!(desktop.sign_in(NURSE).status, 401);
    assert!(desktop.send("GET", "/api/setup", "").body.contains("\"locked\":true"), "it stays locked");
    assert_eq!(desktop.sign_in(DOCTOR).status, 200);
}

#[test]
fn revoked_desktop_is_given_nothing_more_and_what_it_sends_is_kept_for_review() {
    let home = tempfile::tempdir().unwrap();
    let (node, desktop) = enrolled(home.path());
    let nurse = desktop.sign_in(NURSE);
    node.put("Patient", "before", "");
    eventually("what was there is here", || {
        desktop.send_as(&nurse, "GET", "/fhir/Patient/before", "").status == 200
    });
    node.revoke("ward-1");
    node.put("Patient", "after", "");
    let saved = desktop.send_as(&nurse, "PUT", "/fhir/Observation/late", &observation("late"));
    assert_eq!(saved.status, 201, "{saved:?}");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(desktop.send_as(&nurse, "GET", "/fhir/Patient/after", "").status, 404);
    let late = node.get("/fhir/Observation/late");
    assert!(!late.contains("valueInteger"), "it is in nobody's chart: {late}");
}

/// However early the program is killed, the next start is one that somebody can sign in on, and nothing that was
/// acknowledged is lost.
#[test]
fn killed_at_any_moment_of_the_first_sign_in_it_opens_again() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(home.path());
    for (login, pin) in [NURSE, DOCTOR] {
        node.add_person(login, pin, "clinician");
    }
    for (round, after_ms) in [0, 30, 80, 150, 250, 400, 700].into_iter().enumerate() {
        let data = home.path().join(format!("data-{round}"));
        let mut desktop = Desktop::start(&data, &[]);
        desktop.enrol(&node, &format!("ward-{round}"));
        desktop.begin_sign_in(NURSE);
        std::thread::sleep(Duration::from_millis(after_ms));
        desktop.kill();
        let mut desktop = Desktop::start(&data, &[]);
        let nurse = desktop.sign_in(NURSE);
        assert_eq!(nurse.status, 200, "killed after {after_ms} ms: {nurse:?}");
        let path = format!("/fhir/Observation/round-{round}");
        let body = observation(&format!("round-{round}"));
        assert_eq!(desktop.send_as(&nurse, "PUT", &path, &body).status, 201);
        desktop.kill();
        let desktop = Desktop::start(&data, &[]);
        let nurse = desktop.sign_in(NURSE);
        assert_eq!(desktop.send_as(&nurse, "GET", &path, "").status, 200, "killed after {after_ms} ms");
    }
}
