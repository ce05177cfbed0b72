//! Checks while something is entered: vital signs and medicines.

use serde_json::{Value, json};

use crate::common::{ADMIN, DESK, Server, start};

async fn vitals(server: &Server, asked: Value) -> Value {
    server.post("/api/vitals/check", &asked.to_string()).await.expect(200).json()
}

fn entered(values: &[(&str, f64, &str)]) -> Value {
    values.iter().map(|(code, value, unit)| json!({"code":code,"value":value,"unit":unit})).collect()
}

const ILL: &[(&str, f64, &str)] = &[
    ("9279-1", 25.0, "/min"),
    ("59408-5", 91.0, "%"),
    ("8480-6", 100.0, "mm[Hg]"),
    ("8867-4", 112.0, "/min"),
    ("8310-5", 101.48, "[degF]"),
];

#[tokio::test]
async fn a_score_says_how_ill_somebody_is_and_of_whom_it_is_none() {
    let server = start().await;
    let adult =
        vitals(&server, json!({"birthDate":"1960-01-01","gender":"male","vitals":entered(ILL)})).await;
    let news2 = &adult["news2"];
    assert_eq!((&news2["score"], &news2["band"]), (&11.into(), &"high".into()), "{adult}");
    assert_eq!(news2["parts"]["temperature"], 1, "38.6 °C");
    assert_eq!(news2["assumed"], json!(["oxygen", "consciousness"]));
    let mut confused = entered(ILL);
    confused.as_array_mut().unwrap().push(json!({"code":"67775-7","value":"C","unit":""}));
    let confused = vitals(&server, json!({"birthDate":"1960-01-01","gender":"male","vitals":confused})).await;
    assert_eq!(confused["news2"]["score"], 14);
    for (born, scored) in [(json!("2020-01-01"), false), (Value::Null, false)] {
        let checked = vitals(&server, json!({"birthDate":born,"gender":null,"vitals":entered(ILL)})).await;
        assert_eq!(!checked["news2"].is_null(), scored, "{born}");
    }
}

#[tokio::test]
async fn absurd_values_are_asked_about_and_nothing_is_refused() {
    let server = start().await;
    let values = entered(&[("8867-4", 800.0, "/min"), ("29463-7", 70.0, "kg"), ("8302-2", 1.75, "m")]);
    let checked = vitals(&server, json!({"birthDate":"1960-01-01","gender":"female","vitals":values})).await;
    let asked = checked["questions"].as_array().unwrap();
    assert_eq!(
        (asked.len(), &asked[0]["code"], &asked[0]["why"]),
        (1, &"8867-4".into(), &"hardly-possible".into())
    );
    assert_eq!(checked["bmi"], 22.9);
    let crying = entered(&[("8867-4", 150.0, "/min")]);
    let infant = vitals(&server, json!({"birthDate":"2026-09-01","gender":"female","vitals":crying})).await;
    assert_eq!(infant["questions"], json!([]));
    server.post("/api/vitals/check", "{}").await.refused(400, "bad-body");
}

async fn put(server: &Server, kind: &str, id: &str, rest: &str) {
    let body = format!(r#"{{"resourceType":"{kind}","id":"{id}",{rest}}}"#);
    server.put(&format!("/fhir/{kind}/{id}"), &body).await.expect(201);
}

async fn taking_warfarin(server: &Server) {
    server.patient("p", "").await;
    put(server, "MedicationRequest", "w", r#""status":"active","intent":"order","subject":{"reference":"Patient/p"},
        "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"855332","display":"Warfarin Sodium 5 MG Oral Tablet"}]}"#).await;
    put(server, "MedicationRequest", "old", r#""status":"stopped","intent":"order","subject":{"reference":"Patient/p"},"medicationCodeableConcept":{"text":"Lithium"}"#).await;
    put(
        server,
        "AllergyIntolerance",
        "a",
        r#""patient":{"reference":"Patient/p"},"code":{"text":"Penicillin"}"#,
    )
    .await;
    put(server, "AllergyIntolerance", "wrong", r#""patient":{"reference":"Patient/p"},"code":{"text":"Ibuprofen"},
        "verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"entered-in-error"}]}"#).await;
}

async fn warned(server: &Server, text: &str) -> Vec<String> {
    let asked = json!({"patient":"p","code":"","text":text}).to_string();
    let checked = server.post("/api/medicines/check", &asked).await.expect(200).json();
    let warnings = checked["warnings"].as_array().unwrap().clone();
    let shown = |one: &Value| {
        format!(
            "{} {} {}",
            one["severity"].as_str().unwrap(),
            one["kind"].as_str().unwrap(),
            one["because"]["id"].as_str().unwrap()
        )
    };
    warnings.iter().map(shown).collect()
}

#[tokio::test]
async fn a_medicine_is_checked_against_what_the_record_says() {
    let server = start().await;
    taking_warfarin(&server).await;
    for (text, expected) in [
        ("Ibuprofen 400 mg", &["severe interaction w"][..]),
        ("Amoxicillin", &["severe allergy a"]),
        ("Warfarin", &["moderate duplicate w"]),
        ("Metformin", &[]),
    ] {
        assert_eq!(warned(&server, text).await, expected, "{text}");
    }
    let unknown = server
        .post("/api/medicines/check", r#"{"patient":"p","text":"Unheard-of"}"#)
        .await
        .expect(200)
        .json();
    assert_eq!(unknown["known"], false);
    server.post("/api/medicines/check", r#"{"patient":"nobody","text":"x"}"#).await.refused(404, "not-found");
    server
        .post_as(DESK, "/api/medicines/check", r#"{"patient":"p","text":"x"}"#)
        .await
        .refused(403, "forbidden");
    server
        .post_as(ADMIN, "/api/medicines/check", r#"{"patient":"p","text":"x"}"#)
        .await
        .refused(403, "forbidden");
}

#[tokio::test]
async fn every_value_of_an_allergy_in_conflict_warns() {
    let server = start().await;
    taking_warfarin(&server).await;
    let seen = format!("W/\"{}\"", server.get("/fhir/AllergyIntolerance/a").await.version());
    for text in ["Sulfa", "Latex"] {
        let body = format!(
            r#"{{"resourceType":"AllergyIntolerance","id":"a","patient":{{"reference":"Patient/p"}},"code":{{"text":"{text}"}}}}"#
        );
        server
            .with_body("PUT", "/api/records/AllergyIntolerance/a", &[("if-match", &seen)], &body)
            .await
            .expect(200);
    }
    let warnings = warned(&server, "Bactrim").await;
    assert!(warnings.contains(&"severe allergy a".to_owned()), "{warnings:?}");
}
