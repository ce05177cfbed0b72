//! Who looked at what, as those who look after it see it.

use std::sync::Arc;

use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::token::OneToken;
use holdfast_api::audit::{describe, flush, run, verify};
use holdfast_store::Tx;
use holdfast_store::view::View;
use tokio::sync::watch;

use crate::common::{ADMIN, DESK, Server, TOKEN, start_with};

async fn start() -> (Server, watch::Sender<bool>) {
    let server = start_with(|mut parts| {
        parts.authenticator = Arc::new(vec![
            OneToken::new(TOKEN, Principal::new("Practitioner/nurse", [Role::Clinician])),
            OneToken::new(DESK, Principal::new("Practitioner/desk", [Role::Reception])),
            OneToken::new(ADMIN, Principal::new("admin", [Role::Admin])),
        ]);
        parts
    })
    .await;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(run(server.state.clone(), stopped));
    tokio::task::yield_now().await;
    (server, stop)
}

/// `interaction agent what patient refused`, newest first.
async fn told(server: &Server, query: &str) -> Vec<String> {
    flush(&server.state).await;
    let found = server.get_as(ADMIN, &format!("/fhir/AuditEvent?{query}")).await.expect(200).json();
    let entries = found["entry"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| line(&entry["resource"])).collect()
}

fn line(event: &serde_json::Value) -> String {
    let agent = &event["agent"][0];
    let agent = agent["who"]["reference"].as_str().or(agent["name"].as_str()).unwrap_or("?");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let entities = event["entity"].as_array().cloned().unwrap_or_default();
    let entities: Vec<String> = entities
        .iter()
        .map(|one| {
            one["what"]["reference"].as_str().or(one["type"]["code"].as_str()).unwrap_or("?").to_owned()
        })
        .collect();
    format!(
        "{} {agent} {} {}",
        text(&event["subtype"][0]["code"]),
        entities.join("+"),
        text(&event["outcome"])
    )
}

const NOTE: &str = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}}"#;

