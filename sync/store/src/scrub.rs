//! Looking for damage before somebody meets it, and healing it where the data is still somewhere.
//!
//! SQLite has no page checksums, so every resource row carries its own, segments verify by their Merkle root, and
//! the search index can be derived again.

use holdfast_core::id::Entity;
use holdfast_core::message::StateItem;
use holdfast_core::segment;
use holdfast_core::view::decode;

use crate::error::Result;
use crate::log;
use crate::records::Records;
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::sqlite::Sqlite;
use crate::tx::{Tx, resource_row};
use crate::view::checksum;

/// Rows looked at in one read, so that a scrub never holds a view open for long.
const STEP: i64 = 1000;

/// What a scrub found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Findings {
    /// What SQLite's own check says.
    pub structure: Vec<String>,
    /// Resources whose row is damaged: number and, if it can still be read, name.
    pub resources: Vec<(i64, Option<Entity>)>,
    /// Segments that do not verify: actor number, lane, first seq.
    pub segments: Vec<(i64, i64, u64)>,
    /// Resources and segments looked at.
    pub checked: u64,
}

impl Findings {
    /// One line for people; `None` if nothing was found.
    pub fn summary(&self) -> Option<String> {
        if self.structure.is_empty() && self.resources.is_empty() && self.segments.is_empty() {
            return None;
        }
        Some(format!(
            "{} damaged resources, {} damaged segments, {} structural findings of {} looked at",
            self.resources.len(),
            self.segments.len(),
            self.structure.len(),
            self.checked
        ))
    }
}

/// What a repair did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Repair {
    /// Resources made again, from this replica's own log or an upstream.
    pub healed: Vec<Entity>,
    /// Resources nobody could give: report them.
    pub lost: Vec<String>,
}

/// Checks every resource and segment. `progress` is told how many of how many.
///
/// # Errors
/// The database, if it cannot even be read; damage itself is a finding.
pub fn scrub(records: &Records, db: &Sqlite, progress: &mut dyn FnMut(u64, u64)) -> Result<Findings> {
    let mut findings = Findings { structure: db.integrity_findings()?, ..Findings::default() };
    records.db.read(&mut |sql| check_rows(sql, &mut findings, progress))?;
    Ok(findings)
}

