//! Who may sell which time, at the API: what was granted to head office is told, offered to nobody and booked by no route.

use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::token::OneToken;
use holdfast_api::to_grant;
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_core::id::{ActorId, Entity};
use holdfast_core::rights::span::Span;
use holdfast_core::rights::{Act, KIND, Piece, Record};
use holdfast_store::author::Base;
use serde_json::{Value, json};

use crate::common::{DESK, Server, TOKEN, start_with};
use crate::schedule::{DAY, at, booking, clinic};

const HUB: ActorId = ActorId([7; 16]);
/// Nine o'clock in Berlin on the day of the tests, minutes since 1970.
const NINE: i64 = 1_926_057_600 / 60;

impl Server {
    /// The clinic's calendar, held here, with a hub that was heard.
    async fn begin(&self) {
        self.writer
            .call(|records| {
                records.caught_up(HUB, 1)?;
                records.write(|tx| tx.begin_calendar("north", &[HUB], "node"))
            })
            .await
            .unwrap();
    }

    /// Grants half an hour and says until when: three days before.
    async fn grant(&self, who: &str, from: i64) {
        let pieces = [Piece { resource: who.into(), spans: vec![Span::of(from, 30)] }];
        let until = u64::try_from((NINE - 3 * 1_440) * 60_000).unwrap();
        let work = move |records: &holdfast_store::Records| {
            records.write(|tx| tx.grant("north", HUB, &pieces, until, "node")).map(drop)
        };
        self.writer.call(work).await.unwrap();
    }

    async fn rights(&self) -> Value {
        self.desk("GET", &format!("rights?date={DAY}"), &Value::Null).await.expect(200).json()
    }
}

