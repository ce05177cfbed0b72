//! A database with a page that SQLite cannot read: found, said, and rebuilt with what is left and what the hub has.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{open_beside, put_into, replica, sync_records};
use holdfast_core::id::Entity;
use holdfast_store::history::Wanted;
use holdfast_store::salvage::salvage;
use holdfast_store::scrub::{repair, scrub};
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::upstream::Peer;
use holdfast_store::{Records, StoreError};

const PATIENTS: usize = 300;
const PAGE: usize = 8192;

fn open(folder: &Path) -> (Records, Arc<Sqlite>) {
    let db = Arc::new(Sqlite::open(&folder.join("holdfast.db"), SqliteOptions::default()).unwrap());
    let sidecar = Arc::new(FileSidecar::open(folder).unwrap());
    (open_beside("node", db.clone(), sidecar), db)
}

/// Overwrites every page in which the text stands.
fn destroy(folder: &Path, text: &str) {
    let file = folder.join("holdfast.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let pages: Vec<usize> = (0..bytes.len() - text.len())
        .filter(|at| bytes[*at..].starts_with(text.as_bytes()))
        .map(|at| at / PAGE * PAGE)
        .collect();
    assert!(!pages.is_empty());
    for at in pages {
        bytes[at..at + PAGE / 2].fill(0xa5);
    }
    std::fs::write(&file, bytes).unwrap();
}

fn json(records: &Records, id: &str) -> Result<String, StoreError> {
    records.read(|view| view.read(&Entity::new("Patient", id))).map(|found| found.json)
}

#[test]
fn unreadable_page_is_found_and_said_and_the_rest_is_rebuilt() {
    let hub = replica("hub");
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer { replica: "node".into(), clinic: "north".into(), kind: "node".into() };
    let (records, db) = open(folder.path());
    for n in 0..PATIENTS {
        put_into(&records, "Patient", &format!("p{n}"), &format!(r#""name":"Name {n}""#));
    }
    sync_records(&records, &hub.records, &peer);
    put_into(&records, "Patient", "unsent", r#""name":"Late""#);
    db.checkpoint().unwrap();
    drop((records, db));
    destroy(folder.path(), "\"Name 150\"");

    let (records, db) = open(folder.path());
    assert!(matches!(json(&records, "p150"), Err(StoreError::Corrupt(_))), "a clear error, and no panic");
    assert!(json(&records, "unsent").unwrap().contains("Late"), "the rest is read");
    let found = scrub(&records, &db, &mut |_, _| {}).unwrap();
    assert!(!found.structure.is_empty() && !found.resources.is_empty(), "{found:?}");
    let done = repair(&records, &db, &found, None).unwrap();
    assert!(!done.is_whole() && !done.structure.is_empty(), "a page cannot be healed in place: {done:?}");
    drop((records, db));

    let saved = salvage(folder.path(), &SqliteOptions::default(), &mut |_| {}).unwrap();
    assert!(saved.skipped > 0 && saved.kept.exists(), "{saved:?}");
    let (records, db) = open(folder.path());
    records.complete_after_salvage().unwrap();
    assert!(json(&records, "unsent").unwrap().contains("Late"));
    assert!(scrub(&records, &db, &mut |_, _| {}).unwrap().summary().is_none());
    sync_records(&records, &hub.records, &peer);
    for id in (0..PATIENTS).map(|n| format!("p{n}")).chain(["unsent".to_owned()]) {
        assert_eq!(json(&records, &id).unwrap(), hub.json("Patient", &id));
    }
}

#[test]
fn salvage_of_a_sound_database_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (records, db) = open(folder.path());
    for n in 0..20 {
        put_into(&records, "Patient", &format!("p{n}"), &format!(r#""name":"Name {n}""#));
    }
    let before = records.read(|view| view.counts()).unwrap();
    drop((records, db));
    let saved = salvage(folder.path(), &SqliteOptions::default(), &mut |_| {}).unwrap();
    assert_eq!(saved.skipped, 0);
    let (records, _) = open(folder.path());
    records.complete_after_salvage().unwrap();
    assert_eq!(records.read(|view| view.counts()).unwrap(), before);
    assert_eq!(
        records
            .read(|view| view.history(&Entity::new("Patient", "p1"), &Wanted::ALL).map(|all| all.versions))
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn what_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("holdfast.db");
    std::fs::write(&file, vec![9; 20_000]).unwrap();
    assert!(matches!(
        salvage(folder.path(), &SqliteOptions::default(), &mut |_| {}),
        Err(StoreError::Corrupt(_))
    ));
    assert_eq!(std::fs::read(&file).unwrap(), vec![9; 20_000]);
}