pub(crate) fn check_rows(
    sql: &mut dyn Sql,
    findings: &mut Findings,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<()> {
    let last = |sql: &mut dyn Sql| -> Result<i64> {
        let rows = sql.query("SELECT MAX(no) FROM resource", &[])?;
        rows.first().filter(|row| !row.is_null(0)).map_or(Ok(0), |row| row.int(0))
    };
    let end = last(sql)?;
    for from in (0..end).step_by(STEP as usize) {
        check_resources(sql, from, findings)?;
        progress(from as u64, end as u64);
    }
    check_segments(sql, findings)
}

fn check_resources(sql: &mut dyn Sql, from: i64, findings: &mut Findings) -> Result<()> {
    let columns: Vec<&str> = schema::RESOURCE.columns.iter().map(|(name, _)| *name).collect();
    let text = format!("SELECT {} FROM resource WHERE no > $1 AND no <= $2 ORDER BY no", columns.join(", "));
    let step = match sql.query(&text, &[from.into(), (from + STEP).into()]) {
        Ok(rows) => rows,
        // The page itself is damaged: one by one, so that its neighbours are not given up with it.
        Err(_) => return check_one_by_one(sql, &columns, from, findings),
    };
    for row in &step {
        check_resource(row, findings);
    }
    Ok(())
}

fn check_one_by_one(sql: &mut dyn Sql, columns: &[&str], from: i64, findings: &mut Findings) -> Result<()> {
    let text = format!("SELECT {} FROM resource WHERE no = $1", columns.join(", "));
    for no in from + 1..=from + STEP {
        match sql.query(&text, &[no.into()]) {
            Ok(rows) => rows.iter().for_each(|row| check_resource(row, findings)),
            Err(_) => {
                let name = sql.query("SELECT kind, id FROM resource WHERE no = $1", &[no.into()]);
                let entity = name.ok().and_then(|rows| entity_of(rows.first()?, 0));
                findings.resources.push((no, entity));
            }
        }
    }
    Ok(())
}

fn entity_of(row: &Row, at: usize) -> Option<Entity> {
    Some(Entity::new(row.text(at).ok()?, row.text(at + 1).ok()?))
}

fn check_resource(row: &Row, findings: &mut Findings) {
    findings.checked += 1;
    let (body, sum) = row.0.split_at(row.0.len() - 1);
    let entity = entity_of(row, 1);
    let decodes = entity.as_ref().is_some_and(|entity| match (row.text(3), row.blob(4)) {
        (Ok(json), Ok(state)) => decode(entity.clone(), json, state).is_ok(),
        _ => false,
    });
    if sum != [Value::Int(checksum(body))] || !decodes {
        findings.resources.push((row.int(0).unwrap_or_default(), entity));
    }
}

fn check_segments(sql: &mut dyn Sql, findings: &mut Findings) -> Result<()> {
    let keys =
        sql.query("SELECT actor_no, lane, first, hash FROM segment ORDER BY actor_no, lane, first", &[])?;
    for key in keys {
        findings.checked += 1;
        let (actor_no, lane, first) = (key.int(0)?, key.int(1)?, key.uint(2)?);
        let text = "SELECT bytes FROM segment WHERE actor_no = $1 AND lane = $2 AND first = $3";
        let found = sql.query(text, &[actor_no.into(), lane.into(), first.into()]);
        let good = found.ok().and_then(|rows| {
            let segment = segment::read(rows.first()?.blob(0).ok()?).ok()?;
            Some(key.blob(3).ok()? == segment.head.hash())
        });
        if good != Some(true) {
            findings.segments.push((actor_no, lane, first));
        }
    }
    Ok(())
}

/// Gives an upstream's states of these resources, as far as it has them.
pub type AskUpstream<'a> = dyn Fn(&[Entity]) -> Vec<StateItem> + 'a;

/// Makes damaged resources again from the log held here; what the log does not give is asked of `upstream`
/// (`None`: no upstream can be asked now).
///
/// # Errors
/// The database.
pub fn repair(
    records: &Records,
    db: &Sqlite,
    findings: &Findings,
    upstream: Option<&AskUpstream<'_>>,
) -> Result<Repair> {
    if !findings.structure.is_empty() {
        db.rebuild_indexes()?;
    }
    let mut repair = Repair::default();
    let known: Vec<Entity> = findings.resources.iter().filter_map(|(_, entity)| entity.clone()).collect();
    let fetched = upstream.map(|ask| ask(&known)).unwrap_or_default();
    for (no, entity) in &findings.resources {
        let Some(entity) = entity else {
            repair.lost.push(format!("resource number {no}"));
            continue;
        };
        let item = fetched.iter().find(|item| item.entity == *entity);
        if records.write(|tx| heal(tx, *no, entity, item))? {
            repair.healed.push(entity.clone());
        } else {
            repair.lost.push(entity.to_string());
        }
    }
    records.write(|tx| {
        tx.notice("scrub-repair", &format!("{} healed, {} lost", repair.healed.len(), repair.lost.len()))
    })?;
    Ok(repair)
}

/// Rebuilds one resource from its ops and, joined with it, the upstream's state.
fn heal(tx: &mut Tx<'_>, no: i64, entity: &Entity, item: Option<&StateItem>) -> Result<bool> {
    let mut state = holdfast_core::state::EntityState::new(entity.clone(), tx.rules().lane(&entity.kind));
    let mut is_whole = !has_whole_rows(tx.sql, no)?;
    let text = "SELECT actor_no, lane, seq, op FROM feed WHERE resource_no = $1 AND actor_no IS NOT NULL ORDER BY arrival";
    let (mut finder, mut ops) = (log::OpFinder::default(), Vec::new());
    for row in tx.sql.query(text, &[no.into()])? {
        let content = if row.is_null(3) { None } else { Some(row.blob(3)?) };
        let dot = (row.int(0)?, row.int(1)?, row.uint(2)?);
        match finder.of_feed_row(tx.sql, content, dot) {
            Ok(Some(op)) => {
                state.apply(&op);
                ops.push(op);
            }
            Ok(None) | Err(_) => is_whole = false,
        }
    }
    if let Some(item) = item {
        let theirs = decode(entity.clone(), &item.json, &item.state)?;
        if is_whole {
            state = state.join(&theirs);
        } else {
            // What is new here, and perhaps unsent, goes on top of what the upstream has.
            state = theirs;
            ops.iter().for_each(|op| {
                state.apply(op);
            });
        }
        is_whole = true;
    }
    if !is_whole || state.vv.dots.is_empty() {
        return Ok(false);
    }
    let rules = tx.rules();
    tx.sql.execute("DELETE FROM search WHERE resource_no = $1", &[no.into()])?;
    let rows = rules.index(&state).into_iter();
    let rows = rows.map(|r| vec![i64::from(r.param).into(), r.value.into(), no.into()]).collect();
    tx.sql.insert_new(&schema::SEARCH, rows)?;
    tx.sql.upsert(&schema::RESOURCE, vec![resource_row(no, &state, rules)])?;
    Ok(true)
}

fn has_whole_rows(sql: &mut dyn Sql, no: i64) -> Result<bool> {
    let text = "SELECT 1 FROM feed WHERE resource_no = $1 AND actor_no IS NULL LIMIT 1";
    Ok(!sql.query(text, &[no.into()])?.is_empty())
}
