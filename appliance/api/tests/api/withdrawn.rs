//! What replicas that had not heard of a change to who may sign in have written meanwhile.

use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use serde_json::{Value, json};

use crate::common::people::{PIN, Person, start_with_admin};
use crate::common::{Server, copy, copy_as, start};

/// A node with a nurse, and a replica of it.
async fn two(kind_of_second: &str) -> (Server, Person, Person, Server) {
    let (node, admin) = start_with_admin().await;
    let rest = json!({"practitioner": "Practitioner/7"});
    let nurse = node.add_person(&admin, "nina", &["nurse"], &rest).await.expect(201).json();
    let nurse = Person { cookie: String::new(), id: nurse["id"].as_str().unwrap().to_owned() };
    node.patient("p1", "").await;
    let second = start().await;
    copy(&node, &second).await;
    copy_as(kind_of_second, &second, &node).await;
    (node, admin, nurse, second)
}

#[tokio::test]
async fn a_persons_pin_and_deactivation_hold_on_every_replica() {
    let (node, admin, nurse, desktop) = two("desktop").await;
    desktop.sign_in("nina", PIN).await.expect(200);
    let signed = Person::of(&desktop.sign_in("nina", PIN).await.expect(200));
    node.by(&admin, "PUT", &format!("/api/people/{}", nurse.id), &json!({"active": false})).await.expect(200);
    desktop.by(&signed, "GET", "/api/session", &Value::Null).await.expect(200);
    copy(&node, &desktop).await;
    desktop.writer.announce();
    desktop.by(&signed, "GET", "/api/session", &Value::Null).await.refused(401, "unknown-token");
    desktop.sign_in("nina", PIN).await.refused(403, "sign-in-deactivated");
}

#[tokio::test]
async fn what_a_deactivated_person_wrote_later_is_held_for_review() {
    let (node, admin, nurse, desktop) = two("desktop").await;
    let signed = Person::of(&desktop.sign_in("nina", PIN).await.expect(200));
    let observation = |id: &str| {
        json!({"resourceType": "Observation", "id": id, "status": "final",
        "code": {"text": "x"}, "subject": {"reference": "Patient/p1"}})
    };
    desktop.by(&signed, "PUT", "/fhir/Observation/before", &observation("before")).await.expect(201);
    node.by(&admin, "PUT", &format!("/api/people/{}", nurse.id), &json!({"active": false})).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    desktop.by(&signed, "PUT", "/fhir/Observation/later", &observation("later")).await.expect(201);
    let by_another = Entity::new("Observation", "of-another");
    let text = observation("of-another").to_string();
    desktop
        .writer
        .write(move |tx| tx.put(&by_another, &text, &Base::Absent, "Practitioner/8"))
        .await
        .unwrap();
    copy_as("desktop", &desktop, &node).await;
    let status = async |id: &str| node.get(&format!("/fhir/Observation/{id}")).await.status;
    assert_eq!((status("before").await, status("later").await, status("of-another").await), (200, 404, 200));
    let held = held(&node).await;
    assert_eq!(held, ["author-withdrawn"]);
}

/// A node at which two saves of a nurse on one record wait, and one on another; her desktop, too.
async fn with_withheld() -> (Server, Person, Server) {
    let (node, admin, nurse, desktop) = two("desktop").await;
    let signed = Person::of(&desktop.sign_in("nina", PIN).await.expect(200));
    let seen = json!({"resourceType": "Observation", "id": "seen", "status": "final", "code": {"text": "x"},
        "subject": {"reference": "Patient/p1"}, "valueString": "first"});
    desktop.by(&signed, "PUT", "/fhir/Observation/seen", &seen).await.expect(201);
    copy_as("desktop", &desktop, &node).await;
    node.by(&admin, "PUT", &format!("/api/people/{}", nurse.id), &json!({"active": false})).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    for value in ["second", "third"] {
        let mut later = seen.clone();
        later["valueString"] = json!(value);
        desktop.by(&signed, "PUT", "/fhir/Observation/seen", &later).await.expect(200);
    }
    let new = json!({"resourceType": "Condition", "id": "new", "subject": {"reference": "Patient/p1"}});
    desktop.by(&signed, "PUT", "/fhir/Condition/new", &new).await.expect(201);
    copy_as("desktop", &desktop, &node).await;
    (node, admin, desktop)
}

#[tokio::test]
async fn what_waits_is_shown_by_record_to_who_looks_after_people_and_its_words_to_who_may_read_them() {
    let (node, admin, _) = with_withheld().await;
    let doctor = node.person(&admin, "dan", &["clinician"]).await;
    let both = node.person(&admin, "mia", &["manager", "clinician"]).await;
    node.by(&doctor, "GET", "/api/withheld", &Value::Null).await.refused(403, "forbidden");
    let entries = async |who: &Person| {
        node.by(who, "GET", "/api/withheld", &Value::Null).await.expect(200).json()["entries"].clone()
    };
    let (plain, whole) = (entries(&admin).await, entries(&both).await);
    assert_eq!(plain.as_array().unwrap().len(), 2, "{plain}");
    let of = |list: &Value, kind: &str| {
        list.as_array().unwrap().iter().find(|one| one["type"] == kind).unwrap().clone()
    };
    let seen = of(&plain, "Observation");
    assert_eq!(
        (&seen["saves"], &seen["name"], &seen["patients"]),
        (&json!(2), &json!("nina"), &json!(["p1"]))
    );
    assert_eq!((&seen["author"], seen.get("says")), (&json!("Practitioner/7"), None));
    assert_eq!(of(&whole, "Observation")["says"], json!({"valueString": "third"}));
    assert_eq!(of(&whole, "Condition")["says"]["subject"]["reference"], "Patient/p1");
}

