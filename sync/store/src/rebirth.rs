//! Saying again, under a new actor, the ops that no upstream has acknowledged. Their old dots may be in use
//! elsewhere (by the database this one was copied from), so nothing may refer to them any more.

use std::collections::BTreeMap;

use holdfast_core::id::{ActorId, Dot, Entity, Lane};
use holdfast_core::op::{DELETED, EntityDot, Op};
use holdfast_core::seen::Seen;
use holdfast_core::state::EntityState;

use crate::error::Result;
use crate::give_back;
use crate::log;
use crate::remembered;
use crate::sql::Value;
use crate::tx::Tx;

/// Re-authors every op of `old` that no upstream acknowledged, under the actor that writes now.
pub(crate) fn say_again(tx: &mut Tx<'_>, old: ActorId) -> Result<()> {
    let old_no = tx.actor_no(old)?;
    if is_top(tx)? {
        return give_back::begin(tx.sql);
    }
    for lane in Lane::ALL {
        let acked = acknowledged(tx, old_no, lane)?;
        let orphans = orphans(tx, (old, old_no), lane, acked)?;
        if orphans.is_empty() {
            continue;
        }
        let mut new_dots = BTreeMap::new();
        for op in &orphans {
            new_dots.insert(op.entity_dot(), log::next_dot(tx, lane)?);
        }
        let mut by_entity: BTreeMap<Entity, Vec<Op>> = BTreeMap::new();
        for op in &orphans {
            by_entity.entry(op.entity.clone()).or_default().push(renamed_op(op, acked, &new_dots));
        }
        for (entity, ops) in by_entity {
            let seen = last_acknowledged(tx, old_no, &entity, acked)?;
            let state = tx.entity(&entity)?.state.clone();
            begin_again(tx, &state)?;
            tx.replace(renamed(state, (old, acked), seen, &new_dots, &ops), &ops)?;
        }
        forget(tx, old_no, lane, acked)?;
        tx.flush()?;
        let again = orphans.iter().map(|op| renamed_op(op, acked, &new_dots));
        tx.authored.entry(lane).or_default().extend(again);
    }
    Ok(())
}

/// An upstream that took in an op under its old dot, and whose acknowledgement was lost, gives it back as somebody
/// else's; pages may have passed it by as our own, so the resource's scopes are held from their beginning.
fn begin_again(tx: &mut Tx<'_>, state: &EntityState) -> Result<()> {
    for scope in tx.rules().scopes(state, tx.records.clinic()) {
        tx.sql.execute("UPDATE held SET pos = 0 WHERE scope = $1", &[scope.0.into()])?;
    }
    Ok(())
}

/// Whether no upstream stands above and replicas may stand below: a hub. Nobody acknowledges its ops, yet those below have them under
/// the old dots, and whatever a copy of it holds is the same as theirs.
fn is_top(tx: &mut Tx<'_>) -> Result<bool> {
    let below = tx.sql.query("SELECT 1 FROM replica LIMIT 1", &[])?;
    let above = tx.sql.query("SELECT 1 FROM held UNION ALL SELECT 1 FROM acked LIMIT 1", &[])?;
    // A backup from before the first replica came is a hub's all the same.
    Ok(above.is_empty() && (tx.serves_clinics() || !below.is_empty()))
}

/// Through which seq any upstream has acknowledged an own log.
pub(crate) fn acknowledged(tx: &mut Tx<'_>, actor_no: i64, lane: Lane) -> Result<u64> {
    let text = "SELECT MAX(seq) FROM acked WHERE actor_no = $1 AND lane = $2";
    let rows = tx.sql.query(text, &[actor_no.into(), i64::from(lane.0).into()])?;
    rows.first().filter(|row| !row.is_null(0)).map_or(Ok(0), |row| row.uint(0))
}

/// Own ops past `acked`, sealed or not, in order. One that no longer reads, or says something else than the registers
/// that it built, is made again from those.
fn orphans(tx: &mut Tx<'_>, old: (ActorId, i64), lane: Lane, acked: u64) -> Result<Vec<Op>> {
    let last = log::last_seq(tx.sql, old.1, lane)?;
    if last <= acked {
        return Ok(Vec::new());
    }
    let resources = remembered::resources_of(tx.sql, old.1, lane, acked)?;
    let mut finder = log::OpFinder::default();
    let mut out = Vec::new();
    for seq in acked + 1..=last {
        let read = finder.find(tx.sql, old.1, i64::from(lane.0), seq);
        out.extend(remembered::checked(tx, Dot { actor: old.0, lane, seq }, read, resources.get(&seq))?);
    }
    Ok(out)
}

