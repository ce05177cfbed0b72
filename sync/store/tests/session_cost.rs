//! What a session costs is counted in statements and rows, not in time: it must not grow with the history.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{open_on, put_into};
use holdfast_core::id::Scope;
use holdfast_core::message::{Position, Request, Response};
use holdfast_store::Result;
use holdfast_store::sql::{Database, Row, Rows, Sql, Table, Value};
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;

/// A database that counts what is asked of it.
struct Counted {
    inner: Sqlite,
    /// Statements and rows.
    work: AtomicU64,
    /// Bytes of binary columns that were read by key.
    bytes: AtomicU64,
}

struct CountedSql<'a>(&'a mut dyn Sql, &'a AtomicU64, &'a AtomicU64);

fn counted() -> Arc<Counted> {
    let inner = Sqlite::in_memory().unwrap();
    Arc::new(Counted { inner, work: AtomicU64::new(0), bytes: AtomicU64::new(0) })
}

impl CountedSql<'_> {
    fn count(&self, rows: usize) {
        self.1.fetch_add(1 + rows as u64, Ordering::Relaxed);
    }

    fn weigh<'a>(&self, rows: impl Iterator<Item = &'a Row>) {
        let cells = rows.flat_map(|row| &row.0);
        let bytes = cells.map(|cell| if let Value::Blob(bytes) = cell { bytes.len() as u64 } else { 0 });
        self.2.fetch_add(bytes.sum(), Ordering::Relaxed);
    }
}

