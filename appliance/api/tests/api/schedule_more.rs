//! What else the schedule does: free times, series, groups, the waitlist, hours, holidays, calendars, sight.

use holdfast_clinical::scheduling::zone::Zone;
use serde_json::{Value, json};

use crate::common::{TOKEN, copy_as, start};
use crate::schedule::{DAY, at, booking, clinic};

fn starts(answer: &Value) -> Vec<String> {
    let slots = answer["slots"].as_array().unwrap();
    slots.iter().map(|one| one["start"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn free_times_are_what_is_left_and_a_page_goes_on_where_it_ended() {
    let server = clinic().await;
    for (id, clock) in [("a1", "08:00"), ("a2", "08:30")] {
        server.book(&booking(id, "p1", &at(clock), &["Practitioner/ana"])).await.expect(201);
    }
    let from = format!("{DAY}T00:00:00%2B01:00");
    let path = format!("free?type=visit&from={from}&with=Practitioner/ana&limit=3");
    let page = server.desk("GET", &path, &Value::Null).await.expect(200).json();
    assert_eq!(starts(&page), [at("09:00"), at("09:15"), at("09:30")]);
    assert_eq!(page["slots"][0]["because"], json!(["soonest"]));
    let next = format!("{path}&cursor={}", page["next"].as_str().unwrap());
    let page = server.desk("GET", &next, &Value::Null).await.expect(200).json();
    assert_eq!(starts(&page)[0], at("09:45"));
    // Not while the patient is elsewhere, and whoever knows them first.
    let of_patient = format!("free?type=visit&from={from}&patient=p1&limit=1");
    let page = server.desk("GET", &of_patient, &Value::Null).await.expect(200).json();
    assert_eq!(starts(&page), [at("09:00")]);
    let nurse = format!("free?type=visit&from={from}&with=role:nurse&limit=1");
    let page = server.desk("GET", &nurse, &Value::Null).await.expect(200).json();
    assert_eq!(page["slots"][0]["resources"][0], "Practitioner/nia");
    server
        .desk("GET", &format!("free?type=visit&from={from}&limit=0"), &Value::Null)
        .await
        .refused(400, "bad-parameter");
}

#[tokio::test]
async fn a_search_sees_what_was_booked_moved_and_cancelled_since_the_last() {
    let server = clinic().await;
    let from = format!("{DAY}T00:00:00%2B01:00");
    let path = format!("free?type=visit&from={from}&with=Practitioner/ana&limit=1");
    let first = async || {
        let page = server.desk("GET", &path, &Value::Null).await.expect(200).json();
        starts(&page).remove(0)
    };
    assert_eq!(first().await, at("08:00"));
    let booked =
        server.book(&booking("a1", "p1", &at("08:00"), &["Practitioner/ana"])).await.expect(201).json();
    assert_eq!(first().await, at("08:30"));
    // To another part of the day: where it was is free, where it is is not.
    let to = |start: String, version: &Value| json!({ "version": version, "start": start, "resources": booked["resources"] });
    let body = to(at("15:00"), &booked["version"]);
    let moved = server.desk("POST", "appointments/a1/move", &body).await.expect(200).json();
    assert_eq!(first().await, at("08:00"));
    let late = format!("{path}&from={DAY}T14:50:00%2B01:00");
    let late = late.replacen(&format!("&from={from}"), "", 1);
    let page = server.desk("GET", &late, &Value::Null).await.expect(200).json();
    assert_eq!(starts(&page), [at("15:30")]);
    let body = json!({ "version": moved["version"], "status": "cancelled", "reasonCode": "pat" });
    server.desk("POST", "appointments/a1/status", &body).await.expect(200);
    let page = server.desk("GET", &late, &Value::Null).await.expect(200).json();
    assert_eq!(starts(&page), [at("15:00")]);
    // By the FHIR API, and who is not active any more.
    let record = json!({ "resourceType": "Appointment", "id": "f1", "status": "booked", "start": at("08:00"), "end": at("09:00"),
        "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "accepted" }] });
    server.put("/fhir/Appointment/f1", &record.to_string()).await.expect(201);
    assert_eq!(first().await, at("09:00"));
    server.delete("/fhir/Appointment/f1").await.expect(204);
    assert_eq!(first().await, at("08:00"));
    let mut gone = server.get("/fhir/Practitioner/ana").await.expect(200).json();
    gone["active"] = json!(false);
    server.put("/fhir/Practitioner/ana", &gone.to_string()).await.expect(200);
    let page = server.desk("GET", &path, &Value::Null).await.expect(200).json();
    assert!(starts(&page).is_empty());
}

#[tokio::test]
async fn patients_of_whoever_was_deleted_still_stand_on_the_day() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("15:00"), &["Practitioner/ana"])).await.expect(201);
    server.delete("/fhir/Practitioner/ana").await.expect(204);
    let date: String = at("15:00").chars().take(10).collect();
    let day = server.day(&date).await;
    let resources = day["resources"].as_array().unwrap();
    let ana = resources.iter().find(|one| one["ref"] == "Practitioner/ana").unwrap();
    assert_eq!(
        (&ana["gone"], &ana["kind"], &ana["hours"]),
        (&json!(true), &json!("practitioner"), &json!([]))
    );
    assert!(resources.iter().all(|one| one["ref"] == "Practitioner/ana" || one["gone"].is_null()));
    let cancelled =
        json!({ "version": day["appointments"][0]["version"], "status": "cancelled", "reason": "Rain" });
    server.desk("POST", "appointments/a1/status", &cancelled).await.expect(200);
    let day = server.day(&date).await;
    assert!(day["resources"].as_array().unwrap().iter().all(|one| one["ref"] != "Practitioner/ana"));
}

#[tokio::test]
async fn a_series_stays_at_its_clock_time_over_a_clock_change_and_tells_what_is_taken() {
    let server = clinic().await;
    // Clocks go forward on 30 March 2031.
    let start = "2031-03-24T09:00:00+01:00";
    server
        .book(&booking("other", "p2", "2031-04-07T09:00:00+02:00", &["Practitioner/ana"]))
        .await
        .expect(201);
    let asked = |dry: bool| {
        json!({ "id": "s", "booking": booking("s", "p1", start, &["Practitioner/ana"]), "dry": dry,
            "rule": { "every": "week", "interval": 1, "count": 3 } })
    };
    for dry in [true, false, false] {
        let answer = server.desk("POST", "series", &asked(dry)).await.expect(200).json();
        let all = answer["instances"].as_array().unwrap();
        let starts: Vec<&str> = all.iter().map(|one| one["start"].as_str().unwrap()).collect();
        assert_eq!(starts, [start, "2031-03-31T09:00:00+02:00", "2031-04-07T09:00:00+02:00"]);
        assert_eq!(all[2]["refused"]["code"], "slot-taken");
        assert_eq!(all[2]["refused"]["instead"].as_array().unwrap().len(), 3);
        assert_eq!(all[1]["booked"]["series"], if dry { Value::Null } else { json!({ "id": "s", "at": 2 }) });
    }
    assert_eq!(server.day("2031-03-31").await["appointments"].as_array().unwrap().len(), 1);
    let mut bad = asked(true);
    bad["rule"] = json!({ "every": "week", "interval": 1 });
    server.desk("POST", "series", &bad).await.refused(422, "schedule-refused");
}

#[tokio::test]
async fn days_of_23_and_25_hours_have_their_minutes() {
    let server = clinic().await;
    let short = server.day("2031-03-30").await;
    assert_eq!(
        (&short["minutesInDay"], &short["dayStart"]),
        (&json!(1380), &json!("2031-03-30T00:00:00+01:00"))
    );
    let labels = |day: &Value| -> Vec<String> {
        day["hourMarks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["label"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(!labels(&short).contains(&"02:00".to_owned()) && labels(&short).len() == 23);
    let long = server.day("2031-10-26").await;
    assert_eq!((&long["minutesInDay"], labels(&long).len()), (&json!(1500), 25));
    assert_eq!(labels(&long).iter().filter(|label| *label == "02:00").count(), 2);
    // Nine o'clock is an hour later in the day, counted from its beginning.
    server
        .desk(
            "PUT",
            "resources/Practitioner/ana/hours",
            &json!({ "weekly": [{ "weekday": 7, "from": "08:00", "to": "12:00" }] }),
        )
        .await
        .expect(200);
    let long = server.day("2031-10-26").await;
    assert_eq!(long["resources"][0]["hours"], json!([{ "fromMinute": 540, "toMinute": 780 }]));
}

#[tokio::test]
async fn time_off_and_holidays_close_what_hours_open() {
    let server = clinic().await;
    let off = json!({ "id": "leave", "from": at("00:00"), "until": at("12:00"), "why": "Dentist" });
    let setup = server.desk("POST", "resources/Practitioner/ana/off", &off).await.expect(200).json();
    assert_eq!(setup["timeOff"], json!([]), "the list tells of the next year; this is later");
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.refused(409, "time-off");
    let day = server.day(DAY).await;
    assert_eq!(day["resources"][0]["off"], json!([{ "fromMinute": 0, "toMinute": 720, "why": "Dentist" }]));
    server.desk("DELETE", "resources/Practitioner/ana/off/leave", &Value::Null).await.expect(204);
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let days = json!({ "holidays": [{ "date": "2031-01-14", "name": "Founder's day" }] });
    let saved = server.desk("PUT", "holidays", &days).await.expect(200).json();
    assert_eq!(saved, days);
    assert_eq!(server.day("2031-01-14").await["holiday"], "Founder's day");
    let tomorrow = booking("a2", "p1", "2031-01-14T09:00:00+01:00", &["Practitioner/ana"]);
    server.book(&tomorrow).await.refused(409, "outside-hours");
    server.desk("PUT", "holidays", &json!({ "holidays": [] })).await.expect(200);
    server.book(&tomorrow).await.expect(201);
    server.desk("PUT", "holidays", &days).await.expect(200);
    assert_eq!(server.desk("GET", "holidays", &Value::Null).await.expect(200).json(), days);
}

#[tokio::test]
async fn hours_come_back_as_they_were_saved() {
    let server = clinic().await;
    let weekly = json!([
        { "weekday": 1, "from": "08:00", "to": "12:00" },
        { "weekday": 1, "from": "13:00", "to": "24:00", "validFrom": "2031-02-01" },
        { "weekday": 3, "from": "08:00", "to": "12:00" },
    ]);
    let path = "resources/Practitioner/bo/hours";
    let saved = server.desk("PUT", path, &json!({ "weekly": weekly })).await.expect(200).json();
    assert_eq!(saved["weekly"], weekly);
    let fewer = json!([{ "weekday": 3, "from": "08:00", "to": "12:00" }]);
    let saved = server.desk("PUT", path, &json!({ "weekly": fewer })).await.expect(200).json();
    assert_eq!((&saved["weekly"], &saved["role"]), (&fewer, &json!("clinician")));
    let all = server.desk("GET", "resources", &Value::Null).await.expect(200).json();
    assert_eq!(all["resources"].as_array().unwrap().len(), 5);
    let bad = json!({ "weekly": [{ "weekday": 1, "from": "9", "to": "12:00" }] });
    server.desk("PUT", path, &bad).await.refused(422, "schedule-refused");
    server
        .desk("PUT", "resources/Practitioner/none/hours", &json!({ "weekly": [] }))
        .await
        .refused(404, "not-found");
}

#[tokio::test]
async fn a_group_has_as_many_places_as_it_has() {
    let server = clinic().await;
    server.kind("group", 60, 2, &[json!({ "kind": "practitioner", "role": "nurse" })]).await;
    let place = |id: &str, patient: &str| json!({ "id": id, "type": "group", "patient": patient, "start": at("14:00"), "resources": [] });
    server.book(&place("g1", "p1")).await.expect(201);
    server.book(&place("g2", "p2")).await.expect(201);
    server.book(&place("g3", "p3")).await.refused(409, "full");
    server.book(&place("g2", "p2")).await.expect(200);
    let day = server.day(DAY).await;
    let all = day["appointments"].as_array().unwrap();
    assert_eq!(all.len(), 1, "places stand in their session: {all:?}");
    assert_eq!((&all[0]["group"]["capacity"], &all[0]["group"]["taken"]), (&json!(2), &json!(2)));
    assert_eq!(all[0]["group"]["places"].as_array().unwrap().len(), 2);
    let session = all[0]["id"].as_str().unwrap();
    let body =
        json!({ "version": all[0]["version"], "start": at("15:00"), "resources": all[0]["resources"] });
    let moved = server.desk("POST", &format!("appointments/{session}/move"), &body).await.expect(200).json();
    assert_eq!(server.get("/fhir/Appointment/g1").await.json()["start"], at("15:00"));
    // By FHIR there is no third place either.
    let mut record = server.get("/fhir/Appointment/g2").await.expect(200).json();
    record["id"] = json!("g4");
    server.put("/fhir/Appointment/g4", &record.to_string()).await.refused(409, "full");
    let body = json!({ "version": moved["version"], "status": "cancelled", "reasonCode": "prov" });
    server.led(session, body).await.expect(200);
    assert_eq!(server.get("/fhir/Appointment/g1").await.json()["status"], "cancelled");
}

#[tokio::test]
async fn who_waits_is_offered_a_time_and_booked_off_the_list() {
    let server = clinic().await;
    let wait = |id: &str, patient: &str, urgency: &str| json!({ "id": id, "patient": patient, "type": "visit", "urgency": urgency, "not": "Tuesdays" });
    server.desk("POST", "waitlist", &wait("w1", "p1", "routine")).await.expect(201);
    server.desk("POST", "waitlist", &wait("w2", "p2", "urgent")).await.expect(201);
    server.desk("POST", "waitlist", &wait("w2", "p2", "urgent")).await.expect(200);
    let list = server.desk("GET", "waitlist", &Value::Null).await.expect(200).json();
    let ids: Vec<&str> =
        list["entries"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["w2", "w1"]);
    assert_eq!(
        (&list["entries"][0]["urgency"], &list["entries"][0]["not"]),
        (&json!("urgent"), &json!("Tuesdays"))
    );
    assert_eq!(server.day(DAY).await["waitlist"], json!(2));
    let slot = json!({ "slot": { "start": at("09:00"), "resources": ["Practitioner/ana", "Location/r1"] } });
    let entry = server.desk("POST", "waitlist/w2/offer", &slot).await.expect(200).json();
    let offer = &entry["offers"][0];
    assert_eq!((&offer["state"], &offer["start"]), (&json!("offered"), &json!(at("09:00"))));
    assert_eq!(offer["resources"], json!(["Practitioner/ana", "Location/r1"]));
    let mut asked = booking("a1", "p2", &at("09:00"), &["Practitioner/ana", "Location/r1"]);
    asked["fromWaitlist"] = json!("w2");
    server.book(&asked).await.expect(201);
    server.desk("DELETE", "waitlist/w1", &Value::Null).await.expect(204);
    server.desk("DELETE", "waitlist/w1", &Value::Null).await.expect(204);
    let list = server.desk("GET", "waitlist", &Value::Null).await.expect(200).json();
    assert_eq!(list["entries"], json!([]));
    let reason =
        server.get("/fhir/Appointment/w2").await.json()["cancelationReason"]["coding"][0]["code"].clone();
    assert_eq!(reason, "pat-swl");
}

#[tokio::test]
async fn a_request_takes_no_time_until_somebody_grants_it() {
    let server = clinic().await;
    let request = json!({ "resourceType": "Appointment", "id": "q", "status": "proposed", "start": at("09:00"), "end": at("09:30"),
        "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "needs-action" },
            { "actor": { "reference": "Patient/p1" }, "status": "needs-action" }] });
    let version = server.put("/fhir/Appointment/q", &request.to_string()).await.expect(201).version();
    let requests = server.desk("GET", "requests", &Value::Null).await.expect(200).json();
    assert_eq!(requests["requests"][0]["status"], "requested");
    let booked = server.led("q", json!({ "version": version, "status": "booked" })).await.expect(200).json();
    assert_eq!(booked["status"], "booked");
    server.book(&booking("a1", "p2", &at("09:00"), &["Practitioner/ana"])).await.refused(409, "slot-taken");
    assert_eq!(server.desk("GET", "requests", &Value::Null).await.json()["requests"], json!([]));
}

#[tokio::test]
async fn a_request_that_is_granted_ends_the_appointment_that_it_replaces() {
    let server = clinic().await;
    server.book(&booking("old", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    // Half of it is the old one's time.
    let request = json!({ "resourceType": "Appointment", "id": "new", "status": "proposed", "start": at("09:15"), "end": at("09:45"),
        "extension": [{ "url": "urn:holdfast:schedule:replaces", "valueReference": { "reference": "Appointment/old" } }],
        "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "needs-action" },
            { "actor": { "reference": "Patient/p1" }, "status": "needs-action" }] });
    let version = server.put("/fhir/Appointment/new", &request.to_string()).await.expect(201).version();
    assert_eq!(server.get("/fhir/Appointment/old").await.json()["status"], "booked");
    let granted =
        server.led("new", json!({ "version": version, "status": "booked" })).await.expect(200).json();
    assert_eq!(granted["status"], "booked");
    assert_eq!(server.get("/fhir/Appointment/old").await.json()["status"], "cancelled");
}

#[tokio::test]
async fn a_request_that_is_granted_gets_what_its_type_needs_or_is_refused_with_what_is_free_instead() {
    let server = clinic().await;
    let request = |id: &str, clock: &str| {
        json!({ "resourceType": "Appointment", "id": id, "status": "proposed", "start": at(&format!("{clock}:00")), "end": at(&format!("{clock}:30")),
            "serviceType": [{ "coding": [{ "system": "urn:holdfast:appointment-type", "code": "visit" }] }],
            "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "needs-action" },
                { "actor": { "reference": "Patient/p1" }, "status": "needs-action" }] })
    };
    for (id, clock) in [("q", "09"), ("late", "10")] {
        server.put(&format!("/fhir/Appointment/{id}"), &request(id, clock).to_string()).await.expect(201);
    }
    let ask = |shown: &Value| json!({ "version": shown["version"], "status": "booked" });
    let granted = server.led("q", ask(&server.on_day("q").await)).await.expect(200).json();
    assert_eq!(granted["resources"], json!(["Practitioner/ana", "Location/r1"]), "{granted}");
    let record = server.get("/fhir/Appointment/q").await.json();
    let all = record["participant"].as_array().unwrap();
    assert!(all.len() == 3 && all.iter().all(|one| one["status"] == "accepted"), "{record}");
    server.led("q", ask(&server.on_day("late").await)).await.expect(200);

    server.book(&booking("a1", "p2", &at("10:00"), &["Practitioner/ana"])).await.expect(201);
    let refused = server.led("late", ask(&server.on_day("late").await)).await.refused(409, "slot-taken");
    assert!(refused.text().contains("cannot grant the request: Ana is taken"), "{}", refused.text());
    assert_eq!(refused.json()["instead"].as_array().unwrap().len(), 3);
    assert_eq!(server.on_day("late").await["status"], "requested");
}

#[tokio::test]
async fn whoever_is_named_has_to_be_what_the_type_needs() {
    let server = clinic().await;
    let with_nurse = booking("a1", "p1", &at("09:00"), &["Practitioner/nia"]);
    let refused = server.book(&with_nurse).await.refused(409, "resource-not-suitable");
    assert!(refused.text().contains("cannot book: Nia is not what this type"), "{}", refused.text());
    let instead = refused.json()["instead"].clone();
    assert_eq!(instead[0]["resources"][0], "Practitioner/ana", "{instead}");
    let path = |with: &str| format!("free?type=visit&from={DAY}T08:00:00Z&with={with}");
    server.desk("GET", &path("Practitioner/nia"), &Value::Null).await.refused(409, "resource-not-suitable");
    // Beside a clinician she helps, in whatever order they are named.
    let both = ["Practitioner/nia", "Practitioner/bo"];
    let booked = server.book(&booking("a2", "p1", &at("09:00"), &both)).await.expect(201).json();
    assert_eq!(booked["resources"].as_array().unwrap().len(), 3, "{booked}");
    let to_nurse = json!({ "version": booked["version"], "start": at("10:00"), "resources": ["Practitioner/nia", "Location/r1"] });
    let refused = server.desk("POST", "appointments/a2/move", &to_nurse).await;
    let refused = refused.refused(409, "resource-not-suitable");
    assert!(refused.text().contains("cannot move the appointment: Nia"), "{}", refused.text());
    // Who says why takes whom they want.
    let mut forced = with_nurse;
    forced["overbook"] = json!({ "reason": "she knows the patient" });
    server.book(&forced).await.expect(201);
}

#[tokio::test]
async fn a_week_of_one_of_them() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    server.book(&booking("a2", "p1", &at("10:00"), &["Practitioner/bo"])).await.expect(201);
    let path = "week?date=2031-01-16&resource=Practitioner/ana";
    let week = server.desk("GET", path, &Value::Null).await.expect(200).json();
    let days = week["days"].as_array().unwrap();
    assert_eq!((days.len(), &days[0]["date"], &days[6]["date"]), (7, &json!(DAY), &json!("2031-01-19")));
    assert_eq!(days[0]["appointments"].as_array().unwrap().len(), 1);
    assert_eq!(days[0]["resources"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whom_somebody_may_not_see_takes_time_and_is_not_told_of() {
    let server = clinic().await;
    server.patient("kept", r#""name":[{"text":"Kept Secret"}],"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}"#).await;
    let record = json!({ "resourceType": "Appointment", "id": "k", "status": "booked", "start": at("09:00"), "end": at("09:30"),
        "description": "Secret talk",
        "participant": [{ "actor": { "reference": "Practitioner/ana" }, "status": "accepted" },
            { "actor": { "reference": "Patient/kept" }, "status": "accepted" }] });
    // Written by another database of the clinic.
    let other = start().await;
    other.patient("kept", "").await;
    other.put("/fhir/Appointment/k", &record.to_string()).await.expect(201);
    copy_as("desktop", &other, &server).await;
    let day = server.day(DAY).await;
    let text = day.to_string();
    assert!(!text.contains("Secret") && !text.contains("\"patient\""), "{text}");
    let shown = &day["appointments"][0];
    assert_eq!(
        (&shown["withheld"], &shown["fromMinute"], &shown["resources"]),
        (&json!(true), &json!(540), &json!(["Practitioner/ana"]))
    );
    let refused = server
        .book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"]))
        .await
        .refused(409, "slot-taken")
        .json();
    assert_eq!(refused["by"], json!({ "resource": "Ana" }));
    server.book(&booking("a1", "kept", &at("10:00"), &["Practitioner/ana"])).await.refused(404, "not-found");
    let step = server.led("k", json!({ "version": "x", "status": "arrived" })).await;
    assert_eq!(step.status, 404, "{}", step.body);
}

#[tokio::test]
async fn a_calendar_goes_out_without_names_and_holidays_come_in() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let path = format!("/api/schedule/calendar.ics?resource=Practitioner/ana&from={DAY}&until={DAY}");
    let file = server.get(&path).await.expect(200);
    assert!(file.header("content-type").starts_with("text/calendar"));
    assert!(file.body.contains("UID:a1@north.holdfast") && !file.body.contains("Pat"), "{}", file.body);
    let day = server.minutes_from_now(10 * 24 * 60)[..10].replace('-', "");
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:Feast\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:2\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{day}T080000Z\r\nDTEND:{day}T090000Z\r\nSUMMARY:Talk\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let headers = [("content-type", "text/calendar")];
    let taken =
        server.with("POST", "/api/schedule/calendar", &headers, text.clone()).await.expect(200).json();
    assert_eq!((&taken["taken"], &taken["left"][0]["line"]), (&json!(1), &json!(10)));
    let holidays = server.desk("GET", "holidays", &Value::Null).await.expect(200).json();
    assert_eq!(holidays["holidays"][0]["name"], "Feast");
    let path = "/api/schedule/calendar?resource=Practitioner/bo";
    for _ in 0..2 {
        let taken = server.with("POST", path, &headers, text.clone()).await.expect(200).json();
        assert_eq!(taken["taken"], json!(2));
    }
    let all = server.desk("GET", "resources", &Value::Null).await.expect(200).json();
    let bo = all["resources"].as_array().unwrap().iter().find(|one| one["ref"] == "Practitioner/bo").unwrap();
    assert_eq!(bo["timeOff"].as_array().unwrap().len(), 2);
    let broken = server
        .with("POST", "/api/schedule/calendar", &headers, "BEGIN:VCALENDAR\r\nX\r\n")
        .await
        .expect(200)
        .json();
    assert_eq!(broken["taken"], json!(0));
}

#[tokio::test]
async fn a_type_comes_back_as_it_was_saved() {
    let server = clinic().await;
    let kind = json!({ "name": "Wound care", "minutes": 20, "bufferBefore": 0, "bufferAfter": 10,
        "needs": [{ "kind": "practitioner", "role": "nurse" }, { "kind": "room", "any": ["Location/r2"] }],
        "capacity": 1, "webShare": 30, "remote": true, "active": true });
    let mut expected = kind.clone();
    expected["id"] = json!("wound");
    assert_eq!(server.desk_as(TOKEN, "PUT", "types/wound", &kind).await.expect(200).json(), expected);
    let types = server.desk("GET", "types", &Value::Null).await.expect(200).json();
    assert_eq!(types["types"][0], expected);
    let mut none = kind.clone();
    none["needs"] = json!([]);
    server.desk_as(TOKEN, "PUT", "types/wound", &none).await.refused(422, "schedule-unreadable");
    // Its buffer is taken, too.
    let wound = |id: &str, clock: &str| json!({ "id": id, "type": "wound", "patient": "p1", "start": at(clock), "resources": [] });
    server.book(&wound("a1", "09:00")).await.expect(201);
    server.book(&wound("a2", "09:25")).await.refused(409, "slot-taken");
    assert_eq!(server.book(&wound("a2", "09:30")).await.expect(201).json()["remote"], json!(true));
}

#[tokio::test]
async fn demand_counts_who_came_and_who_did_not() {
    let server = clinic().await;
    for (id, status, days) in [("d1", "fulfilled", 8), ("d2", "noshow", 8), ("d3", "cancelled", 8)] {
        let (start, end) =
            (server.minutes_from_now(-days * 1_440), server.minutes_from_now(-days * 1_440 + 20));
        let record = json!({ "resourceType": "Appointment", "id": id, "status": status, "start": start, "end": end,
            "participant": [{ "actor": { "reference": "Patient/p1" }, "status": "accepted" }] });
        server.put(&format!("/fhir/Appointment/{id}"), &record.to_string()).await.expect(201);
    }
    let demand = server.desk("GET", "demand", &Value::Null).await.expect(200).json();
    let sum: i64 =
        demand["history"].as_array().unwrap().iter().map(|week| week["value"].as_i64().unwrap()).sum();
    let hour = &demand["byHour"][0];
    assert_eq!((sum, &hour["noShows"], &hour["minutes"]), (1, &json!(1), &json!(20)));
    assert_eq!(demand["history"].as_array().unwrap().len(), 12);
    // What is figured out is kept, until what it was figured out of changes.
    assert_eq!(server.desk("GET", "demand", &Value::Null).await.expect(200).json(), demand);
    let mut came = server.get("/fhir/Appointment/d2").await.expect(200).json();
    came["status"] = json!("fulfilled");
    server.put("/fhir/Appointment/d2", &came.to_string()).await;
    let demand = server.desk("GET", "demand", &Value::Null).await.expect(200).json();
    assert_eq!((&demand["byHour"][0]["arrivals"], &demand["byHour"][0]["noShows"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn a_calendar_brings_no_time_off_that_it_shows_as_free_nor_our_own_appointments() {
    let server = clinic().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let path = format!("/api/schedule/calendar.ics?resource=Practitioner/ana&from={DAY}&until={DAY}");
    let own = server.get(&path).await.expect(200).body;
    let headers = [("content-type", "text/calendar")];
    let path = "/api/schedule/calendar?resource=Practitioner/ana";
    let taken = server.with("POST", path, &headers, own).await.expect(200).json();
    assert_eq!(taken["taken"], json!(0), "{taken}");
    assert!(taken["left"][0]["reason"].as_str().unwrap().contains("own schedule"), "{taken}");
    let day = server.minutes_from_now(10 * 24 * 60)[..10].replace('-', "");
    let event = |uid: &str, from: &str, transparency: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{day}T{from}0000Z\r\nDURATION:PT1H\r\n\
             TRANSP:{transparency}\r\nSUMMARY:x\r\nEND:VEVENT\r\n"
        )
    };
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}{}END:VCALENDAR\r\n",
        event("reminder@example.org", "08", "TRANSPARENT"),
        event("dentist@other.holdfast", "10", "OPAQUE")
    );
    let taken = server.with("POST", path, &headers, text).await.expect(200).json();
    assert_eq!((&taken["taken"], &taken["left"][0]["line"]), (&json!(1), &json!(4)), "{taken}");
    let all = server.desk("GET", "resources", &Value::Null).await.expect(200).json();
    let ana =
        all["resources"].as_array().unwrap().iter().find(|one| one["ref"] == "Practitioner/ana").unwrap();
    assert_eq!(ana["timeOff"].as_array().unwrap().len(), 1, "{ana}");
}

#[tokio::test]
async fn nobody_is_offered_a_time_at_which_they_can_never_come() {
    let server = clinic().await;
    let wait = |id: &str, patient: &str, not_on: Value, only: Value| json!({ "id": id, "patient": patient, "type": "visit", "urgency": "routine", "notOn": not_on, "only": only });
    let all_days = json!([1, 2, 3, 4, 5, 6, 7]);
    server.desk("POST", "waitlist", &wait("never", "p1", all_days.clone(), Value::Null)).await.expect(201);
    server.desk("POST", "waitlist", &wait("always", "p2", json!([]), Value::Null)).await.expect(201);
    let refused = server.desk("POST", "waitlist", &wait("bad", "p1", json!([8]), Value::Null)).await;
    refused.refused(422, "schedule-refused");
    for half in ["morning", "afternoon"] {
        server.desk("POST", "waitlist", &wait(half, "p1", json!([]), json!(half))).await.expect(201);
    }
    let list = server.desk("GET", "waitlist", &Value::Null).await.expect(200).json();
    let of =
        |id: &str| list["entries"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone();
    assert_eq!((&of("never")["notOn"], &of("never")["offers"]), (&all_days, &json!([])));
    assert_eq!(of("always")["offers"][0]["state"], "free", "{list}");
    let zone = Zone::named("Europe/Berlin").unwrap();
    for (half, is_within) in [("morning", (0..12)), ("afternoon", (12..24))] {
        let entry = of(half);
        assert_eq!(entry["only"], half);
        let start = entry["offers"][0]["start"].as_str().unwrap_or_else(|| panic!("{list}"));
        let minute = holdfast_clinical::scheduling::zone::minute_of_instant(start).unwrap();
        assert!(is_within.contains(&zone.local(minute).hour()), "{half}: {start}");
    }
}

#[tokio::test]
async fn whoever_came_in_with_an_import_is_found_by_role_at_once() {
    let server = clinic().await;
    server.kind("cast", 30, 1, &[json!({ "kind": "practitioner", "role": "orthopaedist" })]).await;
    let mut all = vec![
        json!({ "resourceType": "Practitioner", "id": "odo", "active": true, "name": [{ "text": "Odo" }] }),
        json!({ "resourceType": "PractitionerRole", "id": "of-odo", "active": true,
            "practitioner": { "reference": "Practitioner/odo" }, "code": [{ "coding": [{ "code": "orthopaedist" }] }] }),
    ];
    // So many that most of the search index follows later.
    all.extend((0..100).map(|at| json!({ "resourceType": "Patient", "id": format!("many{at}") })));
    let entry = |one: Value| {
        let url = format!("{}/{}", one["resourceType"].as_str().unwrap(), one["id"].as_str().unwrap());
        json!({ "resource": one, "request": { "method": "PUT", "url": url } })
    };
    let entries: Vec<Value> = all.into_iter().map(entry).collect();
    let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
    server
        .with("POST", "/fhir", &[("content-type", "application/fhir+json")], bundle.to_string())
        .await
        .expect(200);
    server.works("Practitioner/odo").await;
    let free = server.desk("GET", "free?type=cast", &Value::Null).await.expect(200).json();
    assert!(!free["slots"].as_array().unwrap().is_empty(), "{free}");
}

#[tokio::test]
async fn skills_and_languages_are_entered_and_free_times_are_found_by_them() {
    let server = clinic().await;
    let path = "resources/Practitioner/bo/abilities";
    let given = json!({ "skills": ["  wound   care", "ECG", "ECG"], "languages": ["fr", "pt-BR"] });
    // The front desk looks people up, and does not say what they can.
    server.desk("PUT", path, &given).await.refused(403, "forbidden");
    let save = async |body: &Value| server.put(&format!("/api/schedule/{path}"), &body.to_string()).await;
    let bo = save(&given).await.expect(200).json();
    assert_eq!((&bo["skills"], &bo["languages"]), (&json!(["wound care", "ECG"]), &json!(["fr", "pt-BR"])));
    let who = async |query: &str| {
        let free = server
            .desk("GET", &format!("free?type=visit&limit=50{query}"), &Value::Null)
            .await
            .expect(200)
            .json();
        let slots = free["slots"].as_array().unwrap().clone();
        let mut all: Vec<String> =
            slots.iter().map(|one| one["resources"][0].as_str().unwrap().to_owned()).collect();
        all.sort();
        all.dedup();
        (all, slots.first().map(|one| one["because"].clone()))
    };
    assert_ne!(who("").await.0, ["Practitioner/bo"]);
    for query in ["&skill=wound%20care", "&skill=ECG&skill=wound%20care", "&language=pt"] {
        assert_eq!(who(query).await.0, ["Practitioner/bo"], "{query}");
    }
    assert!(who("&skill=ECG").await.1.unwrap().as_array().unwrap().contains(&json!("skill:ECG")));
    assert_eq!(who("&skill=juggling").await.0, [""; 0]);
    // What is saved is all that there is.
    let bo = save(&json!({ "skills": [], "languages": [] })).await.expect(200).json();
    assert_eq!((&bo["skills"], &bo["languages"]), (&json!([]), &json!([])));
    for bad in
        [json!({ "skills": [" "], "languages": [] }), json!({ "skills": [], "languages": ["french!"] })]
    {
        save(&bad).await.refused(422, "schedule-refused");
    }
    let room = json!({ "skills": [], "languages": [] }).to_string();
    server.put("/api/schedule/resources/Location/r1/abilities", &room).await.refused(422, "schedule-refused");
}

#[tokio::test]
async fn nothing_is_cancelled_without_a_reason() {
    let server = clinic().await;
    let booked =
        server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201).json();
    let body = json!({ "version": booked["version"], "status": "cancelled", "reason": " " });
    server.led("a1", body).await.refused(409, "cancel-reason-missing");
    assert_eq!(server.get("/fhir/Appointment/a1").await.json()["status"], "booked");
    let body = json!({ "version": booked["version"], "status": "cancelled", "reason": "Snow" });
    server.led("a1", body).await.expect(200);
    let reason = server.get("/fhir/Appointment/a1").await.json()["cancelationReason"].clone();
    assert_eq!((&reason["coding"][0]["code"], &reason["text"]), (&json!("other"), &json!("Snow")));
}
