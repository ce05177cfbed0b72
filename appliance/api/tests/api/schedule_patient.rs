//! What is asked about the patient of an appointment, and about the day: one is in one place at a time, lives, and comes when expected.

use serde_json::{Value, json};

use crate::common::{copy_as, start};
use crate::schedule::{at, booking, clinic};

#[tokio::test]
async fn one_patient_is_not_booked_at_two_places_at_once() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let mut asked = booking("a2", "p1", &at("09:15"), &["Practitioner/bo"]);
    let refused = server.book(&asked).await.refused(409, "patient-elsewhere").json();
    assert_eq!(
        (&refused["by"]["appointment"], &refused["by"]["resource"]),
        (&json!("a1"), &json!("Ana, Room r1"))
    );
    assert_eq!(refused["by"]["start"], "2031-01-13T08:00:00+00:00");
    let instead: Vec<&Value> =
        refused["instead"].as_array().unwrap().iter().map(|one| &one["start"]).collect();
    assert!(instead.contains(&&json!(at("09:30"))) && !instead.contains(&&json!(at("09:15"))), "{instead:?}");
    // Another patient, and the same one right after, are booked; with a reason, the same one too.
    server.book(&booking("a3", "p2", &at("09:15"), &["Practitioner/bo"])).await.expect(201);
    server.book(&booking("a4", "p1", &at("09:30"), &["Practitioner/ana"])).await.expect(201);
    asked["resources"] = json!(["Practitioner/nia"]);
    asked["overbook"] = json!({ "reason": "Blood is drawn meanwhile" });
    server.book(&asked).await.expect(201);
    assert_eq!(server.on_day("a1").await["elsewhere"], json!(["a2"]));
    assert_eq!(server.on_day("a2").await["elsewhere"], json!(["a1", "a4"]));
    assert!(server.on_day("a3").await["elsewhere"].is_null());
}

#[tokio::test]
async fn no_route_brings_a_patient_to_two_places_at_once() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let booked =
        server.book(&booking("a2", "p1", &at("11:00"), &["Practitioner/bo"])).await.expect(201).json();
    let to = json!({ "version": booked["version"], "start": at("09:15"), "resources": ["Practitioner/bo"] });
    server.desk("POST", "appointments/a2/move", &to).await.refused(409, "patient-elsewhere");
    let record = |status: &str| {
        json!({ "resourceType": "Appointment", "id": "x", "status": status, "start": at("09:15"), "end": at("09:45"),
            "participant": [{ "actor": { "reference": "Practitioner/nia" }, "status": "accepted" },
                { "actor": { "reference": "Patient/p1" }, "status": "accepted" }] })
        .to_string()
    };
    server.put("/fhir/Appointment/x", &record("booked")).await.refused(409, "patient-elsewhere");
    // A request that is granted.
    let version = server.put("/fhir/Appointment/x", &record("proposed")).await.expect(201).version();
    server
        .led("x", json!({ "version": version, "status": "booked" }))
        .await
        .refused(409, "patient-elsewhere");
    // A series tells of it before it is booked, and books the others.
    let series = |dry: bool| {
        json!({ "id": "s", "booking": booking("s", "p1", &at("09:00"), &["Practitioner/bo"]), "dry": dry,
            "rule": { "every": "week", "interval": 1, "count": 2 } })
    };
    for dry in [true, false] {
        let answer = server.desk("POST", "series", &series(dry)).await.expect(200).json();
        assert_eq!(answer["instances"][0]["refused"]["code"], "patient-elsewhere");
        assert!(answer["instances"][1]["refused"].is_null(), "{answer}");
    }
    // Whoever was seen may go on to the next.
    let mut now = server.book(&server.booking_now("n1", "p2")).await.expect(201).json();
    let mut next = server.booking_now("n2", "p2");
    next["resources"] = json!(["Practitioner/bo"]);
    next["overbook"] = Value::Null;
    next["start"] = json!(server.minutes_from_now(1));
    for status in ["arrived", "done"] {
        now =
            server.led("n1", json!({ "version": now["version"], "status": status })).await.expect(200).json();
    }
    let answer = server.book(&next).await;
    assert!(answer.status == 201 || answer.code() == "outside-hours", "{}", answer.body);
}

#[tokio::test]
async fn a_patient_whom_two_databases_booked_at_one_time_is_marked_at_both() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let other = start().await;
    other.patient("p1", "").await;
    let record = json!({ "resourceType": "Appointment", "id": "b1", "status": "booked", "start": at("09:15"), "end": at("09:45"),
        "participant": [{ "actor": { "reference": "Practitioner/bo" }, "status": "accepted" },
            { "actor": { "reference": "Patient/p1" }, "status": "accepted" }] });
    other.put("/fhir/Appointment/b1", &record.to_string()).await.expect(201);
    copy_as("desktop", &other, &server).await;
    assert_eq!(server.on_day("a1").await["elsewhere"], json!(["b1"]));
    assert_eq!(server.on_day("b1").await["elsewhere"], json!(["a1"]));
    // Either can still be worked off.
    let one = server.on_day("b1").await;
    let note = json!({ "version": one["version"], "status": "cancelled", "reasonCode": "prov" });
    server.led("b1", note).await.expect(200);
    assert!(server.on_day("a1").await["elsewhere"].is_null());
}

