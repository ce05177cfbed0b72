//! What two people did to one appointment who did not know of each other: nothing is undone silently, and nobody has two.

use serde_json::{Value, json};

use crate::common::Server;
use crate::schedule::{DAY, at, booking, clinic};

/// Moves an appointment to 11:00 while somebody else, who saw the same picture, calls it off.
async fn moved_and_called_off(server: &Server, id: &str, off: &Value) {
    server.book(&booking(id, "p1", &at("09:00"), &["Practitioner/ana", "Location/r1"])).await.expect(201);
    let seen = server.get(&format!("/fhir/Appointment/{id}")).await.expect(200);
    let tag = format!("W/\"{}\"", seen.version());
    let mut moved = seen.json();
    moved.as_object_mut().unwrap().remove("meta");
    let mut called_off = moved.clone();
    moved["start"] = json!(at("11:00"));
    moved["end"] = json!(at("11:30"));
    called_off.as_object_mut().unwrap().extend(off.as_object().unwrap().clone());
    for body in [moved, called_off] {
        let path = format!("/api/records/Appointment/{id}");
        server.with_body("PUT", &path, &[("if-match", &tag)], &body.to_string()).await.expect(200);
    }
}

fn cancelled() -> Value {
    json!({ "status": "cancelled", "cancelationReason": { "text": "Ana is ill" } })
}

impl Server {
    async fn settle(&self, id: &str, version: &Value, stands: bool) -> crate::common::Answer {
        let body = json!({ "version": version, "stands": stands });
        self.desk("POST", &format!("appointments/{id}/settle"), &body).await
    }
}

#[tokio::test]
async fn what_was_moved_and_cancelled_at_once_stands_on_the_day_and_keeps_its_time() {
    let server = clinic().await;
    moved_and_called_off(&server, "a1", &cancelled()).await;
    let shown = server.on_day("a1").await;
    assert_eq!(
        (&shown["status"], &shown["start"], &shown["conflict"]),
        (&json!("booked"), &json!(at("11:00")), &json!(true))
    );
    let open = &shown["unsettled"];
    assert_eq!((&open["offStatus"], &open["reason"]), (&json!("cancelled"), &json!("Ana is ill")), "{shown}");
    assert_eq!((&open["stands"]["who"], &open["off"]["place"]), (&json!("staff"), &json!("here")));
    assert_eq!(shown["cancelReason"], Value::Null);
    let other = booking("a2", "p2", &at("11:00"), &["Practitioner/ana"]);
    server.book(&other).await.refused(409, "slot-taken");
    // Nothing else is done with it before somebody has chosen, whichever side is displayed.
    let version = &shown["version"];
    for status in ["cancelled", "arrived", "booked"] {
        server
            .led("a1", json!({ "version": version, "status": status }))
            .await
            .refused(409, "appointment-unsettled");
    }
    let elsewhere = json!({ "version": version, "start": at("12:00"), "resources": [] });
    server.desk("POST", "appointments/a1/move", &elsewhere).await.refused(409, "appointment-unsettled");

    server.settle("a1", &json!("0123456789abcdef"), true).await.refused(409, "stale");
    let kept = server.settle("a1", version, true).await.expect(200).json();
    assert_eq!(
        (&kept["status"], &kept["start"], &kept["conflict"]),
        (&json!("booked"), &json!(at("11:00")), &json!(false))
    );
    assert_eq!(kept["unsettled"], Value::Null);
    let record = server.get("/fhir/Appointment/a1").await.json();
    assert_eq!((&record["status"], &record["cancelationReason"]), (&json!("booked"), &Value::Null));
    server.book(&other).await.refused(409, "slot-taken");
    server.settle("a1", &kept["version"], true).await.refused(409, "appointment-settled");
    assert_eq!(server.get("/api/conflicts").await.json()["conflicts"], json!([]));
}

#[tokio::test]
async fn what_is_called_off_by_choice_gives_its_time_back() {
    let server = clinic().await;
    for (id, off) in [("a1", cancelled()), ("a2", json!({ "status": "noshow" }))] {
        moved_and_called_off(&server, id, &off).await;
        let shown = server.on_day(id).await;
        assert_eq!(shown["status"], "booked", "{shown}");
        assert_eq!(shown["unsettled"]["offStatus"], off["status"]);
        let settled = server.settle(id, &shown["version"], false).await.expect(200).json();
        assert_eq!((&settled["status"], &settled["conflict"]), (&json!("cancelled"), &json!(false)));
    }
    server.book(&booking("a3", "p2", &at("11:00"), &["Practitioner/ana"])).await.expect(201);
}

#[tokio::test]
async fn who_has_an_appointment_in_the_place_of_another_does_not_keep_both() {
    let server = clinic().await;
    server.book(&booking("new", "p1", &at("15:00"), &["Practitioner/ana"])).await.expect(201);
    let mut off = cancelled();
    off["extension"] = json!([{ "url": "urn:holdfast:schedule:replaced-by", "valueReference": { "reference": "Appointment/new" } }]);
    moved_and_called_off(&server, "old", &off).await;
    let shown = server.on_day("old").await;
    assert_eq!(shown["unsettled"]["instead"], at("15:00"), "{shown}");
    server.settle("old", &shown["version"], true).await.expect(200);
    assert_eq!(server.on_day("old").await["status"], "booked");
    assert_eq!(server.on_day("new").await["status"], "cancelled", "{DAY}");
}
