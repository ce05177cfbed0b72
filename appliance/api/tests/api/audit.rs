//! Who looked at what, as those who look after it see it.

use std::sync::Arc;

use holdfast_api::access::policy::{Principal, Role};
use holdfast_api::access::token::OneToken;
use holdfast_api::audit::{describe, flush, run, verify};
use holdfast_clinical::audit::{Entry, Page, page_id};
use holdfast_store::Tx;
use holdfast_store::author::Base;
use holdfast_store::view::View;
use tokio::sync::watch;

use crate::common::{ADMIN, DESK, Server, TOKEN, copy, patient, start_with};

async fn start() -> (Server, watch::Sender<bool>) {
    let server = start_with(|mut parts| {
        parts.authenticator = Arc::new(vec![
            OneToken::new(TOKEN, Principal::new("Practitioner/nurse", [Role::Clinician])),
            OneToken::new(DESK, Principal::new("Practitioner/desk", [Role::FrontDesk])),
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
    let total = server
        .get_as(ADMIN, "/fhir/AuditEvent?patient=p&agent=Practitioner/nurse&_summary=count")
        .await
        .expect(200);
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

/// Who has looked at the record of `p`, oldest first: every way in which it can be shown is here.
#[tokio::test]
async fn whatever_shows_a_chart_is_told_of_its_patient() {
    let (server, _stop) = start().await;
    server.patient("p", "").await;
    server.put("/fhir/Observation/o", NOTE).await.expect(201);
    let seen = server.get("/fhir/Observation/o").await.expect(200).header("etag").to_owned();
    for value in ["2", "3"] {
        let body = NOTE.replace(r#""code""#, &format!(r#""valueInteger":{value},"code""#));
        server
            .with_body("PUT", "/api/records/Observation/o", &[("if-match", &seen)], &body)
            .await
            .expect(200);
    }
    flush(&server.state).await;
    for (path, expected) in [
        ("/fhir/Observation?code:text=x", "search-type Practitioner/nurse Observation+Patient/p 0"),
        (
            "/fhir/Observation?patient=p&status=amended",
            "search-type Practitioner/nurse Observation+Patient/p 0",
        ),
        (
            "/fhir/Practitioner?_id=none&_revinclude=Observation:performer",
            "search-type Practitioner/nurse Practitioner 0",
        ),
        (
            "/fhir/Patient?_id=p&_revinclude=Observation:patient",
            "search-type Practitioner/nurse Patient+Patient/p 0",
        ),
        ("/fhir/Observation/_history", "history-type Practitioner/nurse Observation+Patient/p 0"),
        ("/fhir/_history", "history-system Practitioner/nurse Patient/p 0"),
        ("/fhir/Observation/o/_history", "history-instance Practitioner/nurse Observation/o+Patient/p 0"),
        ("/api/conflicts", "operation Practitioner/nurse Patient/p 0"),
        ("/api/conflicts/Observation/o", "operation Practitioner/nurse Observation/o+Patient/p 0"),
    ] {
        server.get(path).await.expect(200);
        let patient = if expected.contains("Patient/p") { "&patient=p" } else { "" };
        let told = told(&server, &format!("agent=Practitioner/nurse&_count=1{patient}")).await;
        assert_eq!(told, [expected], "{path}");
    }
}

/// What the nurse did but for saves: of the last so many in any order, for those of one moment have none.
async fn looked(server: &Server, last: usize) -> Vec<String> {
    let mut told = told(server, "agent=Practitioner/nurse&action=R,E").await;
    told.truncate(last);
    told.sort_unstable();
    told
}

#[tokio::test]
async fn a_write_that_saves_nothing_is_told_as_the_look_that_it_is() {
    let (server, _stop) = start().await;
    server.patient("p", r#""identifier":[{"value":"7"}]"#).await;
    let seven = r#"{"resourceType":"Patient","identifier":[{"value":"7"}]}"#;
    let condition = [("if-none-exist", "identifier=7")];
    let found = server.with_body("POST", "/fhir/Patient", &condition, seven).await.expect(200);
    assert_eq!(found.json()["id"], "p");
    let read = "read Practitioner/nurse Patient/p 0";
    let searched = "search-type Practitioner/nurse Patient 0";
    assert_eq!(looked(&server, 9).await, [read, searched]);
    server.patch("/fhir/Patient/p", &[], "[]").await.expect(200);
    assert_eq!(looked(&server, 1).await, [read]);
    server.with_body("PUT", "/fhir/Patient?identifier=7", &[], seven).await.expect(200);
    assert_eq!(looked(&server, 2).await, [read, searched]);
    let shown = server.patch("/fhir/Patient?identifier=7", &[], "[]").await.expect(200);
    assert_eq!(shown.json()["id"], "p");
    assert_eq!(looked(&server, 2).await, [read, searched]);
    let before = looked(&server, 99).await.len();
    let patch = r#"[{"op":"add","path":"/gender","value":"female"}]"#;
    server.patch("/fhir/Patient/p", &[], patch).await.expect(200);
    assert_eq!(looked(&server, 99).await.len(), before, "what was saved is told as a save");
    server
        .with_body("PUT", "/fhir/Patient/p", &[("if-match", "W/\"x\"")], &patient("p", ""))
        .await
        .expect(412);
    assert_eq!(looked(&server, 1).await, ["update Practitioner/nurse Patient/p 8"]);
}

#[tokio::test]
async fn entries_that_save_nothing_are_told_as_the_looks_that_they_are() {
    let (server, _stop) = start().await;
    server.patient("p", r#""identifier":[{"value":"7"}]"#).await;
    let seven = r#"{"resourceType":"Patient","identifier":[{"value":"7"}]}"#;
    for kind in ["batch", "transaction"] {
        let before = looked(&server, 99).await.len();
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"{kind}","entry":[
            {{"resource":{seven},"request":{{"method":"POST","url":"Patient","ifNoneExist":"identifier=7"}}}},
            {{"resource":{{"resourceType":"Binary","contentType":"application/json-patch+json","data":"W10="}},
              "request":{{"method":"PATCH","url":"Patient/p"}}}}]}}"#
        );
        server.post("/fhir", &bundle).await.expect(200);
        let told = looked(&server, looked(&server, 99).await.len() - before).await;
        // Both entries showed the same record: alike looks of a second are one line.
        let expected = ["read Practitioner/nurse Patient/p 0", "search-type Practitioner/nurse Patient 0"];
        assert_eq!(told, expected, "{kind}");
    }
}

#[tokio::test]
async fn refusals_within_a_batch_are_told() {
    let (server, _stop) = start().await;
    server.patient("p", "").await;
    server.put("/fhir/Observation/o", NOTE).await.expect(201);
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"batch","entry":[
        {{"request":{{"method":"GET","url":"Observation/o"}}}},
        {{"request":{{"method":"GET","url":"Observation?patient=p"}}}},
        {{"request":{{"method":"GET","url":"Patient/none"}}}},
        {{"resource":{NOTE},"request":{{"method":"PUT","url":"Observation/o"}}}}]}}"#
    );
    let answered = server.post_as(DESK, "/fhir", &bundle).await.expect(200).json();
    let statuses: Vec<_> =
        answered["entry"].as_array().unwrap().iter().map(|one| &one["response"]["status"]).collect();
    assert_eq!(statuses, ["403 Forbidden", "403 Forbidden", "404 Not Found", "403 Forbidden"]);
    let mut told = told(&server, "agent=Practitioner/desk").await;
    told.sort_unstable();
    let expected = [
        "read Practitioner/desk Observation/o+Patient/p 8",
        "read Practitioner/desk Patient/none 8",
        "search-type Practitioner/desk Observation+Patient/p 8",
        "update Practitioner/desk Observation/o+Patient/p 8",
    ];
    assert_eq!(told, expected);
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
        tx.put(&page, &json, &Base::Blind, "x").map(drop)
    };
    assert_eq!(server.writer.write(forged).await.unwrap_err().code(), "immutable");
    let id = format!("{}-2", whole[0].actor);
    let removed = move |tx: &mut Tx<'_>| {
        let page = holdfast_core::id::Entity::new("HoldfastAudit", &id);
        tx.delete(&page, &Base::Blind, "x").map(drop)
    };
    assert_eq!(server.writer.write(removed).await.unwrap_err().code(), "immutable");
    let after = server.writer.read(|view: &mut View<'_>| verify(view)).await.unwrap();
    assert_eq!(after, whole);
}

/// An event as a program records it: what it says is the program's own.
const SAID: &str = r#"{"resourceType":"AuditEvent","id":"said","type":{"code":"rest"},"action":"R","recorded":"2026-01-01T00:00:00Z",
    "agent":[{"who":{"reference":"Practitioner/ben"},"requestor":true}],"source":{"observer":{"display":"x"}},
    "entity":[{"what":{"reference":"Patient/p"}}]}"#;

