//! Feeds: what happened in each scope, in this replica's order, and the marks that tell which replicas below
//! have something waiting. Work is proportional to the scopes touched, never to the scopes held.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use holdfast_core::id::Scope;

use crate::draft::FeedEntry;
use crate::error::Result;
use crate::schema;
use crate::sql::{Sql, Value};
use crate::tx::Tx;

/// More subscribers than this in one batch of scopes are met in further rounds.
const SUBSCRIBERS_A_ROUND: u32 = 1_000_000;

/// Numbers the entries of all feeds, from 1.
pub(crate) const ARRIVAL: &str = "arrival";

/// A scope that entries were added to.
pub(crate) struct Touched {
    pub(crate) no: i64,
    pub(crate) head: i64,
    /// Nothing was known of it before.
    pub(crate) is_new: bool,
    /// A resource came in whole from another scope: even its author may not have all of it.
    has_arrival: bool,
}

/// Appends entries to their scopes' feeds and marks the subscribers.
pub(crate) fn append(tx: &mut Tx<'_>, entries: Vec<FeedEntry>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let names: BTreeSet<&Scope> = entries.iter().map(|e| &e.scope).collect();
    let mut scopes = touch(tx.sql, &names)?;
    let first = tx.sql.allocate(ARRIVAL, entries.len() as u64)? as i64;
    tx.entries = first as u64 + entries.len() as u64 - 1;
    let mut rows = Vec::with_capacity(entries.len());
    for (arrival, entry) in (first..).zip(&entries) {
        let scope = scopes.get_mut(&entry.scope).expect("every scope was touched");
        scope.head += 1;
        scope.has_arrival |= entry.op.is_none();
        let (actor_no, lane, seq) = match entry.op {
            Some((actor_no, lane, seq)) => (actor_no.into(), i64::from(lane.0).into(), seq.into()),
            None => (Value::Null, Value::Null, Value::Null),
        };
        let content = entry.content.clone().into();
        rows.push(vec![
            scope.no.into(),
            scope.head.into(),
            entry.resource_no.into(),
            arrival.into(),
            actor_no,
            lane,
            seq,
            content,
        ]);
    }
    tx.sql.insert_new(&schema::FEED, rows)?;
    let heads =
        scopes.iter().map(|(name, s)| vec![s.no.into(), name.0.as_str().into(), s.head.into()]).collect();
    tx.sql.upsert(&schema::SCOPE, heads)?;
    mark(tx, &scopes)
}

fn touch(sql: &mut dyn Sql, names: &BTreeSet<&Scope>) -> Result<HashMap<Scope, Touched>> {
    let keys: Vec<Vec<Value>> = names.iter().map(|scope| vec![scope.0.as_str().into()]).collect();
    let found = sql.lookup(&schema::SCOPE, &["name"], &["no", "head"], &keys)?;
    let new = found.iter().filter(|row| row.is_none()).count() as u64;
    let mut next = if new > 0 { sql.allocate("scope", new)? as i64 } else { 0 };
    let mut out = HashMap::with_capacity(names.len());
    for (scope, row) in names.iter().zip(found) {
        let touched = match row {
            Some(row) => Touched { no: row.int(0)?, head: row.int(1)?, is_new: false, has_arrival: false },
            None => {
                next += 1;
                Touched { no: next - 1, head: 0, is_new: true, has_arrival: false }
            }
        };
        out.insert((*scope).clone(), touched);
    }
    Ok(out)
}

/// The number of a scope, which is made if it is new.
pub(crate) fn scope_number(sql: &mut dyn Sql, scope: &Scope) -> Result<(i64, i64)> {
    let touched = touch(sql, &BTreeSet::from([scope]))?;
    let found = touched.get(scope).expect("the scope was touched");
    if found.is_new {
        let row = vec![found.no.into(), scope.0.as_str().into(), 0i64.into()];
        sql.upsert(&schema::SCOPE, vec![row])?;
    }
    Ok((found.no, found.head))
}

