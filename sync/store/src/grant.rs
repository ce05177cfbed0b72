//! Who may hold a patient: the clinic that made the `Patient`, and those that it was shared with. What else a clinic writes
//! about somebody is taken in, and gives it nothing to read: see `docs/decisions/0007-who-holds-a-patient.md`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use holdfast_core::id::{ActorId, Entity, Scope};
use holdfast_core::op::{EntityDot, Op};
use holdfast_core::state::EntityState;

use crate::error::Result;
use crate::feed::{ROUTINE, Touched};
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::tx::Tx;

/// Feed rows looked at, of all scopes, for whether they are the maker's own. Past it a scope is sent back to its maker.
const LOOKED_AT: u32 = 20_000;
/// The owner of this database's own actors.
const SELF: &str = "self";

/// Whether an op that is about to be taken in makes its patient: it is the first of them, and builds on nothing.
pub(crate) fn makes(state: &EntityState, op: &Op) -> bool {
    Scope::of_patient(&op.entity).is_some() && state.vv.dots.is_empty() && op.seen().next().is_none()
}

/// Whether an op is on a patient of whom something is here, and names nothing of it as seen.
pub(crate) fn is_anew(state: &EntityState, op: &Op) -> bool {
    let is_known = |dot: &EntityDot| dot.seq <= state.vv.get(&dot.actor);
    Scope::of_patient(&op.entity).is_some() && !state.vv.dots.is_empty() && !op.seen().any(is_known)
}

/// Whether nobody has made this patient here yet: there is nothing of it, or only what replicas below have written over
/// values that are still to come.
pub(crate) fn is_unmade(tx: &mut Tx<'_>, patient: &Entity) -> Result<bool> {
    let state = &tx.entity(patient)?.state;
    if state.vv.dots.is_empty() || !state.awaits_values() {
        return Ok(state.vv.dots.is_empty());
    }
    let actors: Vec<ActorId> = state.vv.dots.keys().copied().collect();
    // What was written here was made here, whatever somebody claims to have seen of it.
    Ok(owners(tx, &actors)?.iter().all(|owner| owner.as_ref().is_some_and(|owner| owner != SELF)))
}

/// Whose each actor is: `clinic/replica` below, [`SELF`] here.
pub(crate) fn owners(tx: &mut Tx<'_>, actors: &[ActorId]) -> Result<Vec<Option<String>>> {
    let keys: Vec<Vec<Value>> = actors.iter().map(|actor| vec![actor.0.to_vec().into()]).collect();
    let rows = tx.sql.lookup(&schema::ACTOR, &["actor"], &["replica"], &keys)?;
    let owner = |row: Option<Row>| match row.filter(|row| !row.is_null(0)) {
        Some(mut row) => row.take_text(0).map(Some),
        None => Ok(None),
    };
    rows.into_iter().map(owner).collect()
}

/// Those of the scopes that a clinic was given.
pub(crate) fn given_to<'a>(
    sql: &mut dyn Sql,
    clinic: &str,
    scopes: impl IntoIterator<Item = &'a Scope>,
) -> Result<BTreeSet<&'a Scope>> {
    let scopes: Vec<&Scope> = scopes.into_iter().collect();
    let keys: Vec<Vec<Value>> = scopes.iter().map(|s| vec![s.0.as_str().into(), clinic.into()]).collect();
    let found = sql.lookup(&schema::GRANT, &["scope", "clinic"], &["clinic"], &keys)?;
    Ok(scopes.into_iter().zip(found).filter(|(_, row)| row.is_some()).map(|(scope, _)| scope).collect())
}

/// Those of the scopes that any clinic was given.
pub(crate) fn given<'a>(
    sql: &mut dyn Sql,
    scopes: impl IntoIterator<Item = &'a Scope>,
) -> Result<BTreeSet<&'a Scope>> {
    let scopes: Vec<&Scope> = scopes.into_iter().collect();
    let keys: Vec<Vec<Value>> = scopes.iter().map(|s| vec![s.0.as_str().into()]).collect();
    let found = sql.lookup(&schema::GRANT, &["scope"], &["clinic"], &keys)?;
    Ok(scopes.into_iter().zip(found).filter(|(_, row)| row.is_some()).map(|(scope, _)| scope).collect())
}

