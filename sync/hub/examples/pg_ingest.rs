//! Where the time goes when a hub on PostgreSQL takes in what a node wrote during an outage: 25,000 edits of 5,000
//! Patients and 25,000 new vital signs, pushed by direct calls (no link, no TLS).
//!
//! `cargo run --release -p holdfast-hub --example pg_ingest -- [changes] [postgresql://…]`; without an address it
//! starts a temporary cluster.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

mod support {
    pub(crate) mod author;
    pub(crate) mod timed;
}

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use holdfast_clinical::FhirRules;
use holdfast_core::id::Lane;
use holdfast_core::message::{Request, Response};
use holdfast_hub::postgres::{Postgres, PostgresOptions};
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sql::Database;
use holdfast_store::upstream::Peer;
use holdfast_store::{Place, Records, Surroundings};
use holdfast_tests::postgres::Cluster;
use holdfast_tests::process::Usage;
use support::timed::Timed;

/// As the hub has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PATIENTS: u64 = 5_000;
const CHANGES: u64 = 50_000;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let changes = args.next().map_or(Ok(CHANGES), |n| n.parse()).context("changes is a number")?;
    let cluster = Cluster::start()?;
    let url = args.next().map_or_else(|| cluster.create_database("hub"), Ok)?;

    let node = open(Arc::new(holdfast_store::sqlite::Sqlite::in_memory()?), "north")?;
    let timed = Arc::new(Timed::new(Postgres::open(&url, PostgresOptions::default())?));
    let hub = open(timed.clone(), "")?;
    let peer = Peer { replica: "node".into(), clinic: "north".into(), kind: "node".into() };

    let charts = support::author::Charts::create(&node, PATIENTS)?;
    push(&hub, &node, &peer, "patients ahead")?;
    charts.change(&node, changes)?;
    timed.reset();
    let before = (Usage::of(std::process::id())?.cpu_ms, cluster.usage()?.cpu_ms);
    let started = Instant::now();
    push(&hub, &node, &peer, "outage")?;
    let wall_ms = started.elapsed().as_secs_f64() * 1e3;
    let own = Usage::of(std::process::id())?.cpu_ms - before.0;
    let server = cluster.usage()?.cpu_ms - before.1;
    println!("ingest {wall_ms:.0} ms; CPU: hub {own} ms, server {server} ms");
    timed.print();
    let (held, conflicts) = hub.read(|view| view.counts())?;
    println!("{held} resources, {conflicts} conflicts");
    Ok(())
}

fn open(db: Arc<dyn Database>, clinic: &str) -> Result<Records> {
    let identity = Identity::beside(Arc::<MemorySidecar>::default());
    let place = Place { clinic: clinic.into(), schema: 1 };
    Ok(Records::open(db, Arc::new(FhirRules), identity, place, Surroundings::default())?)
}

/// Pushes whatever the hub has not got.
fn push(hub: &Records, node: &Records, peer: &Peer, what: &str) -> Result<()> {
    let Response::Welcome { known, .. } = hub.respond(peer, &node.hello()?) else { bail!("no welcome") };
    let mut segments = Vec::new();
    let sealing = Instant::now();
    for lane in Lane::ALL {
        let from = known.iter().filter(|reach| reach.lane == lane).map(|reach| reach.seq).max().unwrap_or(0);
        segments.extend(node.outgoing(lane, from, 100_000)?);
    }
    let sealed_ms = sealing.elapsed().as_millis();
    let bytes: usize = segments.iter().map(|s| s.bytes.len()).sum();
    let started = Instant::now();
    for segment in segments.iter().cloned() {
        match hub.respond(peer, &Request::Push { segment: segment.bytes }) {
            Response::Ack { .. } => {}
            other => bail!("refused: {other:?}"),
        }
    }
    let (n, took) = (segments.len(), started.elapsed().as_millis());
    println!("{what}: {n} segments, {bytes} bytes, sealed in {sealed_ms} ms, pushed in {took} ms");
    Ok(())
}
