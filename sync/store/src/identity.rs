//! Under which actor a database writes, and how a restored or cloned one is noticed.
//!
//! A sidecar outside the database, and outside every backup, holds the actor, its signing key, a nonce that
//! changes at every opening, and how far the log and the feeds had come. When it does not fit the database, the database is a
//! copy of an older self: it takes a new actor, so that no dot is ever used twice, and says again what no
//! upstream has acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Lane};

use crate::error::{Result, StoreError};
use crate::log;
use crate::rebirth;
use crate::records::Records;
use crate::schema;
use crate::sql::{Sql, Value};
use crate::tx::Tx;

/// What a sidecar keeps durably.
#[derive(Clone, PartialEq, Eq)]
pub struct SidecarRecord {
    /// The actor that writes.
    pub actor: ActorId,
    /// Its ed25519 secret key.
    pub key: [u8; 32],
    /// How often the actor was opened.
    pub opening: u64,
    /// The nonce of this opening.
    pub nonce: [u8; 16],
    /// The nonce before, in case the power went between sidecar and database.
    pub previous_nonce: [u8; 16],
}

impl std::fmt::Debug for SidecarRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SidecarRecord").field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// How far the log had come, per lane, and behind that how many entries all feeds together had had: a database that takes
/// in more than it writes, as a hub's does, is told from an older self by these alone.
pub type Progress = [u64; 5];
/// Where the entries stand in [`Progress`].
const ENTRIES: usize = 4;

/// Where the sidecar lives: a file beside the database, or memory in a simulation.
pub trait Sidecar: Send + Sync {
    /// The record; `None` if there is none or it is damaged.
    ///
    /// # Errors
    /// If it is there but may not be used (readable by others).
    fn load(&self) -> Result<Option<SidecarRecord>>;

    /// Stores the record durably, replacing the old one at once or not at all.
    ///
    /// # Errors
    /// If it cannot be stored.
    fn save(&self, record: &SidecarRecord) -> Result<()>;

    /// The progress noted last; zeros if none.
    fn progress(&self) -> Progress;

    /// Notes progress. Need not survive a power cut: a note that is behind is harmless.
    fn note(&self, progress: Progress);
}

/// Why a database took a new actor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rebirth {
    /// It is new.
    Created,
    /// It was restored from a backup.
    Restored,
    /// Its sidecar is missing or belongs to another opening: a copied file or disk.
    Copied,
    /// It has less than the sidecar says it had: its log or its feeds end earlier.
    RolledBack,
    /// An upstream knows another history, or more, under this actor.
    Forked,
    /// Unsent saves no longer read in its log: a scrub has found them damaged.
    LogDamaged,
}

impl Rebirth {
    /// Stable code for notices and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Created => "replica-created",
            Self::Restored => "replica-restored",
            Self::Copied => "replica-copied",
            Self::RolledBack => "replica-rolled-back",
            Self::Forked => "replica-forked",
            Self::LogDamaged => "replica-log-damaged",
        }
    }
}

/// Who writes here.
#[derive(Clone)]
pub struct Identity {
    pub(crate) actor: ActorId,
    pub(crate) key: Arc<SigningKey>,
    pub(crate) opening: (u64, [u8; 16]),
    sidecar: Arc<dyn Sidecar>,
    may_begin_anew: bool,
    machine: Option<[u8; 32]>,
}

impl Identity {
    /// An identity to be taken up by [`Records::open`] from this sidecar.
    pub fn beside(sidecar: Arc<dyn Sidecar>) -> Self {
        Self {
            actor: ActorId::default(),
            key: Arc::new(SigningKey::from_bytes(&[0; 32])),
            opening: (0, [0; 16]),
            sidecar,
            may_begin_anew: true,
            machine: None,
        }
    }

    /// On this machine, told by what is not on its disks, such as the serial number of its board: a copy of all its disks, sidecar
    /// included, that starts elsewhere is told from it at once and not only when both have met an upstream. To be left out where a
    /// database moves between machines of itself.
    #[must_use]
    pub fn on_machine(self, fingerprint: [u8; 32]) -> Self {
        Self { machine: Some(fingerprint), ..self }
    }

    /// Only if the sidecar fits the database: others write to it, and a new actor would be taken from under them.
    /// [`Records::open`] fails with [`StoreError::OtherFolder`] otherwise.
    #[must_use]
    pub fn beside_others(self) -> Self {
        Self { may_begin_anew: false, ..self }
    }
}

pub(crate) fn meta(sql: &mut dyn Sql, name: &str) -> Result<Option<Vec<u8>>> {
    let rows = sql.query("SELECT value FROM meta WHERE name = $1", &[name.into()])?;
    rows.first().map(|row| row.blob(0).map(<[u8]>::to_vec)).transpose()
}

pub(crate) fn set_meta(sql: &mut dyn Sql, name: &str, value: Option<&[u8]>) -> Result<()> {
    match value {
        Some(value) => sql.upsert(&schema::META, vec![vec![name.into(), value.into()]]),
        None => sql.delete(&schema::META, vec![vec![name.into()]]).map(|_| ()),
    }
}

