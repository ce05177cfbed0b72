//! The schedule over a real store: who is booked, moved, led through the clinic, and by whom.

use serde_json::{Value, json};

use crate::common::{ADMIN, Answer, DESK, Server, start, start_with};

/// The day of the tests, a Monday ahead of every clock; Berlin is an hour ahead of UTC then.
pub(crate) const DAY: &str = "2031-01-13";

/// A clinic in Berlin with two clinicians, a nurse and two rooms, open from eight to five.
pub(crate) async fn clinic() -> Server {
    let server = start_with(|mut parts| {
        parts.time_zone = holdfast_clinical::scheduling::zone::Zone::named("Europe/Berlin").unwrap();
        parts
    })
    .await;
    for (id, name, role) in [("ana", "Ana", "clinician"), ("bo", "Bo", "clinician"), ("nia", "Nia", "nurse")]
    {
        let one = json!({ "resourceType": "Practitioner", "id": id, "name": [{ "text": name }] });
        server.put(&format!("/fhir/Practitioner/{id}"), &one.to_string()).await.expect(201);
        let role = json!({ "resourceType": "PractitionerRole", "id": id, "practitioner": { "reference": format!("Practitioner/{id}") },
            "code": [{ "coding": [{ "code": role }] }] });
        server.put(&format!("/fhir/PractitionerRole/{id}"), &role.to_string()).await.expect(201);
        server.works(&format!("Practitioner/{id}")).await;
    }
    for id in ["r1", "r2"] {
        let room = json!({ "resourceType": "Location", "id": id, "name": format!("Room {id}"), "status": "active",
            "physicalType": { "coding": [{ "code": "ro" }] } });
        server.put(&format!("/fhir/Location/{id}"), &room.to_string()).await.expect(201);
        server.works(&format!("Location/{id}")).await;
    }
    for id in ["p1", "p2", "p3"] {
        let name = format!(r#""name":[{{"text":"Pat {id}"}}],"birthDate":"1970-01-01""#);
        server.patient(id, &name).await;
    }
    server
        .kind(
            "visit",
            30,
            1,
            &[json!({ "kind": "practitioner", "role": "clinician" }), json!({ "kind": "room" })],
        )
        .await;
    server
}

/// A booking of half an hour.
pub(crate) fn booking(id: &str, patient: &str, start: &str, resources: &[&str]) -> Value {
    json!({ "id": id, "type": "visit", "patient": patient, "start": start, "resources": resources })
}

/// The instant at which Berlin's clock shows that time on the day of the tests.
pub(crate) fn at(clock: &str) -> String {
    format!("{DAY}T{clock}:00+01:00")
}

impl Server {
    /// A request of the front desk, unless another is named.
    pub(crate) async fn desk(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.desk_as(DESK, method, path, body).await
    }

    pub(crate) async fn desk_as(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let path = format!("/api/schedule/{path}");
        self.as_with(token, method, &path, &[("content-type", "application/json")], text).await
    }

    pub(crate) async fn works(&self, key: &str) {
        let line = |weekday: i64| json!({ "weekday": weekday, "from": "08:00", "to": "17:00" });
        let weekly: Vec<Value> = (1..=5).map(line).collect();
        let path = format!("resources/{key}/hours");
        self.desk("PUT", &path, &json!({ "weekly": weekly })).await.expect(200);
    }

    pub(crate) async fn kind(&self, id: &str, minutes: i64, capacity: i64, needs: &[Value]) {
        let kind = json!({ "name": id, "minutes": minutes, "bufferBefore": 0, "bufferAfter": 0, "needs": needs,
            "capacity": capacity, "webShare": 0, "remote": false, "active": true });
        let path = format!("types/{id}");
        self.desk_as(crate::common::TOKEN, "PUT", &path, &kind).await.expect(200);
    }

    pub(crate) async fn book(&self, booking: &Value) -> Answer {
        self.desk("POST", "appointments", booking).await
    }

    pub(crate) async fn day(&self, date: &str) -> Value {
        self.desk("GET", &format!("day?date={date}"), &Value::Null).await.expect(200).json()
    }

    pub(crate) async fn led(&self, id: &str, body: Value) -> Answer {
        self.desk("POST", &format!("appointments/{id}/status"), &body).await
    }

    /// An appointment of the day.
    pub(crate) async fn on_day(&self, id: &str) -> Value {
        let day = self.day(DAY).await;
        let all = day["appointments"].as_array().unwrap();
        all.iter().find(|one| one["id"] == id).cloned().unwrap_or_default()
    }
}

#[tokio::test]
async fn a_booking_takes_all_that_its_type_needs_and_stands_on_the_day() {
    let server = clinic().await;
    let booked =
        server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    assert_eq!(booked["resources"], json!(["Practitioner/ana", "Location/r1"]));
    assert_eq!((&booked["fromMinute"], &booked["toMinute"]), (&json!(540), &json!(570)));
    let day = server.day(DAY).await;
    assert_eq!(day["timeZone"], "Europe/Berlin");
    assert_eq!(day["dayStart"], format!("{DAY}T00:00:00+01:00"));
    assert_eq!(
        (&day["minutesInDay"], &day["opens"], &day["closes"]),
        (&json!(1440), &json!(480), &json!(1020))
    );
    let names: Vec<&str> =
        day["resources"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ana", "Bo", "Nia", "Room r1", "Room r2"]);
    let shown = &day["appointments"][0];
    assert_eq!(
        (&shown["id"], &shown["status"], &shown["patient"]["name"]),
        (&json!("a1"), &json!("booked"), &json!("Pat p1"))
    );
    assert_eq!(shown["type"], json!({ "id": "visit", "name": "visit" }));
    let stored = server.get("/fhir/Appointment/a1").await.expect(200).json();
    assert_eq!((&stored["status"], &stored["start"]), (&json!("booked"), &json!(at("09:00"))));
    // Sundays nobody works, and nothing is there.
    let sunday = server.day("2031-01-12").await;
    let hours: Vec<&Value> =
        sunday["resources"].as_array().unwrap().iter().map(|one| &one["hours"]).collect();
    assert!(!hours.is_empty() && hours.iter().all(|hours| **hours == json!([])), "{sunday}");
    assert_eq!(sunday["appointments"], json!([]));
}

#[tokio::test]
async fn a_time_that_is_taken_is_refused_with_who_has_it_and_what_is_free_instead() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let refused = server
        .book(&booking("a2", "p2", &at("09:15"), &["Practitioner/ana"]))
        .await
        .refused(409, "slot-taken")
        .json();
    assert_eq!(refused["by"], json!({ "resource": "Ana", "appointment": "a1" }));
    let instead: Vec<&str> =
        refused["instead"].as_array().unwrap().iter().map(|one| one["start"].as_str().unwrap()).collect();
    assert_eq!(instead[0], at("09:30"));
    // Another clinician and the second room are free; then no room is.
    server.book(&booking("a2", "p2", &at("09:15"), &["Practitioner/bo"])).await.expect(201);
    server.book(&booking("a3", "p3", &at("09:15"), &[])).await.refused(409, "slot-taken");
    server
        .book(&booking("a4", "p3", &at("07:00"), &["Practitioner/ana"]))
        .await
        .refused(409, "outside-hours");
    server
        .book(&booking("a5", "nobody", &at("11:00"), &["Practitioner/ana"]))
        .await
        .refused(404, "not-found");
    let unknown =
        json!({ "id": "a6", "type": "none", "patient": "p1", "start": at("11:00"), "resources": [] });
    server.book(&unknown).await.refused(422, "appointment-type-unknown");
}

#[tokio::test]
async fn the_same_booking_again_is_the_same() {
    let server = clinic().await;
    let asked = booking("a1", "p1", &at("09:00"), &["Practitioner/ana"]);
    let (first, second) = tokio::join!(server.book(&asked), server.book(&asked));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201], "{} {}", first.body, second.body);
    server.book(&asked).await.expect(200);
    assert_eq!(server.day(DAY).await["appointments"].as_array().unwrap().len(), 1);
    let other = booking("a1", "p2", &at("09:00"), &["Practitioner/ana"]);
    assert_eq!(server.book(&other).await.status, 409);
}

