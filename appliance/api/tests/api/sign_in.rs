//! Signing in by PIN.

use serde_json::{Value, json};

use crate::common::people::{CODE, PIN, Person, start_empty, start_with_admin};

#[tokio::test]
async fn the_first_administrator_is_made_by_the_code_and_nobody_by_a_default() {
    let server = start_empty().await;
    let setup = server.anonymous("GET", "/api/setup", &Value::Null).await.expect(200).json();
    assert_eq!(
        (&setup["needsFirstAdmin"], &setup["clinic"], &setup["host"], &setup["locked"]),
        (&json!(true), &json!("north"), &json!("node"), &json!(false))
    );
    for (login, pin) in [("admin", "admin"), ("ada", PIN), ("admin", "000000")] {
        server.sign_in(login, pin).await.refused(401, "sign-in-wrong");
    }
    let with = |code: &str, pin: &str| json!({"code": code, "login": "ada", "name": "Ada", "pin": pin});
    server.anonymous("POST", "/api/setup", &with("WRONG", PIN)).await.refused(403, "setup-code-wrong");
    server.anonymous("POST", "/api/setup", &with(CODE, "123456")).await.refused(422, "pin-refused");
    let made = server.anonymous("POST", "/api/setup", &with(&CODE.to_lowercase(), PIN)).await.expect(201);
    let session = made.json();
    assert_eq!((&session["user"]["roles"], &session["mode"]), (&json!(["admin"]), &json!("full")));
    let admin = Person::of(&made);
    let shown = server.by(&admin, "GET", "/api/session", &Value::Null).await.expect(200).json();
    assert_eq!(shown, session);
    server.anonymous("POST", "/api/setup", &with(CODE, PIN)).await.refused(409, "setup-done");
    let setup = server.anonymous("GET", "/api/setup", &Value::Null).await.expect(200).json();
    assert_eq!(setup["needsFirstAdmin"], false);
}

#[tokio::test]
async fn a_session_ends_by_signing_out_and_by_nothing_that_another_origin_sends() {
    let (server, admin) = start_with_admin().await;
    let cookie = server.sign_in("ADA", PIN).await.expect(200).header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    server
        .by_with(&admin, "DELETE", "/api/session", &[], &Value::Null)
        .await
        .refused(403, "app-header-missing");
    server.by(&admin, "GET", "/api/session", &Value::Null).await.expect(200);
    let out = server.by(&admin, "DELETE", "/api/session", &Value::Null).await.expect(204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    server.by(&admin, "GET", "/api/session", &Value::Null).await.refused(401, "unknown-token");
    let nobody = Person { cookie: "holdfast_session=x".into(), id: String::new() };
    server.by(&nobody, "GET", "/api/session", &Value::Null).await.refused(401, "unknown-token");
    server.get("/api/session").await.refused(403, "not-a-person");
}

#[tokio::test]
async fn guessing_is_slowed_at_a_name_whether_it_exists_or_not() {
    for login in ["ada", "nobody"] {
        let (server, _) = start_with_admin().await;
        for left in [2, 1, 0] {
            let wrong = server.sign_in(login, "928374").await.refused(401, "sign-in-wrong");
            assert_eq!(wrong.json()["triesLeft"], left, "{login}");
        }
        let slowed = server.sign_in(login, PIN).await.refused(429, "sign-in-slowed");
        assert_eq!((slowed.json()["retryAfterS"].as_u64(), slowed.header("retry-after")), (Some(5), "5"));
    }
}

#[tokio::test]
async fn many_guesses_at_once_are_no_way_around_the_wait() {
    let (server, _) = start_with_admin().await;
    let guesses = (0..40).map(|n| format!("4829{:02}", n + 20)).map(|pin| {
        let server = &server;
        async move { server.sign_in("ada", &pin).await.status }
    });
    let answers = futures::future::join_all(guesses).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 3, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 37, "{answers:?}");
}

#[tokio::test]
async fn a_right_pin_forgets_the_wrong_ones() {
    let (server, _) = start_with_admin().await;
    for _ in 0..4 {
        server.sign_in("ada", "928374").await.refused(401, "sign-in-wrong");
        server.sign_in("ada", "928374").await.refused(401, "sign-in-wrong");
        server.sign_in("ada", PIN).await.expect(200);
    }
}

#[tokio::test]
async fn another_pin_ends_the_other_sessions() {
    let (server, admin) = start_with_admin().await;
    let elsewhere = Person::of(&server.sign_in("ada", PIN).await.expect(200));
    let change = |old: &str, new: &str| json!({"old": old, "new": new});
    server
        .by(&admin, "PUT", "/api/session/pin", &change("928374", "395817"))
        .await
        .refused(401, "sign-in-wrong");
    server.by(&admin, "PUT", "/api/session/pin", &change(PIN, "777777")).await.refused(422, "pin-refused");
    server.by(&admin, "PUT", "/api/session/pin", &change(PIN, "395817")).await.expect(204);
    server.by(&admin, "GET", "/api/session", &Value::Null).await.expect(200);
    server.by(&elsewhere, "GET", "/api/session", &Value::Null).await.refused(401, "unknown-token");
    server.sign_in("ada", PIN).await.refused(401, "sign-in-wrong");
    server.sign_in("ada", "395817").await.expect(200);
}

#[tokio::test]
async fn saves_by_session_carry_the_name_of_their_person() {
    let (server, admin) = start_with_admin().await;
    let rest = json!({"practitioner": "Practitioner/7"});
    server.add_person(&admin, "nina", &["nurse"], &rest).await.expect(201);
    let nurse = Person::of(&server.sign_in("nina", PIN).await.expect(200));
    let patient = json!({"resourceType": "Patient", "id": "p1"});
    let headers = [("x-holdfast", "1"), ("if-none-match", "*")];
    server.by_with(&nurse, "PUT", "/api/records/Patient/p1", &headers, &patient).await.expect(201);
    let entity = holdfast_core::id::Entity::new("Patient", "p1");
    let wanted = holdfast_store::history::Wanted::ALL;
    let history = server.writer.read(move |view| view.history(&entity, &wanted)).await.unwrap();
    assert_eq!(history.versions[0].author, "Practitioner/7");
}

#[tokio::test]
async fn a_session_says_what_its_person_adds_and_changes() {
    let (server, admin) = start_with_admin().await;
    let nurse = server.person(&admin, "nina", &["nurse"]).await;
    let keeps = async |who: &Person| {
        let session = server.by(who, "GET", "/api/session", &Value::Null).await.expect(200).json();
        session["keeps"].as_array().unwrap().clone()
    };
    let (of_nurse, of_admin) = (keeps(&nurse).await, keeps(&admin).await);
    assert!(of_nurse.contains(&json!("Observation")) && !of_nurse.contains(&json!("MedicationRequest")));
    assert_eq!(of_admin, Vec::<Value>::new());
}
