//! Signing in by passkey.

use serde_json::{Value, json};

use crate::common::authenticator::Authenticator;
use crate::common::people::{CODE, PIN, Person};
use crate::common::{Answer, Server, start_with};

const ORIGIN: &str = "https://clinic.example";

/// A server that is reached over HTTPS, with its first administrator.
async fn start() -> (Server, Person) {
    let server = start_with(|mut parts| {
        parts.setup = Some(holdfast_api::SetupCode::new(CODE, || {}));
        parts.public_url = Some(ORIGIN.to_owned());
        parts
    })
    .await;
    let body = json!({"code": CODE, "login": "ada", "name": "Ada", "pin": PIN});
    let made = server.anonymous("POST", "/api/setup", &body).await.expect(201);
    assert!(made.header("set-cookie").contains("; Secure"));
    let admin = Person::of(&made);
    (server, admin)
}

async fn register(server: &Server, who: &Person, with: &Authenticator) -> Answer {
    let asked = server.by(who, "POST", "/api/passkeys/options", &Value::Null).await.expect(200).json();
    let answer = json!({"handle": asked["handle"], "credential": with.create(&asked["options"])});
    server.by(who, "POST", "/api/passkeys", &answer).await
}

async fn sign_in(server: &Server, login: &str, with: &Authenticator) -> Answer {
    let asked = server
        .anonymous("POST", "/api/session/passkey/options", &json!({"login": login}))
        .await
        .expect(200)
        .json();
    let answer = json!({"handle": asked["handle"], "credential": with.get(&asked["options"])});
    let signed = server.anonymous("POST", "/api/session/passkey", &answer).await;
    let again = server.anonymous("POST", "/api/session/passkey", &answer).await;
    again.refused(401, "passkey-refused");
    signed
}

#[tokio::test]
async fn a_passkey_signs_its_person_in_and_no_other_key_does() {
    let (server, admin) = start().await;
    let own = Authenticator::new(ORIGIN, "clinic.example");
    let none = server.anonymous("POST", "/api/session/passkey/options", &json!({"login": "ada"})).await;
    none.refused(401, "sign-in-wrong");
    register(&server, &admin, &own).await.expect(204);
    let people = server.by(&admin, "GET", "/api/people", &Value::Null).await.expect(200).json();
    assert_eq!(people["people"][0]["hasPasskey"], true);
    let session = sign_in(&server, "ADA", &own).await.expect(200);
    let signed = Person::of(&session);
    server.by(&signed, "GET", "/api/session", &Value::Null).await.expect(200);
    let other = Authenticator::new(ORIGIN, "clinic.example");
    sign_in(&server, "ada", &other).await.refused(401, "passkey-refused");
}

#[tokio::test]
async fn a_passkey_of_another_origin_is_refused_and_plain_http_has_none() {
    let (server, admin) = start().await;
    let elsewhere = Authenticator::new("https://evil.example", "evil.example");
    register(&server, &admin, &elsewhere).await.refused(401, "passkey-refused");
    let (plain, admin) = crate::common::people::start_with_admin().await;
    plain.by(&admin, "POST", "/api/passkeys/options", &Value::Null).await.refused(409, "passkeys-need-https");
}

#[tokio::test]
async fn whoever_is_deactivated_has_no_passkey_any_more() {
    let (server, admin) = start().await;
    let own = Authenticator::new(ORIGIN, "clinic.example");
    let nurse = server.person(&admin, "nina", &["nurse"]).await;
    register(&server, &nurse, &own).await.expect(204);
    let asked = server
        .anonymous("POST", "/api/session/passkey/options", &json!({"login": "nina"}))
        .await
        .expect(200)
        .json();
    let path = format!("/api/people/{}", nurse.id);
    server.by(&admin, "PUT", &path, &json!({"active": false})).await.expect(200);
    let answer = json!({"handle": asked["handle"], "credential": own.get(&asked["options"])});
    server.anonymous("POST", "/api/session/passkey", &answer).await.refused(403, "sign-in-deactivated");
}
