//! Looking for damage before somebody meets it, and healing it where the data is still somewhere.
//!
//! SQLite has no page checksums, so every resource row carries its own, segments verify by their Merkle root, the
//! unsealed tail is compared with the registers that it built, and the search index is compared with what the
//! resources say.
//!
//! ```text
//! scrub ─▶ Findings ─▶ repair ─▶ segments (upstream's log) ─▶ resources (own ops, upstream's states) ─▶
//!                                own log (a new actor says again) ─▶ search index (derived again) ─▶ Repair
//! ```
//!
//! A page that SQLite itself cannot read is past this: see [`crate::salvage`].

mod check;
mod heal;
mod index;
mod log;

use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_core::message::StateItem;

use crate::error::{Result, StoreError};
use crate::identity::{self, Rebirth};
use crate::records::Records;
use crate::sqlite::Sqlite;

pub(crate) use check::{check_database, columns, is_sound};
pub(crate) use heal::readable_ops;
pub(crate) use index::{entries as index_entries, rebuild as rebuild_index};

/// Bytes of resources that are read at once, unless a single one is larger: a thousand rows of a file's bytes would be a GiB.
const READ_AT_ONCE: usize = 16 << 20;

/// What a scrub found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Findings {
    /// What SQLite's own check says.
    pub structure: Vec<String>,
    /// Resources whose row is damaged: number and, if it can still be read, name.
    pub resources: Vec<(i64, Option<Entity>)>,
    /// Segments that do not verify: actor number, lane, first seq.
    pub segments: Vec<(i64, i64, u64)>,
    /// Own ops, not sealed yet, that do not read or do not say what the registers say: lane and seq.
    pub tail: Vec<(i64, u64)>,
    /// Entries that the search index lacks.
    pub index: u64,
    /// Resources and segments looked at.
    pub checked: u64,
}

impl Findings {
    /// One line for people; `None` if nothing was found.
    pub fn summary(&self) -> Option<String> {
        if self.count() == 0 {
            return None;
        }
        Some(format!(
            "{} damaged resources, {} damaged segments, {} damaged unsealed saves, {} missing search entries, {} \
             structural findings of {} looked at",
            self.resources.len(),
            self.segments.len(),
            self.tail.len(),
            self.index,
            self.structure.len(),
            self.checked
        ))
    }

    /// How much is damaged, by kind, with a stable name each.
    pub fn by_kind(&self) -> [(&'static str, u64); 5] {
        [
            ("structure", self.structure.len() as u64),
            ("resource", self.resources.len() as u64),
            ("segment", self.segments.len() as u64),
            ("tail", self.tail.len() as u64),
            ("index", self.index),
        ]
    }

    /// How much is damaged in all.
    pub fn count(&self) -> u64 {
        self.by_kind().iter().map(|(_, count)| count).sum()
    }
}

/// What a repair did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Repair {
    /// Resources made again, from this replica's own log or an upstream.
    pub healed: Vec<Entity>,
    /// What nobody could give: report it.
    pub lost: Vec<String>,
    /// Segments had again from an upstream.
    pub segments: u64,
    /// Whether the search index was derived again.
    pub reindexed: bool,
    /// Unsent saves could not be read in the log: a new actor has said again what the registers know of them, so the
    /// link must greet anew.
    pub is_reborn: bool,
    /// What SQLite's check still says: the database must be rebuilt ([`crate::salvage`]).
    pub structure: Vec<String>,
}

impl Repair {
    /// Whether nothing is left that is damaged.
    pub fn is_whole(&self) -> bool {
        self.lost.is_empty() && self.structure.is_empty()
    }
}

/// Who can be asked for what is damaged here: an upstream, over whatever carries a session. What it gives is checked
/// before it is taken.
pub trait Upstream {
    /// The states of these resources, as far as it has them and this replica may see them.
    fn states(&self, entities: &[Entity]) -> Vec<StateItem>;

    /// Sealed segments of one of this replica's logs, from the one that holds `from` on.
    fn segments(&self, actor: ActorId, lane: Lane, from: u64) -> Vec<Vec<u8>>;
}

/// An upstream that can give resources alone.
impl<F: Fn(&[Entity]) -> Vec<StateItem>> Upstream for F {
    fn states(&self, entities: &[Entity]) -> Vec<StateItem> {
        self(entities)
    }

    fn segments(&self, _: ActorId, _: Lane, _: u64) -> Vec<Vec<u8>> {
        Vec::new()
    }
}

/// Checks every resource, segment and search entry. `progress` is told how many of how many, after each step; each
/// step is a read of its own, so that writers and checkpoints go on.
///
/// # Errors
/// The database, if it cannot even be read; damage itself is a finding.
pub fn scrub(records: &Records, db: &Sqlite, progress: &mut dyn FnMut(u64, u64)) -> Result<Findings> {
    let mut findings = Findings { structure: structure(db)?, ..Findings::default() };
    check_database(db, &mut findings, progress)?;
    check::tail(db, &mut findings)?;
    index::check(records, db, &mut findings)?;
    Ok(findings)
}

/// What SQLite says of its own structure; a check that the damage stops is a finding too.
pub(crate) fn structure(db: &Sqlite) -> Result<Vec<String>> {
    match db.integrity_findings() {
        Err(StoreError::Corrupt(why)) => Ok(vec![why]),
        found => found,
    }
}

/// Makes what is damaged again, from the log held here and from `upstream` (`None`: no upstream can be asked now).
///
/// # Errors
/// The database, if nothing can be written to it at all.
pub fn repair(
    records: &Records,
    db: &Sqlite,
    findings: &Findings,
    upstream: Option<&dyn Upstream>,
) -> Result<Repair> {
    let mut repair = Repair::default();
    if !findings.structure.is_empty() {
        // Lookups go by the indexes, so they come first; a damaged row may stop this one, so it is done again below.
        let _done_again = db.rebuild_indexes();
    }
    let is_own_lost = log::segments(records, findings, upstream, &mut repair)?;
    heal::resources(records, findings, upstream, &mut repair)?;
    // After the resources: what their registers know is said again, so they must be sound.
    if is_own_lost || !findings.tail.is_empty() {
        identity::be_reborn(records, Rebirth::LogDamaged)?;
        repair.is_reborn = true;
    }
    if !findings.structure.is_empty() {
        repair.structure = match db.rebuild_indexes() {
            Ok(()) => structure(db)?,
            Err(error) => vec![error.to_string()],
        };
    }
    if findings.index > 0 {
        index::rebuild(records)?;
        repair.reindexed = true;
    }
    let said = format!("{} healed, {} lost", repair.healed.len() as u64 + repair.segments, repair.lost.len());
    records.write(|tx| tx.notice("scrub-repair", &said))?;
    Ok(repair)
}
