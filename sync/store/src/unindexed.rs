//! Index rows that follow a little later. A save of many resources, as a reconcile brings them, writes the rows by which a
//! resource must be found at once ([`Rules::prompt_index`]) and notes in a pack which resources lack the others; they are
//! made when there is room, or before a search that needs them is answered.
//!
//! Working a pack off reads the resources as they are by then, so that it may be done at any time and more than once, whatever
//! was saved, healed or let go in between.

use std::collections::HashSet;

use holdfast_core::id::Entity;
use holdfast_core::rules::{IndexRow, Rules};
use holdfast_core::search::{Clause, SortBy, SortKey};
use holdfast_core::view::decode;
use holdfast_core::wire::{Reader, put_bytes, put_varint, unzigzag, zigzag};

use crate::error::{Result, StoreError};
use crate::index::{self, MAX_VALUE_BYTES};
use crate::parallel;
use crate::records::Records;
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::view::View;

/// From so many resources at once on, rows are made later.
const MANY: usize = 64;
/// Resources of one step: others wait to save for as long as it takes.
const STEP: usize = 250;

/// When index rows are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Indexing {
    /// In the transaction that saves the resource.
    AtOnce,
    /// Some of them later.
    Later,
}

impl Indexing {
    /// For a save of so many resources.
    pub(crate) fn of_many(resources: usize) -> Self {
        if resources < MANY { Self::AtOnce } else { Self::Later }
    }

    /// Rows to add and to remove now, and, if some are left for later, those to remove then.
    pub(crate) fn part(
        self,
        rules: &dyn Rules,
        add: Vec<IndexRow>,
        remove: Vec<IndexRow>,
    ) -> (Vec<IndexRow>, Vec<IndexRow>, Option<Vec<IndexRow>>) {
        if self == Self::AtOnce {
            return (add, remove, None);
        }
        let is_prompt = |row: &IndexRow| rules.is_prompt(row.param);
        let (add, added_later): (Vec<_>, Vec<_>) = add.into_iter().partition(is_prompt);
        let (remove, gone): (Vec<_>, Vec<_>) = remove.into_iter().partition(is_prompt);
        let has_later = !added_later.is_empty() || !gone.is_empty();
        (add, remove, has_later.then_some(gone))
    }
}

/// A resource that lacks rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Unindexed {
    pub(crate) no: i64,
    /// Rows that the index has, and that go unless the resource has them again.
    pub(crate) gone: Vec<IndexRow>,
}

/// Notes resources whose rows are to be made.
///
/// # Errors
/// The database.
pub(crate) fn note(sql: &mut dyn Sql, resources: &[Unindexed]) -> Result<()> {
    if resources.is_empty() {
        return Ok(());
    }
    let no = sql.allocate("unindexed", 1)?;
    sql.insert(&schema::UNINDEXED, vec![pack_row(no as i64, resources)])
}

fn pack_row(no: i64, resources: &[Unindexed]) -> Vec<Value> {
    vec![no.into(), (resources.len() as i64).into(), encode(resources).into()]
}

/// Whether rows wait to be made.
///
/// # Errors
/// The database.
pub(crate) fn is_any(sql: &mut dyn Sql) -> Result<bool> {
    Ok(!sql.query("SELECT 1 FROM unindexed LIMIT 1", &[])?.is_empty())
}

/// Makes the rows of the next resources; how many those were, 0 at the end.
///
/// # Errors
/// The database.
pub(crate) fn step(records: &Records, sql: &mut dyn Sql) -> Result<usize> {
    let rows = sql.query("SELECT no, pack FROM unindexed ORDER BY no LIMIT 1", &[])?;
    let Some(row) = rows.first() else { return Ok(0) };
    let (no, mut resources) = (row.int(0)?, decode_pack(row.blob(1)?)?);
    let rest = resources.split_off(resources.len().min(STEP));
    make(records, sql, &resources)?;
    if rest.is_empty() {
        sql.delete(&schema::UNINDEXED, vec![vec![no.into()]])?;
    } else {
        sql.upsert(&schema::UNINDEXED, vec![pack_row(no, &rest)])?;
    }
    Ok(resources.len())
}

fn make(records: &Records, sql: &mut dyn Sql, resources: &[Unindexed]) -> Result<()> {
    let keys: Vec<Vec<Value>> = resources.iter().map(|one| vec![one.no.into()]).collect();
    let columns = ["kind", "id", "json", "state"];
    let found = sql.lookup(&schema::RESOURCE, &["no"], &columns, &keys)?;
    let mut both: Vec<(&Unindexed, Option<Row>)> = resources.iter().zip(found).collect();
    let made = parallel::slices(&mut both, |slice| {
        slice.iter().map(|(one, row)| changes(records.rules(), one, row.as_ref())).collect::<Result<Vec<_>>>()
    });
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    for part in made {
        for (rows, gone) in part? {
            add.extend(rows);
            remove.extend(gone);
        }
    }
    sql.delete(&schema::SEARCH, remove)?;
    sql.insert_new(&schema::SEARCH, add)?;
    Ok(())
}

