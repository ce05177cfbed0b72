//! Feeds: what happened in each scope, in this replica's order, and the marks that tell which replicas below
//! have something waiting. Work is proportional to the scopes touched, never to the scopes held. Who holds what is in
//! [`crate::grant`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use holdfast_core::id::Scope;

use crate::desktops;
use crate::draft::FeedEntry;
use crate::error::Result;
use crate::grant;
use crate::schema;
use crate::sql::{Sql, Value};
use crate::tx::Tx;

/// Subscribers looked up at once: an answer of 10,000 rows is small, and a save seldom has a hundred.
const SUBSCRIBERS_A_ROUND: u32 = 10_000;

/// Numbers the entries of all feeds, from 1.
pub(crate) const ARRIVAL: &str = "arrival";

/// A scope that entries were added to.
pub(crate) struct Touched {
    pub(crate) no: i64,
    pub(crate) head: i64,
    /// Nothing was known of it before.
    pub(crate) is_new: bool,
    /// There was nothing in it, though somebody may have wanted it already.
    pub(crate) was_empty: bool,
    /// A resource came in whole from another scope: even its author may not have all of it.
    pub(crate) has_arrival: bool,
}

/// Appends entries to their scopes' feeds and marks the subscribers. `made` are the scopes of patients whom the resources
/// behind the entries make.
pub(crate) fn append(tx: &mut Tx<'_>, entries: Vec<FeedEntry>, made: &[Scope]) -> Result<()> {
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
    tx.sql.insert(&schema::FEED, rows)?;
    let heads =
        scopes.iter().map(|(name, s)| vec![s.no.into(), name.0.as_str().into(), s.head.into()]).collect();
    tx.sql.upsert(&schema::SCOPE, heads)?;
    mark(tx, &scopes, made)
}

fn touch(sql: &mut dyn Sql, names: &BTreeSet<&Scope>) -> Result<HashMap<Scope, Touched>> {
    let keys: Vec<Vec<Value>> = names.iter().map(|scope| vec![scope.0.as_str().into()]).collect();
    let found = sql.lookup(&schema::SCOPE, &["name"], &["no", "head"], &keys)?;
    let new = found.iter().filter(|row| row.is_none()).count() as u64;
    let mut next = if new > 0 { sql.allocate("scope", new)? as i64 } else { 0 };
    let mut out = HashMap::with_capacity(names.len());
    for (scope, row) in names.iter().zip(found) {
        let touched = match row {
            Some(row) => {
                let (no, head) = (row.int(0)?, row.int(1)?);
                Touched { no, head, is_new: false, was_empty: head == 0, has_arrival: false }
            }
            None => {
                next += 1;
                Touched { no: next - 1, head: 0, is_new: true, was_empty: true, has_arrival: false }
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

fn mark(tx: &mut Tx<'_>, scopes: &HashMap<Scope, Touched>, made: &[Scope]) -> Result<()> {
    if tx.sql.query("SELECT no FROM replica LIMIT 1", &[])?.is_empty() {
        return Ok(());
    }
    let subscribed = subscribers(tx.sql, scopes.values().map(|s| s.no).collect())?;
    let arrivals: BTreeSet<i64> = scopes.values().filter(|s| s.has_arrival).map(|s| s.no).collect();
    let mut marks = Vec::new();
    for (scope_no, replicas) in &subscribed {
        let author = tx.from_replica.filter(|_| !tx.is_late && !arrivals.contains(scope_no));
        for replica in replicas.iter().filter(|r| Some(**r) != author) {
            marks.push(vec![(*replica).into(), (*scope_no).into(), ROUTINE.into()]);
        }
    }
    tx.sql.insert_new(&schema::DIRTY, marks)?;
    desktops::follow_new(tx, scopes, &subscribed)?;
    match tx.from_replica {
        Some(replica) => grant::subscribe_author(tx, replica, scopes, &subscribed, made),
        None => Ok(()),
    }
}

/// Who holds each of the scopes: all of them, in as many rounds as it takes.
fn subscribers(sql: &mut dyn Sql, scopes: BTreeSet<i64>) -> Result<BTreeMap<i64, Vec<i64>>> {
    let mut ranges: Vec<(i64, i64)> = scopes.into_iter().map(|no| (no, -1)).collect();
    let mut out: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    loop {
        let columns = ["scope_no", "replica_no"];
        let rows = sql.scan_after(&schema::SUBSCRIPTION, &columns, &ranges, SUBSCRIBERS_A_ROUND)?;
        for row in &rows {
            out.entry(row.int(0)?).or_default().push(row.int(1)?);
        }
        let Some(last) = rows.get(SUBSCRIBERS_A_ROUND as usize - 1) else { return Ok(out) };
        let (scope, replica) = (last.int(0)?, last.int(1)?);
        ranges.retain(|(no, _)| *no > scope);
        ranges.insert(0, (scope, replica));
    }
}

/// Rank of a mark that waits its turn.
pub(crate) const ROUTINE: i64 = 1;
/// Rank of a mark that goes first.
pub(crate) const URGENT: i64 = 0;
