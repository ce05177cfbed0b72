//! Drafts are their author's alone and last until they are signed.

use serde_json::{Value, json};

use crate::common::people::{PIN, Person, start_with_admin};

#[tokio::test]
async fn a_draft_outlives_a_change_of_user_and_nobody_else_sees_it() {
    let (server, admin) = start_with_admin().await;
    let nurse = server.person(&admin, "nina", &["nurse"]).await;
    let doctor = server.person(&admin, "dan", &["clinician"]).await;
    let draft = json!({"patient": "p1", "form": "note", "body": {"text": "half a sent", "bp": 1.50}});
    let kept = server.by(&nurse, "PUT", "/api/drafts/note%2Fp1", &draft).await.expect(200).json();
    assert_eq!((&kept["key"], &kept["body"]["text"]), (&json!("note/p1"), &json!("half a sent")));
    let of = |who: &Person| {
        let (server, who) = (&server, who.clone());
        async move {
            server.by(&who, "GET", "/api/drafts", &Value::Null).await.expect(200).json()["drafts"].clone()
        }
    };
    assert_eq!(of(&doctor).await, json!([]));
    server
        .by(&doctor, "PUT", "/api/drafts/note%2Fp1", &json!({"form": "note", "body": "other"}))
        .await
        .expect(200);
    server.by(&nurse, "DELETE", "/api/session", &Value::Null).await.expect(204);
    let nurse = Person::of(&server.sign_in("nina", PIN).await.expect(200));
    let drafts = of(&nurse).await;
    assert_eq!((drafts.as_array().unwrap().len(), &drafts[0]["body"]["text"]), (1, &json!("half a sent")));
    server.by(&nurse, "DELETE", "/api/drafts/note%2Fp1", &Value::Null).await.expect(204);
    server.by(&nurse, "DELETE", "/api/drafts/note%2Fp1", &Value::Null).await.expect(204);
    assert_eq!(of(&nurse).await, json!([]));
    assert_eq!(of(&doctor).await[0]["body"], "other");
    server.by(&nurse, "PUT", "/api/drafts/note%2Fp1", &draft).await.expect(200);
    assert_eq!(of(&nurse).await[0]["form"], "note", "the same key may be used again");
}

#[tokio::test]
async fn of_two_windows_neither_writes_over_what_it_has_not_seen() {
    let (server, admin) = start_with_admin().await;
    let nurse = server.person(&admin, "nina", &["nurse"]).await;
    let put = async |text: &str, header: (&str, &str)| {
        let body = json!({"form": "note", "body": text});
        server.by_with(&nurse, "PUT", "/api/drafts/n", &[("x-holdfast", "1"), header], &body).await
    };
    let version = |kept: &Value| format!("W/\"{}\"", kept["version"].as_str().unwrap());
    let first = version(&put("one", ("if-none-match", "*")).await.expect(200).json());
    put("two", ("if-none-match", "*")).await.refused(409, "exists");
    let second = version(&put("one more", ("if-match", &first)).await.expect(200).json());
    put("one else", ("if-match", &first)).await.refused(412, "stale-version");
    let listed = server.by(&nurse, "GET", "/api/drafts", &Value::Null).await.expect(200).json();
    assert_eq!(
        (&listed["drafts"][0]["body"], version(&listed["drafts"][0])),
        (&json!("one more"), second.clone())
    );

    let drop = async |seen: &str| {
        let headers = [("x-holdfast", "1"), ("if-match", seen)];
        server.by_with(&nurse, "DELETE", "/api/drafts/n", &headers, &Value::Null).await
    };
    drop(&first).await.refused(412, "stale-version");
    drop(&second).await.expect(204);
    drop(&second).await.expect(204);
    put("late", ("if-match", &second)).await.refused(412, "stale-version");
    put("anew", ("if-none-match", "*")).await.expect(200);
}

#[tokio::test]
async fn drafts_have_bounds_and_no_program_has_any() {
    let (server, admin) = start_with_admin().await;
    let large = json!({"form": "note", "body": "x".repeat(256 * 1024)});
    for (key, body) in [
        ("a", large),
        ("a", json!({"form": "", "body": 1})),
        ("a", json!({"form": "note", "patient": "a b", "body": 1})),
        (&*"k".repeat(201), json!({"form": "note", "body": 1})),
    ] {
        server.by(&admin, "PUT", &format!("/api/drafts/{key}"), &body).await.refused(422, "draft-refused");
    }
    server.get("/api/drafts").await.refused(403, "not-a-person");
    assert!(!server.get("/fhir/_history").await.expect(200).body.contains("HoldfastDraft"));
}