#[tokio::test]
async fn what_was_granted_to_head_office_is_not_booked_here() {
    let server = clinic().await;
    let before = server.rights().await;
    assert_eq!((&before["holder"], &before["sells"]), (&json!(""), &json!(true)), "{before}");
    server.begin().await;
    server.grant("Practitioner/ana", NINE).await;
    let refused = server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await;
    let refused = refused.refused(409, "time-not-ours");
    let text = refused.text();
    assert!(text.contains("the time of Ana from 2031-01-13 09:00 to 2031-01-13 09:30"), "{text}");
    assert!(text.contains("is granted to head office until 2031-01-10 09:00"), "{text}");
    let body = refused.json();
    assert_eq!(
        (&body["by"]["owner"], &body["by"]["until"]),
        (&json!("head office"), &json!("2031-01-10T09:00:00+01:00"))
    );
    let instead: Vec<&Value> =
        body["instead"].as_array().unwrap().iter().map(|slot| &slot["start"]).collect();
    assert!(instead.contains(&&json!(at("09:30"))) && !instead.contains(&&json!(at("09:00"))), "{body}");
    // Whoever else could, can; and a part of the granted time is as good as all of it.
    server.book(&booking("a2", "p1", &at("09:00"), &[])).await.expect(201);
    assert_eq!(server.on_day("a2").await["resources"][0], "Practitioner/bo");
    server
        .book(&booking("a3", "p2", &at("08:45"), &["Practitioner/ana"]))
        .await
        .refused(409, "time-not-ours");
    // By FHIR neither, alone or in a bundle.
    let mut record = server.get("/fhir/Appointment/a2").await.expect(200).json();
    record["id"] = json!("a4");
    record["participant"] = json!([{ "actor": { "reference": "Practitioner/ana" }, "status": "accepted" }]);
    server.put("/fhir/Appointment/a4", &record.to_string()).await.refused(409, "time-not-ours");
    let bundle = json!({ "resourceType": "Bundle", "type": "transaction",
        "entry": [{ "resource": record, "request": { "method": "PUT", "url": "Appointment/a4" } }] });
    server.post("/fhir", &bundle.to_string()).await.refused(409, "time-not-ours");
    // Who is forced in needs no right.
    let mut forced = booking("a5", "p3", &at("09:00"), &["Practitioner/ana"]);
    forced["overbook"] = json!({ "reason": "urgent" });
    server.book(&forced).await.expect(201);

    let rights = server.rights().await;
    assert_eq!(rights["sells"], true);
    let row = &rights["rows"][0];
    assert_eq!(
        (&row["resource"], &row["fromMinute"], &row["toMinute"]),
        (&json!("Practitioner/ana"), &json!(540), &json!(570))
    );
    assert_eq!(
        (&row["owner"], &row["state"], &row["epoch"]),
        (&json!("head office"), &json!("held"), &json!(1))
    );
    assert_eq!(rights["rows"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_search_offers_nothing_that_was_granted_away() {
    let server = clinic().await;
    server.begin().await;
    server.grant("Practitioner/ana", NINE).await;
    let (from, until) = (at("09:00").replace('+', "%2B"), at("09:45").replace('+', "%2B"));
    let path = format!("free?type=visit&from={from}&until={until}&with=Practitioner/ana");
    let free = server.desk("GET", &path, &Value::Null).await.expect(200).json();
    assert_eq!(free["slots"][0]["start"], at("09:30"), "{free}");
    let series = json!({ "id": "s", "dry": true, "booking": booking("s", "p1", &at("09:00"), &["Practitioner/ana"]),
        "rule": { "every": "week", "interval": 1, "weekdays": [], "count": 2, "except": [] } });
    let looked = server.desk("POST", "series", &series).await.expect(200).json();
    assert_eq!(looked["instances"][0]["refused"]["code"], "time-not-ours", "{looked}");
    assert_eq!(looked["instances"][1]["refused"], Value::Null, "{looked}");
}

#[tokio::test]
async fn once_the_calendar_has_begun_the_store_says_who_has_a_time() {
    let server = clinic().await;
    server.begin().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    let refused = server.book(&booking("a2", "p2", &at("09:15"), &["Practitioner/ana"])).await;
    assert_eq!(refused.refused(409, "slot-taken").json()["by"]["appointment"], "a1");
    let mut record = server.get("/fhir/Appointment/a1").await.expect(200).json();
    record["id"] = json!("a3");
    let refused = server.put("/fhir/Appointment/a3", &record.to_string()).await.refused(409, "slot-taken");
    let text = refused.text();
    assert!(text.contains("Ana is taken") || text.contains("Room r1 is taken"), "{text}");
    let noted = server.rights().await["refusals"].clone();
    // Of other days than today nothing was refused: the list is of when it was.
    assert_eq!(noted, json!([]));
    let today = Zone::named("Europe/Berlin").unwrap();
    let now = holdfast_clinical::scheduling::zone::minute_of_ms(server.writer.records().now_ms());
    let path = format!("rights?date={}", today.local(now).date());
    let noted = server.desk("GET", &path, &Value::Null).await.expect(200).json()["refusals"].clone();
    let codes: Vec<&str> =
        noted.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["slot-taken", "slot-taken"]);
    // A group's places are numbers of the session, which the store gives out.
    server.kind("group", 60, 2, &[json!({ "kind": "practitioner", "role": "nurse" })]).await;
    let place = |id: &str, patient: &str| json!({ "id": id, "type": "group", "patient": patient, "start": at("14:00"), "resources": [] });
    server.book(&place("g1", "p1")).await.expect(201);
    server.book(&place("g2", "p2")).await.expect(201);
    server.book(&place("g3", "p3")).await.refused(409, "places-taken");
}

#[tokio::test]
async fn the_web_gets_its_share_of_what_a_type_needs() {
    let server = clinic().await;
    let shared = json!({ "name": "visit", "minutes": 30, "bufferBefore": 0, "bufferAfter": 0, "capacity": 1, "webShare": 30,
        "needs": [{ "kind": "practitioner", "role": "clinician" }, { "kind": "room" }], "remote": false, "active": true });
    server.desk_as(TOKEN, "PUT", "types/visit", &shared).await.expect(200);
    server.begin().await;
    let zone = Zone::named("Europe/Berlin").unwrap();
    let plan =
        move |records: &holdfast_store::Records| records.read(|view| to_grant(view, records, &zone, 10));
    let first = server.writer.call(plan.clone()).await.unwrap();
    let sum = |key: &str| -> i64 {
        let pieces =
            first.iter().flat_map(|grant| &grant.pieces).filter(|piece| piece.resource.starts_with(key));
        pieces.map(|piece| piece.set().total_min()).sum()
    };
    assert!(sum("Practitioner/ana") > 0 && sum("Practitioner/bo") > 0, "{first:?}");
    assert_eq!(sum("Practitioner/"), sum("Location/"), "a room for each of them");
    let grants = first.clone();
    let grant = move |records: &holdfast_store::Records| {
        for one in &grants {
            let until = u64::try_from(one.until * 60_000).unwrap();
            records.write(|tx| tx.grant("north", HUB, &one.pieces, until, "node"))?;
        }
        Ok(())
    };
    server.writer.call(grant).await.unwrap();
    assert_eq!(server.writer.call(plan).await.unwrap(), [], "what went is not made up for");
}

#[tokio::test]
async fn a_time_that_was_offered_is_kept_until_the_offer_ends() {
    let server = clinic().await;
    let wait = |id: &str, patient: &str| json!({ "id": id, "patient": patient, "type": "visit", "urgency": "routine" });
    for (id, patient) in [("w1", "p1"), ("w2", "p2")] {
        server.desk("POST", "waitlist", &wait(id, patient)).await.expect(201);
    }
    let slot = json!({ "slot": { "start": at("09:00"), "resources": ["Practitioner/ana", "Location/r1"] } });
    server.desk("POST", "waitlist/w1/offer", &slot).await.expect(200);
    server.desk("POST", "waitlist/w2/offer", &slot).await.refused(409, "slot-offered");
    let both = ["Practitioner/ana", "Location/r1"];
    server.book(&booking("a1", "p3", &at("09:00"), &both)).await.refused(409, "slot-offered");
    let mut asked = booking("a2", "p1", &at("09:00"), &both);
    asked["fromWaitlist"] = json!("w1");
    server.book(&asked).await.expect(201);
    server.book(&asked).await.expect(200);
    // Another desk had the list open: they are not booked twice.
    let mut again = booking("a3", "p1", &at("11:00"), &both);
    again["fromWaitlist"] = json!("w1");
    server.book(&again).await.refused(409, "not-waiting");
    server.desk("POST", "waitlist/w2/offer", &slot).await.refused(409, "slot-taken");
}

#[tokio::test]
async fn a_manager_alone_leads_patients_through_the_clinic() {
    const MANAGER: &str = "manager-token";
    let server = start_with(|mut parts| {
        let tokens = vec![
            OneToken::new(TOKEN, Principal::new("Practitioner/nurse", [Role::Clinician])),
            OneToken::new(DESK, Principal::new("Practitioner/desk", [Role::FrontDesk])),
            OneToken::new(MANAGER, Principal::new("Practitioner/boss", [Role::Manager])),
        ];
        parts.authenticator = std::sync::Arc::new(tokens);
        parts
    })
    .await;
    let ana = json!({ "resourceType": "Practitioner", "id": "ana", "name": [{ "text": "Ana" }] });
    server.put("/fhir/Practitioner/ana", &ana.to_string()).await.expect(201);
    server.works("Practitioner/ana").await;
    server.patient("p1", r#""name":[{"text":"Pat"}]"#).await;
    server.kind("visit", 30, 1, &[json!({ "kind": "practitioner" })]).await;
    let booked = server.desk_as(MANAGER, "POST", "appointments", &server.booking_now("a1", "p1")).await;
    let mut version = booked.expect(201).json()["version"].clone();
    for status in ["arrived", "with-nurse"] {
        let body = json!({ "version": version, "status": status });
        let led = server.desk_as(MANAGER, "POST", "appointments/a1/status", &body).await.expect(200).json();
        assert_eq!(led["status"], status);
        version = led["version"].clone();
    }
}

#[tokio::test]
async fn what_another_database_confirmed_is_booked_anew_in_our_own_time() {
    let server = clinic().await;
    let mut web = booking("web", "p1", &at("09:00"), &["Practitioner/ana", "Location/r1"]);
    web["note"] = json!("a cough");
    server.book(&web).await.expect(201);
    server.begin().await;
    // As if head office had confirmed it out of a grant.
    let pieces = ["Practitioner/ana", "Location/r1"]
        .map(|who| Piece { resource: who.into(), spans: vec![Span::of(NINE, 30)] });
    let until = u64::try_from((NINE - 3 * 1_440) * 60_000).unwrap();
    let granted = move |records: &holdfast_store::Records| {
        let act = Act::Grant {
            giver: records.actor(),
            taker: HUB,
            epoch: 1,
            sell_until_ms: until,
            after: 0,
            pieces: pieces.to_vec(),
        };
        let record = Record { id: ActorId([9; 16]).to_hex(), clinic: "north".into(), act };
        let entity = Entity::new(KIND, record.id.as_str());
        records.write(|tx| tx.put(&entity, &record.json(), &Base::Absent, "node").map(drop))
    };
    server.writer.call(granted).await.unwrap();
    let seen = server.on_day("web").await;
    let move_to = |clock: &str| json!({ "version": seen["version"], "start": at(clock), "resources": [] });
    // Time that is head office's is not ours for this one either.
    let refused = server.desk("POST", "appointments/web/move", &move_to("09:15")).await;
    let refused = refused.refused(409, "time-not-ours");
    let text = refused.text();
    assert!(text.contains("cannot move the appointment: the time of Ana"), "{text}");
    assert!(!text.contains("overbook") && !text.contains("file a request"), "{text}");
    assert_eq!(server.on_day("web").await["status"], "booked", "nothing of it is kept");

    let moved = server.desk("POST", "appointments/web/move", &move_to("11:00")).await.expect(200).json();
    assert_ne!(moved["id"], "web");
    assert_eq!(
        (&moved["status"], &moved["start"], &moved["note"]),
        (&json!("booked"), &json!(at("11:00")), &json!("a cough"))
    );
    assert_eq!(moved["patient"]["id"], "p1");
    assert_eq!(server.on_day("web").await["status"], "cancelled");
    let old = server.get("/fhir/Appointment/web").await.json();
    let leads = old["extension"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["url"] == "urn:holdfast:schedule:replaced-by");
    let id = moved["id"].as_str().unwrap();
    assert_eq!(leads.unwrap()["valueReference"]["reference"], format!("Appointment/{id}"));
    // It is ours from here on, and moved as any other.
    let again = json!({ "version": moved["version"], "start": at("12:00"), "resources": [] });
    let path = format!("appointments/{id}/move");
    assert_eq!(server.desk("POST", &path, &again).await.expect(200).json()["id"], *id);
}

#[tokio::test]
async fn a_refusal_is_kept_with_the_time_that_was_asked_for() {
    let server = clinic().await;
    server.begin().await;
    server.book(&booking("a1", "p1", &at("09:00"), &["Practitioner/ana"])).await.expect(201);
    server.book(&booking("a2", "p2", &at("09:15"), &["Practitioner/ana"])).await.refused(409, "slot-taken");
    let today = Zone::named("Europe/Berlin").unwrap();
    let now = holdfast_clinical::scheduling::zone::minute_of_ms(server.writer.records().now_ms());
    let path = format!("rights?date={}", today.local(now).date());
    let noted = server.desk("GET", &path, &Value::Null).await.expect(200).json()["refusals"].clone();
    assert_eq!(noted[0]["asked"], at("09:15"), "{noted}");
}

/// A transaction of these appointments with Ana, each half an hour from so many half hours after nine on.
fn imported(all: &[(String, i64)]) -> String {
    let zone = Zone::utc();
    let entry = |(id, at): &(String, i64)| {
        let start = NINE + at * 30;
        let record = json!({ "resourceType": "Appointment", "id": id, "status": "booked", "start": zone.instant(start),
            "end": zone.instant(start + 30), "participant": [
                { "actor": { "reference": "Patient/p1" }, "status": "accepted" },
                { "actor": { "reference": "Practitioner/ana" }, "status": "accepted" },
                { "actor": { "reference": "Location/r1" }, "status": "accepted" }] });
        json!({ "resource": record, "request": { "method": "PUT", "url": format!("Appointment/{id}") } })
    };
    let entries: Vec<Value> = all.iter().map(entry).collect();
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries }).to_string()
}

#[tokio::test]
async fn of_many_that_one_transaction_books_each_is_looked_at() {
    for has_calendar in [false, true] {
        let server = clinic().await;
        if has_calendar {
            server.begin().await;
        }
        let send = async |all: &[(String, i64)]| {
            server.with("POST", "/fhir", &[("content-type", "application/fhir+json")], imported(all)).await
        };
        for part in 0..8 {
            let all: Vec<(String, i64)> =
                (0..250).map(|at| (format!("i{part}-{at}"), part * 250 + at)).collect();
            send(&all).await.expect(200);
        }
        // Beside one that is there, and beside one of the same transaction: nothing of it is kept.
        let fresh: Vec<(String, i64)> = (0..100).map(|at| (format!("n{at}"), 5_000 + at)).collect();
        for rival in [1_999, 5_099] {
            let with_rival: Vec<_> = fresh.iter().cloned().chain([("rival".to_owned(), rival)]).collect();
            send(&with_rival).await.refused(409, "slot-taken");
            server.get("/fhir/Appointment/n0").await.refused(404, "not-found");
        }
        // Whoever keeps their time is not in their own way, and two may not change places in a way that meets a third.
        send(&fresh).await.expect(200);
        send(&fresh).await.expect(200);
        send(&[("n0".to_owned(), 5_001)]).await.refused(409, "slot-taken");
        send(&[("n99".to_owned(), 5_200), ("n98".to_owned(), 5_099)]).await.expect(200);
        send(&[("n98".to_owned(), 5_200)]).await.refused(409, "slot-taken");
    }
}