#[tokio::test]
async fn of_many_desks_on_one_slot_exactly_one_wins() {
    let server = clinic().await;
    let bookings: Vec<Value> =
        (0..8).map(|n| booking(&format!("a{n}"), "p1", &at("10:00"), &["Practitioner/ana"])).collect();
    let answers = futures::future::join_all(bookings.iter().map(|one| server.book(one))).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(won, 1);
    for lost in answers.into_iter().filter(|answer| answer.status != 201) {
        lost.refused(409, "slot-taken");
    }
}

#[tokio::test]
async fn no_fhir_route_books_twice() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let record = |id: &str, start: &str, end: &str, status: &str| {
        json!({ "resourceType": "Appointment", "id": id, "status": status, "start": at(start), "end": at(end),
            "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "accepted" },
                { "actor": { "reference": "Patient/p2" }, "status": "accepted" }] })
    };
    let taken = record("x", "09:15", "09:45", "booked").to_string();
    server.put("/fhir/Appointment/x", &taken).await.refused(409, "slot-taken");
    server.post("/fhir/Appointment", &taken).await.refused(409, "slot-taken");
    let new = [("content-type", "application/json"), ("if-none-match", "*")];
    server.with("PUT", "/api/records/Appointment/x", &new, taken.clone()).await.refused(409, "slot-taken");
    let entry = |id: &str, start: &str, end: &str| json!({ "resource": record(id, start, end, "booked"), "request": { "method": "PUT", "url": format!("Appointment/{id}") } });
    let both = json!({ "resourceType": "Bundle", "type": "transaction", "entry": [entry("y", "11:00", "11:30"), entry("z", "11:15", "11:45")] });
    server.post("/fhir", &both.to_string()).await.refused(409, "slot-taken");
    assert_eq!(server.get("/fhir/Appointment/y").await.status, 404, "nothing of it is stored");
    // What takes no time may stand there, and then not take it by a step or a patch.
    server
        .put("/fhir/Appointment/x", &record("x", "09:15", "09:45", "proposed").to_string())
        .await
        .expect(201);
    let patch = json!([{ "op": "replace", "path": "/status", "value": "booked" }]).to_string();
    server.patch("/fhir/Appointment/x", &[], &patch).await.refused(409, "slot-taken");
    // One that has its time keeps it whatever else is said of it.
    let patch = json!([{ "op": "add", "path": "/comment", "value": "brings a friend" }]).to_string();
    server.patch("/fhir/Appointment/a1", &[], &patch).await.expect(200);
    let move_to = json!([{ "op": "replace", "path": "/start", "value": at("08:45") }]).to_string();
    server.patch("/fhir/Appointment/a1", &[], &move_to).await.expect(200);
    // What is over is history.
    let old = record("old", "09:00", "09:30", "fulfilled").to_string().replace("2031", "2021");
    let also = record("old2", "09:00", "09:30", "fulfilled").to_string().replace("2031", "2021");
    server.put("/fhir/Appointment/old", &old).await.expect(201);
    server.put("/fhir/Appointment/old2", &also).await.expect(201);
}

