//! Looking at every row that says what it must be.

use holdfast_core::codec::decode_ops;
use holdfast_core::id::Entity;
use holdfast_core::op::Op;
use holdfast_core::segment;
use holdfast_core::view::decode;

use super::{Findings, READ_AT_ONCE};
use crate::error::{Result, StoreError};
use crate::schema;
use crate::sql::{Database, Row, Rows, Sql, Value};
use crate::view::{content_sum, row_sum};

/// Rows looked at in one read, so that a scrub never holds a view open for long.
const STEP: i64 = 1000;

/// Resources and segments of a database, which need no rules to be checked.
pub(crate) fn check_database(
    db: &dyn Database,
    findings: &mut Findings,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<()> {
    let Some(end) = or_finding(findings, last_number(db))? else { return Ok(()) };
    for from in (0..end).step_by(STEP as usize) {
        let looked = db.read(&mut |sql| check_resources(sql, from, findings));
        or_finding(findings, looked)?;
        progress((from + STEP).min(end) as u64, end as u64);
    }
    check_segments(db, findings)
}

/// What SQLite cannot read is a finding, not a failure.
fn or_finding<T>(findings: &mut Findings, outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::Corrupt(why)) => {
            if !findings.structure.contains(&why) {
                findings.structure.push(why);
            }
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn last_number(db: &dyn Database) -> Result<i64> {
    let mut last = 0;
    db.read(&mut |sql| {
        let rows = sql.query("SELECT MAX(no) FROM resource", &[])?;
        last = rows.first().filter(|row| !row.is_null(0)).map_or(Ok(0), |row| row.int(0))?;
        Ok(())
    })?;
    Ok(last)
}

/// All columns of a resource's row, in order.
pub(crate) fn columns() -> String {
    schema::RESOURCE.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn check_resources(sql: &mut dyn Sql, from: i64, findings: &mut Findings) -> Result<()> {
    let text = format!("SELECT {} FROM resource WHERE no > $1 AND no <= $2 ORDER BY no", columns());
    let (mut after, to) = (from, from + STEP);
    loop {
        match sql.query_within(&text, &[after.into(), to.into()], READ_AT_ONCE) {
            Ok(Rows { rows, is_cut }) => {
                rows.iter().for_each(|row| check_resource(row, findings));
                match rows.last().filter(|_| is_cut) {
                    Some(last) => after = last.int(0)?,
                    None => return Ok(()),
                }
            }
            // The page itself is damaged: one by one, so that its neighbours are not given up with it.
            Err(_) => {
                check_one_by_one(sql, after, to, findings);
                return Ok(());
            }
        }
    }
}

fn check_one_by_one(sql: &mut dyn Sql, after: i64, to: i64, findings: &mut Findings) {
    let text = format!("SELECT {} FROM resource WHERE no = $1", columns());
    for no in after + 1..=to {
        match sql.query(&text, &[no.into()]) {
            Ok(rows) => rows.iter().for_each(|row| check_resource(row, findings)),
            Err(_) => findings.resources.push((no, None)),
        }
    }
}

fn entity_of(row: &Row, at: usize) -> Option<Entity> {
    Some(Entity::new(row.text(at).ok()?, row.text(at + 1).ok()?))
}

fn check_resource(row: &Row, findings: &mut Findings) {
    findings.checked += 1;
    if !is_sound(row) {
        findings.resources.push((row.int(0).unwrap_or_default(), entity_of(row, 1)));
    }
}

/// Whether a whole row of `resource` is what was once written.
pub(crate) fn is_sound(row: &Row) -> bool {
    let (body, sum) = row.0.split_at(row.0.len() - 1);
    let decodes = entity_of(row, 1).is_some_and(|entity| match (row.text(3), row.blob(4)) {
        (Ok(json), Ok(state)) => decode(entity, json, state).is_ok(),
        _ => false,
    });
    let is_unchanged = body.first().is_some_and(|no| match no {
        Value::Int(no) => sum == [Value::Int(row_sum(*no, content_sum(&body[1..])))],
        _ => false,
    });
    is_unchanged && decodes
}

fn check_segments(db: &dyn Database, findings: &mut Findings) -> Result<()> {
    let mut keys = Vec::new();
    let listed = db.read(&mut |sql| {
        let text = "SELECT actor_no, lane, first, last, hash FROM segment ORDER BY actor_no, lane, first";
        keys = sql.query(text, &[])?;
        Ok(())
    });
    if or_finding(findings, listed)?.is_none() {
        return Ok(());
    }
    for key in keys {
        findings.checked += 1;
        let (actor_no, lane, first) = (key.int(0)?, key.int(1)?, key.uint(2)?);
        let mut good = false;
        let looked = db.read(&mut |sql| {
            good = verifies(sql, &key, (actor_no, lane, first)).unwrap_or(false);
            Ok(())
        });
        or_finding(findings, looked)?;
        if !good {
            findings.segments.push((actor_no, lane, first));
        }
    }
    Ok(())
}

fn verifies(sql: &mut dyn Sql, key: &Row, at: (i64, i64, u64)) -> Result<bool> {
    let text = "SELECT bytes FROM segment WHERE actor_no = $1 AND lane = $2 AND first = $3";
    let rows = sql.query(text, &[at.0.into(), at.1.into(), at.2.into()])?;
    let Some(row) = rows.first() else { return Ok(false) };
    let head = segment::read(row.blob(0)?)?.head;
    Ok(key.blob(4)? == head.hash() && head.first == at.2 && head.last() == key.uint(3)?)
}

/// Own ops that are not sealed yet: nothing signs them, so they are held against the registers that they built.
pub(super) fn tail(db: &dyn Database, findings: &mut Findings) -> Result<()> {
    let mut found = Vec::new();
    let read = db.read(&mut |sql| {
        found.clear();
        for row in sql.query("SELECT lane, seq, op FROM tail ORDER BY lane, seq", &[])? {
            let (lane, seq) = (row.int(0)?, row.uint(1)?);
            let op = row.blob(2).ok().and_then(|bytes| decode_ops(bytes).ok()?.pop());
            let is_good = match op {
                Some(op) if i64::from(op.dot.lane.0) == lane && op.dot.seq == seq => agrees(sql, &op)?,
                _ => false,
            };
            if !is_good {
                found.push((lane, seq));
            }
        }
        Ok(())
    });
    or_finding(findings, read)?;
    findings.tail = found;
    Ok(())
}

/// Whether the op is what its resource's registers know of it.
fn agrees(sql: &mut dyn Sql, op: &Op) -> Result<bool> {
    let text = format!("SELECT {} FROM resource WHERE kind = $1 AND id = $2", columns());
    match sql.query(&text, &[op.entity.kind.as_str().into(), op.entity.id.as_str().into()])?.first() {
        // Its resource is not there: the op names another one than it was made for.
        None => Ok(false),
        Some(row) if is_sound(row) => {
            Ok(crate::remembered::agrees(&decode(op.entity.clone(), row.text(3)?, row.blob(4)?)?, op))
        }
        // The resource's own damage is found with the resource.
        Some(_) => Ok(true),
    }
}
