//! The statements of [`Sql`] inside one PostgreSQL transaction.

use holdfast_store::error::{Result, StoreError};
use holdfast_store::sql::{Row, Rows, Sql, Table, Type, Value};
use postgres::types::ToSql;

use super::bulk;
use super::cell::{Cell, Column, Param, size};
use super::connection::Connection;

/// Rows in one statement: more gains nothing, and the server holds all of them in memory.
const CHUNK_ROWS: usize = 8192;
/// Bytes in one statement, unless a single row is larger.
const CHUNK_BYTES: usize = 16 << 20;

pub(super) struct Statements<'a> {
    connection: &'a mut Connection,
    depth: u32,
    /// A statement failed, and nothing has undone it: PostgreSQL would turn a commit into a rollback.
    is_aborted: bool,
    /// Why the whole transaction cannot go on, savepoints or not.
    doom: Option<Doom>,
}

#[derive(Clone, Copy)]
enum Doom {
    Repeat,
    Lost,
}

impl<'a> Statements<'a> {
    pub(super) fn new(connection: &'a mut Connection) -> Self {
        Self { connection, depth: 0, is_aborted: false, doom: None }
    }

    /// Whether the transaction may be committed after work that itself succeeded.
    pub(super) fn may_commit(&self) -> Result<()> {
        match self.doom {
            Some(Doom::Repeat) => Err(StoreError::Retry),
            Some(Doom::Lost) => Err(StoreError::Database("the connection to PostgreSQL was lost".into())),
            None if self.is_aborted => {
                Err(StoreError::Database("a statement failed and was passed over".into()))
            }
            None => Ok(()),
        }
    }

    fn note<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(error) = &done {
            self.is_aborted = true;
            if self.connection.is_lost() {
                self.doom = Some(Doom::Lost);
            }
            if matches!(error, StoreError::Retry) {
                self.doom = Some(Doom::Repeat);
            }
        }
        done
    }

    fn rows(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)], skip: usize) -> Result<Vec<(i64, Row)>> {
        let done = self.connection.query(sql, params);
        let rows = self.note(done)?;
        rows.iter().map(|row| row_of(row, skip)).collect()
    }

    fn changed(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        let done = self.connection.execute(sql, params);
        self.note(done)
    }

    /// Runs a statement for every chunk of rows.
    fn each_chunk(&mut self, sql: &str, width: usize, rows: &[Vec<Value>]) -> Result<u64> {
        let mut changed = 0;
        for chunk in chunks(rows) {
            changed += self.changed(sql, &borrowed(&columns_of(chunk, width)))?;
        }
        Ok(changed)
    }
}

/// The number in front, if there is one to skip, and the row.
fn row_of(row: &postgres::Row, skip: usize) -> Result<(i64, Row)> {
    let wrong =
        |error: postgres::Error| StoreError::Database(format!("an answer has an unknown type: {error}"));
    let place = if skip > 0 { row.try_get(0).map_err(wrong)? } else { 0 };
    let mut cells = Vec::with_capacity(row.len());
    for at in skip..row.len() {
        cells.push(row.try_get::<_, Cell>(at).map_err(wrong)?.0);
    }
    Ok((place, Row(cells)))
}

fn columns_of(rows: &[Vec<Value>], width: usize) -> Vec<Column<'_>> {
    (0..width).map(|at| Column { rows, at }).collect()
}

fn borrowed<'a>(list: &'a [Column<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    list.iter().map(|one| one as &(dyn ToSql + Sync)).collect()
}

