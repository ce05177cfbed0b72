//! What the registers remember of an op: enough to tell a damaged one from a good one, and to say it again.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::{Dot, Entity, Lane, Scope};
use holdfast_core::op::{Change, EntityDot, Op};
use holdfast_core::state::EntityState;

use crate::error::{Result, StoreError};
use crate::scrub::{columns, is_sound, readable_ops};
use crate::sql::Sql;
use crate::tx::Tx;

/// Numbers of the resources that an actor's ops past `after` were made on, by seq. Reads the feeds: for repair only.
pub(crate) fn resources_of(
    sql: &mut dyn Sql,
    actor_no: i64,
    lane: Lane,
    after: u64,
) -> Result<BTreeMap<u64, i64>> {
    let text = "SELECT seq, resource_no FROM feed WHERE actor_no = $1 AND lane = $2 AND seq > $3";
    let rows = sql.query(text, &[actor_no.into(), i64::from(lane.0).into(), after.into()])?;
    rows.iter().map(|row| Ok((row.uint(0)?, row.int(1)?))).collect()
}

/// Whether every value that an op still has in its resource's registers is the one it assigned.
pub(crate) fn agrees(state: &EntityState, op: &Op) -> bool {
    let dot = op.entity_dot();
    let is_known = state.entity == op.entity && state.vv.get(&dot.actor) >= dot.seq;
    is_known
        && assigned(state, dot)
            .iter()
            .all(|was| op.changes.iter().any(|change| change.key == was.key && change.value == was.value))
}

/// What is left of an op in the registers.
fn assigned(state: &EntityState, dot: EntityDot) -> Vec<Change> {
    let of_register = |(key, register): (&String, &holdfast_core::state::Register)| {
        let sibling = register.siblings.iter().find(|sibling| sibling.dot == dot)?;
        Some(Change { key: key.clone(), pred: Vec::new(), value: sibling.value.clone() })
    };
    state.registers.iter().filter_map(of_register).collect()
}

/// The op as it was read, if it is what the registers know of it; else the op as they know it; `None` if they know
/// nothing of it that is not overwritten since.
pub(crate) fn checked(
    tx: &mut Tx<'_>,
    dot: Dot,
    read: Result<Option<Op>>,
    resource: Option<&i64>,
) -> Result<Option<Op>> {
    let read = match read {
        Ok(read) => read.filter(|op| op.dot == dot),
        Err(StoreError::Wire(_) | StoreError::Segment(_) | StoreError::Corrupt(_)) => None,
        Err(error) => return Err(error),
    };
    let Some(no) = resource else { return Ok(read) };
    let rows = tx.sql.query(&format!("SELECT {} FROM resource WHERE no = $1", columns()), &[(*no).into()])?;
    let Some(row) = rows.first().filter(|row| is_sound(row)) else { return Ok(read) };
    let entity = Entity::new(row.text(1)?, row.text(2)?);
    let state = tx.entity(&entity)?.state.clone();
    match read {
        Some(op) if agrees(&state, &op) => Ok(Some(op)),
        _ => said_again(tx, *no, &state, dot),
    }
}

/// An op that stands for the lost one. What it replaced is not known but by the history: whatever stood in its
/// registers before, and stands there no more. Its scopes are asked for again from their beginning, so that a value
/// that is missing in this list shows as a conflict here as it does at the upstream.
fn said_again(tx: &mut Tx<'_>, no: i64, state: &EntityState, dot: Dot) -> Result<Option<Op>> {
    let lost = EntityDot { actor: dot.actor, seq: dot.seq };
    let mut changes = assigned(state, lost);
    let about =
        state.registers.values().flat_map(|r| &r.siblings).find(|sibling| sibling.dot == lost).cloned();
    let Some(about) = about else { return Ok(None) };
    let (history, _) = readable_ops(tx.sql, no)?;
    for change in &mut changes {
        let alive: BTreeSet<EntityDot> =
            state.registers.get(&change.key).map(|r| r.dots().into_iter().collect()).unwrap_or_default();
        let before = history.iter().filter(|op| op.changes.iter().any(|c| c.key == change.key));
        let gone: BTreeSet<EntityDot> =
            before.map(Op::entity_dot).filter(|dot| *dot != lost && !alive.contains(dot)).collect();
        change.pred = gone.into_iter().collect();
    }
    let scopes: BTreeSet<Scope> = tx.rules().scopes(state, tx.records.clinic());
    for scope in &scopes {
        tx.sql.execute("UPDATE held SET pos = 0 WHERE scope = $1", &[scope.0.as_str().into()])?;
    }
    tracing::warn!(error.code = "op-said-again", seq = dot.seq, "an unsent save was damaged in the log");
    let entity = state.entity.clone();
    Ok(Some(Op { dot, hlc: about.hlc, entity, author: about.author, changes }))
}