type Cells = Vec<Vec<Value>>;

/// Rows to add and rows to remove.
fn changes(rules: &dyn Rules, one: &Unindexed, row: Option<&Row>) -> Result<(Cells, Cells)> {
    let current = match row {
        Some(row) => {
            let entity = Entity::new(row.text(0)?, row.text(1)?);
            index::rows(rules, &decode(entity, row.text(2)?, row.blob(3)?)?)
        }
        None => Vec::new(),
    };
    let known: HashSet<&IndexRow> = current.iter().collect();
    let cells = |row: &IndexRow| vec![i64::from(row.param).into(), row.value.as_str().into(), one.no.into()];
    let gone = one.gone.iter().filter(|row| !known.contains(row)).map(cells).collect();
    let late = current.iter().filter(|row| !rules.is_prompt(row.param));
    Ok((late.map(cells).collect(), gone))
}

fn encode(resources: &[Unindexed]) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, resources.len() as u64);
    let mut last = 0;
    for one in resources {
        put_varint(&mut out, zigzag(one.no - last));
        last = one.no;
        put_varint(&mut out, one.gone.len() as u64);
        for row in &one.gone {
            put_varint(&mut out, row.param.into());
            put_bytes(&mut out, row.value.as_bytes());
        }
    }
    out
}

fn decode_pack(bytes: &[u8]) -> Result<Vec<Unindexed>> {
    let damaged = |error: holdfast_core::wire::WireError| StoreError::Corrupt(format!("unindexed: {error}"));
    let read = || {
        let mut reader = Reader::new(bytes);
        let mut last = 0;
        let mut out = Vec::new();
        for _ in 0..reader.count(bytes.len(), "resources")? {
            last += unzigzag(reader.varint("number")?);
            let mut gone = Vec::new();
            for _ in 0..reader.count(bytes.len(), "rows")? {
                let param = reader.varint("parameter")? as u32;
                gone.push(IndexRow { param, value: reader.string(MAX_VALUE_BYTES, "value")? });
            }
            out.push(Unindexed { no: last, gone });
        }
        reader.end()?;
        Ok(out)
    };
    read().map_err(damaged)
}

impl View<'_> {
    /// Whether a search by these clauses, in this order, may miss something for the time being: it needs rows that are made
    /// later, and some are not made yet.
    ///
    /// # Errors
    /// The database.
    pub fn may_miss(&mut self, clauses: &[Clause], sort: &[SortKey]) -> Result<bool> {
        Ok(self.needs_late_rows(clauses, sort) && self.is_index_behind()?)
    }

    fn needs_late_rows(&self, clauses: &[Clause], sort: &[SortKey]) -> bool {
        let is_late = |param: &u32| !self.rules.is_prompt(*param);
        let by_late_rows = |key: &SortKey| match &key.by {
            SortBy::Id | SortBy::Updated => false,
            SortBy::Rows { params, .. } => params.iter().any(is_late),
        };
        clauses.iter().any(|clause| params_of(clause).iter().any(is_late)) || sort.iter().any(by_late_rows)
    }
}

/// The parameters whose rows a clause looks at.
fn params_of(clause: &Clause) -> Vec<u32> {
    match clause {
        Clause::Param { param, .. } => vec![*param],
        Clause::Any(any) => any.iter().flat_map(params_of).collect(),
        Clause::Not(inner) => params_of(inner),
        Clause::Refers { param, to, .. } => {
            std::iter::once(*param).chain(to.iter().flat_map(params_of)).collect()
        }
        Clause::ReferredBy { param, by, .. } => {
            std::iter::once(*param).chain(by.iter().flat_map(params_of)).collect()
        }
        Clause::Id(_) | Clause::Updated(..) | Clause::Conflicted | Clause::Check { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn packs_come_back_as_they_were() {
        let row = |param, value: &str| IndexRow { param, value: value.to_owned() };
        for resources in [
            vec![],
            vec![Unindexed { no: 7, gone: vec![] }, Unindexed { no: 8, gone: vec![] }],
            vec![
                Unindexed { no: 1 << 40, gone: vec![row(12_001, "é"), row(0, "")] },
                Unindexed { no: 3, gone: vec![row(1, &"x".repeat(MAX_VALUE_BYTES))] },
            ],
        ] {
            let bytes = encode(&resources);
            assert_eq!(decode_pack(&bytes).unwrap(), resources);
            for end in 0..bytes.len() {
                assert!(decode_pack(&bytes[..end]).is_err(), "{end}");
            }
        }
    }
}
