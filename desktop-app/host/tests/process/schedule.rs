//! The schedule at a desktop whose node is away: the day is shown as it was, and what is wanted is filed as a request that the node
//! answers once it is back.

use holdfast_clinical::scheduling::span::DAY_MIN;
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use serde_json::{Value, json};

use crate::support::{Answer, Desktop, Node, eventually};

const DESK: (&str, &str) = ("reception", "482913");

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

/// A date that is ahead, whatever the hour.
fn date() -> String {
    let now = minute_of_ms((holdfast_store::Surroundings::default().now_ms)());
    Zone::utc().local(now + 3 * DAY_MIN).date().to_string()
}

fn booking(id: &str, hour: u8) -> String {
    let start = format!("{}T{hour:02}:00:00Z", date());
    json!({ "id": id, "type": "visit", "patient": "p1", "start": start, "resources": ["Practitioner/ana"] })
        .to_string()
}

fn find<'s>(sheet: &'s Value, id: &str) -> Option<&'s Value> {
    sheet["appointments"].as_array()?.iter().find(|one| one["id"] == id)
}

/// A clinic where Ana works all day, with one appointment, and a front desk.
fn clinic(home: &std::path::Path) -> Node {
    let node = Node::start(home);
    node.add_person(DESK.0, DESK.1, "front-desk");
    node.put("Practitioner", "ana", ",\"name\":[{\"text\":\"Ana\"}]");
    node.put("Patient", "p1", ",\"name\":[{\"text\":\"Pat\"}]");
    let weekly: Vec<Value> =
        (1..=7).map(|weekday| json!({ "weekday": weekday, "from": "08:00", "to": "18:00" })).collect();
    let kind = json!({ "name": "Visit", "minutes": 30, "bufferBefore": 0, "bufferAfter": 0, "needs": [{ "kind": "practitioner" }],
        "capacity": 1, "webShare": 0, "remote": false, "active": true });
    for (method, path, body) in [
        ("PUT", "/api/schedule/resources/Practitioner/ana/hours", json!({ "weekly": weekly }).to_string()),
        ("PUT", "/api/schedule/types/visit", kind.to_string()),
        ("POST", "/api/schedule/appointments", booking("known", 9)),
    ] {
        let answer = node.ask(method, path, &body);
        assert!(matches!(answer.status, 200 | 201), "{path}: {answer:?}");
    }
    node
}

#[test]
fn a_desktop_without_its_node_shows_the_day_and_files_requests_that_the_node_answers_later() {
    let home = tempfile::tempdir().unwrap();
    let node = clinic(home.path());
    let mut desktop = Desktop::start(&home.path().join("data"), &[]);
    desktop.enrol(&node, "desk-1");
    let signed = desktop.sign_in(DESK);
    assert_eq!(signed.status, 200, "{signed:?}");
    let path = format!("/api/schedule/day?date={}", date());
    let day = |desktop: &Desktop, signed: &Answer| read(&desktop.send_as(signed, "GET", &path, ""));
    eventually("the day is at the desktop", || find(&day(&desktop, &signed), "known").is_some());
    node.cable.pull();
    desktop.kill();
    let desktop = Desktop::start(&home.path().join("data"), &[]);
    let signed = desktop.sign_in(DESK);
    assert_eq!(signed.status, 200, "{signed:?}");
    let sheet = day(&desktop, &signed);
    assert_eq!(sheet["canBook"], "requests-only");
    let known = find(&sheet, "known").unwrap_or_else(|| panic!("{sheet}"));
    assert_eq!((&known["status"], &known["patient"]["name"]), (&json!("booked"), &json!("Pat")));
    let filed = desktop.send_as(&signed, "POST", "/api/schedule/appointments", &booking("wish", 11));
    assert!(matches!(filed.status, 200 | 201) && read(&filed)["status"] == "requested", "{filed:?}");
    let rival = desktop.send_as(&signed, "POST", "/api/schedule/appointments", &booking("rival", 9));
    assert_eq!(read(&rival)["status"], "requested", "whether it is taken the node says: {rival:?}");
    assert_eq!(
        find(&day(&desktop, &signed), "wish").map(|one| one["status"].clone()),
        Some(json!("requested"))
    );
    assert!(!node.get("/api/schedule/requests").contains("wish"), "the cable is not pulled");
    node.cable.plug_in();
    eventually("the requests are at the node", || {
        let requests = node.get("/api/schedule/requests");
        requests.contains("\"wish\"") && requests.contains("\"rival\"")
    });
    let requests: Value = serde_json::from_str(&node.get("/api/schedule/requests")).unwrap();
    let grant = |id: &str| {
        let request = requests["requests"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
        let body = json!({ "version": request["version"], "status": "booked" }).to_string();
        node.ask("POST", &format!("/api/schedule/appointments/{id}/status"), &body)
    };
    let granted = grant("wish");
    assert_eq!(granted.status, 200, "{granted:?}");
    let refused = grant("rival");
    assert_eq!((refused.status, &read(&refused)["code"]), (409, &json!("slot-taken")), "{refused:?}");
    eventually("the desktop shows that it is booked", || {
        find(&day(&desktop, &signed), "wish").is_some_and(|one| one["status"] == "booked")
    });
}
