//! How many saves a second the store takes at 100 a commit.

use super::local::Local;
use crate::generate::Resource;
use crate::reconcile::work::{Work, by_turns};
use anyhow::Result;
use std::path::Path;
use std::time::{Duration, Instant};

/// Saves in one durable commit.
const EACH: usize = 100;

/// What saving took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Commits {
    /// Saves.
    pub ops: u64,
    /// Until the last of them was durable.
    pub took: Duration,
    /// After that, until every index row was made.
    pub indexed_after: Duration,
}

/// New vital signs and edits of one element by turns, each commit durable before the next begins.
pub(super) fn measure(folder: &Path, ops: u64) -> Result<Commits> {
    let half = ops / 2;
    let work = Work::new(half);
    let local = Local::open(folder)?;
    let patients: Vec<Resource> = work.patients().collect();
    patients.chunks(1000).try_for_each(|batch| local.commit(batch))?;
    local.index()?;
    // What is saved is made beforehand: the generator is not what is measured.
    let saves: Vec<Resource> = by_turns(work.edits(0, half), work.vitals(0, half)).collect();
    let since = Instant::now();
    saves.chunks(EACH).try_for_each(|commit| local.commit(commit))?;
    let took = since.elapsed();
    Ok(Commits { ops: saves.len() as u64, took, indexed_after: local.index()? })
}
