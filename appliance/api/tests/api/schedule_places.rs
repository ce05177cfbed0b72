//! Places of a group session: each patient's is led, missed, cancelled and moved for itself.

use serde_json::{Value, json};

use crate::common::Server;
use crate::schedule::{DAY, at, clinic};

async fn with_group() -> Server {
    let server = clinic().await;
    server.kind("group", 60, 3, &[json!({ "kind": "practitioner", "role": "nurse" })]).await;
    server
}

fn place(id: &str, patient: &str, start: &str) -> Value {
    json!({ "id": id, "type": "group", "patient": patient, "start": start, "resources": [] })
}

fn names(session: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let places = session["group"]["places"].as_array().unwrap().iter();
    places.map(|one| (text(&one["id"]), text(&one["status"]))).collect()
}

#[tokio::test]
async fn each_place_is_told_of_by_its_own_id_and_led_by_it() {
    let server = with_group().await;
    let now = server.minutes_from_now(-5);
    for (id, patient) in [("g1", "p1"), ("g2", "p2"), ("g3", "p3")] {
        let mut asked = place(id, patient, &now);
        asked["overbook"] = json!({ "reason": "Now" });
        server.book(&asked).await.expect(201);
    }
    let day = server.day_of_now().await;
    let session = &day["appointments"][0];
    assert_eq!((day["appointments"].as_array().unwrap().len(), &session["group"]["taken"]), (1, &json!(3)));
    let places = session["group"]["places"].as_array().unwrap().clone();
    assert_eq!((&places[0]["session"], &places[0]["patient"]["name"]), (&session["id"], &json!("Pat p1")));
    let led = |at: usize, status: &str| json!({ "version": places[at]["version"], "status": status });
    assert_eq!(server.led("g1", led(0, "arrived")).await.expect(200).json()["status"], "arrived");
    assert_eq!(server.led("g2", led(1, "no-show")).await.expect(200).json()["status"], "no-show");
    let mut gone = led(2, "cancelled");
    gone["reasonCode"] = json!("pat");
    server.led("g3", gone).await.expect(200);
    let day = server.day_of_now().await;
    let session = &day["appointments"][0];
    let both = [("g1".to_owned(), "arrived".to_owned()), ("g2".to_owned(), "no-show".to_owned())];
    assert_eq!((names(session), &session["group"]["taken"]), (both.to_vec(), &json!(2)));
    assert_eq!(server.get("/fhir/Encounter/g1").await.expect(200).json()["status"], "arrived");
    assert_eq!(server.get("/fhir/Encounter/g2").await.status, 404);
}

