//! Registration, and the numbers that it gives.

use std::collections::BTreeSet;

use holdfast_clinical::identity::number::is_whole;

use crate::common::{ADMIN, Server, copy, patient, start};

async fn register(server: &Server, id: &str, rest: &str) -> crate::common::Answer {
    server.post("/api/patients", &patient(id, rest)).await
}

#[tokio::test]
async fn a_registration_gets_a_number_of_its_own() {
    let server = start().await;
    let first =
        register(&server, "p1", r#""name":[{"family":"A"}],"identifier":[{"system":"x","value":"1"}]"#)
            .await
            .expect(201)
            .json();
    let second = register(&server, "p2", "").await.expect(201).json();
    for one in [&first, &second] {
        assert!(
            is_whole(one["mrn"].as_str().unwrap()) && one["mrn"].as_str().unwrap().starts_with("NORTH-"),
            "{one}"
        );
    }
    assert_ne!(first["mrn"], second["mrn"]);
    let read = server.get("/fhir/Patient/p1").await.expect(200).json();
    assert_eq!(read["identifier"][0]["value"], "1");
    assert_eq!(
        (&read["identifier"][1]["system"], &read["identifier"][1]["value"]),
        (&"urn:holdfast:mrn".into(), &first["mrn"])
    );
    assert_eq!(read["meta"]["versionId"], first["version"]);
    let number = first["mrn"].as_str().unwrap();
    for text in [number, &number[number.len() - 6..]] {
        let found = server.get(&format!("/api/patients?q={text}")).await.expect(200).json();
        assert_eq!(found["patients"][0]["id"], "p1", "{text}");
    }
}

#[tokio::test]
async fn the_same_registration_again_changes_nothing() {
    let server = start().await;
    let rest = r#""name":[{"family":"A"}]"#;
    let first = register(&server, "p", rest).await.expect(201).json();
    let again = register(&server, "p", rest).await.expect(200).json();
    assert_eq!(first, again);
    // Somebody went on meanwhile: the answer that was lost is still given, with the version of now.
    let version = format!("W/\"{}\"", first["version"].as_str().unwrap());
    let mut record = server.get("/fhir/Patient/p").await.json();
    record["gender"] = "female".into();
    server
        .with_body("PUT", "/api/records/Patient/p", &[("if-match", &version)], &record.to_string())
        .await
        .expect(200);
    let late = register(&server, "p", rest).await.expect(200).json();
    assert_eq!(late["mrn"], first["mrn"]);
    assert_ne!(late["version"], first["version"]);
    register(&server, "p", r#""name":[{"family":"Other"}]"#).await.refused(409, "exists");
}

#[tokio::test]
async fn a_registration_that_cannot_be_is_refused() {
    let server = start().await;
    server.post("/api/patients", r#"{"resourceType":"Patient"}"#).await.refused(400, "bad-id");
    server
        .post("/api/patients", r#"{"resourceType":"Observation","id":"o"}"#)
        .await
        .refused(400, "type-mismatch");
    register(&server, "p", r#""gender":"x""#).await.refused(422, "invalid-resource");
    register(&server, "p", r#""identifier":[{"system":"urn:holdfast:mrn","value":"7"}]"#)
        .await
        .refused(400, "bad-body");
    server.post_as(ADMIN, "/api/patients", &patient("p", "")).await.refused(403, "forbidden");
    assert_eq!(server.held().await, 0);
}

#[tokio::test]
async fn many_at_once_get_different_numbers() {
    let server = std::sync::Arc::new(start().await);
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let server = server.clone();
            tokio::spawn(async move { register(&server, &format!("p{n}"), "").await.expect(201).json() })
        })
        .collect();
    let mut numbers = BTreeSet::new();
    for task in tasks {
        numbers.insert(task.await.unwrap()["mrn"].as_str().unwrap().to_owned());
    }
    assert_eq!(numbers.len(), 40);
}

#[tokio::test]
async fn databases_of_one_clinic_that_know_nothing_of_each_other_give_different_numbers() {
    let (one, other) = (start().await, start().await);
    let mut numbers = BTreeSet::new();
    for n in 0..5 {
        for (name, server) in [("a", &one), ("b", &other)] {
            let answer = register(server, &format!("{name}{n}"), "").await.expect(201).json();
            assert!(numbers.insert(answer["mrn"].as_str().unwrap().to_owned()));
        }
    }
    copy(&one, &other).await;
    for number in &numbers {
        let found = other.get(&format!("/api/patients?q={number}")).await.expect(200).json();
        assert_eq!(found["patients"].as_array().unwrap().len(), 1, "{number}");
    }
}

#[tokio::test]
async fn a_desktop_gives_numbers_of_the_blocks_that_its_node_has_granted() {
    let (node, desktop) = (start().await, start().await);
    let holder = desktop.writer.records().actor();
    let grant = |server: &Server| {
        let records = server.writer.records().clone();
        tokio::task::spawn_blocking(move || {
            holdfast_api::patients::blocks::keep_granted(&records, &[holder]).unwrap()
        })
    };
    assert_eq!((grant(&node).await.unwrap(), grant(&node).await.unwrap()), (1, 0));
    copy(&node, &desktop).await;
    let of_node = register(&node, "n", "").await.expect(201).json()["mrn"].as_str().unwrap().to_owned();
    let series = &of_node[..of_node.len() - 9];
    let mut numbers = BTreeSet::from([of_node.clone()]);
    for n in 0..60 {
        let answer = register(&desktop, &format!("d{n}"), "").await.expect(201).json();
        let number = answer["mrn"].as_str().unwrap().to_owned();
        assert!(number.starts_with(series), "{number} is of the node's series {series}");
        assert!(numbers.insert(number));
    }
    // The node hears of the numbers in use and grants another block.
    copy(&desktop, &node).await;
    assert_eq!((grant(&node).await.unwrap(), grant(&node).await.unwrap()), (1, 0));
    // A block that is used up, and no node to be heard of: the desktop's own series goes on.
    for n in 60..101 {
        let answer = register(&desktop, &format!("d{n}"), "").await.expect(201).json();
        let number = answer["mrn"].as_str().unwrap().to_owned();
        assert_eq!(number.starts_with(series), n < 100, "{number}");
        assert!(numbers.insert(number));
    }
}
