//! `/metrics` of a node says how many visits are expected at once, those by video or telephone apart.

use std::time::Duration;

use holdfast_clinical::scheduling::span::DAY_MIN;
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use serde_json::{Value, json};

use crate::support::Node;

/// Until they are worked out again while nothing is known.
const WORKED_OUT_WITHIN: Duration = Duration::from_secs(60);
const WEEKS: i64 = 6;

/// The value of a line of `/metrics`.
fn value(metrics: &str, name: &str) -> Option<f64> {
    metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// Every day of six weeks, one visit of that type in each hour, and so many at noon; each takes an hour.
fn visits(kind: &str, at_noon: usize) -> Vec<Value> {
    let now = minute_of_ms((holdfast_store::Surroundings::default().now_ms)());
    let (zone, today) = (Zone::utc(), now - now.rem_euclid(DAY_MIN));
    let mut out = Vec::new();
    for day in 1..=WEEKS * 7 {
        for hour in 0..24 {
            for place in 0..if hour == 12 { at_noon } else { 1 } {
                let start = today - day * DAY_MIN + hour * 60;
                let id = format!("{kind}-{day}-{hour}-{place}");
                out.push(json!({ "resource": { "resourceType": "Appointment", "id": id, "status": "fulfilled",
                    "serviceType": [{ "coding": [{ "system": holdfast_clinical::scheduling::fhir::TYPE_SYSTEM, "code": kind }] }],
                    "start": zone.instant(start), "end": zone.instant(start + 60), "minutesDuration": 60,
                    "participant": [{ "actor": { "reference": "Patient/p1" }, "status": "accepted" }] },
                    "request": { "method": "PUT", "url": format!("Appointment/{id}") } }));
            }
        }
    }
    out
}

#[test]
fn the_metrics_say_how_many_visits_are_expected_now_and_at_the_most() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::start(&home.path().join("data"));
    let authority = node.url.strip_prefix("http://").unwrap();
    let send = |method: &str, path: &str, body: &Value| {
        crate::support::send_json(authority, &node.token(), method, path, &body.to_string())
    };
    assert_eq!(node.put("Patient", "p1", "").status, 201);
    for (id, is_remote) in [("desk", false), ("video", true)] {
        let kind = json!({ "name": id, "minutes": 60, "bufferBefore": 0, "bufferAfter": 0, "needs": [{ "kind": "practitioner" }],
            "capacity": 1, "webShare": 0, "remote": is_remote, "active": true });
        let saved = send("PUT", &format!("/api/schedule/types/{id}"), &kind);
        assert!(matches!(saved.status, 200 | 201), "{}", saved.body);
    }
    let entries: Vec<Value> = visits("desk", 6).into_iter().chain(visits("video", 3)).collect();
    for part in entries.chunks(250) {
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": part });
        let answer = node.send("POST", "/fhir", &bundle.to_string());
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let until = std::time::Instant::now() + WORKED_OUT_WITHIN;
    let metrics = loop {
        let metrics = node.get("/metrics").body;
        if value(&metrics, "schedule_expected_visits_peak{mode=\"remote\"}").is_some_and(|peak| peak > 0.5) {
            break metrics;
        }
        assert!(std::time::Instant::now() < until, "nothing is expected: {metrics}");
        std::thread::sleep(Duration::from_millis(500));
    };
    let of = |name: &str, mode: &str| {
        value(&metrics, &format!("schedule_expected_visits{name}{{mode=\"{mode}\"}}")).unwrap()
    };
    for (mode, at_noon) in [("in-person", 6.0), ("remote", 3.0)] {
        // Whatever the hour: somebody is there, and within a day there is noon.
        let (now, peak) = (of("", mode), of("_peak", mode));
        assert!((0.5..=at_noon + 0.5).contains(&now), "{mode}: {now}");
        assert!((at_noon - 0.7..=at_noon + 0.7).contains(&peak), "{mode}: {peak}");
    }
}