#[tokio::test]
async fn nobody_is_booked_or_checked_in_who_is_recorded_as_deceased() {
    let server = clinic().await;
    let booked = server.book(&server.booking_now("a1", "p1")).await.expect(201).json();
    let later =
        server.book(&booking("a2", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    server.patient("p1", r#""name":[{"text":"Pat p1"}],"deceasedDateTime":"2026-11-01""#).await;
    let refused = server.book(&booking("a3", "p1", &at("11:00"), &["Practitioner/ana"])).await;
    let refused = refused.refused(409, "patient-deceased");
    assert!(refused.body.contains("Pat p1 is recorded as deceased"), "{}", refused.body);
    let arrived = json!({ "version": booked["version"], "status": "arrived" });
    server.led("a1", arrived).await.refused(409, "patient-deceased");
    let to = json!({ "version": later["version"], "start": at("13:00"), "resources": ["Practitioner/ana"] });
    server.desk("POST", "appointments/a2/move", &to).await.refused(409, "patient-deceased");
    let wait = json!({ "id": "w1", "patient": "p1", "type": "visit", "urgency": "routine" });
    server.desk("POST", "waitlist", &wait).await.refused(409, "patient-deceased");
    let request = json!({ "resourceType": "Appointment", "id": "q", "status": "proposed", "start": at("14:00"), "end": at("14:30"),
        "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "needs-action" },
            { "actor": { "reference": "Patient/p1" }, "status": "needs-action" }] });
    let version = server.put("/fhir/Appointment/q", &request.to_string()).await.expect(201).version();
    server.led("q", json!({ "version": version, "status": "booked" })).await.refused(409, "patient-deceased");
    // It is seen on the sheet, and cancelled.
    let shown = server.on_day("a2").await;
    assert_eq!(shown["patient"]["deceased"], json!(true));
    server.led("a2", json!({ "version": shown["version"], "status": "cancelled" })).await.expect(200);
}

#[tokio::test]
async fn nothing_is_booked_on_a_day_that_is_over() {
    let server = clinic().await;
    let two_days = -2 * 24 * 60;
    let mut asked = server.booking_now("a1", "p1");
    asked["start"] = json!(server.minutes_from_now(two_days));
    let refused = server.book(&asked).await.refused(409, "day-over");
    assert!(refused.body.contains("is over"), "{}", refused.body);
    let booked =
        server.book(&booking("a2", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    let to =
        json!({ "version": booked["version"], "start": asked["start"], "resources": ["Practitioner/ana"] });
    server.desk("POST", "appointments/a2/move", &to).await.refused(409, "day-over");
    let series = json!({ "id": "s", "booking": asked, "dry": true, "rule": { "every": "day", "interval": 7, "count": 2 } });
    let looked = server.desk("POST", "series", &series).await.expect(200).json();
    assert_eq!(looked["instances"][0]["refused"]["code"], "day-over");
    assert!(looked["instances"][1]["refused"].is_null(), "{looked}");
    // A walk-in of this minute, or of a while ago, is entered when there is time to.
    let mut walk_in = server.booking_now("w1", "p2");
    walk_in["walkIn"] = json!(true);
    server.book(&walk_in).await.expect(201);
}

#[tokio::test]
async fn nobody_is_checked_in_on_another_day() {
    let server = clinic().await;
    let booked =
        server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    for status in ["arrived", "with-clinician", "done"] {
        let step = json!({ "version": booked["version"], "status": status });
        let refused = server.led("a1", step).await.refused(409, "not-today");
        assert!(refused.body.contains("2031-01-13"), "{}", refused.body);
    }
    assert_eq!(server.get("/fhir/Encounter/a1").await.status, 404);
    let mut walk_in = booking("w1", "p2", &at("11:00"), &["Practitioner/bo"]);
    walk_in["walkIn"] = json!(true);
    server.book(&walk_in).await.refused(409, "not-today");
    assert_eq!(server.get("/fhir/Appointment/w1").await.status, 404, "nothing of it is stored");
    // Moved to today, it is.
    let to = json!({ "version": booked["version"], "start": server.minutes_from_now(0), "resources": ["Practitioner/ana"] });
    let moved = server.desk("POST", "appointments/a1/move", &to).await;
    if moved.status == 200 {
        let step = json!({ "version": moved.json()["version"], "status": "arrived" });
        server.led("a1", step).await.expect(200);
    } else {
        moved.refused(409, "outside-hours");
    }
}
