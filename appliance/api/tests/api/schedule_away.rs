//! Who leaves, is off, or is out of use: nobody is booked with them any more, and what was booked is told of and marked.

use serde_json::{Value, json};

use crate::common::{ADMIN, Server, TOKEN};
use crate::schedule::{DAY, at, booking, clinic};

impl Server {
    async fn why(&self, id: &str) -> Value {
        self.on_day(id).await["stranded"].clone()
    }

    async fn affected(&self, query: &str) -> Vec<String> {
        let answer = self.desk("GET", &format!("affected?{query}"), &Value::Null).await.expect(200).json();
        ids(&answer)
    }

    async fn as_admin(&self, method: &str, path: &str, body: &Value) -> crate::common::Answer {
        self.as_with(ADMIN, method, path, &[("content-type", "application/json")], body.to_string()).await
    }
}

fn ids(affected: &Value) -> Vec<String> {
    let all = affected["appointments"].as_array().into_iter().flatten();
    all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn whoever_is_deactivated_is_offered_and_booked_no_more_and_their_patients_are_told_of() {
    let server = clinic().await;
    let made =
        json!({ "login": "ana", "name": "Ana", "roles": ["clinician"], "practitioner": "Practitioner/ana" });
    let ana = server.as_admin("POST", "/api/people", &made).await.expect(201).json();
    let booked =
        server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    assert!(server.why("a1").await.is_null());
    let mut soon = server.booking_now("n1", "p2");
    soon["start"] = json!(server.minutes_from_now(90));
    server.book(&soon).await.expect(201);
    let path = format!("/api/people/{}", ana["id"].as_str().unwrap());
    let changed = server.as_admin("PUT", &path, &json!({ "active": false })).await.expect(200).json();
    assert_eq!((&changed["active"], ids(&changed["affected"])), (&json!(false), vec!["n1".to_owned()]));
    // Neither offered nor booked, named or not, overbooked or not.
    let from = format!("{DAY}T00:00:00%2B01:00");
    let free = |rest: &str| format!("free?type=visit&from={from}&limit=5{rest}");
    let named = server.desk("GET", &free("&with=Practitioner/ana"), &Value::Null).await.expect(200).json();
    assert_eq!(named["slots"], json!([]));
    let any = server.desk("GET", &free(""), &Value::Null).await.expect(200);
    assert!(!any.body.contains("Practitioner/ana") && any.body.contains("Practitioner/bo"), "{}", any.body);
    let mut asked = booking("a2", "p2", &at("10:00"), &["Practitioner/ana"]);
    let refused = server.book(&asked).await.refused(409, "out-of-use");
    assert!(refused.body.contains("Ana has left"), "{}", refused.body);
    asked["overbook"] = json!({ "reason": "Asks for her" });
    server.book(&asked).await.refused(409, "out-of-use");
    let to = json!({ "version": booked["version"], "start": at("11:00"), "resources": ["Practitioner/ana", "Location/r1"] });
    server.desk("POST", "appointments/a1/move", &to).await.refused(409, "out-of-use");
    let request = json!({ "resourceType": "Appointment", "id": "q", "status": "proposed", "start": at("13:00"), "end": at("13:30"),
        "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "needs-action" },
            { "actor": { "reference": "Patient/p3" }, "status": "needs-action" }] });
    let version = server.put("/fhir/Appointment/q", &request.to_string()).await.expect(201).version();
    server.led("q", json!({ "version": version, "status": "booked" })).await.refused(409, "out-of-use");
    // What is booked stands there and is marked, until somebody else has it.
    assert_eq!(server.why("a1").await, json!([{ "ref": "Practitioner/ana", "why": "out-of-use" }]));
    let to = json!({ "version": booked["version"], "start": at("09:00"), "resources": ["Practitioner/bo", "Location/r1"] });
    server.desk("POST", "appointments/a1/move", &to).await.expect(200);
    assert!(server.why("a1").await.is_null());
    server.as_admin("PUT", &path, &json!({ "active": true })).await.expect(200);
    server.book(&booking("a3", "p3", &at("10:00"), &["Practitioner/ana"])).await.expect(201);
}

#[tokio::test]
async fn one_of_two_sign_ins_is_enough_to_be_there() {
    let server = clinic().await;
    for (login, active) in [("ana", true), ("ana2", false)] {
        let made = json!({ "login": login, "name": "Ana", "roles": ["clinician"], "practitioner": "Practitioner/ana" });
        let one = server.as_admin("POST", "/api/people", &made).await.expect(201).json();
        let path = format!("/api/people/{}", one["id"].as_str().unwrap());
        server.as_admin("PUT", &path, &json!({ "active": active })).await.expect(200);
    }
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
}