/// A replica that writes into a patient's scope that its clinic may hold, or is given now, holds it from then on: nothing
/// but news of one that it made itself, all of any other.
pub(crate) fn subscribe_author(
    tx: &mut Tx<'_>,
    replica: i64,
    scopes: &HashMap<Scope, Touched>,
    subscribed: &BTreeMap<i64, Vec<i64>>,
    made: &[Scope],
) -> Result<()> {
    let text = "SELECT clinic, COALESCE(actor_no, -1) FROM replica WHERE no = $1";
    let Some(row) = tx.sql.query(text, &[replica.into()])?.pop() else { return Ok(()) };
    let (clinic, actor_no) = (row.text(0)?.to_owned(), row.int(1)?);
    let granted = grant(tx, &clinic, scopes, made)?;
    let is_held = |s: &Touched| subscribed.get(&s.no).is_some_and(|list| list.contains(&replica));
    let missing = scopes.iter().filter(|(name, s)| name.as_patient().is_some() && !is_held(s));
    let mut missing: Vec<(&Scope, &Touched)> = missing.collect();
    missing.sort_by_key(|(_, s)| s.no);
    let known = missing.iter().map(|(name, _)| *name).filter(|name| !granted.contains(*name));
    let allowed = given_to(tx.sql, &clinic, known)?;
    let own = all_own(tx, actor_no, missing.iter().filter(|(name, s)| s.is_new || granted.contains(*name)))?;
    let (mut subscriptions, mut marks) = (Vec::new(), Vec::new());
    let is_held_now = |name: &Scope| granted.contains(name) || allowed.contains(name);
    for (_, s) in missing.iter().filter(|(name, _)| is_held_now(name)) {
        let has_all = own.contains(&s.no);
        subscriptions.push(vec![s.no.into(), replica.into(), if has_all { s.head } else { 0 }.into()]);
        if !has_all {
            marks.push(vec![replica.into(), s.no.into(), ROUTINE.into()]);
        }
    }
    for other in other_nodes(tx, replica, &clinic)? {
        for scope in granted.iter().filter_map(|name| scopes.get(*name)) {
            subscriptions.push(vec![scope.no.into(), other.into(), 0i64.into()]);
            marks.push(vec![other.into(), scope.no.into(), ROUTINE.into()]);
        }
    }
    tx.sql.insert_new(&schema::SUBSCRIPTION, subscriptions)?;
    tx.sql.insert_new(&schema::DIRTY, marks)?;
    Ok(())
}

/// Gives a clinic the scopes of the patients whom it makes, unless another has them: that one would hand its records to
/// whoever knows an id. Then an operator is told, who may share them.
fn grant<'a>(
    tx: &mut Tx<'_>,
    clinic: &str,
    scopes: &'a HashMap<Scope, Touched>,
    made: &'a [Scope],
) -> Result<BTreeSet<&'a Scope>> {
    if !tx.serves_clinics() {
        // Everybody below is of one clinic: there is nobody to keep a patient from.
        let new = scopes.iter().filter(|(name, s)| s.is_new && name.as_patient().is_some());
        let new: BTreeSet<&Scope> = new.map(|(name, _)| name).collect();
        write(tx, clinic, &new)?;
        return Ok(new);
    }
    let mut new: BTreeSet<&Scope> = made.iter().collect();
    let taken = given(tx.sql, new.iter().copied())?;
    let mine = given_to(tx.sql, clinic, taken.iter().copied())?;
    let others: BTreeSet<&Scope> = taken.difference(&mine).copied().collect();
    new.retain(|scope| !taken.contains(scope));
    write(tx, clinic, &new)?;
    tell_not_granted(tx, clinic, &others)?;
    Ok(new)
}

/// Tells the operator of patients whom a clinic made and may not hold.
pub(crate) fn tell_not_granted(tx: &mut Tx<'_>, clinic: &str, scopes: &BTreeSet<&Scope>) -> Result<()> {
    if scopes.is_empty() {
        return Ok(());
    }
    let text = format!(
        "{} patients that {clinic} made were made, or shared with others, before; {clinic} may not hold them: share them \
         with {clinic} if that is right",
        scopes.len()
    );
    tx.notice("patient-not-granted", &text)
}

fn write(tx: &mut Tx<'_>, clinic: &str, scopes: &BTreeSet<&Scope>) -> Result<()> {
    let rows = scopes.iter().map(|scope| vec![scope.0.as_str().into(), clinic.into()]).collect();
    tx.sql.insert_new(&schema::GRANT, rows).map(|_| ())
}

/// Of the scopes those in which everything came from the actor that writes now, who therefore has it all. An allergy
/// travels ahead of its patient, so a scope may be older than its grant.
fn all_own<'a>(
    tx: &mut Tx<'_>,
    actor_no: i64,
    scopes: impl Iterator<Item = &'a (&'a Scope, &'a Touched)>,
) -> Result<BTreeSet<i64>> {
    if tx.is_late {
        return Ok(BTreeSet::new());
    }
    let scopes: Vec<&Touched> = scopes.map(|(_, s)| *s).filter(|s| !s.has_arrival).collect();
    let mut own: BTreeSet<i64> = scopes.iter().filter(|s| s.is_new).map(|s| s.no).collect();
    let older: BTreeMap<i64, i64> = scopes.iter().filter(|s| !s.is_new).map(|s| (s.no, s.head)).collect();
    let ranges: Vec<(i64, i64)> = older.keys().map(|no| (*no, 0)).collect();
    let mut seen: BTreeMap<i64, i64> = BTreeMap::new();
    for row in tx.sql.scan_after(&schema::FEED, &["scope_no", "actor_no"], &ranges, LOOKED_AT)? {
        if !row.is_null(1) && row.int(1)? == actor_no {
            *seen.entry(row.int(0)?).or_default() += 1;
        }
    }
    own.extend(older.into_iter().filter(|(no, head)| seen.get(no) == Some(head)).map(|(no, _)| no));
    Ok(own)
}

/// The clinic's other nodes: each holds all the clinic's patients.
fn other_nodes(tx: &mut Tx<'_>, replica: i64, clinic: &str) -> Result<Vec<i64>> {
    let text = "SELECT no FROM replica WHERE clinic = $1 AND kind = $2 AND no <> $3 ORDER BY no";
    let rows = tx.sql.query(text, &[clinic.into(), crate::upstream::NODE.into(), replica.into()])?;
    rows.iter().map(|row| row.int(0)).collect()
}
