//! Making damaged resources again.

use std::collections::BTreeMap;

use holdfast_core::id::Entity;
use holdfast_core::message::StateItem;
use holdfast_core::op::Op;
use holdfast_core::state::EntityState;
use holdfast_core::view::decode;

use super::{Findings, Repair, Upstream};
use crate::draft::resource_row;
use crate::error::{Result, StoreError};
use crate::log::OpFinder;
use crate::records::Records;
use crate::schema;
use crate::sql::Sql;
use crate::tx::Tx;

/// Heals each damaged resource on its own: one that cannot be healed leaves the others their chance.
pub(super) fn resources(
    records: &Records,
    findings: &Findings,
    upstream: Option<&dyn Upstream>,
    repair: &mut Repair,
) -> Result<()> {
    if findings.resources.is_empty() {
        return Ok(());
    }
    let names = names(records, findings)?;
    let wanted: Vec<Entity> = names.values().flatten().cloned().collect();
    let fetched = upstream.map(|upstream| upstream.states(&wanted)).unwrap_or_default();
    for (no, candidates) in names {
        match records.write(|tx| heal(tx, no, &candidates, &fetched)) {
            Ok(Some(entity)) => repair.healed.push(entity),
            Ok(None) | Err(StoreError::Corrupt(_) | StoreError::Wire(_)) => {
                let name = candidates.first().map(ToString::to_string);
                repair.lost.push(name.unwrap_or_else(|| format!("resource number {no}")));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What each damaged resource may be called, likeliest first: as its ops say, as the index says, as its row says. The
/// damage may be in the row's very name.
fn names(records: &Records, findings: &Findings) -> Result<BTreeMap<i64, Vec<Entity>>> {
    let mut names: BTreeMap<i64, Vec<Entity>> =
        findings.resources.iter().map(|(no, _)| (*no, Vec::new())).collect();
    records.db.read(&mut |sql| {
        for (no, found) in &mut names {
            found.clear();
            found.extend(readable_ops(sql, *no).unwrap_or_default().0.first().map(|op| op.entity.clone()));
        }
        // Answered from the index alone, without a look at the rows.
        let by_index = sql.query("SELECT no, kind, id FROM resource INDEXED BY resource_name", &[]);
        for row in by_index.unwrap_or_default() {
            if let (Ok(no), Ok(kind), Ok(id)) = (row.int(0), row.text(1), row.text(2))
                && let Some(found) = names.get_mut(&no)
            {
                found.push(Entity::new(kind, id));
            }
        }
        Ok(())
    })?;
    for (no, in_row) in &findings.resources {
        let found = names.entry(*no).or_default();
        found.extend(in_row.clone());
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|name| seen.insert(name.clone()));
    }
    Ok(names)
}

/// The ops of a resource that still read, oldest first, and whether they are all that made it.
pub(crate) fn readable_ops(sql: &mut dyn Sql, no: i64) -> Result<(Vec<Op>, bool)> {
    let text = "SELECT actor_no, lane, seq, op FROM feed WHERE resource_no = $1 ORDER BY arrival";
    let (mut finder, mut ops, mut is_whole) = (OpFinder::default(), Vec::new(), true);
    for row in sql.query(text, &[no.into()])? {
        if row.is_null(0) {
            // It came as a whole, not by its ops.
            is_whole = false;
            continue;
        }
        let content = if row.is_null(3) { None } else { Some(row.blob(3)?) };
        let dot = (row.int(0)?, row.int(1)?, row.uint(2)?);
        match finder.of_feed_row(sql, content, dot) {
            Ok(Some(op)) => ops.push(op),
            Ok(None) | Err(_) => is_whole = false,
        }
    }
    Ok((ops, is_whole))
}

/// Rebuilds one resource from its ops and, joined with it, the upstream's state; its name, or `None`.
fn heal(tx: &mut Tx<'_>, no: i64, names: &[Entity], fetched: &[StateItem]) -> Result<Option<Entity>> {
    let item = names.iter().find_map(|name| fetched.iter().find(|item| item.entity == *name));
    let name = item.map(|item| &item.entity).or_else(|| names.first());
    let Some(entity) = name.cloned() else { return Ok(None) };
    let (mut ops, is_whole) = readable_ops(tx.sql, no)?;
    ops.retain(|op| op.entity == entity);
    let mut state = EntityState::new(entity.clone(), tx.rules().lane(&entity.kind));
    if let Some(first) = ops.first() {
        state.lane = first.dot.lane;
    }
    apply_all(&mut state, &ops);
    match item {
        Some(item) => {
            let theirs = decode(entity.clone(), &item.json, &item.state)?;
            if is_whole {
                state = state.join(&theirs);
            } else {
                // What is new here, and perhaps unsent, goes on top of what the upstream has.
                state = theirs;
                apply_all(&mut state, &ops);
            }
        }
        None if !is_whole => return Ok(None),
        None => {}
    }
    if state.vv.dots.is_empty() {
        return Ok(None);
    }
    let rules = tx.rules();
    tx.sql.execute("DELETE FROM search WHERE resource_no = $1", &[no.into()])?;
    let rows = rules.index(&state).into_iter();
    let rows = rows.map(|r| vec![i64::from(r.param).into(), r.value.into(), no.into()]).collect();
    tx.sql.insert_new(&schema::SEARCH, rows)?;
    tx.sql.upsert(&schema::RESOURCE, vec![resource_row(no, &state, rules)])?;
    Ok(Some(entity))
}

fn apply_all(state: &mut EntityState, ops: &[Op]) {
    ops.iter().for_each(|op| {
        state.apply(op);
    });
}
