//! A database that counts where its time goes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use holdfast_store::error::Result;
use holdfast_store::sql::{Database, Row, Rows, Sql, Table, Value};

#[derive(Default, Clone, Copy)]
struct Spent {
    time: Duration,
    calls: u64,
    rows: usize,
}

type Account = Mutex<BTreeMap<String, Spent>>;

/// Wraps a database.
pub(crate) struct Timed<D> {
    inner: D,
    account: Account,
}

impl<D> Timed<D> {
    /// Starts at nothing.
    pub(crate) fn new(inner: D) -> Self {
        Self { inner, account: Mutex::default() }
    }

    /// Starts over.
    pub(crate) fn reset(&self) {
        self.account.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Prints every kind of call, dearest first.
    pub(crate) fn print(&self) {
        let account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines: Vec<_> = account.iter().collect();
        lines.sort_by_key(|(_, spent)| std::cmp::Reverse(spent.time));
        println!("{:>9} {:>6} {:>8}", "ms", "calls", "rows");
        for (what, spent) in lines {
            println!("{:>9.1} {:>6} {:>8}  {what}", spent.time.as_secs_f64() * 1e3, spent.calls, spent.rows);
        }
    }
}

fn spend(account: &Account, what: String, time: Duration, rows: usize) {
    let mut account = account.lock().unwrap_or_else(PoisonError::into_inner);
    let spent = account.entry(what).or_default();
    spent.time += time;
    spent.calls += 1;
    spent.rows += rows;
}

impl<D: Database> Timed<D> {
    fn whole(
        &self,
        what: &str,
        run: impl FnOnce(&D, &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()>,
        work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>,
    ) -> Result<()> {
        let started = Instant::now();
        let (mut inside, mut in_sql) = (Duration::ZERO, Duration::ZERO);
        let done = run(&self.inner, &mut |sql: &mut dyn Sql| {
            let started = Instant::now();
            let mut statements = Statements { inner: sql, account: &self.account, spent: Duration::ZERO };
            let done = work(&mut statements);
            in_sql += statements.spent;
            inside += started.elapsed();
            done
        });
        spend(&self.account, format!("{what}: begin and end"), started.elapsed() - inside, 0);
        spend(&self.account, format!("{what}: between statements (merge, render)"), inside - in_sql, 0);
        done
    }
}

impl<D: Database> Database for Timed<D> {
    fn read(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        self.whole("read", |db, work| db.read(work), work)
    }

    fn write(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        self.whole("write", |db, work| db.write(work), work)
    }

    fn kind(&self) -> &'static str {
        self.inner.kind()
    }
}

struct Statements<'a> {
    inner: &'a mut dyn Sql,
    account: &'a Account,
    spent: Duration,
}

impl Statements<'_> {
    fn timed<T>(&mut self, what: String, rows: usize, run: impl FnOnce(&mut dyn Sql) -> T) -> T {
        let started = Instant::now();
        let out = run(self.inner);
        let took = started.elapsed();
        self.spent += took;
        spend(self.account, what, took, rows);
        out
    }
}

impl Sql for Statements<'_> {
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.timed(format!("query {}", &sql[..sql.len().min(60)]), 1, |inner| inner.query(sql, params))
    }
    fn query_within(&mut self, sql: &str, params: &[Value], bytes: usize) -> Result<Rows> {
        self.timed(format!("query {}", &sql[..sql.len().min(60)]), 1, |inner| {
            inner.query_within(sql, params, bytes)
        })
    }
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        self.timed(format!("execute {}", &sql[..sql.len().min(60)]), 1, |inner| inner.execute(sql, params))
    }
    fn upsert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<()> {
        self.timed(format!("upsert {}", table.name), rows.len(), |inner| inner.upsert(table, rows))
    }
    fn insert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<()> {
        self.timed(format!("insert {}", table.name), rows.len(), |inner| inner.insert(table, rows))
    }
    fn insert_new(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<u64> {
        self.timed(format!("insert_new {}", table.name), rows.len(), |inner| inner.insert_new(table, rows))
    }
    fn delete(&mut self, table: &'static Table, keys: Vec<Vec<Value>>) -> Result<u64> {
        self.timed(format!("delete {}", table.name), keys.len(), |inner| inner.delete(table, keys))
    }
    fn lookup(
        &mut self,
        table: &'static Table,
        by: &[&'static str],
        columns: &[&'static str],
        keys: &[Vec<Value>],
    ) -> Result<Vec<Option<Row>>> {
        self.timed(format!("lookup {}", table.name), keys.len(), |inner| {
            inner.lookup(table, by, columns, keys)
        })
    }
    fn scan_after(
        &mut self,
        table: &'static Table,
        columns: &[&'static str],
        ranges: &[(i64, i64)],
        limit: u32,
    ) -> Result<Vec<Row>> {
        self.timed(format!("scan_after {}", table.name), ranges.len(), |inner| {
            inner.scan_after(table, columns, ranges, limit)
        })
    }
    fn allocate(&mut self, counter: &'static str, n: u64) -> Result<u64> {
        self.timed(format!("allocate {counter}"), n as usize, |inner| inner.allocate(counter, n))
    }
    fn nested(&mut self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        let account = self.account;
        let mut spent = Duration::ZERO;
        let started = Instant::now();
        let mut inside = Duration::ZERO;
        let done = self.inner.nested(&mut |sql| {
            let from = Instant::now();
            let mut statements = Statements { inner: sql, account, spent: Duration::ZERO };
            let done = work(&mut statements);
            spent += statements.spent;
            inside += from.elapsed();
            done
        });
        self.spent += spent + (started.elapsed() - inside);
        done
    }
}
