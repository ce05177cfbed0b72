//! The one box that finds people.

use serde_json::Value;

use crate::common::{ADMIN, DESK, Server, patient, start};

async fn people(server: &Server) {
    for (id, rest) in [
        (
            "ana",
            r#""name":[{"use":"official","family":"García-Núñez","given":["Ana","María"]},{"use":"maiden","family":"Ruiz"}],
               "birthDate":"1974-03-12","gender":"female","telecom":[{"system":"phone","value":"+1 (555) 010-2233"}],
               "address":[{"city":"León"}],"identifier":[{"type":{"coding":[{"code":"MR"}]},"value":"A-00427"}]"#,
        ),
        ("jon", r#""name":[{"family":"Johnson","given":["Jonathan"]}],"birthDate":"1980-12-05""#),
        ("joan", r#""name":[{"family":"Garcia","given":["Joan"]}],"birthDate":"1974-12-03""#),
        ("taro", r#""name":[{"family":"田中","given":["太郎"]}],"birthDate":"1950-04-01""#),
        ("layla", r#""name":[{"family":"حَدَّاد","given":["ليلى"]}],"birthDate":"1990-01-02""#),
    ] {
        server.patient(id, rest).await;
    }
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn found(server: &Server, text: &str) -> Vec<Value> {
    let answer = server.get(&format!("/api/patients?q={}", encode(text))).await.expect(200);
    answer.json()["patients"].as_array().unwrap().clone()
}

async fn ids(server: &Server, text: &str) -> String {
    let ids: Vec<String> =
        found(server, text).await.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    ids.join(" ")
}

#[tokio::test]
async fn people_are_found_however_they_are_typed() {
    let server = start().await;
    people(&server).await;
    for (text, expected) in [
        ("garcia", "ana joan"),
        ("GARCÍA ana", "ana"),
        ("ana gar", "ana"),
        ("nunez maria", "ana"),
        ("ruiz", "ana"),
        ("gacria ana", "ana"),
        ("johnsen", "jon"),
        ("jonatan johnson", "jon"),
        ("jo", "joan jon"),
        ("太郎", "taro"),
        ("田中太", "taro"),
        ("田中 太郎", "taro"),
        ("حداد", "layla"),
        ("ليلي", "layla"),
        ("1974-03-12", "ana"),
        ("12/03/1974", "ana joan"),
        ("12.3.74", "ana joan"),
        ("1974", "ana joan"),
        ("garcia 1974-12-03", "joan"),
        ("2233", "ana"),
        ("555-010 2233", "ana"),
        ("00427", "ana"),
        ("a-004", "ana"),
        ("zzzz", ""),
        ("", ""),
        ("garcia 1999", ""),
    ] {
        let (mut found, mut wanted) = (ids(&server, text).await, expected.to_owned());
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            // By number all are found alike.
            let sorted = |text: &str| {
                let mut parts: Vec<&str> = text.split(' ').collect();
                parts.sort_unstable();
                parts.join(" ")
            };
            (found, wanted) = (sorted(&found), sorted(&wanted));
        }
        assert_eq!(found, wanted, "{text}");
    }
}

#[tokio::test]
async fn a_line_shows_what_tells_people_apart() {
    let server = start().await;
    people(&server).await;
    let one = &found(&server, "2233").await[0];
    assert_eq!(
        *one,
        serde_json::json!({
            "id": "ana", "name": "Ana María García-Núñez", "otherNames": ["Ruiz"], "birthDate": "1974-03-12", "gender": "female",
            "mrn": "A-00427", "otherMrns": [], "phone": "+1 (555) 010-2233", "city": "León", "deceased": false, "conflicts": 0,
            "matched": "phone"
        })
    );
    for (text, matched) in [("ana", "name"), ("00427", "mrn"), ("1974-03-12", "birthDate")] {
        assert_eq!(found(&server, text).await[0]["matched"], matched, "{text}");
    }
}

#[tokio::test]
async fn both_values_of_a_conflict_are_found_and_one_is_shown_as_such() {
    let server = start().await;
    let seen = server.patient("p", r#""name":[{"family":"Before"}]"#).await;
    let tag = format!("W/\"{seen}\"");
    for family in ["Albrecht", "Bertrand"] {
        let body = patient("p", &format!(r#""name":[{{"family":"{family}"}}]"#));
        server.with_body("PUT", "/api/records/Patient/p", &[("if-match", &tag)], &body).await.expect(200);
    }
    for text in ["albrecht", "bertrand"] {
        let found = found(&server, text).await;
        assert_eq!((found.len(), &found[0]["conflicts"]), (1, &1.into()), "{text}");
    }
    assert_eq!(ids(&server, "before").await, "");
}

#[tokio::test]
async fn a_name_that_was_changed_is_found_no_more() {
    let server = start().await;
    server
        .patient("p", r#""name":[{"family":"Oldname"}],"telecom":[{"system":"phone","value":"5550001111"}]"#)
        .await;
    server
        .patient("p", r#""name":[{"family":"Newname"}],"telecom":[{"system":"phone","value":"5550002222"}]"#)
        .await;
    assert_eq!((ids(&server, "oldname").await, ids(&server, "newname").await), (String::new(), "p".into()));
    assert_eq!((ids(&server, "0001111").await, ids(&server, "0002222").await), (String::new(), "p".into()));
    server.delete("/fhir/Patient/p").await.expect(204);
    assert_eq!(ids(&server, "newname").await, "");
}

#[tokio::test]
async fn the_front_desk_finds_people_and_an_administrator_does_not() {
    let server = start().await;
    people(&server).await;
    let found = server.get_as(DESK, "/api/patients?q=johnson").await.expect(200).json();
    assert_eq!(found["patients"][0]["id"], "jon");
    server.get_as(ADMIN, "/api/patients?q=johnson").await.refused(403, "forbidden");
    server.get("/api/patients?name=x").await.refused(400, "bad-query");
    server.get("/api/patients?q=x&limit=many").await.refused(400, "bad-query");
}

#[tokio::test]
async fn no_more_are_shown_than_asked_for() {
    let server = start().await;
    for n in 0..8 {
        server.patient(&format!("p{n}"), &format!(r#""name":[{{"family":"Same","given":["N{n}"]}}]"#)).await;
    }
    let page = server.get("/api/patients?q=same&limit=5").await.expect(200).json();
    assert_eq!((page["patients"].as_array().unwrap().len(), &page["more"]), (5, &true.into()));
    let page = server.get("/api/patients?q=same").await.expect(200).json();
    assert_eq!((page["patients"].as_array().unwrap().len(), &page["more"]), (8, &false.into()));
}