#[tokio::test]
async fn time_off_tells_what_is_booked_in_it_and_marks_it_until_it_is_moved() {
    let server = clinic().await;
    for (id, patient, clock, who) in
        [("a1", "p1", "09:00", "ana"), ("a2", "p2", "13:00", "ana"), ("a3", "p3", "09:00", "bo")]
    {
        server.book(&booking(id, patient, &at(clock), &[&format!("Practitioner/{who}")])).await.expect(201);
    }
    let of = |from: &str, until: &str| {
        let instant = |clock: &str| at(clock).replace('+', "%2B");
        format!("resource=Practitioner/ana&from={}&until={}", instant(from), instant(until))
    };
    assert_eq!(server.affected(&of("08:00", "12:00")).await, ["a1"]);
    assert_eq!(server.affected(&of("09:30", "12:00")).await, [""; 0], "it ends as that begins");
    assert_eq!(server.affected(&of("08:00", "17:00")).await, ["a1", "a2"]);
    let off = json!({ "id": "leave", "from": at("00:00"), "until": at("12:00"), "why": "Dentist" });
    let taken = server.desk("POST", "resources/Practitioner/ana/off", &off).await.expect(200).json();
    assert_eq!((&taken["ref"], ids(&taken["affected"])), (&json!("Practitioner/ana"), vec!["a1".to_owned()]));
    assert_eq!(server.why("a1").await, json!([{ "ref": "Practitioner/ana", "why": "off" }]));
    assert!(server.why("a2").await.is_null() && server.why("a3").await.is_null());
    let one = server.on_day("a1").await;
    let to = json!({ "version": one["version"], "start": at("15:00"), "resources": one["resources"] });
    server.desk("POST", "appointments/a1/move", &to).await.expect(200);
    assert!(server.why("a1").await.is_null());
    server.desk("GET", "affected?resource=Patient/p1", &Value::Null).await.refused(400, "bad-parameter");
}

#[tokio::test]
async fn a_holiday_tells_what_is_booked_on_it_once_and_marks_it() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    server.book(&booking("a2", "p1", "2031-01-14T09:00:00+01:00", &["Practitioner/ana"])).await.expect(201);
    let days = json!({ "holidays": [{ "date": DAY, "name": "Founder's day" }] });
    let saved = server.desk("PUT", "holidays", &days).await.expect(200).json();
    assert_eq!(ids(&saved["affected"]), ["a1"]);
    let why = server.why("a1").await;
    assert_eq!(why[0], json!({ "ref": "Practitioner/ana", "why": "holiday" }));
    let again = server.desk("PUT", "holidays", &days).await.expect(200).json();
    assert_eq!(again, days, "what was told once is on the sheet");
}

#[tokio::test]
async fn a_room_that_is_gone_and_a_type_that_is_not_offered_any_more_mark_what_is_booked() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana", "Location/r2"])).await.expect(201);
    let kind = json!({ "name": "visit", "minutes": 30, "bufferBefore": 0, "bufferAfter": 0, "capacity": 1, "webShare": 0,
        "needs": [{ "kind": "room" }], "remote": false, "active": false });
    let that_day = "from=2031-01-13T00:00:00Z&until=2031-01-14T00:00:00Z";
    assert_eq!(server.affected(&format!("resource=Location/r2&{that_day}")).await, ["a1"]);
    assert_eq!(server.affected(&format!("resource=Location/r1&{that_day}")).await, [""; 0]);
    assert_eq!(server.affected(&format!("type=visit&{that_day}")).await, ["a1"]);
    assert_eq!(server.affected(&format!("type=other&{that_day}")).await, [""; 0]);
    server.delete("/fhir/Location/r2").await.expect(204);
    assert_eq!(server.why("a1").await, json!([{ "ref": "Location/r2", "why": "gone" }]));
    let mut soon = server.booking_now("n1", "p2");
    soon["start"] = json!(server.minutes_from_now(90));
    server.book(&soon).await.expect(201);
    let saved = server.desk_as(TOKEN, "PUT", "types/visit", &kind).await.expect(200).json();
    assert_eq!((&saved["id"], ids(&saved["affected"])), (&json!("visit"), vec!["n1".to_owned()]));
    let why = server.why("a1").await;
    assert_eq!(why[1], json!({ "why": "type" }), "{why}");
    // Who was never given hours is there all the same.
    server
        .put("/fhir/Location/hall", r#"{"resourceType":"Location","id":"hall","name":"Hall"}"#)
        .await
        .expect(201);
    let record = json!({ "resourceType": "Appointment", "id": "h1", "status": "booked", "start": at("12:00"), "end": at("12:30"),
        "participant": [{ "actor": { "reference": "Location/hall" }, "status": "accepted" }] });
    server.put("/fhir/Appointment/h1", &record.to_string()).await.expect(201);
    assert!(server.why("h1").await.is_null());
}
