//! Who may sign in, and who decides that.

use serde_json::{Value, json};

use crate::common::people::{PIN, Person, start_with_admin};
use crate::common::{ADMIN, TOKEN};

#[tokio::test]
async fn managers_add_and_change_people_and_no_administrators() {
    let (server, admin) = start_with_admin().await;
    let manager = server.person(&admin, "maria", &["manager"]).await;
    let nurse = server.add_person(&manager, "nina", &["nurse"], &json!({})).await.expect(201).json();
    assert_eq!(
        (&nurse["login"], &nurse["roles"], &nurse["active"]),
        (&json!("nina"), &json!(["nurse"]), &json!(true))
    );
    server.add_person(&manager, "eve", &["admin"], &json!({})).await.refused(403, "only-admin");
    let of = |person: &Value| format!("/api/people/{}", person["id"].as_str().unwrap());
    let raise = json!({"roles": ["admin", "nurse"]});
    server.by(&manager, "PUT", &of(&nurse), &raise).await.refused(403, "only-admin");
    let ada = format!("/api/people/{}", admin.id);
    for (method, path, body) in [
        ("PUT", ada.clone(), json!({"active": false})),
        ("PUT", ada.clone(), json!({"roles": ["nurse"]})),
        ("POST", format!("{ada}/pin"), json!({"pin": "395817"})),
    ] {
        server.by(&manager, method, &path, &body).await.refused(403, "only-admin");
    }
    let changed =
        server.by(&manager, "PUT", &of(&nurse), &json!({"name": "Nina Okafor"})).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["roles"]), (&json!("Nina Okafor"), &json!(["nurse"])));
    let stale = [("x-holdfast", "1"), ("if-match", nurse["version"].as_str().unwrap())];
    server
        .by_with(&manager, "PUT", &of(&nurse), &stale, &json!({"name": "x"}))
        .await
        .refused(412, "stale-version");
    let list = server.by(&manager, "GET", "/api/people", &Value::Null).await.expect(200);
    let people = list.json();
    let names: Vec<&str> =
        people["people"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["Ada", "Nina Okafor", "maria"]);
    assert!(!list.body.contains("argon2"), "{}", list.body);
}

#[tokio::test]
async fn nobody_else_sees_or_changes_people() {
    let (server, admin) = start_with_admin().await;
    for role in ["front-desk", "nurse", "clinician", "pharmacist"] {
        let person = server.person(&admin, role, &[role]).await;
        server.by(&person, "GET", "/api/people", &Value::Null).await.refused(403, "forbidden");
        server.add_person(&person, "eve", &["nurse"], &json!({})).await.refused(403, "forbidden");
        let own = format!("/api/people/{}", person.id);
        server.by(&person, "PUT", &own, &json!({"roles": ["admin"]})).await.refused(403, "forbidden");
    }
    server.get_as(TOKEN, "/api/people").await.refused(403, "forbidden");
    server.get_as(ADMIN, "/api/people").await.expect(200);
}

#[tokio::test]
async fn people_are_no_records_of_fhir() {
    let (server, admin) = start_with_admin().await;
    let id = &admin.id;
    for path in [
        format!("/fhir/HoldfastUser/{id}"),
        "/fhir/HoldfastUser".to_owned(),
        format!("/fhir/HoldfastUser/{id}/_history"),
        format!("/api/conflicts/HoldfastUser/{id}"),
    ] {
        assert_eq!(server.get(&path).await.status, 404, "{path}");
    }
    let body =
        json!({"resourceType": "HoldfastUser", "id": id, "active": true, "roles": ["admin"]}).to_string();
    for path in [format!("/fhir/HoldfastUser/{id}"), format!("/api/records/HoldfastUser/{id}")] {
        assert_eq!(server.put(&path, &body).await.status, 404, "{path}");
    }
    let entry = json!({"resource": serde_json::from_str::<Value>(&body).unwrap(),
                       "request": {"method": "PUT", "url": format!("HoldfastUser/{id}")}});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry]}).to_string();
    assert!(server.post("/fhir", &bundle).await.status >= 400);
    assert!(!server.get("/fhir/_history").await.expect(200).body.contains("HoldfastUser"));
}

