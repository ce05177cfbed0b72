//! A node and its hub share the clinic's time: the calendar begins, time is granted, refused at the desk, and comes back.

use std::path::Path;
use std::time::{Duration, Instant};

use holdfast_clinical::scheduling::span::DAY_MIN;
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use serde_json::{Value, json};

use crate::hub::Hub;
use crate::support::{Node, eventually, read, run, stdout};

/// Until time comes back that is sold until the next full minute but one.
const BACK_WITHIN: Duration = Duration::from_secs(150);

fn now_min() -> i64 {
    minute_of_ms((holdfast_store::Surroundings::default().now_ms)())
}

/// In so many days.
fn date(ahead: i64) -> String {
    Zone::utc().local(now_min() + ahead * DAY_MIN).date().to_string()
}

fn configured(home: &Path) -> String {
    let file = home.join("node.toml");
    std::fs::write(&file, "[booking]\nweb_days = 2\ncheck_every_s = 1\n").unwrap();
    file.display().to_string()
}

impl Node {
    fn rights(&self, date: &str) -> Value {
        let answer = self.get(&format!("/api/schedule/rights?date={date}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    fn send_json(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let authority = self.url.strip_prefix("http://").unwrap();
        let answer = crate::support::send_json(authority, &self.token(), method, path, &body.to_string());
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
    }

    /// Ana works all day, and half of her visits are the web's, sold until `sell_until_min` before the day.
    fn set_up(&self, sell_until_min: i64) {
        let ana = r#","name":[{"text":"Ana"}]"#;
        assert_eq!(self.put("Practitioner", "ana", ana).status, 201);
        let weekly: Vec<Value> =
            (1..=7).map(|weekday| json!({ "weekday": weekday, "from": "08:00", "to": "18:00" })).collect();
        let path = "/api/schedule/resources/Practitioner/ana/hours";
        assert_eq!(self.send_json("PUT", path, &json!({ "weekly": weekly })).0, 200);
        let minutes = |url: &str, value: i64| {
            json!({ "url": url, "valueDuration": { "value": value, "unit": "min",
            "system": "http://unitsofmeasure.org", "code": "min" } })
        };
        let need = json!({ "url": "need", "extension": [{ "url": "kind", "valueCode": "practitioner" }] });
        let web = json!({ "url": "web-percent", "valueUnsignedInt": 50 });
        let parts = json!([
            minutes("duration", 30),
            minutes("step", 30),
            need,
            web,
            minutes("sell-until", sell_until_min)
        ]);
        let rest = json!([{ "url": "urn:holdfast:schedule:type", "extension": parts }]);
        let saved = self.put(
            "HealthcareService",
            "visit",
            &format!(r#","active":true,"name":"Visit","extension":{rest}"#),
        );
        assert_eq!(saved.status, 201, "{}", saved.body);
        assert_eq!(self.put("Patient", "p1", "").status, 201);
    }

    fn book(&self, id: &str, date: &str, minute: i64) -> (u16, Value) {
        let start = format!("{date}T{:02}:{:02}:00Z", minute / 60, minute % 60);
        let body = json!({ "id": id, "type": "visit", "patient": "p1", "start": start, "resources": ["Practitioner/ana"] });
        self.send_json("POST", "/api/schedule/appointments", &body)
    }

    fn rows(&self, date: &str, state: &str) -> Vec<(i64, i64)> {
        let rights = self.rights(date);
        let rows = rights["rows"].as_array().cloned().unwrap_or_default().into_iter();
        let minutes = |row: &Value| (row["fromMinute"].as_i64().unwrap(), row["toMinute"].as_i64().unwrap());
        rows.filter(|row| row["state"] == state).map(|row| minutes(&row)).collect()
    }
}

#[test]
fn what_head_office_was_granted_is_refused_at_the_desk_and_comes_back_unsold() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::start_booking(home.path().join("hub"));
    let (data, config) = (home.path().join("node"), configured(home.path()));
    hub.enrol(&data, "n1");
    let node = Node::start_with(&data, &["--dev", "--config", &config]);
    // The day after tomorrow; sold until the next full minute but one.
    let (now, date) = (now_min(), date(2));
    node.set_up((now.div_euclid(DAY_MIN) + 2) * DAY_MIN - (now + 2));
    eventually("the calendar has begun", || !node.rights(&date)["holder"].as_str().unwrap().is_empty());
    assert_eq!(node.rights(&date)["sells"], true);
    eventually("time is granted", || !node.rows(&date, "held").is_empty());
    let granted = node.rows(&date, "held");
    assert_eq!(
        granted.iter().map(|(from, to)| to - from).sum::<i64>(),
        300,
        "half of ten hours: {granted:?}"
    );

    let (at, _) = granted[0];
    let (status, refused) = node.book("a1", &date, at);
    assert_eq!((status, &refused["code"]), (409, &json!("time-not-ours")), "{refused}");
    let text = refused["detail"].as_str().unwrap();
    assert!(text.contains("the time of Ana") && text.contains("granted to head office until"), "{text}");
    assert!(!refused["instead"].as_array().unwrap().is_empty(), "{refused}");
    // With the link down it is head office's all the same, and all else is the desk's.
    hub.stop();
    assert_eq!(node.book("a1", &date, at).0, 409);
    assert_eq!(node.book("a2", &date, at - 30).0, 201);
    hub.go_on();
    let metrics = node.get("/metrics").body;
    assert!(metrics.contains("booking_calendar{standing=\"held\"} 1"), "{metrics}");

    let until = Instant::now() + BACK_WITHIN;
    while node.rows(&date, "returned").is_empty() {
        assert!(Instant::now() < until, "it does not come back: {}", node.rights(&date));
        std::thread::sleep(Duration::from_millis(200));
    }
    eventually("all of it is back", || node.rows(&date, "held").is_empty());
    let (status, booked) = node.book("a1", &date, at);
    assert_eq!(status, 201, "{booked}");
    let refusals = node.rights(&self::date(0))["refusals"].clone();
    assert_eq!(refusals[0]["code"], "time-not-ours", "{refusals}");
}

#[test]
fn a_node_that_was_restored_books_nothing_until_it_follows_the_one_before() {
    let home = tempfile::tempdir().unwrap();
    let hub = Hub::start_booking(home.path().join("hub"));
    let (data, config) = (home.path().join("node"), configured(home.path()));
    hub.enrol(&data, "n1");
    let mut node = Node::start_with(&data, &["--dev", "--config", &config]);
    node.set_up(60);
    let date = date(9);
    eventually("the calendar has begun", || !node.rights(&date)["holder"].as_str().unwrap().is_empty());
    let former = node.rights(&date)["holder"].as_str().unwrap().to_owned();
    let folder = data.display().to_string();
    let backup = home.path().join("backup.db").display().to_string();
    let done = run(&["backup", &backup, "--data-dir", &folder]);
    assert!(done.status.success(), "{}", crate::support::stderr(&done));
    assert_eq!(node.book("a1", &date, 540).0, 201);
    eventually("head office has it", || hub.send("GET", "/fhir/Appointment/a1", "").status == 200);
    node.kill();
    let done = run(&["restore", &backup, "--replace", "--data-dir", &folder]);
    assert!(done.status.success(), "{}", crate::support::stderr(&done));

    let node = Node::start_with(&data, &["--dev", "--config", &config]);
    let (status, refused) = node.book("a2", &date, 600);
    assert_eq!((status, &refused["code"]), (409, &json!("time-not-ours")), "{refused}");
    assert_eq!(node.rights(&date)["sells"], false);
    let told = run(&["follow", "--data-dir", &folder]);
    assert!(!told.status.success(), "nobody is said to be gone by mistake");
    assert!(crate::support::stderr(&told).contains(&former), "{}", crate::support::stderr(&told));
    let done = run(&["follow", "--former", &former, "--data-dir", &folder]);
    assert!(
        done.status.success() && stdout(&done).contains("gone for good"),
        "{}",
        crate::support::stderr(&done)
    );
    let until = Instant::now() + Duration::from_secs(60);
    while node.rights(&date)["sells"] != true {
        assert!(Instant::now() < until, "it does not follow: {}\n{}", node.rights(&date), read(&node.log));
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(node.book("a2", &date, 600).0, 201);
    let (status, taken) = node.book("a3", &date, 540);
    assert_eq!(
        (status, &taken["code"]),
        (409, &json!("slot-taken")),
        "what was confirmed before the loss is kept"
    );
}
