//! Patients book at the real hub, over both databases: confirmed out of what the node has granted, else asked for.

use holdfast_clinical::scheduling::booking::reminders;
use holdfast_tests::postgres::Cluster;
use serde_json::{Value, json};

use crate::booking_clinic::{Clinic, NORTH, id, who};
use crate::support::Hub;

fn code_of(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

fn mine(link: &Value, rest: &str) -> String {
    format!("/api/book/mine/{}{rest}", link.as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_books_moves_and_cancels_what_the_hub_may_sell() {
    let clinic = Clinic::start(&["--dev"], None).await;
    books_moves_and_cancels(&clinic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_over_postgresql() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.create_database("hub").unwrap();
    let clinic = Clinic::start(&["--dev"], Some(&url)).await;
    books_moves_and_cancels(&clinic).await;
}

async fn books_moves_and_cancels(clinic: &Clinic) {
    assert_eq!(clinic.get("/api/book")["clinics"], json!([{ "id": "north", "name": "Clinique du Nord" }]));
    let shown = clinic.get(NORTH);
    assert_eq!((&shown["timeZone"], &shown["phone"]), (&json!("Europe/Paris"), &json!("+33 1 23")));
    let types = json!([{ "id": "checkup", "name": "Check-up", "minutes": 30, "remote": false }]);
    assert_eq!(shown["types"], types, "neither groups nor what is not on the web");
    assert_eq!(clinic.free()["request"], true, "nothing is the hub's yet");
    clinic.grant(9, 3).await;
    let free = clinic.free();
    assert_eq!((&free["request"], free["slots"].as_array().unwrap().len()), (&json!(false), 6), "{free}");
    assert!(free["slots"].as_array().unwrap().iter().all(|slot| slot["with"] == "Ana"), "{free}");

    let ada = who("Ada Lígne", "+33612345678");
    let nine = clinic.slot("09:00");
    let code = clinic.code(&id(1), &ada);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = clinic.book(&id(1), wrong, &ada, &nine);
    assert_eq!((code_of(&refused), &refused.1["triesLeft"]), ((403, "code-wrong"), &json!(4)));
    assert_eq!(clinic.code(&id(1), &ada), code, "sent again, it is the same code");
    let (status, booked) = clinic.book(&id(1), &code, &ada, &nine);
    assert_eq!((status, &booked["status"]), (201, &json!("booked")), "{booked}");
    assert!(booked["start"].as_str().unwrap().contains("T09:00:00+0"), "{booked}");
    assert_eq!(
        clinic.book(&id(1), &code, &ada, &nine),
        (200, booked.clone()),
        "asked twice, it is one booking"
    );
    let link = &booked["link"];
    assert_eq!(clinic.get(&mine(link, "")), booked);

    let bo = who("Bo", "bo@example.org");
    let code_of_bo = clinic.code(&id(2), &bo);
    let late = clinic.book(&id(2), &code_of_bo, &bo, &nine);
    assert_eq!(code_of(&late), (409, "slot-taken"));
    let instead = late.1["instead"].as_array().unwrap();
    assert!(instead.len() == 3 && instead[0]["start"].as_str().unwrap().contains("T09:30"), "{late:?}");

    let ten = clinic.slot("10:00");
    let moved = clinic.ask("POST", &mine(link, "/move"), &json!({ "slot": ten }));
    assert!(moved.0 == 200 && moved.1["start"].as_str().unwrap().contains("T10:00"), "{moved:?}");
    assert_eq!((&moved.1["link"], &moved.1["status"]), (link, &json!("booked")));
    assert_eq!(clinic.ask("POST", &mine(link, "/move"), &json!({ "slot": ten })), moved, "moved twice");
    let free: Vec<Value> = clinic.free()["slots"].as_array().unwrap().clone();
    let begins = |clock: &str| free.iter().any(|slot| slot["start"].as_str().unwrap().contains(clock));
    assert!(begins("T09:00") && !begins("T10:00"), "{free:?}");

    let (status, file) = clinic.hub.ask("GET", &mine(link, "/calendar.ics"), "");
    assert!(status == 200 && file.contains("BEGIN:VEVENT") && file.contains("TZID=Europe/Paris"), "{file}");
    assert!(file.contains("SUMMARY:Clinique du Nord") && !file.contains("Ada"), "{file}");

    clinic.pull().await;
    let at_node = clinic.appointments();
    assert_eq!(at_node.len(), 1, "{at_node:?}");
    assert_eq!(at_node[0]["status"], "booked");
    assert_eq!(reminders(&at_node[0]).len(), 2, "{:?}", at_node[0]);
    let patient = at_node[0]["participant"][0]["actor"]["reference"].as_str().unwrap();
    let patient = clinic.at_node("Patient", patient.strip_prefix("Patient/").unwrap()).unwrap();
    assert_eq!(
        (&patient["name"][0]["text"], &patient["birthDate"]),
        (&json!("Ada Lígne"), &json!("1985-12-10"))
    );
    assert_eq!(patient["meta"]["tag"][0]["code"], "self-registered");

    for _ in 0..2 {
        let (status, gone) = clinic.ask("POST", &mine(link, "/cancel"), &Value::Null);
        assert_eq!((status, &gone["status"]), (200, &json!("cancelled")), "{gone}");
    }
    assert_eq!(
        code_of(&clinic.ask("POST", &mine(link, "/move"), &json!({ "slot": clinic.slot("11:00") }))),
        (409, "too-late")
    );
    clinic.slot("10:00");
    clinic.pull().await;
    let at_node = clinic.appointments();
    assert_eq!((&at_node[0]["status"], reminders(&at_node[0]).len()), (&json!("cancelled"), 0));

    // Without its times, of which one may have the digits of a code.
    let log = clinic.hub.log();
    let log: Vec<&str> = log.lines().filter_map(|line| Some(line.split_once("\"level\"")?.1)).collect();
    assert!(!log.is_empty());
    for secret in
        [code.as_str(), code_of_bo.as_str(), link.as_str().unwrap(), "612345678", "bo@example", "Lígne"]
    {
        assert!(!log.iter().any(|line| line.contains(secret)), "{secret} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_hub_may_not_sell_is_asked_for_and_the_desk_answers() {
    let clinic = Clinic::start(&["--dev"], None).await;
    let (eight, noon) = (clinic.slot("08:00"), clinic.slot("12:00"));
    let asked = clinic.booked(&id(1), &who("عائشة", "0612345678"), &eight);
    assert_eq!(asked["status"], "requested");
    clinic.pull().await;
    let request = clinic.appointments().pop().unwrap();
    assert_eq!(request["status"], "proposed");
    let mut granted = request.clone();
    granted["status"] = "booked".into();
    granted.as_object_mut().unwrap().remove("meta");
    clinic.save(&granted);
    clinic.push().await;
    assert_eq!(clinic.get(&mine(&asked["link"], ""))["status"], "booked");
    // What the clinic has granted is its own: for a time of the hub's it is cancelled, and another one booked.
    clinic.grant(9, 1).await;
    let moved = clinic.ask("POST", &mine(&asked["link"], "/move"), &json!({ "slot": clinic.slot("09:00") }));
    assert_eq!((moved.0, &moved.1["status"]), (200, &json!("booked")), "{moved:?}");
    assert_ne!(moved.1["link"], asked["link"]);
    // The link that they had leads to where the appointment is now.
    let followed = clinic.get(&mine(&asked["link"], ""));
    assert_eq!((&followed["status"], &followed["start"]), (&json!("booked"), &moved.1["start"]));
    // Another one is taken back for a time that is still the hub's.
    let asked = clinic.booked(&id(2), &who("عائشة", "0612345678"), &noon);
    let moved = clinic.ask("POST", &mine(&asked["link"], "/move"), &json!({ "slot": clinic.slot("09:30") }));
    assert_eq!((moved.0, &moved.1["status"]), (200, &json!("booked")), "{moved:?}");
    assert_ne!(moved.1["link"], asked["link"]);
    assert_eq!(clinic.get(&mine(&asked["link"], ""))["status"], "cancelled");
    assert_eq!(clinic.get(&mine(&moved.1["link"], ""))["status"], "booked");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_time_of_the_clinics_is_asked_for_and_the_old_one_stays() {
    let clinic = Clinic::start(&["--dev"], None).await;
    let theirs = clinic.slot("08:30");
    clinic.grant(9, 1).await;
    let booked = clinic.booked(&id(1), &who("Ada", "0612345678"), &clinic.slot("09:00"));
    let asked = clinic.ask("POST", &mine(&booked["link"], "/move"), &json!({ "slot": theirs }));
    assert_eq!((asked.0, &asked.1["status"]), (200, &json!("requested")), "{asked:?}");
    assert_eq!(
        clinic.ask("POST", &mine(&booked["link"], "/move"), &json!({ "slot": theirs })),
        asked,
        "once"
    );
    assert_eq!(clinic.get(&mine(&booked["link"], ""))["status"], "booked");
    clinic.pull().await;
    let (old, new): (Vec<Value>, Vec<Value>) =
        clinic.appointments().into_iter().partition(|one| one["status"] == "booked");
    let replaced = holdfast_clinical::scheduling::booking::replaced(&new[0]).unwrap();
    assert_eq!(old[0]["id"], json!(replaced));
    let (status, taken_back) = clinic.ask("POST", &mine(&asked.1["link"], "/cancel"), &Value::Null);
    assert_eq!((status, &taken_back["status"]), (200, &json!("cancelled")));
    assert_eq!(clinic.get(&mine(&booked["link"], ""))["status"], "booked", "nothing was lost");
    let again = clinic.ask("POST", &mine(&booked["link"], "/move"), &json!({ "slot": theirs }));
    assert_eq!((again.0, &again.1["status"]), (200, &json!("requested")), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_known_is_known_and_nobody_is_told() {
    let clinic = Clinic::start(&["--dev"], None).await;
    let known = json!({ "resourceType": "Patient", "id": "ada", "name": [{ "family": "Byron", "given": ["Ada"] }],
        "birthDate": "1985-12-10", "telecom": [{ "system": "phone", "value": "+33 6 12 34 56 78" }] });
    clinic.save(&known);
    clinic.grant(9, 3).await;
    let patients_of = |n: u32, who: Value, clock: &str| {
        let mine = clinic.booked(&id(n), &who, &clinic.slot(clock));
        let told: Vec<&String> = mine.as_object().unwrap().keys().collect();
        (format!("{told:?}"), mine)
    };
    let (told, _) = patients_of(1, who("ada BYRON", "+33612345678"), "09:00");
    let (told_of_new, _) = patients_of(2, who("Ada Byron", "+33612345679"), "09:30");
    assert_eq!(told, told_of_new);
    patients_of(3, who("Ada Byron", "+33612345679"), "10:00");
    clinic.pull().await;
    let mut whose: Vec<String> = clinic
        .appointments()
        .iter()
        .map(|one| one["participant"][0]["actor"]["reference"].as_str().unwrap().to_owned())
        .collect();
    whose.sort();
    let of_ada = whose.iter().filter(|one| *one == "Patient/ada").count();
    whose.dedup();
    assert_eq!(
        (of_ada, whose.len()),
        (1, 2),
        "the known one, and one new record for two bookings: {whose:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_tried_five_times_and_asked_for_so_often() {
    let clinic = Clinic::start(&[], None).await;
    let (ada, slot) = (who("Ada", "0612345678"), clinic.slot("09:00"));
    let code = clinic.code(&id(1), &ada);
    let wrong = if code == "111111" { "222222" } else { "111111" };
    for left in (1..5).rev() {
        let refused = clinic.book(&id(1), wrong, &ada, &slot);
        assert_eq!((code_of(&refused), &refused.1["triesLeft"]), ((403, "code-wrong"), &json!(left)));
    }
    assert_eq!(code_of(&clinic.book(&id(1), wrong, &ada, &slot)), (403, "code-over"));
    assert_eq!(
        code_of(&clinic.book(&id(1), &code, &ada, &slot)),
        (403, "code-over"),
        "the right one comes too late"
    );
    let fresh = clinic.code(&id(1), &ada);
    assert_ne!(fresh, code);
    assert_eq!(
        code_of(&clinic.book(&id(1), &fresh, &who("Bo", "0612345678"), &slot)),
        (403, "code-wrong"),
        "of another"
    );
    assert_eq!(clinic.book(&id(1), &fresh, &ada, &slot).0, 201);
    let ask = |n: u32| {
        clinic.ask("POST", &format!("{NORTH}/code"), &json!({ "id": id(n), "who": ada, "language": "en" }))
    };
    let answers: Vec<u16> = (2..6).map(|n| ask(n).0).collect();
    assert_eq!(answers, [202, 202, 202, 429], "five to one telephone");
    let waits = ask(6);
    assert!(
        code_of(&waits) == (429, "too-many") && waits.1["retryAfterS"].as_u64().unwrap() > 1,
        "{waits:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_is_refused_in_words_and_disturbs_nothing() {
    let clinic = Clinic::start(&["--dev"], None).await;
    clinic.grant(9, 1).await;
    let (ada, slot) = (who("Ada", "0612345678"), clinic.slot("09:00"));
    let code = clinic.code(&id(1), &ada);
    let tampered = format!("A{}", &slot[1..]);
    let full =
        json!({ "id": id(1), "code": code, "who": ada, "type": "checkup", "slot": slot, "language": "en" });
    let with = |name: &str, value: Value| {
        let mut body = full.clone();
        body[name] = value;
        body
    };
    let long = "x".repeat(600_000);
    for (body, status, code) in [
        (Value::Null, 400, "bad-body"),
        (json!([]), 400, "bad-body"),
        (with("id", json!(7)), 400, "bad-body"),
        (with("who", json!("Ada")), 400, "bad-body"),
        (with("more", json!(1)), 400, "bad-body"),
        (with("id", json!("x")), 422, "booking-refused"),
        (with("id", json!("../../../../etc/passwd")), 422, "booking-refused"),
        (with("language", json!("xx")), 422, "booking-refused"),
        (with("note", json!("n".repeat(501))), 422, "booking-refused"),
        (with("slot", json!(tampered)), 422, "slot-unknown"),
        (with("slot", json!("")), 422, "slot-unknown"),
        (with("type", json!("inside")), 422, "slot-unknown"),
        (with("note", json!(long)), 413, "body-too-large"),
    ] {
        let answer = clinic.ask("POST", NORTH, &body);
        assert_eq!(
            code_of(&answer),
            (status, code),
            "{}",
            body.to_string().chars().take(300).collect::<String>()
        );
    }
    for (path, status, code) in [
        ("/api/book/clinic/south", 404, "clinic-unknown"),
        ("/api/book/clinic/%2e%2e", 404, "clinic-unknown"),
        ("/api/book/clinic/north/free?type=inside", 422, "appointment-type-unknown"),
        ("/api/book/clinic/north/free?type=group", 422, "appointment-type-unknown"),
        ("/api/book/clinic/north/free?type=..%2f", 422, "appointment-type-unknown"),
        ("/api/book/clinic/north/free?type=checkup&cursor=x", 400, "bad-cursor"),
        ("/api/book/clinic/north/free?type=checkup&cursor=o-1", 400, "bad-cursor"),
        ("/api/book/clinic/north/free?type=checkup&from=yesterday", 400, "bad-parameter"),
        ("/api/book/mine/x", 404, "not-found"),
        (&format!("/api/book/mine/{}", "A".repeat(43)), 404, "not-found"),
        (&format!("/api/book/mine/{}/calendar.ics", "A".repeat(43)), 404, "not-found"),
    ] {
        assert_eq!(code_of(&clinic.ask("GET", path, &Value::Null)), (status, code), "{path}");
    }
    let past = clinic.get(&format!("{NORTH}/free?type=checkup&from=1970-01-01T00:00:00Z"));
    assert_eq!(past["slots"][0]["slot"], json!(slot), "what is over is not offered");
    let beyond = clinic.get(&format!("{NORTH}/free?type=checkup&from=2099-01-01T00:00:00Z"));
    assert_eq!(beyond["slots"], json!([]));
    assert_eq!(clinic.ask("POST", NORTH, &full).0, 201, "and the code was still good");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_telephone_does_not_take_all_the_time_there_is() {
    let clinic = Clinic::start(&["--dev"], None).await;
    clinic.grant(9, 5).await;
    let family = |n: u32| who(&format!("Child {n}"), "0612345678");
    let clocks = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"];
    let booked: Vec<Value> =
        (1..).zip(clocks).map(|(n, clock)| clinic.booked(&id(n), &family(n), &clinic.slot(clock))).collect();
    let (code, noon) = (clinic.code(&id(7), &family(7)), clinic.slot("12:00"));
    assert_eq!(code_of(&clinic.book(&id(7), &code, &family(7), &noon)), (409, "enough-booked"));
    assert_eq!(clinic.ask("POST", &mine(&booked[0]["link"], "/cancel"), &Value::Null).0, 200);
    assert_eq!(clinic.book(&id(7), &code, &family(7), &noon).0, 201);
}

#[test]
fn where_codes_go_nowhere_patients_are_told_nothing_that_is_not_so() {
    let hub = Hub::start();
    for path in ["/api/book", NORTH, "/api/book/mine/x"] {
        let (status, text) = hub.ask("GET", path, "");
        assert!(status == 404 && text.contains("booking-off"), "{path}: {text}");
    }
}

#[test]
fn the_page_and_what_it_loads_come_from_the_hub_alone() {
    if !holdfast_api::book::is_built_in() {
        eprintln!("skipped: nobody has built the front ends in this checkout (make front)");
        return;
    }
    let hub = Hub::start();
    let (status, page) = hub.ask("GET", "/book/north", "");
    assert!(status == 200 && page.contains("id=\"root\""), "{page}");
    assert!(!page.contains("://"), "nothing of others is loaded: {page}");
    let loaded = page.split(['"', '\'']).filter(|text| text.starts_with("./assets/"));
    let loaded: Vec<&str> = loaded.collect();
    assert!(loaded.len() >= 2, "{page}");
    for path in loaded {
        assert_eq!(hub.ask("GET", &path.replacen('.', "/book", 1), "").0, 200, "{path}");
    }
    assert_eq!(hub.ask("GET", "/book", "").0, 308);
    assert_eq!(hub.ask("GET", "/book/assets/..%2findex.html", "").0, 404);
}
