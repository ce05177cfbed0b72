//! The same rows read by SQLite alone, in this process: the least that a read can cost.

use super::local::some_ids;
use crate::reconcile::work::Work;
use anyhow::{Context, Result, ensure};
use holdfast_store::backup::DATABASE_FILE;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Reads, and those before them that warm the caches.
const READS: u64 = 50_000;
const WARM: usize = 5_000;
/// As a node's readers have it.
const CACHE_KIB: i64 = 4 * 1024;

/// CPU time of one bare read, in microseconds: one prepared statement, its bytes looked at and not copied.
pub(super) fn measure(data: &Path, work: Work) -> Result<f64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(data.join(DATABASE_FILE), flags)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    let mut statement = connection
        .prepare("SELECT json, version, updated FROM resource WHERE kind = 'Patient' AND id = ?1")?;
    let ids = some_ids(work, READS);
    let mut read = |id: &String| -> Result<usize> {
        Ok(statement.query_row([id], |row| Ok(row.get_ref(0)?.as_str()?.len()))?)
    };
    for id in ids.iter().take(WARM) {
        read(id)?;
    }
    let before = thread_cpu_ns()?;
    let mut bytes = 0;
    for id in &ids {
        bytes += read(id)?;
    }
    let took_ns = thread_cpu_ns()? - before;
    ensure!(bytes > 0, "nothing was read");
    Ok(took_ns as f64 / 1e3 / ids.len() as f64)
}

/// CPU time of this thread so far (proc_pid_schedstat(5)).
fn thread_cpu_ns() -> Result<u64> {
    let text =
        std::fs::read_to_string("/proc/thread-self/schedstat").context("the kernel keeps no schedstat")?;
    text.split(' ').next().and_then(|first| first.parse().ok()).context("schedstat holds no number")
}
