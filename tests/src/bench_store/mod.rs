//! `make bench-store`: what the store takes in, and what a node's reads cost, idle and while it reconciles.
//!
//! ```text
//! generator ─▶ store in this process ─▶ ops a second at 100 a commit, synchronous=FULL
//!     └──────▶ data folder of a clinic ─▶ holdfast-node ◀── 50 connections: reads, searches by name
//!                    └─▶ bare SQLite reads in this process      │ link
//!                                            another replica ─▶ holdfast-hub over PostgreSQL
//! ```
//!
//! Client, node, hub and PostgreSQL share the machine; in a clinic only the node is there. The client keeps every connection
//! busy, so that a time is how long the queue of 50 takes, not how long a read takes.

mod bare;
mod commits;
mod local;
mod reads;
mod reconciling;
mod report;

use crate::reconcile::work::Work;
use crate::served::Served;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

pub use commits::Commits;
pub use local::Held;
pub(crate) use local::fill;
pub use reads::Reads;
pub(crate) use reads::escaped;
pub use reconciling::{Backlog, Reconciling};
pub use report::Report;
pub(crate) use report::load;

/// How much to measure.
#[derive(Debug, Clone)]
pub struct Options {
    /// Saves in the store alone.
    pub ops: u64,
    /// Patients that the node holds.
    pub patients: u64,
    /// How long each load lasts.
    pub load: Duration,
    /// Clients of a load.
    pub connections: usize,
    /// Changes that come from the hub in the end.
    pub arriving: u64,
}

impl Default for Options {
    /// The sizes that the figures are stated for.
    fn default() -> Self {
        let load = Duration::from_secs(10);
        Self { ops: 100_000, patients: 100_000, load, connections: 50, arriving: 100_000 }
    }
}

/// The measured node settles for so long before its memory counts: its workers have looked about by then.
const SETTLE: Duration = Duration::from_secs(5);

/// Measures everything.
///
/// # Errors
/// Something does not start, an answer is wrong, or not everything arrives.
pub fn run(options: &Options, folder: &Path) -> Result<Report> {
    let mut report =
        Report { commits: commits::measure(&folder.join("commits"), options.ops)?, ..Report::default() };
    let empty = folder.join("empty");
    report.rss_empty = idle(&Served::node(folder, &empty)?)?;
    let (work, data) = (Work::new(options.patients), folder.join("clinic"));
    report.held = fill(&data, work, &[])?;
    report.bare = bare::measure(&data, work)?;
    let node = Served::node(folder, &data)?;
    report.ready_ms = node.ready_ms;
    report.rss_idle = idle(&node)?;
    report.idle = reads::measure(&node, work, options)?;
    report.rss_loaded = node.usage()?.rss_bytes;
    node.stop()?;
    report.reconciling = reconciling::measure(&data, folder, work, options)?;
    Ok(report)
}

fn idle(node: &Served) -> Result<u64> {
    std::thread::sleep(SETTLE);
    Ok(node.usage()?.rss_bytes)
}
