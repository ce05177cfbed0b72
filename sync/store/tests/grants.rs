//! What an operator is told of patients whom a clinic may not hold.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::{open_on, replica, sync_records};
use holdfast_core::id::Scope;
use holdfast_store::author::Base;
use holdfast_store::sql::Database;
use holdfast_store::sqlite::Sqlite;

#[test]
fn notice_of_patients_who_were_not_granted_names_the_clinic_and_no_patient() {
    let db = Arc::new(Sqlite::in_memory().unwrap());
    let hub = open_on("hub", db.clone());
    let mut south = replica("n1");
    south.peer.clinic = "south".into();
    for id in ["3141592", "Ann-Smith"] {
        hub.share(&Scope::patient(id), "north").unwrap();
        south.put("Patient", id, r#""name":"Ann""#, &Base::Blind);
    }
    sync_records(&south.records, &hub, &south.peer);
    let mut notices = Vec::new();
    db.read(&mut |sql| {
        for row in sql.query("SELECT code, detail FROM notice", &[])? {
            notices.push((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        }
        Ok(())
    })
    .unwrap();
    let [(code, detail)] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!(code, "patient-not-granted");
    assert!(detail.contains("2 patients") && detail.contains("south"), "{detail}");
    assert!(!["3141592", "Ann", "patient/"].iter().any(|part| detail.contains(part)), "{detail}");
}