#[tokio::test]
async fn whoever_records_an_event_stands_beside_it() {
    let (server, _stop) = start().await;
    server.put("/fhir/AuditEvent/said", SAID).await.expect(201);
    assert_eq!(
        told(&server, "patient=p").await,
        ["create Practitioner/nurse AuditEvent/said+Patient/p 0", "- Practitioner/ben Patient/p -"]
    );
    assert_eq!(told(&server, "entity=AuditEvent/said").await.len(), 1);
    let pages = server
        .get_as(ADMIN, "/fhir/AuditEvent?patient=p&agent=Practitioner/nurse&_count=1")
        .await
        .expect(200)
        .json();
    let id = pages["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let read = server.get_as(ADMIN, &format!("/fhir/AuditEvent/{id}")).await.expect(200).json();
    assert_eq!(read["agent"][0]["who"]["reference"], "Practitioner/nurse");
}

#[tokio::test]
async fn nobody_changes_or_deletes_an_event() {
    let server = start_with(|mut parts| {
        parts.authenticator = Arc::new(OneToken::new(TOKEN, Principal::new("importer", [Role::System])));
        parts
    })
    .await;
    server.put("/fhir/AuditEvent/said", SAID).await.expect(201);
    server.put("/fhir/AuditEvent/said", SAID).await.expect(200);
    for (from, to) in [
        ("Practitioner/ben", "Practitioner/anna"),
        (r#""action""#, r#""outcome":"0","action""#),
        (r#""action""#, r#""meta":{"tag":[{"code":"x"}]},"action""#),
    ] {
        server.put("/fhir/AuditEvent/said", &SAID.replace(from, to)).await.refused(409, "immutable");
    }
    server.delete("/fhir/AuditEvent/said").await.refused(409, "immutable");
    server.delete("/fhir/AuditEvent?action=R&agent=Practitioner/ben").await.refused(409, "immutable");
    let bundle = r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"AuditEvent/said"}}]}"#;
    server.post("/fhir", bundle).await.refused(409, "immutable");
    server.get("/fhir/AuditEvent/said").await.expect(200);
}

