//! Index rows that a large save leaves for later: nothing is missed silently, and nothing stale is found.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use common::SmallRules;
use common::rules::NAME;
use holdfast_core::id::{Entity, Lane, Scope};
use holdfast_core::rules::{IndexRow, Policy, Rules, SplitError};
use holdfast_core::search::{Clause, Match, SortBy, SortKey};
use holdfast_core::state::EntityState;
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::reindex::Step;
use holdfast_store::scrub::{Findings, scrub};
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::{Place, Records, Surroundings};

/// Under it stands the id, at once.
const ID: u32 = 2;

/// Small rules whose names may be indexed later.
struct LateNames;

impl Rules for LateNames {
    fn lane(&self, kind: &str) -> Lane {
        SmallRules.lane(kind)
    }

    fn policy(&self, kind: &str, element: &str) -> Policy {
        SmallRules.policy(kind, element)
    }

    fn scopes(&self, state: &EntityState, clinic: &str) -> BTreeSet<Scope> {
        SmallRules.scopes(state, clinic)
    }

    fn index(&self, state: &EntityState) -> Vec<IndexRow> {
        let mut rows = SmallRules.index(state);
        rows.extend(self.prompt_index(state));
        rows
    }

    fn prompt_index(&self, state: &EntityState) -> Vec<IndexRow> {
        vec![IndexRow { param: ID, value: state.entity.id.clone() }]
    }

    fn is_prompt(&self, param: u32) -> bool {
        param == ID
    }

    fn touches_index(&self, kind: &str, key: &str) -> bool {
        SmallRules.touches_index(kind, key)
    }

    fn split(&self, kind: &str, json: &str) -> Result<BTreeMap<String, String>, SplitError> {
        SmallRules.split(kind, json)
    }
}

struct Store {
    records: Records,
    db: Arc<Sqlite>,
}

fn store() -> Store {
    let db = Arc::new(Sqlite::in_memory().unwrap());
    let identity = Identity::beside(Arc::new(MemorySidecar::default()));
    let place = Place { clinic: "north".into(), schema: 1 };
    let records =
        Records::open(db.clone(), Arc::new(LateNames), identity, place, Surroundings::default()).unwrap();
    Store { records, db }
}

fn by(param: u32, value: &str) -> Vec<Clause> {
    vec![Clause::Param { param, any: vec![Match::Exact(value.into())] }]
}

impl Store {
    fn put(&self, ids: std::ops::Range<usize>, name: &str) {
        let put = |tx: &mut holdfast_store::Tx<'_>| {
            for n in ids.clone() {
                let id = format!("b{n}");
                let json = format!(r#"{{"resourceType":"Basic","id":"{id}","name":"{name}"}}"#);
                tx.put(&Entity::new("Basic", &id), &json, &Base::Blind, "nurse")?;
            }
            Ok(())
        };
        self.records.write(put).unwrap();
    }

    fn found(&self, param: u32, value: &str) -> u64 {
        let count = self.records.read(|view| view.count_found("Basic", &by(param, value)));
        count.unwrap().unwrap()
    }

    fn may_miss(&self, param: u32) -> bool {
        self.records.read(|view| view.may_miss(&by(param, "x"), &[])).unwrap()
    }

    fn index(&self) -> Vec<usize> {
        let late = |step| match step {
            Step::Late(count) => count,
            other @ Step::Again { .. } => panic!("{other:?}"),
        };
        std::iter::from_fn(|| self.records.index_step().unwrap().map(late)).collect()
    }

    fn findings(&self) -> Findings {
        scrub(&self.records, &self.db, &mut |_, _| {}).unwrap()
    }
}

#[test]
fn large_save_is_found_by_what_is_prompt_and_told_to_be_incomplete_by_the_rest() {
    let store = store();
    store.put(0..600, "old");
    assert_eq!((store.found(ID, "b7"), store.found(NAME, "old")), (1, 0));
    assert_eq!((store.may_miss(ID), store.may_miss(NAME)), (false, true));
    let by_name = SortKey { by: SortBy::Rows { params: vec![NAME], holding: None }, descending: false };
    assert!(store.records.read(|view| view.may_miss(&[], std::slice::from_ref(&by_name))).unwrap());
    assert_eq!(store.findings().summary(), None, "rows that are still to come are not damage");
    assert_eq!(store.index(), [250, 250, 100]);
    assert_eq!(store.found(NAME, "old"), 600);
    assert!(!store.may_miss(NAME));
    assert_eq!(store.findings().summary(), None);
}

#[test]
fn large_edit_takes_what_is_stale_away() {
    let store = store();
    store.put(0..100, "old");
    store.index();
    store.put(0..100, "new");
    store.index();
    assert_eq!((store.found(NAME, "old"), store.found(NAME, "new")), (0, 100));
    assert_eq!(store.findings().summary(), None);
}

#[test]
fn what_is_saved_before_the_rows_are_made_counts() {
    let store = store();
    store.put(0..100, "first");
    store.put(0..1, "mine");
    assert_eq!(store.found(NAME, "mine"), 1, "a small save is found at once");
    store.put(0..100, "second");
    store.put(0..1, "first");
    store.index();
    let found = |name| store.found(NAME, name);
    assert_eq!((found("first"), found("mine"), found("second")), (1, 0, 99));
    assert_eq!(store.findings().summary(), None);
}

#[test]
fn index_made_anew_leaves_nothing_for_later() {
    let store = store();
    store.put(0..100, "old");
    let healed = holdfast_store::scrub::repair(
        &store.records,
        &store.db,
        &Findings { index: 1, ..Findings::default() },
        None,
    );
    assert!(healed.unwrap().reindexed);
    assert_eq!((store.found(NAME, "old"), store.index().len()), (100, 0));
}
