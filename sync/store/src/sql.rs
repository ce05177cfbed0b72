//! The one trait under every store: a little SQL that SQLite and PostgreSQL both speak, and bulk
//! primitives that each does in its own best way. All SQL of Holdfast is written once, on top of this.
//!
//! Parameters are `$1`, `$2` … Tables and their keys are described in [`crate::schema`].

use crate::error::{Result, StoreError};

/// One cell.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// 64-bit signed.
    Int(i64),
    /// UTF-8 text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Value {
    /// Counters stay below 2^63 (checked where they enter); the cast keeps a clock reading's bits.
    fn from(value: u64) -> Self {
        Self::Int(value as i64)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The first rows of an answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rows {
    /// As many as had room.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub is_cut: bool,
}

impl Rows {
    /// Takes rows until the next would be past `bytes`.
    ///
    /// # Errors
    /// That of a row.
    pub fn within(rows: impl IntoIterator<Item = Result<Row>>, bytes: usize) -> Result<Self> {
        let (mut out, mut room) = (Self::default(), bytes);
        for row in rows {
            let row = row?;
            let Some(rest) = room.checked_sub(row.bytes()).or(out.rows.is_empty().then_some(0)) else {
                out.is_cut = true;
                break;
            };
            room = rest;
            out.rows.push(row);
        }
        Ok(out)
    }
}

/// One row of an answer, columns in the order asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// Bytes of its texts and blobs.
    pub fn bytes(&self) -> usize {
        let of_cell = |cell: &Value| match cell {
            Value::Null | Value::Int(_) => 0,
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
        };
        self.0.iter().map(of_cell).sum()
    }

    /// An integer column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is not one.
    pub fn int(&self, at: usize) -> Result<i64> {
        match self.0.get(at) {
            Some(Value::Int(value)) => Ok(*value),
            other => Err(wrong(at, other)),
        }
    }

    /// An integer column written from a `u64`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is not an integer.
    pub fn uint(&self, at: usize) -> Result<u64> {
        self.int(at).map(|value| value as u64)
    }

    /// Whether a column is NULL.
    pub fn is_null(&self, at: usize) -> bool {
        matches!(self.0.get(at), None | Some(Value::Null))
    }

    /// A text column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is not text.
    pub fn text(&self, at: usize) -> Result<&str> {
        match self.0.get(at) {
            Some(Value::Text(value)) => Ok(value),
            other => Err(wrong(at, other)),
        }
    }

    /// Moves a text column out.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is not text.
    pub fn take_text(&mut self, at: usize) -> Result<String> {
        match self.0.get_mut(at).map(|cell| std::mem::replace(cell, Value::Null)) {
            Some(Value::Text(value)) => Ok(value),
            other => Err(wrong(at, other.as_ref())),
        }
    }

    /// A column of bytes.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is not bytes.
    pub fn blob(&self, at: usize) -> Result<&[u8]> {
        match self.0.get(at) {
            Some(Value::Blob(value)) => Ok(value),
            other => Err(wrong(at, other)),
        }
    }

    /// A column of exactly `N` bytes.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it is something else.
    pub fn array<const N: usize>(&self, at: usize) -> Result<[u8; N]> {
        let bytes = self.blob(at)?;
        bytes.try_into().map_err(|_| StoreError::Corrupt(format!("column {at} has {} bytes", bytes.len())))
    }
}

fn wrong(at: usize, found: Option<&Value>) -> StoreError {
    let kind = match found {
        None => "nothing",
        Some(Value::Null) => "null",
        Some(Value::Int(_)) => "a number",
        Some(Value::Text(_)) => "text",
        Some(Value::Blob(_)) => "bytes",
    };
    StoreError::Corrupt(format!("column {at} holds {kind}"))
}

/// A column's type in both dialects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// `INTEGER` / `BIGINT`
    Int,
    /// `TEXT`
    Text,
    /// `BLOB` / `BYTEA`
    Blob,
}

/// A table, described once for both dialects.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Columns in order.
    pub columns: &'static [(&'static str, Type)],
    /// The primary key: the first `key` columns.
    pub key: usize,
    /// Further indexes, as `(name suffix, UNIQUE or nothing, columns and condition)`.
    pub indexes: &'static [(&'static str, bool, &'static str)],
}

impl Table {
    /// The names of the key columns.
    pub fn key_columns(&self) -> impl Iterator<Item = &'static str> + use<> {
        let columns = self.columns;
        columns[..self.key].iter().map(|(name, _)| *name)
    }

    /// A column's type.
    ///
    /// # Panics
    /// If the table has no such column: a programming error that any test of the statement finds.
    pub fn type_of(&self, column: &str) -> Type {
        let found = self.columns.iter().find(|(name, _)| *name == column);
        found.unwrap_or_else(|| panic!("{} has no column {column}", self.name)).1
    }
}

/// Statements inside one transaction or one consistent read.
pub trait Sql {
    /// Rows of a query.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>>;

    /// The first rows of a query: no more than hold `bytes` of texts and blobs, but always one. What is past them is not
    /// held in memory.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn query_within(&mut self, sql: &str, params: &[Value], bytes: usize) -> Result<Rows>;

    /// Runs a statement; rows affected.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64>;

    /// Inserts rows (all columns, in order), replacing those with the same key. Keys must be distinct.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn upsert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<()>;

    /// Inserts rows (all columns, in order) that are known to be new: their numbers were allocated, or come after the
    /// last of their group. Nobody looks first, which is half of what [`Sql::insert_new`] costs.
    ///
    /// # Errors
    /// [`StoreError`] of the database, also if a key is there: the caller's defect.
    fn insert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<()>;

    /// Inserts rows (all columns, in order) whose key is not there yet; how many were new.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn insert_new(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<u64>;

    /// Deletes by whole keys; how many went.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn delete(&mut self, table: &'static Table, keys: Vec<Vec<Value>>) -> Result<u64>;

    /// For each key (values of `by`), the row's `columns` (or expressions over them), in the order of the keys. Of
    /// several rows with one key any may come.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn lookup(
        &mut self,
        table: &'static Table,
        by: &[&'static str],
        columns: &[&'static str],
        keys: &[Vec<Value>],
    ) -> Result<Vec<Option<Row>>>;

    /// Rows of the first `limit` with key `(group, > after)` for each `(group, after)`; `table`'s key is
    /// two integers. Groups come in the order given, rows by the second key.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn scan_after(
        &mut self,
        table: &'static Table,
        columns: &[&'static str],
        ranges: &[(i64, i64)],
        limit: u32,
    ) -> Result<Vec<Row>>;

    /// Takes `n` consecutive numbers from a named counter; the first one.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn allocate(&mut self, counter: &'static str, n: u64) -> Result<u64>;

    /// Runs `work` so that its effects vanish if it fails, without ending the transaction.
    ///
    /// # Errors
    /// What `work` fails with.
    fn nested(&mut self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()>;
}

/// A place to keep a replica: SQLite here, PostgreSQL in the hub.
pub trait Database: Send + Sync {
    /// Runs `work` on one consistent view.
    ///
    /// # Errors
    /// What `work` fails with, or [`StoreError`] of the database.
    fn read(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()>;

    /// Runs `work` in a transaction that is durable when this returns. `work` runs again if another writer was faster.
    ///
    /// # Errors
    /// What `work` fails with, or [`StoreError`] of the database; nothing is kept then.
    fn write(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()>;

    /// How many reads at once are worth a thread each.
    fn parallel_reads(&self) -> usize {
        4
    }

    /// For metrics and tests: which kind it is.
    fn kind(&self) -> &'static str;
}
