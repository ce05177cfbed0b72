//! One server through all of it.

use super::Options;
use super::corpus::Corpus;
use super::import::{self, Fate};
use super::peer::{DATABASE, Peer};
use super::queries::{Queries, found};
use crate::load::{Measured, Until};
use crate::served::{Served, bytes_of};
use anyhow::{Context, Result, bail, ensure};
use holdfast_store::backup::DATABASE_FILE;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};

/// Before each load, to warm the caches.
const WARM: Duration = Duration::from_millis(500);
/// How long the index may follow, and how often it is looked at.
const INDEX_LIMIT: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(50);

/// A load on one connection and on many.
#[derive(Debug, Clone, Default)]
pub struct Loads {
    /// On one.
    pub one: Measured,
    /// On many.
    pub many: Measured,
}

/// What one server came to.
#[derive(Debug, Clone, Default)]
pub struct Side {
    pub(super) fates: Vec<Fate>,
    /// From the last answer until every index row was made; 0 if none is left for later.
    pub indexed_after: Duration,
    /// CPU time of the import, in milliseconds.
    pub import_cpu_ms: u64,
    /// Bytes that the import added on disk.
    pub bytes: u64,
    /// `Patient/{id}`.
    pub reads: Loads,
    /// `Observation?patient=…&_count=50`.
    pub by_patient: Loads,
    /// `Patient?name=…`.
    pub by_name: Loads,
    /// How many resources each search found on its first page.
    pub found: Vec<u64>,
    /// Resident memory after the import and after everything, in bytes.
    pub rss_imported: u64,
    /// As above.
    pub rss_loaded: u64,
}

/// Our node.
pub(super) fn ours(folder: &Path, corpus: &Corpus, options: &Options) -> Result<Side> {
    let data = folder.join("data");
    let node = Served::node(folder, &data)?;
    let side = through(node, "/fhir", DATABASE_FILE, corpus, options, || wait_indexed(&data))?;
    if let Some(refusal) = side.fates.iter().find_map(|fate| fate.refusal.as_ref()) {
        bail!("our node refuses a bundle: {refusal}");
    }
    let stored: u64 = side.fates.iter().map(|fate| fate.stored).sum();
    ensure!(stored == corpus.resources(), "our node stored {stored} resources of {}", corpus.resources());
    Ok(side)
}

/// The peer.
pub(super) fn theirs(folder: &Path, peer: &Peer, corpus: &Corpus, options: &Options) -> Result<Side> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    through(peer.start(folder)?, "", DATABASE, corpus, options, || Ok(()))
}

fn through(
    server: Served,
    base: &str,
    database: &str,
    corpus: &Corpus,
    options: &Options,
    wait_indexed: impl Fn() -> Result<()>,
) -> Result<Side> {
    let (data, target) = (server.data.clone(), server.target.clone());
    // Without its log, which may be larger now than in the end: that would speak for the server.
    let before = (std::fs::metadata(data.join(database))?.len(), server.usage()?.cpu_ms);
    let at = if base.is_empty() { "/" } else { base };
    let mut side = Side { fates: import::carry_out(&target, at, corpus)?, ..Side::default() };
    let since = Instant::now();
    side.import_cpu_ms = server.usage()?.cpu_ms - before.1;
    wait_indexed()?;
    side.indexed_after = since.elapsed();
    side.rss_imported = server.usage()?.rss_bytes;

    let queries = Queries::of(base, corpus, &side.fates);
    side.found = found(&target, &queries.by_patient)?;
    side.found.extend(found(&target, &queries.by_name)?);
    let load = |paths: &[String]| -> Result<Loads> {
        server.measure(paths, 1, &Until::Passed(WARM.min(options.load)))?;
        let one = server.measure(paths, 1, &Until::Passed(options.load))?;
        let many = server.measure(paths, options.connections, &Until::Passed(options.load))?;
        Ok(Loads { one, many })
    };
    side.reads = load(&queries.reads)?;
    side.by_patient = load(&queries.by_patient)?;
    side.by_name = load(&queries.by_name)?;
    side.rss_loaded = server.usage()?.rss_bytes;
    server.stop()?;
    side.bytes = bytes_of(&data, &[database])?.saturating_sub(before.0);
    Ok(side)
}

/// Waits until our node has made the index rows that follow a large save.
fn wait_indexed(data: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(data.join(DATABASE_FILE), flags)?;
    let since = Instant::now();
    while connection.query_row("SELECT COUNT(*) FROM unindexed", [], |row| row.get::<_, i64>(0))? > 0 {
        ensure!(since.elapsed() < INDEX_LIMIT, "the node's index stays behind");
        std::thread::sleep(LOOK);
    }
    Ok(())
}