/// Pages of a busy clinic, each full.
async fn busy(server: &Server, pages: u64) {
    let entry = |at: u64| Entry {
        after: at,
        interaction: if at == 7 { "vread" } else { "read" }.into(),
        what: Some(format!("Patient/p{at}")),
        ..Entry::default()
    };
    for number in 1..=pages {
        let page = Page {
            number,
            previous: None,
            began: 1_764_000_000_000 + number * 1_000,
            lost: 0,
            agents: vec!["kiosk".into()],
            patients: Vec::new(),
            entries: (0..1_000).map(entry).collect(),
        };
        let write = move |tx: &mut Tx<'_>| {
            let entity = holdfast_core::id::Entity::new("HoldfastAudit", page_id("00ff", number));
            tx.put(&entity, &page.resource(&entity.id), &Base::Absent, "x").map(drop)
        };
        server.writer.write(write).await.unwrap();
    }
}

#[tokio::test]
async fn a_search_that_finds_little_in_a_long_trail_goes_on_page_by_page() {
    let (server, _stop) = start().await;
    busy(&server, 45).await;
    let mut next = Some("/fhir/AuditEvent?subtype=vread&_count=500".to_owned());
    let (mut found, mut pages) = (0, 0);
    while let Some(path) = next {
        let page = server.get_as(ADMIN, &path).await.expect(200).json();
        found += page["entry"].as_array().map_or(0, Vec::len);
        pages += 1;
        let links = page["link"].as_array().cloned().unwrap_or_default();
        let link = links.iter().find(|link| link["relation"] == "next").and_then(|link| link["url"].as_str());
        next = link.and_then(|url| url.split_once("/fhir")).map(|(_, rest)| format!("/fhir{rest}"));
    }
    assert_eq!((found, pages), (45, 3), "20,000 lines at a time");
    let count = "/fhir/AuditEvent?subtype=vread&_summary=count";
    let long = server.get_as(ADMIN, count).await.expect(200).json();
    assert!(long["total"].is_null(), "{long}");
    assert_eq!(long["entry"][0]["resource"]["issue"][0]["details"]["coding"][0]["code"], "count-cut");
    assert!(long.to_string().contains("at least "), "{long}");
    let narrow =
        server.get_as(ADMIN, &format!("{count}&date=ge2025-11-24T16:00:30Z")).await.expect(200).json();
    assert_eq!(narrow["total"], 16, "pages of other times are not gone through line by line");
}

async fn put_page(server: &Server, id: String, body: &str) {
    let json = format!(r#"{{"resourceType":"HoldfastAudit","id":"{id}",{body}}}"#);
    let write = move |tx: &mut Tx<'_>| {
        let page = holdfast_core::id::Entity::new("HoldfastAudit", &id);
        tx.put(&page, &json, &Base::Absent, "x").map(drop)
    };
    server.writer.write(write).await.unwrap();
}

#[tokio::test]
async fn nobody_writes_into_the_trail_of_another() {
    let ((server, _stop), (other, _)) = (start().await, start().await);
    let actor = server.writer.records().actor().to_string();
    put_page(&other, page_id(&actor, 1), r#""number":1"#).await;
    copy(&other, &server).await;
    server.patient("p", "").await;
    server.get("/fhir/Patient/p").await.expect(200);
    flush(&server.state).await;
    let pages = server.writer.read(verify).await.unwrap();
    assert_eq!((pages.len(), pages[0].pages, pages[0].entries, &pages[0].broken), (1, 1, 1, &None));
}

#[tokio::test]
async fn what_stands_in_the_way_of_the_trail_does_not_end_it_and_is_found() {
    let (server, _stop) = start().await;
    let actor = server.writer.records().actor().to_string();
    server.patient("p", "").await;
    server.get("/fhir/Patient/p").await.expect(200);
    flush(&server.state).await;
    for number in [2, u64::MAX] {
        put_page(&server, page_id(&actor, number), r#""number":"x""#).await;
    }
    for _ in 0..2 {
        server.get("/fhir/Patient/p").await.expect(200);
        flush(&server.state).await;
    }
    assert_eq!(told(&server, "agent=Practitioner/nurse&subtype=read").await.len(), 3);
    let pages = server.writer.read(verify).await.unwrap();
    let broken = pages[0].broken.clone().unwrap_or_default();
    assert!(broken.starts_with("page 2 cannot be read"), "{broken}");
}
