//! What is not held here is looked for at head office.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use holdfast_api::finder::{FindOutcome, Finder, SearchOutcome};
use holdfast_core::id::Entity;
use holdfast_core::search::Clause;
use holdfast_store::author::Base;
use holdfast_store::writer::Writer;

use crate::common::{patient, start_with};

/// Head office, which knows the patient "remote" and may be out of reach.
struct HeadOffice {
    writer: Writer,
    is_reachable: bool,
    asked: Arc<AtomicUsize>,
}

#[async_trait::async_trait]
impl Finder for HeadOffice {
    async fn find(&self, entity: &Entity) -> FindOutcome {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if !self.is_reachable {
            return FindOutcome::Unreachable;
        }
        if entity.id != "remote" {
            return FindOutcome::Absent;
        }
        self.take_in().await;
        FindOutcome::Held
    }

    async fn bring(&self, entities: &[Entity]) -> Vec<Entity> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.is_reachable && entities.iter().any(|entity| entity.id == "remote") {
            self.take_in().await;
        }
        entities.iter().filter(|entity| self.is_reachable && entity.id == "late").cloned().collect()
    }

    async fn search(&self, kind: &str, clauses: &[Clause]) -> SearchOutcome {
        self.asked.fetch_add(1, Ordering::Relaxed);
        assert_eq!((kind, clauses.len()), ("Patient", 1));
        if !self.is_reachable {
            return SearchOutcome::Unreachable;
        }
        let asked = format!("{clauses:?}");
        if asked.contains("smith") {
            return SearchOutcome::TooWide;
        }
        self.take_in().await;
        SearchOutcome::All
    }
}