impl Sql for CountedSql<'_> {
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let rows = self.0.query(sql, params)?;
        self.count(rows.len());
        Ok(rows)
    }
    fn query_within(&mut self, sql: &str, params: &[Value], bytes: usize) -> Result<Rows> {
        let rows = self.0.query_within(sql, params, bytes)?;
        self.count(rows.rows.len());
        Ok(rows)
    }
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let changed = self.0.execute(sql, params)?;
        self.count(changed as usize);
        Ok(changed)
    }
    fn upsert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<()> {
        self.count(rows.len());
        self.0.upsert(table, rows)
    }
    fn insert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<()> {
        self.count(rows.len());
        self.0.insert(table, rows)
    }
    fn insert_new(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<u64> {
        self.count(rows.len());
        self.0.insert_new(table, rows)
    }
    fn delete(&mut self, table: &'static Table, keys: Vec<Vec<Value>>) -> Result<u64> {
        self.count(keys.len());
        self.0.delete(table, keys)
    }
    fn lookup(
        &mut self,
        table: &'static Table,
        by: &[&'static str],
        columns: &[&'static str],
        keys: &[Vec<Value>],
    ) -> Result<Vec<Option<Row>>> {
        self.count(keys.len());
        let rows = self.0.lookup(table, by, columns, keys)?;
        self.weigh(rows.iter().flatten());
        Ok(rows)
    }
    fn scan_after(
        &mut self,
        table: &'static Table,
        columns: &[&'static str],
        ranges: &[(i64, i64)],
        limit: u32,
    ) -> Result<Vec<Row>> {
        let rows = self.0.scan_after(table, columns, ranges, limit)?;
        self.count(ranges.len() + rows.len());
        self.weigh(rows.iter());
        Ok(rows)
    }
    fn allocate(&mut self, counter: &'static str, n: u64) -> Result<u64> {
        self.count(0);
        self.0.allocate(counter, n)
    }
    fn nested(&mut self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        let (work_done, bytes) = (self.1, self.2);
        self.0.nested(&mut |sql| work(&mut CountedSql(sql, work_done, bytes)))
    }
}

impl Database for Counted {
    fn read(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        self.inner.read(&mut |sql| work(&mut CountedSql(sql, &self.work, &self.bytes)))
    }
    fn write(&self, work: &mut dyn FnMut(&mut dyn Sql) -> Result<()>) -> Result<()> {
        self.inner.write(&mut |sql| work(&mut CountedSql(sql, &self.work, &self.bytes)))
    }
    fn kind(&self) -> &'static str {
        "counted"
    }
}

/// Statements and rows, and bytes, of a session with nothing to do after a history of so many saves.
fn cost_of_an_idle_session(saves: usize) -> (u64, usize) {
    let (hub_db, node_db) = (counted(), counted());
    let (hub, node) = (open_on("hub", hub_db.clone()), open_on("node", node_db.clone()));
    let peer = Peer { replica: "node".into(), clinic: "north".into(), kind: "node".into() };
    (0..saves).for_each(|n| put_into(&node, "Patient", &format!("p{n}"), r#""name":"Ann""#));
    common::sync_records(&node, &hub, &peer);
    common::sync_records(&node, &hub, &peer);
    let before = hub_db.work.load(Ordering::Relaxed) + node_db.work.load(Ordering::Relaxed);
    let mut bytes = 0;
    let mut ask = |request: Request| {
        let answer = hub.respond(&peer, &request);
        bytes += request.encode().unwrap().len() + answer.encode().unwrap().len();
        answer
    };
    let Response::Welcome { upstream, known, .. } = ask(node.hello().unwrap()) else { panic!() };
    node.compare("up", upstream, &known).unwrap();
    for reach in &known {
        if reach.lane.0 < 4 {
            assert!(node.outgoing(reach.lane, reach.seq, 8).unwrap().is_empty());
        }
    }
    let pull =
        Request::Pull { actor: node.actor(), acked: vec![], pending: vec![], max_bytes: 1 << 20, wait_ms: 0 };
    assert!(matches!(ask(pull), Response::Page(page) if page.visits.is_empty()));
    let after = hub_db.work.load(Ordering::Relaxed) + node_db.work.load(Ordering::Relaxed);
    (after - before, bytes)
}

#[test]
fn unchanged_session_costs_the_same_for_long_history() {
    let (short, long) = (cost_of_an_idle_session(10), cost_of_an_idle_session(1200));
    assert_eq!(short.0, long.0, "statements and rows");
    assert!(long.1 < 2048 && long.1 <= short.1 + 16, "{short:?} {long:?}");
}

/// Text that no compressor makes small.
fn noise(seed: usize, bytes: usize) -> String {
    let mut state = seed as u64 | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (state >> 40) as u8 % 26)
    };
    (0..bytes).map(|_| next()).collect()
}

/// A node passes on what it has from the hub: of such saves the feed itself keeps the content.
#[test]
fn page_reads_hardly_more_of_large_saves_than_it_carries() {
    const SAVES: usize = 100;
    const BYTES: usize = 100_000;
    let node_db = counted();
    let (hub, node) = (open_on("hub", counted()), open_on("node", node_db.clone()));
    let desktop = open_on("desktop", counted());
    let peer_of = |name: &str| Peer { replica: name.into(), clinic: "north".into(), kind: "node".into() };
    put_into(&node, "Patient", "p1", r#""name":"Ann""#);
    common::sync_records(&node, &hub, &peer_of("node"));
    common::sync_records(&desktop, &node, &peer_of("desktop"));
    node.share(&Scope::patient("p1"), "north").unwrap();
    let scopes = vec![Position { scope: Scope::patient("p1"), at: 0 }];
    let hold = Request::Hold { actor: desktop.actor(), scopes, urgent: true };
    assert!(matches!(node.respond(&peer_of("desktop"), &hold), Response::Done { .. }));
    common::sync_records(&desktop, &node, &peer_of("desktop"));
    (0..SAVES).for_each(|n| put_into(&hub, "Patient", "p1", &format!(r#""name":"{}""#, noise(n, BYTES))));
    common::sync_records(&node, &hub, &peer_of("node"));

    let actor = desktop.actor();
    let pull = Request::Pull { actor, acked: vec![], pending: vec![], max_bytes: 1 << 18, wait_ms: 0 };
    let before = node_db.bytes.load(Ordering::Relaxed);
    let Response::Page(page) = node.respond(&peer_of("desktop"), &pull) else { panic!() };
    let read = node_db.bytes.load(Ordering::Relaxed) - before;
    assert!((1..4).contains(&page.ops.len()) && page.visits[0].more, "it is a small part of all");
    assert!(read > BYTES as u64 / 2 && read < 2 << 20, "{read} bytes were read");
    common::sync_records(&desktop, &node, &peer_of("desktop"));
    let name = |records: &holdfast_store::Records| {
        let entity = holdfast_core::id::Entity::new("Patient", "p1");
        records.read(|view| view.read(&entity)).unwrap().json
    };
    assert_eq!(name(&desktop), name(&hub));
}