/// Rows are written in the order of their keys, in which an index is quickest to fill.
fn by_key(table: &Table, a: &[Value], b: &[Value]) -> std::cmp::Ordering {
    let pairs = a[..table.key].iter().zip(&b[..table.key]);
    pairs.map(|(a, b)| order(a, b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

fn order(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Blob(a), Value::Blob(b)) => a.cmp(b),
        // A key column has one type and is never NULL.
        _ => std::cmp::Ordering::Equal,
    }
}

/// Splits rows by number and size.
fn chunks(rows: &[Vec<Value>]) -> Vec<&[Vec<Value>]> {
    let (mut out, mut from, mut bytes) = (Vec::new(), 0, 0);
    for (at, row) in rows.iter().enumerate() {
        let weight: usize = row.iter().map(|cell| size(cell, &postgres::types::Type::INT8)).sum();
        if at > from && (at - from >= CHUNK_ROWS || bytes + weight > CHUNK_BYTES) {
            out.push(&rows[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += weight;
    }
    if from < rows.len() {
        out.push(&rows[from..]);
    }
    out
}

impl Sql for Statements<'_> {
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let cells: Vec<Param<'_>> = params.iter().map(Param).collect();
        let params: Vec<&(dyn ToSql + Sync)> = cells.iter().map(|cell| cell as _).collect();
        Ok(self.rows(sql, &params, 0)?.into_iter().map(|(_, row)| row).collect())
    }

    fn query_within(&mut self, sql: &str, params: &[Value], bytes: usize) -> Result<Rows> {
        let cells: Vec<Param<'_>> = params.iter().map(Param).collect();
        let params: Vec<&(dyn ToSql + Sync)> = cells.iter().map(|cell| cell as _).collect();
        let done =
            self.connection.query_within(sql, &params, |row| row_of(row, 0).map(|(_, row)| row), bytes);
        self.note(done)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let cells: Vec<Param<'_>> = params.iter().map(Param).collect();
        let params: Vec<&(dyn ToSql + Sync)> = cells.iter().map(|cell| cell as _).collect();
        self.changed(sql, &params)
    }

    fn upsert(&mut self, table: &'static Table, mut rows: Vec<Vec<Value>>) -> Result<()> {
        rows.sort_by(|a, b| by_key(table, a, b));
        // Of rows with one key the last counts, as if they came one by one.
        rows.dedup_by(|later, first| {
            let is_same = by_key(table, first, later).is_eq();
            if is_same {
                std::mem::swap(first, later);
            }
            is_same
        });
        self.each_chunk(&bulk::upsert(table), table.columns.len(), &rows).map(|_| ())
    }

    fn insert(&mut self, table: &'static Table, mut rows: Vec<Vec<Value>>) -> Result<()> {
        rows.sort_by(|a, b| by_key(table, a, b));
        self.each_chunk(&bulk::insert(table), table.columns.len(), &rows).map(|_| ())
    }

    fn insert_new(&mut self, table: &'static Table, mut rows: Vec<Vec<Value>>) -> Result<u64> {
        rows.sort_by(|a, b| by_key(table, a, b));
        rows.dedup_by(|later, first| by_key(table, first, later).is_eq());
        self.each_chunk(&bulk::insert_new(table), table.columns.len(), &rows)
    }

    fn delete(&mut self, table: &'static Table, keys: Vec<Vec<Value>>) -> Result<u64> {
        self.each_chunk(&bulk::delete(table), table.key, &keys)
    }

    fn lookup(
        &mut self,
        table: &'static Table,
        by: &[&'static str],
        columns: &[&'static str],
        keys: &[Vec<Value>],
    ) -> Result<Vec<Option<Row>>> {
        let sql = bulk::lookup(table, by, columns);
        let mut out = Vec::with_capacity(keys.len());
        for chunk in chunks(keys) {
            let from = out.len();
            out.resize(from + chunk.len(), None);
            for (place, row) in self.rows(&sql, &borrowed(&columns_of(chunk, by.len())), 1)? {
                out[from + place as usize - 1] = Some(row);
            }
        }
        Ok(out)
    }

    fn scan_after(
        &mut self,
        table: &'static Table,
        columns: &[&'static str],
        ranges: &[(i64, i64)],
        limit: u32,
    ) -> Result<Vec<Row>> {
        debug_assert_eq!(table.columns[1].1, Type::Int, "the second column is a position");
        if ranges.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let keys: Vec<Vec<Value>> =
            ranges.iter().map(|(a, b)| vec![Value::Int(*a), Value::Int(*b)]).collect();
        let columns_sent = columns_of(&keys, 2);
        let mut params = borrowed(&columns_sent);
        let limit = i64::from(limit);
        params.push(&limit);
        let found = self.rows(&bulk::scan_after(table, columns), &params, 1)?;
        if !found.is_sorted_by_key(|(place, _)| *place) {
            return Err(StoreError::Database(
                "PostgreSQL gave feed rows in another order than asked for".into(),
            ));
        }
        Ok(found.into_iter().map(|(_, row)| row).collect())
    }

    fn allocate(&mut self, counter: &'static str, n: u64) -> Result<u64> {
        let text = "INSERT INTO counter AS c (name, next) VALUES ($1, 1 + $2::bigint) \
                    ON CONFLICT (name) DO UPDATE SET next = c.next + $2::bigint RETURNING next";
        let rows = self.query(text, &[counter.into(), n.into()])?;
        let next =
            rows.first().ok_or_else(|| StoreError::Corrupt("a counter gave no number".into()))?.uint(0)?;
        Ok(next - n)
    }

    fn nested(&mut self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        let name = format!("level{}", self.depth);
        self.execute(&format!("SAVEPOINT {name}"), &[])?;
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        self.may_go_on()?;
        let done = done.and_then(|()| self.may_commit());
        if done.is_err() {
            self.is_aborted = false;
            self.execute(&format!("ROLLBACK TO SAVEPOINT {name}"), &[])?;
        }
        self.execute(&format!("RELEASE SAVEPOINT {name}"), &[])?;
        done
    }
}

impl Statements<'_> {
    /// Fails if no savepoint can help any more.
    fn may_go_on(&self) -> Result<()> {
        if self.doom.is_some() { self.may_commit() } else { Ok(()) }
    }
}