impl HeadOffice {
    async fn take_in(&self) {
        let entity = Entity::new("Patient", "remote");
        let json = patient("remote", r#""gender":"female","name":[{"family":"Quimby"}]"#);
        self.writer.write(move |tx| tx.put(&entity, &json, &Base::Blind, "hub")).await.unwrap();
    }
}

async fn clinic(is_reachable: bool) -> (crate::common::Server, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let server = start_with(|mut parts| {
        let writer = parts.writer.clone();
        parts.finder = Some(Arc::new(HeadOffice { writer, is_reachable, asked: count }));
        parts
    });
    (server.await, asked)
}

#[tokio::test]
async fn a_patient_of_another_clinic_is_found_and_held() {
    let (server, asked) = clinic(true).await;
    assert_eq!(server.get("/fhir/Patient/remote").await.expect(200).json()["gender"], "female");
    server.get("/fhir/Patient/remote").await.expect(200);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let absent = server.get("/fhir/Patient/nobody").await.refused(404, "not-found");
    assert!(absent.text().contains("neither here nor at head office"), "{}", absent.text());
    server.get("/fhir/Patient/nobody/_history").await.refused(404, "not-found");
    server.delete("/fhir/Patient/nobody").await.expect(204);
}

#[tokio::test]
async fn with_the_link_down_the_answer_says_that_it_could_not_be_looked_for() {
    let (server, _) = clinic(false).await;
    for answer in [server.get("/fhir/Patient/remote").await, server.delete("/fhir/Patient/remote").await] {
        let refused = answer.refused(404, "not-held");
        let text = "Patient/remote is not held here, and the link to head office is down, so it could not be looked for";
        assert!(refused.text().starts_with(text), "{}", refused.text());
    }
}

#[tokio::test]
async fn a_patient_of_another_clinic_is_found_by_name() {
    let (server, asked) = clinic(true).await;
    let found = server.get("/fhir/Patient?name=quimby").await.expect(200).json();
    assert_eq!(found["entry"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(found["entry"][0]["resource"]["id"], "remote");
    server.get("/fhir/Patient?name=quimby").await.expect(200);
    assert_eq!(asked.load(Ordering::Relaxed), 1, "who is found here is not asked for");
    server.get("/fhir/Patient?name=quimby&-everywhere=true").await.expect(200);
    assert_eq!(asked.load(Ordering::Relaxed), 2, "unless the caller wants it");
    server.get("/fhir/Observation?code=x").await;
    server.get("/fhir/Practitioner?name=quimby").await.expect(200);
    assert_eq!(asked.load(Ordering::Relaxed), 2, "only patients are searched for");
}

#[tokio::test]
async fn with_the_link_down_a_search_says_that_it_looked_here_alone() {
    let (server, _) = clinic(false).await;
    server.patient("p1", r#""name":[{"family":"Local"}]"#).await;
    let empty = server.get("/fhir/Patient?identifier=s|1").await.expect(200).json();
    let entry = &empty["entry"][0];
    assert_eq!(entry["search"]["mode"], "outcome", "{empty}");
    let issue = &entry["resource"]["issue"][0];
    assert_eq!(
        (issue["severity"].as_str(), issue["code"].as_str()),
        (Some("information"), Some("incomplete"))
    );
    assert!(issue["details"]["text"].as_str().unwrap().contains("only the records held here"), "{issue}");
    let found = server.get("/fhir/Patient?name=local").await.expect(200).json();
    assert_eq!(found["entry"].as_array().map(Vec::len), Some(1), "{found}");
}

#[tokio::test]
async fn a_save_of_what_is_not_held_builds_on_what_head_office_has() {
    let (server, asked) = clinic(true).await;
    let saved =
        server.put("/fhir/Patient/remote", &patient("remote", r#""gender":"male""#)).await.expect(200);
    assert_eq!(saved.json()["gender"], "male");
    assert!(!saved.body.contains("conflict"), "one history, no conflict: {}", saved.body);
    server.put("/fhir/Patient/remote", &patient("remote", r#""gender":"other""#)).await.expect(200);
    assert_eq!(asked.load(Ordering::Relaxed), 1, "what is held is not asked for");
    server.put("/fhir/Patient/new", &patient("new", "")).await.expect(201);
    server.put("/fhir/Patient/late", &patient("late", "")).await.refused(503, "coming");
    let (offline, _) = clinic(false).await;
    offline.put("/fhir/Patient/remote", &patient("remote", "")).await.expect(201);
}

#[tokio::test]
async fn a_bundle_reads_and_replaces_what_is_held_elsewhere() {
    for kind in ["batch", "transaction"] {
        let (server, _) = clinic(true).await;
        let entry = r#"{"request":{"method":"GET","url":"Patient/remote"}}"#;
        let bundle = format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entry}]}}"#);
        let answer = server.post("/fhir", &bundle).await.expect(200).json();
        assert_eq!(answer["entry"][0]["resource"]["gender"], "female", "{kind}: {answer}");
    }
}

#[tokio::test]
async fn a_search_that_head_office_cut_says_so_beside_what_is_here() {
    let (server, _) = clinic(true).await;
    server.patient("p1", r#""name":[{"family":"Smithson"}]"#).await;
    let found = server.get("/fhir/Patient?name=smith&-everywhere=true").await.expect(200).json();
    assert_eq!(found["entry"].as_array().map(Vec::len), Some(2), "{found}");
    assert_eq!(found["entry"][0]["resource"]["id"], "p1");
    let entry = &found["entry"][1];
    let issue = &entry["resource"]["issue"][0];
    assert_eq!(
        (&entry["search"]["mode"], &issue["code"]),
        (&"outcome".into(), &"incomplete".into()),
        "{found}"
    );
    assert_eq!(issue["details"]["coding"][0]["code"], "search-too-wide");
    assert!(issue["details"]["text"].as_str().unwrap().contains("name the patient more closely"), "{issue}");
}

#[tokio::test]
async fn a_bundle_deletes_what_is_held_elsewhere_or_says_that_it_could_not() {
    for kind in ["batch", "transaction"] {
        let entry = |id: &str| format!(r#"{{"request":{{"method":"DELETE","url":"Patient/{id}"}}}}"#);
        let bundle =
            |id: &str| format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#, entry(id));
        let (server, _) = clinic(true).await;
        server.post("/fhir", &bundle("remote")).await.expect(200);
        server.get("/fhir/Patient/remote").await.refused(410, "gone");
        server.post("/fhir", &bundle("nobody")).await.expect(200);
        let (offline, _) = clinic(false).await;
        let refused = offline.post("/fhir", &bundle("remote")).await.refused(404, "not-held");
        assert!(refused.text().contains("could not be looked for"), "{}", refused.text());
    }
}

#[tokio::test]
async fn the_box_that_finds_people_asks_head_office_when_it_is_told_to() {
    let (server, asked) = clinic(true).await;
    let found = |answer: crate::common::Answer| answer.json()["patients"].as_array().unwrap().len();
    assert_eq!(found(server.get("/api/patients?q=quimby").await.expect(200)), 0);
    assert_eq!(asked.load(Ordering::Relaxed), 0, "a keystroke asks nobody");
    let answer = server.get("/api/patients?q=quimby&everywhere=true").await.expect(200);
    assert_eq!((&answer.json()["elsewhere"], found(answer)), (&"all".into(), 1));
    let (server, _) = clinic(false).await;
    let answer = server.get("/api/patients?q=quimby&everywhere=true").await.expect(200).json();
    assert_eq!(answer["elsewhere"], "unreachable");
}