#[tokio::test]
async fn a_place_is_moved_to_another_session_and_nobody_else_goes_along() {
    let server = with_group().await;
    let one = server.book(&place("g1", "p1", &at("14:00"))).await.expect(201).json();
    server.book(&place("g2", "p2", &at("14:00"))).await.expect(201);
    let to = |start: &str, version: &Value| json!({ "version": version, "start": start, "resources": [] });
    let path = "appointments/g1/move";
    let moved = server.desk("POST", path, &to(&at("10:00"), &one["version"])).await.expect(200).json();
    assert_eq!(moved["start"], at("10:00"));
    let sessions = |day: &Value| -> Vec<(String, usize)> {
        let all = day["appointments"].as_array().unwrap().iter();
        all.map(|one| (one["start"].as_str().unwrap().to_owned(), names(one).len())).collect()
    };
    assert_eq!(sessions(&server.day(DAY).await), [(at("10:00"), 1), (at("14:00"), 1)]);
    // And back, into the session that is there already.
    let back = server.desk("POST", path, &to(&at("14:00"), &moved["version"])).await.expect(200).json();
    assert_eq!(sessions(&server.day(DAY).await), [(at("10:00"), 0), (at("14:00"), 2)]);
    // Not into one that is full, or where the nurse is off.
    server.book(&place("g3", "p3", &at("14:00"))).await.expect(201);
    server.patient("p4", r#""name":[{"text":"Pat p4"}]"#).await;
    let four = server.book(&place("g4", "p4", &at("10:00"))).await.expect(201).json();
    let path = "appointments/g4/move";
    server.desk("POST", path, &to(&at("14:00"), &four["version"])).await.refused(409, "full");
    server.desk("POST", path, &to(&at("18:00"), &four["version"])).await.refused(409, "outside-hours");
    server.desk("POST", path, &to(&at("10:00"), &back["version"])).await.refused(409, "stale");
}

#[tokio::test]
async fn a_search_for_a_place_finds_the_sessions_that_have_one() {
    let server = with_group().await;
    server.book(&place("g1", "p1", &at("08:30"))).await.expect(201);
    let from = format!("{DAY}T00:00:00%2B01:00");
    let search = async |rest: &str| {
        let path = format!("free?type=group&from={from}&until={DAY}T17:00:00%2B01:00&limit=3{rest}");
        let page = server.desk("GET", &path, &Value::Null).await.expect(200).json();
        let slots = page["slots"].as_array().unwrap().clone();
        let is_session = |slot: &&Value| slot["because"].as_array().unwrap().contains(&json!("session"));
        slots.iter().filter(is_session).map(|slot| slot["start"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(search("").await, [at("08:30")]);
    assert_eq!(search("&with=Practitioner/nia").await, [at("08:30")]);
    assert!(search("&with=Practitioner/ana").await.is_empty(), "somebody else holds it");
    assert!(search("&patient=p1").await.is_empty(), "they have a place in it");
    server.book(&place("g2", "p2", &at("08:30"))).await.expect(201);
    server.book(&place("g3", "p3", &at("08:30"))).await.expect(201);
    assert!(search("").await.is_empty(), "it is full");
}

#[tokio::test]
async fn one_patient_has_one_place_of_a_session() {
    let server = with_group().await;
    server.book(&place("g1", "p1", &at("14:00"))).await.expect(201);
    let mut again = place("g2", "p1", &at("14:00"));
    let refused = server.book(&again).await.refused(409, "patient-in-session").json();
    assert_eq!(refused["by"], json!({ "appointment": "g1" }));
    again["overbook"] = json!({ "reason": "Brings nobody" });
    server.book(&again).await.refused(409, "patient-in-session");
    server.book(&place("g1", "p1", &at("14:00"))).await.expect(200);
    // Once it is cancelled, they may come after all.
    let one = server.get("/fhir/Appointment/g1").await.version();
    server.led("g1", json!({ "version": one, "status": "cancelled" })).await.expect(200);
    server.book(&place("g3", "p1", &at("14:00"))).await.expect(201);
}

#[tokio::test]
async fn a_place_takes_its_patients_time_and_goes_with_its_session_whatever_else_they_have() {
    let server = with_group().await;
    server.book(&place("g1", "p1", &at("14:00"))).await.expect(201);
    let visit = |id: &str, clock: &str| crate::schedule::booking(id, "p1", &at(clock), &["Practitioner/ana"]);
    server.book(&visit("a1", "14:30")).await.refused(409, "patient-elsewhere");
    server.book(&visit("a1", "10:00")).await.expect(201);
    let day = server.day(DAY).await;
    let session = day["appointments"].as_array().unwrap().iter().find(|one| !one["group"].is_null()).unwrap();
    let to =
        json!({ "version": session["version"], "start": at("10:00"), "resources": session["resources"] });
    let path = format!("appointments/{}/move", session["id"].as_str().unwrap());
    let moved = server.desk("POST", &path, &to).await.expect(200).json();
    assert_eq!(moved["group"]["places"][0]["start"], at("10:00"), "the answer has its places too");
    let day = server.day(DAY).await;
    let session = day["appointments"].as_array().unwrap().iter().find(|one| !one["group"].is_null()).unwrap();
    assert_eq!(session["group"]["places"][0]["elsewhere"], json!(["a1"]));
    assert_eq!(server.on_day("a1").await["elsewhere"], json!(["g1"]));
}

#[tokio::test]
async fn a_place_whose_session_is_elsewhere_stands_on_the_day_by_itself() {
    let server = with_group().await;
    server.book(&place("g1", "p1", &at("14:00"))).await.expect(201);
    let mut record = server.get("/fhir/Appointment/g1").await.expect(200).json();
    (record["start"], record["end"]) = (json!(at("09:00")), json!(at("10:00")));
    server.put("/fhir/Appointment/g1", &record.to_string()).await.expect(200);
    let shown = server.on_day("g1").await;
    assert_eq!((&shown["fromMinute"], &shown["patient"]["name"]), (&json!(540), &json!("Pat p1")));
    (record["start"], record["end"]) =
        (json!("2031-01-14T09:00:00+01:00"), json!("2031-01-14T10:00:00+01:00"));
    server.put("/fhir/Appointment/g1", &record.to_string()).await.expect(200);
    let day = server.day("2031-01-14").await;
    assert_eq!(day["appointments"][0]["id"], "g1");
}