#[tokio::test]
async fn whoever_is_deactivated_is_out_at_once_and_comes_back_as_they_were() {
    let (server, admin) = start_with_admin().await;
    let nurse = server.person(&admin, "nina", &["nurse"]).await;
    server.by(&nurse, "GET", "/fhir/Patient", &Value::Null).await.expect(200);
    let path = format!("/api/people/{}", nurse.id);
    server.by(&admin, "PUT", &path, &json!({"active": false})).await.expect(200);
    server.by(&nurse, "GET", "/fhir/Patient", &Value::Null).await.refused(401, "unknown-token");
    server.sign_in("nina", PIN).await.refused(403, "sign-in-deactivated");
    server.sign_in("nina", "928374").await.refused(401, "sign-in-wrong");
    server.by(&admin, "PUT", &path, &json!({"active": true})).await.expect(200);
    server.by(&nurse, "GET", "/fhir/Patient", &Value::Null).await.refused(401, "unknown-token");
    server.sign_in("nina", PIN).await.expect(200);
}

#[tokio::test]
async fn other_roles_hold_from_the_next_request_on() {
    let (server, admin) = start_with_admin().await;
    let person = server.person(&admin, "nina", &["nurse"]).await;
    server.by(&person, "GET", "/fhir/Observation", &Value::Null).await.expect(200);
    let path = format!("/api/people/{}", person.id);
    server.by(&admin, "PUT", &path, &json!({"roles": ["front-desk"]})).await.expect(200);
    server.by(&person, "GET", "/fhir/Observation", &Value::Null).await.refused(403, "forbidden");
    server.by(&person, "GET", "/fhir/Patient", &Value::Null).await.expect(200);
}

#[tokio::test]
async fn somebody_stays_who_can_manage_people() {
    let (server, admin) = start_with_admin().await;
    let path = format!("/api/people/{}", admin.id);
    server.by(&admin, "PUT", &path, &json!({"active": false})).await.refused(409, "last-admin");
    server.by(&admin, "PUT", &path, &json!({"roles": ["manager"]})).await.refused(409, "last-admin");
    server.add_person(&admin, "bea", &["admin"], &json!({})).await.expect(201);
    server.by(&admin, "PUT", &path, &json!({"roles": ["manager"]})).await.expect(200);
}

#[tokio::test]
async fn odd_people_are_refused() {
    let (server, admin) = start_with_admin().await;
    for (rest, status, code) in [
        (json!({"login": "a b"}), 422, "person-refused"),
        (json!({"name": " "}), 422, "person-refused"),
        (json!({"pin": "654321"}), 422, "pin-refused"),
        (json!({"practitioner": "Patient/1"}), 422, "person-refused"),
        (json!({"login": "ADA"}), 409, "login-taken"),
        (json!({"roles": ["system"]}), 400, "bad-body"),
        (json!({"roles": ["king"]}), 400, "bad-body"),
        (json!({"extra": 1}), 400, "bad-body"),
    ] {
        server.add_person(&admin, "nina", &["nurse"], &rest).await.refused(status, code);
    }
    server.by(&admin, "PUT", "/api/people/unknown", &json!({"name": "x"})).await.refused(404, "not-found");
}

#[tokio::test]
async fn a_pin_that_a_manager_sets_ends_the_sessions_that_the_old_one_began() {
    let (server, admin) = start_with_admin().await;
    let nurse = server.person(&admin, "nina", &["nurse"]).await;
    let path = format!("/api/people/{}/pin", nurse.id);
    server.by(&admin, "POST", &path, &json!({"pin": "395817"})).await.expect(204);
    server.by(&nurse, "GET", "/api/session", &Value::Null).await.refused(401, "unknown-token");
    let nurse = Person::of(&server.sign_in("nina", "395817").await.expect(200));
    server.by(&nurse, "GET", "/api/session", &Value::Null).await.expect(200);
}