/// Where the database was opened last.
const MACHINE: &str = "machine";

fn note_machine(sql: &mut dyn Sql, machine: Option<[u8; 32]>) -> Result<()> {
    match machine {
        Some(machine) => set_meta(sql, MACHINE, Some(&machine)),
        None => Ok(()),
    }
}

/// What the database says of itself.
struct Found {
    actor: Option<ActorId>,
    nonce: Option<Vec<u8>>,
    is_copy: bool,
    /// The machine it was opened on last, if that was told.
    machine: Option<Vec<u8>>,
    progress: Progress,
    clock: Hlc,
}

fn look(sql: &mut dyn Sql) -> Result<Found> {
    let actor = meta(sql, "actor")?.and_then(|v| v.try_into().ok()).map(ActorId);
    let clock = meta(sql, "clock")?.and_then(|v| v.try_into().ok()).map_or(0, u64::from_le_bytes);
    let mut progress = Progress::default();
    if let Some(actor) = actor {
        let rows = sql.query("SELECT no FROM actor WHERE actor = $1", &[actor.0.to_vec().into()])?;
        for row in rows {
            for lane in Lane::ALL {
                progress[usize::from(lane.0)] = log::last_seq(sql, row.int(0)?, lane)?;
            }
        }
    }
    progress[ENTRIES] = entries(sql)?;
    let is_copy = meta(sql, "copy")?.is_some();
    let (nonce, machine) = (meta(sql, "nonce")?, meta(sql, MACHINE)?);
    Ok(Found { actor, nonce, is_copy, machine, progress, clock: Hlc(clock) })
}

/// How many entries the feeds of this database have had.
fn entries(sql: &mut dyn Sql) -> Result<u64> {
    let rows = sql.query("SELECT next FROM counter WHERE name = $1", &[crate::feed::ARRIVAL.into()])?;
    rows.first().map_or(Ok(0), |row| Ok(row.uint(0)?.saturating_sub(1)))
}

fn judge(
    found: &Found,
    record: Option<&SidecarRecord>,
    noted: Progress,
    machine: Option<&[u8; 32]>,
) -> Option<Rebirth> {
    let Some(actor) = found.actor else { return Some(Rebirth::Created) };
    if found.is_copy {
        return Some(Rebirth::Restored);
    }
    let fits = record.is_some_and(|r| {
        let nonce = found.nonce.as_deref();
        r.actor == actor && (nonce == Some(&r.nonce) || nonce == Some(&r.previous_nonce))
    });
    let is_elsewhere = matches!((&found.machine, machine), (Some(was), Some(is)) if was[..] != is[..]);
    if !fits || is_elsewhere {
        return Some(Rebirth::Copied);
    }
    if found.progress.iter().zip(noted).any(|(has, noted)| *has < noted) {
        return Some(Rebirth::RolledBack);
    }
    None
}

/// Takes up the identity of a database as it is opened.
pub(crate) fn take_up(records: &Records) -> Result<()> {
    let identity = records.identity();
    let sidecar = identity.sidecar.clone();
    // Before the database is looked at: another process on this folder may be writing, and its log is never behind its note.
    let noted = sidecar.progress();
    let mut found = None;
    records.db.read(&mut |sql| {
        found = Some(look(sql)?);
        Ok(())
    })?;
    let found = found.expect("a read that succeeded has looked");
    records.start_clock(found.clock);
    if let Some(actor) = found.actor {
        // Until it is taken up, for reading what this database wrote.
        records.set_identity(Identity { actor, ..records.identity() });
    }
    let record = sidecar.load()?;
    let reason = judge(&found, record.as_ref(), noted, identity.machine.as_ref());
    #[cfg(feature = "sabotage")]
    let reason = reason
        .filter(|r| *r == Rebirth::Created || !records.is_broken(crate::sabotage::Sabotage::ReusedDots));
    match (reason, record) {
        (None, Some(record)) => resume(records, sidecar, record, found),
        (reason, _) => {
            let reason = reason.unwrap_or(Rebirth::Copied);
            if !identity.may_begin_anew {
                return Err(StoreError::OtherFolder(reason.code()));
            }
            be_reborn(records, reason)
        }
    }
}

fn resume(records: &Records, sidecar: Arc<dyn Sidecar>, record: SidecarRecord, found: Found) -> Result<()> {
    let progress = found.progress;
    let previous_nonce = found.nonce.and_then(|n| n.try_into().ok()).unwrap_or(record.nonce);
    let opening = record.opening + 1;
    let renewed =
        SidecarRecord { opening, nonce: records.surroundings.random_bytes(), previous_nonce, ..record };
    sidecar.save(&renewed)?;
    // A note that a power cut took is made good at once.
    sidecar.note(progress);
    records.start_progress(progress);
    let key = Arc::new(SigningKey::from_bytes(&renewed.key));
    let opening = (renewed.opening, renewed.nonce);
    let identity = Identity { actor: renewed.actor, key, opening, ..records.identity() };
    let machine = identity.machine;
    records.set_identity(identity);
    records.db.write(&mut |sql| {
        note_machine(sql, machine)?;
        set_meta(sql, "nonce", Some(&renewed.nonce))
    })
}

