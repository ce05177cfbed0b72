//! The resources of an image: every row's checksum, and what a row must say.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::Entity;
use holdfast_core::json;
use holdfast_core::state::EntityState;
use holdfast_core::view;
use holdfast_store::sql::{Row, Value};
use holdfast_store::sqlite::Sqlite;

use super::{Finding, Kind, read};
use crate::crash_images::ledger::Expected;

/// One resource as the database has it.
pub(super) struct Resource {
    pub(super) no: i64,
    pub(super) json: String,
    pub(super) version: String,
    pub(super) deleted: bool,
    pub(super) conflicts: i64,
    pub(super) state: EntityState,
}

/// All resources of an image.
pub(super) type Resources = BTreeMap<Entity, Resource>;

const QUERY: &str = "SELECT no, kind, id, json, state, version, updated, deleted, conflicts, checksum FROM resource ORDER BY no";

/// Reads every resource and checks its row.
pub(super) fn load(db: &Sqlite) -> Result<Resources, Finding> {
    let rows = read(db, |sql| Ok(sql.query(QUERY, &[])?))?;
    rows.into_iter().map(resource).collect()
}

fn resource(mut row: Row) -> Result<(Entity, Resource), Finding> {
    let entity = Entity::new(row.text(1)?, row.text(2)?);
    if row.int(9)? != (checksum(&row.0[1..9]) ^ row.int(0)?) {
        return Err(Finding::new(Kind::Damaged, format!("{entity}: the row does not fit its checksum")));
    }
    let json = row.take_text(3)?;
    let state = view::decode(entity.clone(), &json, row.blob(4)?)
        .map_err(|error| Finding::new(Kind::Damaged, format!("{entity}: {error}")))?;
    let resource = Resource {
        no: row.int(0)?,
        version: row.take_text(5)?,
        deleted: row.int(7)? != 0,
        conflicts: row.int(8)?,
        json,
        state,
    };
    Ok((entity, resource))
}

/// 63 bits of BLAKE3 over a row, written down here a second time so that a fault in the store's own is seen.
fn checksum(cells: &[Value]) -> i64 {
    let mut hasher = blake3::Hasher::new();
    for cell in cells {
        let bytes = match cell {
            Value::Null => {
                hasher.update(&[0]);
                continue;
            }
            Value::Int(value) => {
                hasher.update(&[1]).update(&value.to_le_bytes());
                continue;
            }
            Value::Text(text) => text.as_bytes(),
            Value::Blob(bytes) => bytes,
        };
        hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    }
    let first =
        hasher.finalize().as_bytes()[..8].iter().rev().fold(0u64, |all, byte| all << 8 | u64::from(*byte));
    (first & u64::MAX >> 1) as i64
}

/// How a resource differs from what was promised; `None` if it does not.
pub(super) fn difference(found: Option<&Resource>, expected: Option<&Expected>) -> Option<String> {
    let (found, expected) = match (found, expected) {
        (None, None) => return None,
        (None, Some(_)) => return Some("is not there".into()),
        (Some(_), None) => return Some("is there, and was never saved".into()),
        (Some(found), Some(expected)) => (found, expected),
    };
    if found.deleted != expected.deleted {
        return Some(format!("deleted is {}", found.deleted));
    }
    if expected.version.as_ref().is_some_and(|version| *version != found.version) {
        return Some(format!("is at version {}, not {:?}", found.version, expected.version));
    }
    if expected.deleted { None } else { differing_values(found, expected) }
}

fn differing_values(found: &Resource, expected: &Expected) -> Option<String> {
    let members = match json::members(&found.json) {
        Ok(members) => members,
        Err(error) => return Some(error),
    };
    let shown: BTreeMap<&str, &str> = members
        .iter()
        .map(|(element, value)| (element.as_str(), value.as_str()))
        .filter(|(element, _)| !["resourceType", "id", "meta"].contains(element))
        .collect();
    if !shown.keys().eq(expected.values.keys()) {
        return Some(format!("has the elements {:?}", shown.keys()));
    }
    for (element, values) in &expected.values {
        let live: BTreeSet<String> = found.state.values(element).map(str::to_owned).collect();
        if live != *values || !values.contains(shown[element]) {
            return Some(format!("{element} shows {:.40} of {live:.40?}, not {values:.40?}", shown[element]));
        }
    }
    (expected.is_conflicted() != (found.conflicts > 0)).then(|| "hides or invents a conflict".into())
}