/// The last acknowledged op of the old actor on this entity.
fn last_acknowledged(tx: &mut Tx<'_>, actor_no: i64, entity: &Entity, acked: u64) -> Result<u64> {
    let text = "SELECT MAX(f.seq) FROM feed f JOIN resource r ON r.no = f.resource_no \
                WHERE r.kind = $1 AND r.id = $2 AND f.actor_no = $3 AND f.seq <= $4";
    let params: [Value; 4] =
        [entity.kind.as_str().into(), entity.id.as_str().into(), actor_no.into(), acked.into()];
    let rows = tx.sql.query(text, &params)?;
    rows.first().filter(|row| !row.is_null(0)).map_or(Ok(0), |row| row.uint(0))
}

fn renamed(
    mut state: EntityState,
    (old, acked): (ActorId, u64),
    seen: u64,
    new_dots: &BTreeMap<EntityDot, Dot>,
    ops: &[Op],
) -> EntityState {
    let rename = |dot: &mut EntityDot| {
        if let Some(new) = new_dots.get(dot) {
            *dot = EntityDot { actor: new.actor, seq: new.seq };
        }
    };
    for (key, register) in &mut state.registers {
        register.siblings.iter_mut().for_each(|s| rename(&mut s.dot));
        if key == DELETED {
            let tokens = register.siblings.iter_mut().filter_map(|s| s.value.as_mut());
            tokens.for_each(|token| *token = with_new_dots(token, (old, acked), new_dots));
        }
        register.siblings.sort_by_key(|s| s.dot);
        register.unseen.iter_mut().for_each(&rename);
        register.unseen.sort();
    }
    state.vv.dots.remove(&old);
    if seen > 0 {
        state.vv.dots.insert(old, seen);
    }
    if let Some(last) = ops.iter().map(|op| op.dot).max() {
        state.vv.dots.insert(last.actor, last.seq);
    }
    state
}

fn renamed_op(op: &Op, acked: u64, new_dots: &BTreeMap<EntityDot, Dot>) -> Op {
    let mut out = op.clone();
    out.dot = new_dots[&op.entity_dot()];
    for change in &mut out.changes {
        if let Some(token) = change.value.as_mut().filter(|_| change.key == DELETED) {
            *token = with_new_dots(token, (op.dot.actor, acked), new_dots);
        }
        for pred in &mut change.pred {
            if let Some(new) = new_dots.get(pred) {
                *pred = EntityDot { actor: new.actor, seq: new.seq };
            }
        }
    }
    out
}

/// What a deletion had seen, told by the new dots: an op that it saw is no edit beside it for having another name. Of the
/// old ones only what was acknowledged: what a copy of this database wrote under those that follow, it has not seen.
fn with_new_dots(token: &str, (old, acked): (ActorId, u64), new_dots: &BTreeMap<EntityDot, Dot>) -> String {
    let mut seen = Seen::of_token(token);
    let renamed = new_dots.range(EntityDot { actor: old, seq: 0 }..=EntityDot { actor: old, seq: u64::MAX });
    let new: Vec<&Dot> = renamed.filter(|(dot, _)| seen.covers(dot)).map(|(_, new)| new).collect();
    for new in new {
        seen.add(EntityDot { actor: new.actor, seq: new.seq });
    }
    seen.cut(old, acked);
    seen.token()
}

fn forget(tx: &mut Tx<'_>, actor_no: i64, lane: Lane, acked: u64) -> Result<()> {
    let params: [Value; 3] = [actor_no.into(), i64::from(lane.0).into(), acked.into()];
    tx.sql.execute("DELETE FROM tail WHERE actor_no = $1 AND lane = $2 AND seq > $3", &params)?;
    tx.sql.execute("DELETE FROM segment WHERE actor_no = $1 AND lane = $2 AND first > $3", &params)?;
    tx.sql.execute("UPDATE log_head SET seq = $3 WHERE actor_no = $1 AND lane = $2 AND seq > $3", &params)?;
    tx.sql.execute("DELETE FROM feed WHERE actor_no = $1 AND lane = $2 AND seq > $3", &params)?;
    Ok(())
}