#[tokio::test]
async fn reads_searches_refusals_and_saves_are_told_newest_first() {
    let (server, _stop) = start().await;
    server.patient("p", r#""name":[{"family":"Öz"}]"#).await;
    server.put("/fhir/Observation/o", NOTE).await.expect(201);
    server.get("/fhir/Observation/o").await.expect(200);
    flush(&server.state).await;
    server.get_as(DESK, "/fhir/Patient?name=oz").await.expect(200);
    flush(&server.state).await;
    server.get_as(DESK, "/fhir/Observation/o").await.refused(403, "forbidden");
    flush(&server.state).await;
    server.delete("/fhir/Observation/o").await.expect(204);
    let told = told(&server, "").await;
    let expected = [
        "delete Practitioner/nurse Observation/o+Patient/p 0",
        "read Practitioner/desk Observation/o+Patient/p 8",
        "search-type Practitioner/desk Patient+Patient/p 0",
        "read Practitioner/nurse Observation/o+Patient/p 0",
        "create Practitioner/nurse Observation/o+Patient/p 0",
        "create Practitioner/nurse Patient/p 0",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn events_are_searched_by_their_parameters() {
    let (server, _stop) = start().await;
    server.patient("p", "").await;
    server.patient("q", "").await;
    server.put("/fhir/Observation/o", NOTE).await.expect(201);
    for path in ["/fhir/Observation/o", "/fhir/Patient/q", "/fhir/Patient/q"] {
        server.get(path).await.expect(200);
    }
    for (query, expected) in [
        ("patient=p", 3),
        ("patient=q", 2),
        ("patient=p&action=R", 1),
        ("agent=Practitioner/nurse", 5),
        ("agent=Practitioner/desk", 0),
        ("entity=Observation/o", 2),
        ("entity=Observation/o&subtype=create", 1),
        ("subtype:not=create", 2),
        ("outcome=8", 0),
        ("date=gt2020-01-01", 5),
        ("date=lt2020-01-01", 0),
        ("type=rest&_sort=-date", 5),
    ] {
        // The searches that this test makes are told as well.
        let told: Vec<String> =
            told(&server, query).await.into_iter().filter(|line| !line.contains(" admin ")).collect();
        assert_eq!(told.len(), expected, "{query}: {told:?}");
    }
    let total = server.get_as(ADMIN, "/fhir/AuditEvent?patient=p&_summary=count").await.expect(200);
    assert_eq!(total.json()["total"], 3);
    for query in ["_sort=date", "patient.name=x", "_include=AuditEvent:patient"] {
        let refused = server.get_as(ADMIN, &format!("/fhir/AuditEvent?{query}")).await;
        assert_eq!(refused.status, 400, "{query}: {}", refused.body);
    }
}

#[tokio::test]
async fn pages_of_events_hold_each_once_and_each_is_read_by_its_id() {
    let (server, _stop) = start().await;
    for n in 0..7 {
        server.patient(&format!("p{n}"), "").await;
        server.get(&format!("/fhir/Patient/p{n}")).await.expect(200);
    }
    flush(&server.state).await;
    let mut next = Some("/fhir/AuditEvent?_count=3".to_owned());
    let mut seen = Vec::new();
    while let Some(path) = next {
        let page = server.get_as(ADMIN, &path).await.expect(200).json();
        let entries = page["entry"].as_array().cloned().unwrap_or_default();
        seen.extend(entries.iter().map(|entry| entry["resource"].clone()));
        let links = page["link"].as_array().cloned().unwrap_or_default();
        let link = links.iter().find(|link| link["relation"] == "next").map(|link| link["url"].clone());
        next = link.map(|url| {
            url.as_str().unwrap().split_once("/fhir").map(|(_, rest)| format!("/fhir{rest}")).unwrap()
        });
        // What happens meanwhile comes in front of it.
        server.patient("later", &format!(r#""language":"l{}""#, seen.len())).await;
    }
    assert_eq!(seen.len(), 14, "{seen:?}");
    let mut ids: Vec<String> = seen.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
    for (event, id) in seen.iter().zip(&ids) {
        let read = server.get_as(ADMIN, &format!("/fhir/AuditEvent/{id}")).await.expect(200).json();
        assert_eq!(&read, event);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 14);
    server.get_as(ADMIN, "/fhir/AuditEvent/nothing.1").await.refused(404, "not-found");
}

#[tokio::test]
async fn only_those_who_look_after_the_trail_see_it() {
    let (server, _stop) = start().await;
    server.patient("p", "").await;
    for token in [TOKEN, DESK] {
        server.get_as(token, "/fhir/AuditEvent").await.refused(403, "forbidden");
        server.get_as(token, "/fhir/AuditEvent/x.1").await.refused(403, "forbidden");
    }
    server.get_as(ADMIN, "/fhir/HoldfastAudit").await.refused(404, "unknown-type");
    let history = server.get("/fhir/_history").await.expect(200);
    assert!(!history.body.contains("HoldfastAudit"), "{}", history.body);
}

#[tokio::test]
async fn a_bundle_tells_what_its_entries_read() {
    let (server, _stop) = start().await;
    server.patient("p", "").await;
    let bundle = r#"{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/p"}},
        {"request":{"method":"GET","url":"Patient?_id=p"}}]}"#;
    server.post("/fhir", bundle).await.expect(200);
    let mut told = told(&server, "action=R,E").await;
    told.sort_unstable();
    assert_eq!(
        told,
        ["read Practitioner/nurse Patient/p 0", "search-type Practitioner/nurse Patient+Patient/p 0"]
    );
}

#[tokio::test]
async fn the_chain_is_whole_and_no_page_of_it_is_changed_or_taken_out() {
    let (server, _stop) = start().await;
    server.patient("p", "").await;
    for _ in 0..3 {
        server.get("/fhir/Patient/p").await.expect(200);
        flush(&server.state).await;
    }
    let whole = server.writer.read(verify).await.unwrap();
    assert_eq!((whole.len(), whole[0].pages, whole[0].entries, &whole[0].broken), (1, 3, 3, &None));
    assert!(describe(&whole).contains("whole, 3 pages with 3 lines"), "{}", describe(&whole));
    // Pages are written once: even the store's owner has to go round the API.
    let id = format!("{}-2", whole[0].actor);
    let forged = move |tx: &mut Tx<'_>| {
        let page = holdfast_core::id::Entity::new("HoldfastAudit", &id);
        let json = tx.view()?.get(&page)?.unwrap().json.replace("Practitioner/nurse", "Practitioner/other");
        tx.put(&page, &json, &holdfast_store::author::Base::Blind, "x").map(drop)
    };
    assert_eq!(server.writer.write(forged).await.unwrap_err().code(), "immutable");
    let id = format!("{}-2", whole[0].actor);
    let removed = move |tx: &mut Tx<'_>| {
        let page = holdfast_core::id::Entity::new("HoldfastAudit", &id);
        tx.delete(&page, &holdfast_store::author::Base::Blind, "x").map(drop)
    };
    assert_eq!(server.writer.write(removed).await.unwrap_err().code(), "immutable");
    let after = server.writer.read(|view: &mut View<'_>| verify(view)).await.unwrap();
    assert_eq!(after, whole);
}
