//! What a client is shown of one resource, read through the same doors as the API uses, and whether that is what the
//! oracle says it must be.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use holdfast_core::id::Entity;
use holdfast_core::op::{DELETED as DELETED_KEY, member_key, split_key};
use holdfast_store::Records;
use serde_json::value::RawValue;

use super::oracle::{DELETED, Oracle, Saves, bit, members};

/// A resource as a form shows it.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Whether it is there, deleted or not.
    pub exists: bool,
    /// Whether it reads as deleted.
    pub deleted: bool,
    /// Its `versionId`.
    pub version: String,
    /// Displayed value by element.
    pub values: BTreeMap<String, String>,
    /// Members of the set element `tags`.
    pub tags: Vec<String>,
    /// Values and their saves, by register in conflict.
    pub conflicts: BTreeMap<String, (BTreeSet<Option<String>>, Saves)>,
    /// The saves that the replica had when the form was loaded.
    pub known: Saves,
}

/// Reads a resource as a client does.
///
/// # Errors
/// The store, or a resource that is not JSON.
pub fn show(records: &Records, entity: &Entity, known: Saves) -> Result<Shown> {
    let found = records.read(|view| {
        let Some(stored) = view.get(entity)? else { return Ok(None) };
        Ok(Some((stored, view.conflicts_of(entity)?)))
    })?;
    let Some((stored, open)) = found else { return Ok(Shown { known, ..Shown::default() }) };
    let json: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(&stored.json).context("a stored resource")?;
    let mut shown =
        Shown { exists: true, deleted: stored.deleted, version: stored.version, known, ..Shown::default() };
    for (key, value) in json {
        match key.as_str() {
            "resourceType" | "id" | "meta" => {}
            "tags" => {
                let tags: Vec<Box<RawValue>> =
                    serde_json::from_str(value.get()).context("the tags of a resource")?;
                shown.tags = tags.iter().map(|tag| tag.get().to_owned()).collect();
            }
            _ => {
                shown.values.insert(key, value.get().to_owned());
            }
        }
    }
    for conflict in open {
        let values = conflict.values.iter().map(|v| v.value.clone()).collect();
        let saves = conflict.values.iter().map(|v| Oracle::of_author(&v.author)).fold(0, |a, b| a | b);
        shown.conflicts.insert(conflict.key, (values, saves));
    }
    Ok(shown)
}

impl Shown {
    /// The saves that a client who looked at this register saw, if it looked at every sibling.
    pub fn seen(&self, oracle: &Oracle, entity: usize, key: &str) -> Saves {
        let authors = self.conflicts.get(key).map_or(0, |(_, saves)| *saves);
        oracle.live(self.known, entity, key) | authors
    }

    /// The one save whose value a plain read displays; `Err` if two saves wrote that value.
    pub fn displayed(&self, oracle: &Oracle, entity: usize, key: &str) -> Result<Saves, Saves> {
        let value = self.values.get(key).cloned();
        let seen = self.seen(oracle, entity, key);
        let with_value =
            members(seen).filter(|at| oracle.written(*at, key).is_some_and(|w| w.value == value));
        let found = with_value.map(bit).fold(0, |a, b| a | b);
        if found.count_ones() > 1 { Err(found) } else { Ok(found) }
    }

    /// Compares with what the oracle says of a replica that has the saves `known`.
    ///
    /// # Errors
    /// What is missing, hidden or made up, in words.
    pub fn check(&self, oracle: &Oracle, known: Saves, entity: usize) -> Result<(), String> {
        if oracle.unsure.contains(&entity) {
            return Ok(());
        }
        let mut murky = false;
        for key in oracle.keys(known, entity).into_iter().filter(|key| *key != DELETED) {
            if oracle.is_murky(entity, key) {
                murky = true;
                continue;
            }
            self.check_key(oracle, known, entity, key)?;
        }
        let said_again = oracle.said_again & oracle.of_entity(entity) & known != 0;
        let (deleted, beside) = oracle.deletion(known, entity);
        let reads = (self.deleted, self.conflicts.contains_key(DELETED_KEY));
        if !murky && !said_again && reads != (deleted, beside) {
            return Err(format!(
                "reads as (deleted, deleted beside an edit) = {reads:?}, must be {:?}",
                (deleted, beside)
            ));
        }
        Ok(())
    }

    fn check_key(&self, oracle: &Oracle, known: Saves, entity: usize, key: &str) -> Result<(), String> {
        let live = oracle.live(known, entity, key);
        let expected = oracle.values(live, key);
        let again = oracle.values(oracle.said_again & known & oracle.of_entity(entity), key);
        if let (element, Some(member)) = split_key(key) {
            debug_assert_eq!(member_key(element, member), key);
            let present = self.tags.iter().any(|tag| tag == member);
            let must = expected.iter().any(Option::is_some);
            let may = must || again.iter().any(Option::is_some);
            return if present == must || present && may {
                Ok(())
            } else {
                Err(format!("{key}: present {present}, must be {must}"))
            };
        }
        let displayed = self.values.get(key).cloned();
        if key == "pref" {
            let fits = expected.contains(&displayed) || again.contains(&displayed);
            return if fits {
                Ok(())
            } else {
                Err(format!("{key} shows {displayed:?}, live are {expected:?}"))
            };
        }
        let shown = match self.conflicts.get(key) {
            Some((values, _)) => values.clone(),
            None => BTreeSet::from([displayed]),
        };
        let made_up: Vec<_> = shown.difference(&expected).filter(|v| !again.contains(*v)).collect();
        let hidden: Vec<_> = expected.difference(&shown).collect();
        if !hidden.is_empty() || !made_up.is_empty() {
            let saves = oracle.describe(live);
            return Err(format!(
                "{key} shows {shown:?}; hidden {hidden:?}, made up {made_up:?}; live saves {saves}"
            ));
        }
        Ok(())
    }
}