fn mark(tx: &mut Tx<'_>, scopes: &HashMap<Scope, Touched>) -> Result<()> {
    if tx.sql.query("SELECT no FROM replica LIMIT 1", &[])?.is_empty() {
        return Ok(());
    }
    let mut ranges: Vec<(i64, i64)> = scopes.values().map(|s| (s.no, -1)).collect();
    ranges.sort_unstable();
    let columns = ["scope_no", "replica_no"];
    let mut subscribed: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for row in tx.sql.scan_after(&schema::SUBSCRIPTION, &columns, &ranges, SUBSCRIBERS_A_ROUND)? {
        subscribed.entry(row.int(0)?).or_default().push(row.int(1)?);
    }
    let arrivals: BTreeSet<i64> = scopes.values().filter(|s| s.has_arrival).map(|s| s.no).collect();
    let mut marks = Vec::new();
    for (scope_no, replicas) in &subscribed {
        let author = tx.from_replica.filter(|_| !tx.is_late && !arrivals.contains(scope_no));
        for replica in replicas.iter().filter(|r| Some(**r) != author) {
            marks.push(vec![(*replica).into(), (*scope_no).into(), ROUTINE.into()]);
        }
    }
    tx.sql.insert_new(&schema::DIRTY, marks)?;
    match tx.from_replica {
        Some(replica) => subscribe_author(tx, replica, scopes, &subscribed),
        None => Ok(()),
    }
}

/// Rank of a mark that waits its turn.
pub(crate) const ROUTINE: i64 = 1;
/// Rank of a mark that goes first.
pub(crate) const URGENT: i64 = 0;

/// A replica that writes into a patient's scope holds it from then on: all of a scope that others made
/// before, nothing but news of one it made itself.
fn subscribe_author(
    tx: &mut Tx<'_>,
    replica: i64,
    scopes: &HashMap<Scope, Touched>,
    subscribed: &BTreeMap<i64, Vec<i64>>,
) -> Result<()> {
    let clinic = tx.sql.query("SELECT clinic FROM replica WHERE no = $1", &[replica.into()])?;
    let Some(clinic) = clinic.first().map(|row| row.text(0).map(str::to_owned)).transpose()? else {
        return Ok(());
    };
    let mut missing: Vec<(&Scope, &Touched)> = scopes
        .iter()
        .filter(|(name, s)| {
            name.as_patient().is_some() && !subscribed.get(&s.no).is_some_and(|list| list.contains(&replica))
        })
        .collect();
    missing.sort_by_key(|(_, s)| s.no);
    let made: Vec<&Scope> = missing.iter().filter(|(_, s)| s.is_new).map(|(name, _)| *name).collect();
    let grants = made.iter().map(|scope| vec![scope.0.as_str().into(), clinic.as_str().into()]).collect();
    tx.sql.insert_new(&schema::GRANT, grants)?;
    let mut subscriptions = Vec::new();
    let mut marks = Vec::new();
    for (name, s) in missing {
        if !s.is_new && !crate::upstream::may_hold(tx.sql, name, &clinic)? {
            continue;
        }
        let has_all = s.is_new && !s.has_arrival && !tx.is_late;
        let cursor = if has_all { s.head } else { 0 };
        subscriptions.push(vec![s.no.into(), replica.into(), cursor.into()]);
        if !has_all {
            marks.push(vec![replica.into(), s.no.into(), ROUTINE.into()]);
        }
    }
    for other in other_nodes(tx, replica, &clinic)? {
        for scope in made.iter().filter_map(|name| scopes.get(*name)) {
            subscriptions.push(vec![scope.no.into(), other.into(), 0i64.into()]);
            marks.push(vec![other.into(), scope.no.into(), ROUTINE.into()]);
        }
    }
    tx.sql.insert_new(&schema::SUBSCRIPTION, subscriptions)?;
    tx.sql.insert_new(&schema::DIRTY, marks)?;
    Ok(())
}

/// The clinic's other nodes: each holds all the clinic's patients.
fn other_nodes(tx: &mut Tx<'_>, replica: i64, clinic: &str) -> Result<Vec<i64>> {
    let text = "SELECT no FROM replica WHERE clinic = $1 AND kind = $2 AND no <> $3 ORDER BY no";
    let rows = tx.sql.query(text, &[clinic.into(), crate::upstream::NODE.into(), replica.into()])?;
    rows.iter().map(|row| row.int(0)).collect()
}
