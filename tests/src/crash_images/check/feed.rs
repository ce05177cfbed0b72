//! Registers, JSON, search index and feeds of an image must say the same.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::Entity;
use holdfast_core::rules::{IndexRow, Rules};
use holdfast_core::state::EntityState;
use holdfast_core::view;
use holdfast_store::Records;
use holdfast_store::sql::Row;
use holdfast_store::sqlite::Sqlite;

use super::resources::{Resource, Resources};
use super::{Finding, Kind, read};
use crate::crash_images::rules::CrashRules;

/// Resources whose history is replayed in a deep check.
const REPLAYED: usize = 12;

fn disagree(what: impl std::fmt::Display, text: &str) -> Finding {
    Finding::new(Kind::Disagreeing, format!("{what}: {text}"))
}

/// Checks every resource against its index rows and feeds.
pub(super) fn check(db: &Sqlite, records: &Records, found: &Resources, deep: bool) -> Result<(), Finding> {
    let mut index = search_rows(db)?;
    let fed = fed_scopes(db)?;
    for (entity, resource) in found {
        check_row(entity, resource)?;
        let indexed = index.remove(&resource.no).unwrap_or_default();
        if !indexed.iter().eq(&CrashRules.index(&resource.state)) {
            return Err(disagree(entity, "the search index has other values"));
        }
        let scopes = CrashRules.scopes(&resource.state, records.clinic());
        if let Some(scope) = scopes.iter().find(|scope| !fed.contains(&(scope.0.clone(), resource.no))) {
            return Err(disagree(entity, &format!("the feed of {scope} does not have it")));
        }
    }
    if let Some(no) = index.keys().next() {
        return Err(disagree(format!("resource {no}"), "is in the search index and not there"));
    }
    check_positions(db)?;
    if deep { replay_some(db, records, found) } else { Ok(()) }
}

fn check_row(entity: &Entity, resource: &Resource) -> Result<(), Finding> {
    let state = &resource.state;
    let conflicts = i64::try_from(state.conflicts(&CrashRules).len()).unwrap_or(i64::MAX);
    if view::render(state, &CrashRules) != resource.json {
        return Err(disagree(entity, "its JSON is not what its registers say"));
    }
    let row = (resource.version.clone(), resource.deleted, resource.conflicts);
    if row != (state.version(), state.is_deleted(), conflicts) {
        return Err(disagree(entity, "version, deletion or conflicts are not what its registers say"));
    }
    Ok(())
}

fn search_rows(db: &Sqlite) -> Result<BTreeMap<i64, BTreeSet<IndexRow>>, Finding> {
    let rows = read(db, |sql| Ok(sql.query("SELECT resource_no, param, value FROM search", &[])?))?;
    let mut out: BTreeMap<i64, BTreeSet<IndexRow>> = BTreeMap::new();
    for row in rows {
        let param = u32::try_from(row.int(1)?).unwrap_or(0);
        out.entry(row.int(0)?).or_default().insert(IndexRow { param, value: row.text(2)?.to_owned() });
    }
    Ok(out)
}

fn fed_scopes(db: &Sqlite) -> Result<BTreeSet<(String, i64)>, Finding> {
    let text = "SELECT DISTINCT s.name, f.resource_no FROM feed f JOIN scope s ON s.no = f.scope_no";
    let rows = read(db, |sql| Ok(sql.query(text, &[])?))?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).collect()
}

/// Every scope's feed runs from 1 to its head without a gap.
fn check_positions(db: &Sqlite) -> Result<(), Finding> {
    let text = "SELECT s.name, s.head, COUNT(f.pos), MIN(f.pos), MAX(f.pos) \
                FROM scope s LEFT JOIN feed f ON f.scope_no = s.no GROUP BY s.no";
    let rows = read(db, |sql| Ok(sql.query(text, &[])?))?;
    let is_whole = |row: &Row| -> Result<bool, Finding> {
        let (head, count) = (row.int(1)?, row.int(2)?);
        Ok(head == count && (count == 0 || (row.int(3)?, row.int(4)?) == (1, head)))
    };
    for row in &rows {
        if !is_whole(row)? {
            return Err(disagree(row.text(0)?, "its feed has a gap, or does not end at its head"));
        }
    }
    Ok(())
}

/// Replays the ops of some resources. Of those taken over as a whole, earlier ops are not here.
fn replay_some(db: &Sqlite, records: &Records, found: &Resources) -> Result<(), Finding> {
    let whole =
        read(db, |sql| Ok(sql.query("SELECT DISTINCT resource_no FROM feed WHERE actor_no IS NULL", &[])?))?;
    let whole = whole.iter().map(|row| Ok(row.int(0)?)).collect::<Result<BTreeSet<i64>, Finding>>()?;
    let step = found.len() / REPLAYED + 1;
    for (entity, resource) in found.iter().filter(|(_, r)| !whole.contains(&r.no)).step_by(step) {
        let mut again = EntityState::new(entity.clone(), CrashRules.lane(&entity.kind));
        for op in records.read(|view| view.ops(entity))? {
            again.apply(&op);
        }
        if again.vv != resource.state.vv {
            return Err(disagree(entity, "an op of it is gone"));
        }
        if again.registers != resource.state.registers {
            return Err(disagree(entity, "its ops lead to other registers"));
        }
    }
    Ok(())
}
