//! The search index: what the resources say, and nothing else.

use holdfast_core::id::Entity;
use holdfast_core::view::decode;

use super::{Findings, READ_AT_ONCE};
use crate::error::Result;
use crate::records::Records;
use crate::schema;
use crate::sql::{Database, Row, Sql, Value};

/// Resources looked at in one read or made again in one transaction.
const STEP: i64 = 500;

/// Is shown the entries that some resources should have.
type Look<'a> = dyn FnMut(&mut dyn Sql, Vec<Vec<Value>>) -> Result<()> + 'a;

/// Counts entries that are missing: a damaged one is missing as what it was. Damaged resources are left out: healing
/// one makes its entries again.
pub(super) fn check(records: &Records, db: &dyn Database, findings: &mut Findings) -> Result<()> {
    // It may lack what is not done yet.
    let is_damaged = !findings.resources.is_empty() || !findings.structure.is_empty();
    if is_damaged || records.read(|view| view.is_index_behind())? {
        return Ok(());
    }
    let (mut missing, mut after) = (0, 0);
    while let Some(last) = step(records, db, after, &mut |sql, rows| {
        let (table, key) = (&schema::SEARCH, ["param", "value", "resource_no"]);
        let found = sql.lookup(table, &key, &["resource_no"], &rows)?;
        missing += found.iter().filter(|row| row.is_none()).count() as u64;
        Ok(())
    })? {
        after = last;
    }
    findings.index = missing;
    Ok(())
}

/// Derives the whole index again, in one transaction: searches see the old one or the new one.
pub(crate) fn rebuild(records: &Records) -> Result<()> {
    records.write(|tx| {
        tx.sql.execute("DELETE FROM search", &[])?;
        tx.sql.execute("DELETE FROM unindexed", &[])?;
        let mut after = 0;
        while let Some((last, rows)) = entries(records, tx.sql, after)? {
            tx.sql.insert_new(&schema::SEARCH, rows)?;
            after = last;
        }
        Ok(())
    })
}

fn step(records: &Records, db: &dyn Database, after: i64, look: &mut Look<'_>) -> Result<Option<i64>> {
    let mut reached = None;
    db.read(&mut |sql| {
        reached = None;
        if let Some((last, rows)) = entries(records, sql, after)? {
            look(sql, rows)?;
            reached = Some(last);
        }
        Ok(())
    })?;
    Ok(reached)
}

/// The entries of the next resources, and the number of the last of them.
pub(crate) fn entries(
    records: &Records,
    sql: &mut dyn Sql,
    after: i64,
) -> Result<Option<(i64, Vec<Vec<Value>>)>> {
    let text =
        format!("SELECT no, kind, id, json, state FROM resource WHERE no > $1 ORDER BY no LIMIT {STEP}");
    let rows = sql.query_within(&text, &[after.into()], READ_AT_ONCE)?.rows;
    let Some(last) = rows.last().map(|row| row.int(0)).transpose()? else { return Ok(None) };
    let mut out = Vec::new();
    for row in &rows {
        out.extend(of_resource(records, row)?);
    }
    Ok(Some((last, out)))
}

fn of_resource(records: &Records, row: &Row) -> Result<Vec<Vec<Value>>> {
    let (no, entity) = (row.int(0)?, Entity::new(row.text(1)?, row.text(2)?));
    let state = decode(entity, row.text(3)?, row.blob(4)?)?;
    let rows = crate::index::rows(records.rules(), &state).into_iter();
    Ok(rows.map(|r| vec![i64::from(r.param).into(), r.value.into(), no.into()]).collect())
}
