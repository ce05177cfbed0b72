//! Who is already here, told while a registration is typed.

use serde_json::{Value, json};

use crate::common::{ADMIN, DESK, Server, start};

async fn people(server: &Server) {
    for (id, rest) in [
        (
            "ana",
            r#""name":[{"family":"García","given":["Ana"]}],"birthDate":"1974-03-12","gender":"female","telecom":[{"system":"phone","value":"555 010 2233"}]"#,
        ),
        (
            "twin",
            r#""name":[{"family":"García","given":["Eva"]}],"birthDate":"1974-03-12","gender":"female""#,
        ),
        (
            "jon",
            r#""name":[{"family":"Johnson","given":["Jonathan"]}],"birthDate":"1980-12-05","gender":"male","identifier":[{"value":"X-77123"}]"#,
        ),
        (
            "mary",
            r#""name":[{"family":"Jones","given":["Mary"]}],"birthDate":"1999-09-09","gender":"female""#,
        ),
    ] {
        server.patient(id, rest).await;
    }
}

async fn likely(server: &Server, asked: &Value) -> Vec<Value> {
    let answer = server.post("/api/patients/likely", &asked.to_string()).await.expect(200);
    answer.json()["patients"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_likely_same_is_named_with_what_speaks_for_it() {
    let server = start().await;
    people(&server).await;
    for (asked, id, reason) in [
        (json!({"given":"Ana","family":"Garcia","birthDate":"1974-03-12"}), "ana", "birth-date-same"),
        (
            json!({"given":"Ana","family":"Garcia","birthDate":"1974-12-03"}),
            "ana",
            "birth-date-day-month-swapped",
        ),
        (json!({"given":"Ana","family":"Gracia","birthDate":"1974-03-13"}), "ana", "birth-date-one-digit"),
        (json!({"given":"García","family":"Ana","birthDate":"1974-03-12"}), "ana", "names-swapped"),
        (
            json!({"given":"Ana","family":"Ruiz","birthDate":"1974-03-12","phone":"+1-555-0102233"}),
            "ana",
            "phone-same",
        ),
        (json!({"given":"J","family":"Nobody","identifier":"x77123"}), "jon", "identifier-same"),
        (
            json!({"given":"Jonathon","family":"Johnson","birthDate":"1980-12-05","gender":"male"}),
            "jon",
            "given-alike",
        ),
    ] {
        let found = likely(&server, &asked).await;
        let first = found.first().unwrap_or_else(|| panic!("{asked}"));
        assert_eq!(first["id"], id, "{asked}");
        assert!(first["because"].as_array().unwrap().contains(&reason.into()), "{asked}: {first}");
        assert!(first["likeness"].as_f64().unwrap() > 0.5, "{asked}: {first}");
    }
    let both =
        likely(&server, &json!({"given":"Ana","family":"García","birthDate":"1974-03-12","gender":"female"}))
            .await;
    assert_eq!(both[0]["id"], "ana");
    let twin = both.iter().find(|one| one["id"] == "twin").unwrap();
    assert!(twin["likeness"].as_f64() < both[0]["likeness"].as_f64(), "a twin is less likely");
}

#[tokio::test]
async fn nobody_is_named_without_reason() {
    let server = start().await;
    people(&server).await;
    for asked in
        [json!({}), json!({"given":"Ana"}), json!({"given":"Zoë","family":"Zimmer","birthDate":"2001-01-01"})]
    {
        assert!(likely(&server, &asked).await.is_empty(), "{asked}");
    }
}

#[tokio::test]
async fn it_is_for_those_who_see_patients() {
    let server = start().await;
    people(&server).await;
    let asked = r#"{"given":"Mary","family":"Jones","birthDate":"1999-09-09"}"#;
    let found = server.post_as(DESK, "/api/patients/likely", asked).await.expect(200).json();
    assert_eq!(found["patients"][0]["id"], "mary");
    server.post_as(ADMIN, "/api/patients/likely", asked).await.refused(403, "forbidden");
    server.post("/api/patients/likely", r#"{"name":"x"}"#).await.refused(400, "bad-body");
}
