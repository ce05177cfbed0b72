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
