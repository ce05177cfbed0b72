//! The statements of [`Sql`] on one SQLite connection.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ToSql};

use crate::error::{Result, StoreError};
use crate::sql::{Row, Rows, Sql, Table, Value};

pub(crate) struct Statements<'a> {
    connection: &'a Connection,
    depth: u32,
}

impl<'a> Statements<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection, depth: 0 }
    }

    fn run_each(&self, sql: &str, rows: &[Vec<Value>]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(sql).map_err(map_error)?;
        let mut changed = 0;
        for row in rows {
            changed += statement.execute(rusqlite::params_from_iter(row)).map_err(map_error)? as u64;
        }
        Ok(changed)
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// Sorts SQLite's errors into what a caller can act on.
pub(crate) fn map_error(error: rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::DiskFull,
        Some(ErrorCode::SystemIoFailure) if text.contains("No space") || text.contains("disk full") => {
            StoreError::DiskFull
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(text),
        _ => StoreError::Database(text),
    }
}

/// `$1` is SQLite's `?1`.
fn dialect(sql: &str) -> String {
    sql.replace('$', "?")
}

fn row_of(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Row> {
    let mut cells = Vec::with_capacity(columns);
    for at in 0..columns {
        cells.push(match row.get_ref(at)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(value) => Value::Int(value),
            ValueRef::Real(_) => return Err(rusqlite::Error::InvalidQuery),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Value::Text(text.to_owned()),
                Err(error) => return Err(rusqlite::Error::Utf8Error(at, error)),
            },
            ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        });
    }
    Ok(Row(cells))
}

fn placeholders(from: usize, n: usize) -> String {
    (from..from + n).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ")
}

fn equals(columns: &[&str]) -> String {
    columns.iter().zip(1..).map(|(name, at)| format!("{name} = ?{at}")).collect::<Vec<_>>().join(" AND ")
}

fn insert(verb: &str, table: &Table) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let cells = placeholders(1, columns.len());
    format!("{verb} INTO {} ({}) VALUES ({cells})", table.name, columns.join(", "))
}

impl Sql for Statements<'_> {
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(&dialect(sql)).map_err(map_error)?;
        let columns = statement.column_count();
        let rows = statement
            .query_map(rusqlite::params_from_iter(params), |row| row_of(row, columns))
            .map_err(map_error)?;
        rows.collect::<Result<_, _>>().map_err(map_error)
    }

    fn query_within(&mut self, sql: &str, params: &[Value], bytes: usize) -> Result<Rows> {
        let mut statement = self.connection.prepare_cached(&dialect(sql)).map_err(map_error)?;
        let columns = statement.column_count();
        let rows = statement
            .query_map(rusqlite::params_from_iter(params), |row| row_of(row, columns))
            .map_err(map_error)?;
        Rows::within(rows.map(|row| row.map_err(map_error)), bytes)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(&dialect(sql)).map_err(map_error)?;
        Ok(statement.execute(rusqlite::params_from_iter(params)).map_err(map_error)? as u64)
    }

    fn upsert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<()> {
        let updates: Vec<String> =
            table.columns[table.key..].iter().map(|(name, _)| format!("{name} = excluded.{name}")).collect();
        let keys: Vec<&str> = table.key_columns().collect();
        let action =
            if updates.is_empty() { "NOTHING".into() } else { format!("UPDATE SET {}", updates.join(", ")) };
        let sql = format!("{} ON CONFLICT ({}) DO {action}", insert("INSERT", table), keys.join(", "));
        self.run_each(&sql, &rows).map(|_| ())
    }

    fn insert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<()> {
        self.run_each(&insert("INSERT", table), &rows).map(|_| ())
    }

    fn insert_new(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<u64> {
        self.run_each(&insert("INSERT OR IGNORE", table), &rows)
    }

    fn delete(&mut self, table: &'static Table, keys: Vec<Vec<Value>>) -> Result<u64> {
        let by: Vec<&str> = table.key_columns().collect();
        self.run_each(&format!("DELETE FROM {} WHERE {}", table.name, equals(&by)), &keys)
    }

    fn lookup(
        &mut self,
        table: &'static Table,
        by: &[&'static str],
        columns: &[&'static str],
        keys: &[Vec<Value>],
    ) -> Result<Vec<Option<Row>>> {
        let sql = format!("SELECT {} FROM {} WHERE {}", columns.join(", "), table.name, equals(by));
        let mut statement = self.connection.prepare_cached(&sql).map_err(map_error)?;
        let mut out = Vec::with_capacity(keys.len());
        for key in keys {
            let mut rows = statement.query(rusqlite::params_from_iter(key)).map_err(map_error)?;
            let row = rows.next().map_err(map_error)?;
            out.push(row.map(|row| row_of(row, columns.len())).transpose().map_err(map_error)?);
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
        let (group, position) = (table.columns[0].0, table.columns[1].0);
        let sql = format!(
            "SELECT {} FROM {} WHERE {group} = ?1 AND {position} > ?2 ORDER BY {position} LIMIT ?3",
            columns.join(", "),
            table.name,
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(map_error)?;
        let mut out: Vec<Row> = Vec::new();
        for (group, after) in ranges {
            let left = i64::from(limit) - out.len() as i64;
            if left <= 0 {
                break;
            }
            let rows = statement
                .query_map([group, after, &left], |row| row_of(row, columns.len()))
                .map_err(map_error)?;
            for row in rows {
                out.push(row.map_err(map_error)?);
            }
        }
        Ok(out)
    }

    fn allocate(&mut self, counter: &'static str, n: u64) -> Result<u64> {
        let sql = "INSERT INTO counter (name, next) VALUES (?1, 1 + ?2) \
                   ON CONFLICT (name) DO UPDATE SET next = next + ?2 RETURNING next";
        let next = self.query(sql, &[counter.into(), n.into()])?;
        let next =
            next.first().ok_or_else(|| StoreError::Corrupt("a counter gave no number".into()))?.uint(0)?;
        Ok(next - n)
    }

    fn nested(&mut self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        let name = format!("level{}", self.depth);
        self.execute(&format!("SAVEPOINT {name}"), &[])?;
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        if done.is_err() {
            self.execute(&format!("ROLLBACK TO {name}"), &[])?;
        }
        self.execute(&format!("RELEASE {name}"), &[])?;
        done
    }
}
