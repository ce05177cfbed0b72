//! What is not held here is looked for at head office.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use holdfast_api::finder::{FindOutcome, Finder};
use holdfast_core::id::Entity;
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
        let entity = entity.clone();
        let json = patient("remote", r#""gender":"female""#);
        self.writer.write(move |tx| tx.put(&entity, &json, &Base::Blind, "hub")).await.unwrap();
        FindOutcome::Held
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
    server.delete("/fhir/Patient/nobody").await.refused(404, "not-found");
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