/// Gives the database a new actor and says again, under it, whatever no upstream has acknowledged.
///
/// # Errors
/// [`crate::error::StoreError`] of the database or the sidecar; the old actor stays then.
pub(crate) fn be_reborn(records: &Records, reason: Rebirth) -> Result<()> {
    // A save under way ends under the old actor and is said again; the next one begins under the new actor.
    let _alone = records.hold_writers();
    let before = records.identity();
    let record = SidecarRecord {
        actor: ActorId(records.surroundings.random_bytes()),
        key: records.surroundings.random_bytes(),
        opening: 1,
        nonce: records.surroundings.random_bytes(),
        previous_nonce: records.surroundings.random_bytes(),
    };
    before.sidecar.save(&record)?;
    before.sidecar.note(Progress::default());
    records.start_progress(Progress::default());
    let key = Arc::new(SigningKey::from_bytes(&record.key));
    let public = key.verifying_key().to_bytes();
    let opening = (record.opening, record.nonce);
    records.set_identity(Identity { actor: record.actor, key, opening, ..before.clone() });
    let mut reached = Reached::default();
    let done = records.db.write(&mut |sql| {
        let old = meta(sql, "actor")?.and_then(|v| v.try_into().ok()).map(ActorId);
        let mut tx = Tx::new(sql, records);
        let no = tx.actor_no(record.actor)?;
        let row = vec![
            no.into(),
            record.actor.0.to_vec().into(),
            "self".into(),
            public.to_vec().into(),
            0i64.into(),
        ];
        tx.sql.upsert(&schema::ACTOR, vec![row])?;
        if let Some(old) = old {
            rebirth::say_again(&mut tx, old)?;
            tx.notice(reason.code(), &format!("{old} is now {}", record.actor))?;
        }
        set_meta(tx.sql, "actor", Some(&record.actor.0))?;
        set_meta(tx.sql, "nonce", Some(&record.nonce))?;
        set_meta(tx.sql, "copy", None)?;
        note_machine(tx.sql, before.machine)?;
        set_meta(tx.sql, crate::downstream::PAGES_TAKEN, None)?;
        // Positions were counted for the old self: every scope is offered again from where this copy stands.
        set_meta(tx.sql, "rehold", old.is_some().then_some(&[1][..]))?;
        tx.finish()?;
        reached = tx.reached();
        // It may have entries of its old self alone, which the new one must be told from as well.
        reached.entries = entries(tx.sql)?;
        Ok(())
    });
    match done {
        Ok(()) => note_progress(records, reached),
        Err(_) => records.set_identity(before),
    }
    done
}

/// How far a transaction has brought the database.
#[derive(Default)]
pub(crate) struct Reached {
    /// By lane the next number of the own log.
    pub(crate) next_seq: BTreeMap<Lane, u64>,
    /// Entries that all feeds together have had; 0 if it added none.
    pub(crate) entries: u64,
    /// Records, those of the trail left out, that it has changed.
    pub(crate) changed: u64,
}

impl Reached {
    /// Takes what a later transaction has reached.
    pub(crate) fn extend(&mut self, later: Self) {
        self.next_seq.extend(later.next_seq);
        self.entries = self.entries.max(later.entries);
        self.changed += later.changed;
    }

    /// The furthest of this and a progress noted before.
    pub(crate) fn beyond(&self, mut progress: Progress) -> Progress {
        for (lane, next) in &self.next_seq {
            let slot = &mut progress[usize::from(lane.0)];
            *slot = (*slot).max(next - 1);
        }
        progress[ENTRIES] = progress[ENTRIES].max(self.entries);
        progress
    }
}

/// Notes in the sidecar how far the database has come; called after every commit that wrote. Costs no sync: a note that
/// is behind is harmless, and one that is ahead cannot be, for it is written after the commit.
pub(crate) fn note_progress(records: &Records, reached: Reached) {
    records.changes.fetch_add(reached.changed, std::sync::atomic::Ordering::Relaxed);
    if reached.next_seq.is_empty() && reached.entries == 0 {
        return;
    }
    let progress = records.advance(&reached);
    records.identity().sidecar.note(progress);
}

impl Records {
    /// The incarnations of this database with their keys, the writing one first.
    ///
    /// # Errors
    /// [`crate::error::StoreError`] of the database.
    pub fn own_actors(&self) -> Result<Vec<(ActorId, [u8; 32])>> {
        let now = self.actor();
        let mut out: Vec<(ActorId, [u8; 32])> = self.read(|view| {
            let text = "SELECT actor, public_key FROM actor WHERE replica = $1 ORDER BY no";
            let rows = view.sql.query(text, &[Value::from("self")])?;
            rows.iter().map(|row| Ok((ActorId(row.array(0)?), row.array(1)?))).collect()
        })?;
        out.sort_by_key(|(actor, _)| *actor != now);
        Ok(out)
    }
}