#[tokio::test]
async fn what_is_taken_over_reads_so_everywhere_and_says_whose_it_was() {
    let (node, admin, desktop) = with_withheld().await;
    let entries = node.by(&admin, "GET", "/api/withheld", &Value::Null).await.expect(200).json();
    let no = |kind: &str| {
        let all = entries["entries"].as_array().unwrap();
        all.iter().find(|one| one["type"] == kind).unwrap()["no"].as_u64().unwrap()
    };
    let path = |kind: &str, what: &str| format!("/api/withheld/{}/{what}", no(kind));
    let why = json!({"reason": "She had not heard of it; the nurse on duty confirms it."});
    node.by(&admin, "POST", &path("Observation", "accept"), &json!({"reason": ""}))
        .await
        .refused(422, "reason-missing");
    node.by(&admin, "POST", "/api/withheld/x/accept", &why).await.refused(400, "bad-path");
    node.by(&admin, "POST", &path("Observation", "accept"), &why).await.expect(204);
    node.by(&admin, "POST", &path("Condition", "drop"), &why).await.expect(204);
    for kind in ["Observation", "Condition"] {
        node.by(&admin, "POST", &path(kind, "drop"), &why).await.refused(409, "quarantine-unknown");
    }
    assert_eq!(held(&node).await, Vec::<String>::new());
    assert_eq!(node.get("/fhir/Condition/new").await.status, 404);
    copy(&node, &desktop).await;
    for server in [&node, &desktop] {
        let read = server.get("/fhir/Observation/seen").await.expect(200).json();
        assert_eq!((&read["valueString"], &read["meta"]["tag"]), (&json!("third"), &Value::Null));
    }
    let told = node.get("/fhir/Provenance?target=Observation/seen").await.expect(200).json();
    let agents = told["entry"][0]["resource"]["agent"].clone();
    assert_eq!(agents[1]["who"]["reference"], "Practitioner/7", "{told}");
}

#[tokio::test]
async fn a_desktop_decides_about_nobody() {
    let (node, _, nurse, desktop) = two("desktop").await;
    let entity = Entity::new("HoldfastUser", &nurse.id);
    let raise = move |tx: &mut holdfast_store::Tx<'_>| {
        let mut user: Value = serde_json::from_str(&tx.view()?.read(&entity)?.json).unwrap();
        user["roles"] = json!(["admin"]);
        tx.put(&entity, &user.to_string(), &Base::Blind, "Practitioner/7")
    };
    desktop.writer.write(raise).await.unwrap();
    copy_as("desktop", &desktop, &node).await;
    let session = node.sign_in("nina", PIN).await.expect(200).json();
    assert_eq!(session["user"]["roles"], json!(["nurse"]));
    assert_eq!(held(&node).await, ["people-are-written-above"]);
}

#[tokio::test]
async fn what_two_nodes_say_of_a_person_closes_and_is_settled() {
    let (node, admin, nurse, second) = two("node").await;
    let path = format!("/api/people/{}", nurse.id);
    node.by(&admin, "PUT", &path, &json!({"roles": ["nurse", "manager"]})).await.expect(200);
    let there = Person::of(&second.sign_in("ada", PIN).await.expect(200));
    second.by(&there, "PUT", &path, &json!({"roles": ["nurse", "pharmacist"]})).await.expect(200);
    second.by(&there, "POST", &format!("{path}/pin"), &json!({"pin": "395817"})).await.expect(204);
    node.by(&admin, "POST", &format!("{path}/pin"), &json!({"pin": "640281"})).await.expect(204);
    copy(&second, &node).await;
    let person = async || {
        let people = node.by(&admin, "GET", "/api/people", &Value::Null).await.expect(200).json();
        people["people"].as_array().unwrap().iter().find(|one| one["login"] == "nina").unwrap().clone()
    };
    let closed = person().await;
    assert_eq!((&closed["roles"], &closed["hasPin"]), (&json!(["nurse"]), &json!(false)), "{closed}");
    assert_eq!(closed["conflicts"], json!(["pin", "roles"]));
    for pin in ["395817", "640281"] {
        node.sign_in("nina", pin).await.refused(401, "sign-in-wrong");
    }
    node.by(&admin, "POST", &format!("{path}/pin"), &json!({"pin": "750391"})).await.expect(204);
    node.by(&admin, "PUT", &path, &json!({"roles": ["nurse"]})).await.expect(200);
    assert_eq!(person().await["conflicts"], json!([]));
    node.sign_in("nina", "750391").await.expect(200);
}

/// The codes of what is held for review.
async fn held(server: &Server) -> Vec<String> {
    let db = server.db.clone();
    let work = move || {
        let mut codes = Vec::new();
        holdfast_store::quarantine::each(&*db, &mut |held| {
            codes.push(held.code);
            Ok(())
        })
        .unwrap();
        codes
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}
