//! The judge: opens what a power cut left behind as a program would, and compares it with the ledger.

mod feed;
mod open;
mod own_log;
mod resources;
mod settle;

use std::fmt;
use std::path::Path;

use holdfast_store::StoreError;
use holdfast_store::sql::{Database, Sql};
use holdfast_store::sqlite::Sqlite;

use super::ledger::{Acknowledges, Ledger};

/// What is wrong with an image.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// It does not open, or cannot be written.
    Unusable,
    /// A page, a row or a stored value is damaged.
    Damaged,
    /// Something acknowledged is gone, or something is there that was never saved.
    Lost,
    /// A lane's log has a gap, a wrong link, or lacks a segment that was given out.
    Log,
    /// Registers, JSON, index and feeds disagree.
    Disagreeing,
    /// An acknowledged seq would be given out again.
    Reused,
    /// The store took a power cut for a copied disk.
    Reborn,
}

/// A finding, with what a person needs to look into it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What sort.
    pub kind: Kind,
    /// Where and what.
    pub detail: String,
}

impl Finding {
    fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.detail)
    }
}

impl From<StoreError> for Finding {
    fn from(error: StoreError) -> Self {
        Self::new(Kind::Damaged, error.to_string())
    }
}

/// An image to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Where the image is; judging changes it.
    pub folder: &'a Path,
    /// What was promised.
    pub ledger: &'a Ledger,
    /// When the power went.
    pub cut: usize,
    /// When the store is taken to have acknowledged.
    pub acknowledges: Acknowledges,
    /// The database's key.
    pub key: Option<[u8; 32]>,
    /// Whether to do what costs most too: `integrity_check`, signatures, replayed histories.
    pub deep: bool,
}

/// Judges one image. The unit of work after which the store stands; `None` if nothing was acknowledged yet.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn judge(case: &Case<'_>) -> Result<Option<usize>, Finding> {
    let judged = std::panic::catch_unwind(|| judge_all(case));
    judged.unwrap_or_else(|_| Err(Finding::new(Kind::Unusable, "the store panicked")))
}

fn judge_all(case: &Case<'_>) -> Result<Option<usize>, Finding> {
    let opened = open::open(case)?;
    let found = resources::load(&opened.db)?;
    let Some(acknowledged) = case.ledger.acknowledged_before(case.cut, case.acknowledges) else {
        return integrity(case, &opened.db).map(|()| None);
    };
    let begun = case.ledger.begun_before(case.cut).unwrap_or(acknowledged);
    let actor = case.ledger.actor;
    // First: a new actor renames what was not acknowledged upstream, so the ledger's versions mean nothing then.
    if opened.records.actor() != actor {
        return Err(Finding::new(Kind::Reborn, "the store took a new actor after a power cut"));
    }
    let log = own_log::load(&opened.db, actor)?;
    let unit = settle::settle(case.ledger, acknowledged..=begun, &found, &log)?;
    own_log::check(&log, case.ledger.up_to(acknowledged), &opened.records, case.deep)?;
    feed::check(&opened.db, &opened.records, &found, case.deep)?;
    settle::held(&opened.db, case.ledger.up_to(acknowledged))?;
    open::write_on(&opened, case.ledger.unit(unit))?;
    integrity(case, &opened.db).map(|()| Some(unit))
}

/// Whether a running store stands after the ledger's last unit: if not, the ledger is wrong, or the store without
/// any power cut.
///
/// # Errors
/// What differs.
pub fn stands(db: &Sqlite, ledger: &Ledger) -> Result<(), Finding> {
    let Some(last) = ledger.begun_before(usize::MAX) else { return Ok(()) };
    let (found, log) = (resources::load(db)?, own_log::load(db, ledger.actor)?);
    settle::settle(ledger, last..=last, &found, &log).map(|_| ())
}

fn integrity(case: &Case<'_>, db: &Sqlite) -> Result<(), Finding> {
    let findings = if case.deep { db.integrity_findings()? } else { Vec::new() };
    if findings.is_empty() { Ok(()) } else { Err(Finding::new(Kind::Damaged, findings.join("; "))) }
}

/// Reads with findings of one's own.
fn read<T>(db: &Sqlite, mut work: impl FnMut(&mut dyn Sql) -> Result<T, Finding>) -> Result<T, Finding> {
    let mut out = Err(Finding::new(Kind::Unusable, "nothing was read"));
    db.read(&mut |sql| {
        out = work(sql);
        Ok(())
    })?;
    out
}