#[tokio::test]
async fn overbooking_takes_a_reason_and_is_seen() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let mut asked = booking("a2", "p2", &at("09:00"), &["Practitioner/ana"]);
    asked["overbook"] = json!({ "reason": "  " });
    server.book(&asked).await.refused(422, "schedule-refused");
    asked["overbook"] = json!({ "reason": "Chest pain" });
    let booked = server.book(&asked).await.expect(201).json();
    assert_eq!((&booked["overbook"], &booked["overbookReason"]), (&json!(true), &json!("Chest pain")));
    assert_eq!(server.on_day("a1").await["overlapsWith"], json!(["a2"]));
    // Moved to where there is room, it is none any more.
    let body =
        json!({ "version": booked["version"], "start": at("13:00"), "resources": booked["resources"] });
    let moved = server.desk("POST", "appointments/a2/move", &body).await.expect(200).json();
    assert_eq!(moved["overbook"], json!(false));
}

#[tokio::test]
async fn a_move_gives_back_what_it_leaves_and_takes_what_is_free() {
    let server = clinic().await;
    let booked =
        server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    server.book(&booking("a2", "p2", &at("10:00"), &["Practitioner/ana"])).await.expect(201);
    let to = |clock: &str, version: &Value| json!({ "version": version, "start": at(clock), "resources": ["Practitioner/ana", "Location/r1"] });
    let path = "appointments/a1/move";
    server.desk("POST", path, &to("09:45", &booked["version"])).await.refused(409, "slot-taken");
    let moved = server.desk("POST", path, &to("09:10", &booked["version"])).await.expect(200).json();
    assert_eq!(moved["fromMinute"], json!(550));
    let stale =
        server.desk("POST", path, &to("13:00", &booked["version"])).await.refused(409, "stale").json();
    assert!(stale["changed"].as_array().unwrap().contains(&json!("start")), "{stale}");
    assert_eq!(stale["version"], moved["version"]);
    let mut longer = to("13:00", &moved["version"]);
    longer["minutes"] = json!(60);
    assert_eq!(server.desk("POST", path, &longer).await.expect(200).json()["toMinute"], json!(840));
    server.book(&booking("a3", "p3", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
}

#[tokio::test]
async fn cancelling_frees_the_time_and_keeps_the_reason() {
    let server = clinic().await;
    let booked =
        server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    let body = json!({ "version": booked["version"], "status": "cancelled", "reason": "Has no bus", "reasonCode": "pat-lt" });
    let gone = server.led("a1", body.clone()).await.expect(200).json();
    assert_eq!((&gone["status"], &gone["cancelReason"]), (&json!("cancelled"), &json!("Has no bus")));
    let stored = server.get("/fhir/Appointment/a1").await.expect(200).json();
    assert_eq!(stored["cancelationReason"]["coding"][0]["code"], "pat-lt");
    server.led("a1", body).await.expect(200);
    server.book(&booking("a2", "p2", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let back = json!({ "version": gone["version"], "status": "booked" });
    let refused = server.led("a1", back).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
}

#[tokio::test]
async fn a_patient_is_led_through_the_clinic_and_a_slip_is_taken_back() {
    let server = clinic().await;
    let mut now = server.book(&server.booking_now("a1", "p1")).await.expect(201).json();
    for (status, kept) in
        [("arrived", "arrived"), ("with-nurse", "triaged"), ("with-clinician", "in-progress")]
    {
        let body = json!({ "version": now["version"], "status": status, "room": "Location/r2" });
        now = server.led("a1", body).await.expect(200).json();
        assert_eq!((&now["status"], &now["room"]), (&json!(status), &json!("Location/r2")));
        assert_eq!(server.get("/fhir/Encounter/a1").await.expect(200).json()["status"], kept);
    }
    let history = |encounter: &Value| encounter["statusHistory"].as_array().map_or(0, Vec::len);
    let before = server.get("/fhir/Encounter/a1").await.json();
    let undo = json!({ "version": now["version"], "status": "with-nurse", "undo": true });
    let back = server.led("a1", undo).await.expect(200).json();
    let after = server.get("/fhir/Encounter/a1").await.json();
    assert_eq!((&back["status"], history(&after)), (&json!("with-nurse"), history(&before) - 1));
    // The same press again moves nobody; one on an old picture is told so.
    server.led("a1", json!({ "version": "x", "status": "with-nurse" })).await.expect(200);
    now = server.day_of_now().await["appointments"][0].clone();
    for status in ["with-clinician", "after", "done"] {
        now =
            server.led("a1", json!({ "version": now["version"], "status": status })).await.expect(200).json();
        assert_eq!(now["status"], status);
    }
    let stored = server.get("/fhir/Appointment/a1").await.json();
    assert_eq!(stored["status"], "fulfilled");
    let refused = server.led("a1", json!({ "version": now["version"], "status": "booked" })).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "status-step-forbidden"), "{}", refused.body);
    server
        .led("a1", json!({ "version": now["version"], "status": "cancelled", "reason": "x" }))
        .await
        .refused(409, "status-step-forbidden");
    let bad = json!({ "version": now["version"], "status": "requested" });
    server.led("a1", bad).await.refused(422, "schedule-refused");
}

#[tokio::test]
async fn whoever_did_not_come_is_noted_once_it_has_begun() {
    let server = clinic().await;
    let booked =
        server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    let missed = json!({ "version": booked["version"], "status": "no-show" });
    server.led("a1", missed).await.refused(409, "appointment-not-begun");
    // One of this minute.
    let (start, end) = (server.minutes_from_now(-5), server.minutes_from_now(25));
    let record = json!({ "resourceType": "Appointment", "id": "now", "status": "booked", "start": start, "end": end,
        "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "accepted" },
            { "actor": { "reference": "Patient/p1" }, "status": "accepted" }] });
    let version = server.put("/fhir/Appointment/now", &record.to_string()).await.expect(201).version();
    let gone = server.led("now", json!({ "version": version, "status": "no-show" })).await.expect(200).json();
    assert_eq!(gone["status"], "no-show");
    let back = json!({ "version": gone["version"], "status": "booked", "undo": true });
    assert_eq!(server.led("now", back).await.expect(200).json()["status"], "booked");
}

#[tokio::test]
async fn a_walk_in_is_here_at_once() {
    let server = clinic().await;
    let mut asked = booking("w1", "p1", &server.minutes_from_now(0), &["Practitioner/ana"]);
    asked["walkIn"] = json!(true);
    // Whether somebody works this very minute is the clock's business.
    asked["overbook"] = json!({ "reason": "Came without an appointment" });
    let here = server.book(&asked).await.expect(201).json();
    assert_eq!((&here["status"], &here["walkIn"]), (&json!("arrived"), &json!(true)));
    assert_eq!(server.get("/fhir/Encounter/w1").await.expect(200).json()["status"], "arrived");
    server.book(&asked).await.expect(200);
}

#[tokio::test]
async fn who_may_look_looks_and_who_keeps_the_schedule_changes_it() {
    let server = clinic().await;
    server.desk_as(ADMIN, "GET", &format!("day?date={DAY}"), &Value::Null).await.refused(403, "forbidden");
    let answer = server.desk_as(ADMIN, "POST", "appointments", &booking("a", "p1", &at("09:00"), &[])).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    // The directory is the manager's.
    let kind = json!({ "name": "x", "minutes": 10, "bufferBefore": 0, "bufferAfter": 0, "needs": [{ "kind": "room" }],
        "capacity": 1, "webShare": 0, "remote": false, "active": true });
    assert_eq!(server.desk("PUT", "types/x", &kind).await.status, 403);
    let bad = server.desk("GET", "day?date=2031-02-30", &Value::Null).await;
    bad.refused(400, "bad-parameter");
    let nothing = start().await;
    assert_eq!(nothing.day(DAY).await["appointments"], json!([]));
}

impl Server {
    /// A booking of this very minute; whether somebody works then is the clock's business.
    pub(crate) fn booking_now(&self, id: &str, patient: &str) -> Value {
        let mut asked = booking(id, patient, &self.minutes_from_now(0), &["Practitioner/ana"]);
        asked["overbook"] = json!({ "reason": "Now" });
        asked
    }

    /// The day that it is in Berlin.
    pub(crate) async fn day_of_now(&self) -> Value {
        let now = self.writer.records().now_ms() / 60_000;
        let zone = holdfast_clinical::scheduling::zone::Zone::named("Europe/Berlin").unwrap();
        self.day(&zone.local(i64::try_from(now).unwrap()).date().to_string()).await
    }

    /// An instant of the server's own clock.
    pub(crate) fn minutes_from_now(&self, minutes: i64) -> String {
        let now = self.writer.records().now_ms() / 60_000;
        holdfast_clinical::scheduling::zone::Zone::utc().instant(i64::try_from(now).unwrap() + minutes)
    }
}
