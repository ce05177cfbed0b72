//! A replica's records: the database together with the rules, the clock and the identity it writes under.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use holdfast_core::hlc::{Hlc, HybridClock, Skew};
use holdfast_core::id::{ActorId, Scope};
use holdfast_core::rules::Rules;

use crate::error::{Result, StoreError};
use crate::identity::{Identity, Progress, Reached};
use crate::sql::{Database, Sql};
use crate::tx::Tx;
use crate::view::View;

/// Fills bytes from a secure source.
pub type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// Time and randomness, from outside, so that a simulation replays exactly.
pub struct Surroundings {
    /// Unix milliseconds by the wall clock.
    pub now_ms: Box<dyn Fn() -> u64 + Send + Sync>,
    /// Fills bytes from a secure source.
    pub random: Box<Fill>,
}

impl Default for Surroundings {
    /// The system's clock and random source.
    fn default() -> Self {
        let now = || {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
        };
        let random = |bytes: &mut [u8]| {
            getrandom::fill(bytes).expect("the system's random source works once it is up")
        };
        Self { now_ms: Box::new(now), random: Box::new(random) }
    }
}

impl Surroundings {
    pub(crate) fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        (self.random)(&mut out);
        out
    }
}

/// What a replica is part of.
#[derive(Clone, Debug)]
pub struct Place {
    /// The clinic whose operations this replica holds; the hub's is empty.
    pub clinic: String,
    /// Schema version written into segments.
    pub schema: u16,
}

/// A replica's records. Cheap to share behind an [`Arc`]; all methods may be called from any thread.
pub struct Records {
    pub(crate) db: Arc<dyn Database>,
    pub(crate) rules: Arc<dyn Rules>,
    pub(crate) surroundings: Surroundings,
    pub(crate) place: Place,
    identity: RwLock<Identity>,
    /// Shared by writers, who each write under one identity from beginning to end; alone for a change of it.
    steady: RwLock<()>,
    clock: Mutex<HybridClock>,
    progress: Mutex<Progress>,
    /// The identity is not taken up, for want of room on the disk.
    put_off: Mutex<bool>,
    pub(crate) opened: crate::visits::Opened,
    pub(crate) changes: std::sync::atomic::AtomicU64,
    pub(crate) desktops: crate::desktops::InForce,
    #[cfg(feature = "sabotage")]
    pub(crate) sabotage: Option<crate::sabotage::Sabotage>,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records")
            .field("kind", &self.db.kind())
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Records {
    /// Joins a database with the identity it writes under; see [`crate::identity`]. On a full disk it opens for
    /// reading, and takes its identity up with the first write for which there is room.
    ///
    /// # Errors
    /// [`StoreError`] if the identity cannot be recorded in the database, for another reason than a full disk.
    pub fn open(
        db: Arc<dyn Database>,
        rules: Arc<dyn Rules>,
        identity: Identity,
        place: Place,
        surroundings: Surroundings,
    ) -> Result<Self> {
        let records = Self::unopened(db, rules, identity, place, surroundings);
        match crate::identity::take_up(&records) {
            Err(StoreError::DiskFull) => {
                tracing::warn!(error.code = "disk-full", "opened for reading alone: the disk is full");
                *records.is_put_off() = true;
            }
            outcome => {
                outcome?;
                crate::aside::mark_all(&records)?;
            }
        }
        crate::reindex::begin(&records)?;
        Ok(records)
    }

    /// Takes the identity up if that was put off at opening. Everything that writes calls it first; it costs nothing
    /// once the identity is taken up.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] as long as there is no room; others as [`Records::open`].
    pub fn be_writable(&self) -> Result<()> {
        let mut put_off = self.is_put_off();
        if *put_off {
            crate::identity::take_up(self)?;
            *put_off = false;
            tracing::info!("there is room on the disk again: saving goes on");
        }
        Ok(())
    }

    fn is_put_off(&self) -> MutexGuard<'_, bool> {
        self.put_off.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn unopened(
        db: Arc<dyn Database>,
        rules: Arc<dyn Rules>,
        identity: Identity,
        place: Place,
        surroundings: Surroundings,
    ) -> Self {
        Self {
            db,
            rules,
            surroundings,
            place,
            identity: RwLock::new(identity),
            steady: RwLock::new(()),
            clock: Mutex::new(HybridClock::default()),
            progress: Mutex::new(Progress::default()),
            put_off: Mutex::new(false),
            opened: crate::visits::Opened::default(),
            changes: std::sync::atomic::AtomicU64::default(),
            desktops: crate::desktops::InForce::default(),
            #[cfg(feature = "sabotage")]
            sabotage: None,
        }
    }

    /// The rules in force.
    pub fn rules(&self) -> &dyn Rules {
        &*self.rules
    }

    /// The clinic this replica belongs to; empty at the hub.
    pub fn clinic(&self) -> &str {
        &self.place.clinic
    }

    /// The incarnation that writes now.
    pub fn actor(&self) -> ActorId {
        self.identity().actor
    }

    /// Unix milliseconds by this replica's wall clock.
    pub fn now_ms(&self) -> u64 {
        (self.surroundings.now_ms)()
    }

    /// The highest time this replica ever saw, Unix milliseconds: what ends, ends once.
    pub(crate) fn highest_ms(&self) -> u64 {
        self.now_ms().max(self.clock().last().unix_ms())
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The identity does not change as long as this is held. Not to be taken twice by one thread.
    pub(crate) fn hold_identity(&self) -> RwLockReadGuard<'_, ()> {
        self.steady.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody writes as long as this is held.
    pub(crate) fn hold_writers(&self) -> RwLockWriteGuard<'_, ()> {
        self.steady.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_identity(&self, identity: Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = identity;
    }

    fn clock(&self) -> MutexGuard<'_, HybridClock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tick(&self) -> Hlc {
        let now = self.now_ms();
        self.clock().tick(now)
    }

    pub(crate) fn observe(&self, remote: Hlc) -> Skew {
        let now = self.now_ms();
        self.clock().observe(remote, now)
    }

    pub(crate) fn start_progress(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }

    /// How often a record has changed since the store was opened, whoever wrote it; what the trail tells is no change. Grows with
    /// the commit, so that whoever has seen a number reads what it counts.
    pub fn changes(&self) -> u64 {
        self.changes.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Takes note of what a committed transaction has reached.
    pub(crate) fn advance(&self, reached: &Reached) -> Progress {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        *progress = reached.beyond(*progress);
        *progress
    }

    pub(crate) fn start_clock(&self, last: Hlc) {
        *self.clock() = HybridClock::starting_at(last);
    }

    /// Runs `work` on one consistent view. Blocks; call it off the async threads.
    ///
    /// # Errors
    /// What `work` fails with, or the database.
    pub fn read<T>(&self, mut work: impl FnMut(&mut View<'_>) -> Result<T>) -> Result<T> {
        let mut out = None;
        self.db.read(&mut |sql: &mut dyn Sql| {
            out = Some(work(&mut View { sql, rules: &*self.rules, sight: None, is_settled: true })?);
            Ok(())
        })?;
        out.ok_or(StoreError::Closed)
    }

    /// Runs `work` in a transaction of its own, durable when this returns. Servers use
    /// [`crate::writer::Writer`], which shares one commit among many. `work` may run more than once. Blocks.
    ///
    /// # Errors
    /// What `work` fails with, or the database; nothing is kept then.
    pub fn write<T>(&self, mut work: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.be_writable()?;
        let _steady = self.hold_identity();
        let mut out = None;
        let mut reached = Reached::default();
        self.db.write(&mut |sql: &mut dyn Sql| {
            let mut tx = Tx::new(sql, self);
            let value = work(&mut tx)?;
            tx.finish()?;
            reached = tx.reached();
            out = Some(value);
            Ok(())
        })?;
        crate::identity::note_progress(self, reached);
        out.ok_or(StoreError::Closed)
    }

    /// The scope of this clinic's operations.
    pub fn clinic_scope(&self) -> Scope {
        Scope::clinic(&self.place.clinic)
    }
}

impl Records {
    /// Runs several pieces of work in one transaction, each undone on its own if it fails.
    pub(crate) fn write_each(
        &self,
        count: usize,
        mut work: impl FnMut(usize, &mut Tx<'_>) -> Result<()>,
    ) -> Result<Vec<Result<()>>> {
        self.be_writable()?;
        let _steady = self.hold_identity();
        let mut outcomes = Vec::new();
        let mut reached = Reached::default();
        self.db.write(&mut |sql: &mut dyn Sql| {
            outcomes.clear();
            reached = Reached::default();
            for at in 0..count {
                let mut here = Reached::default();
                let outcome = sql.nested(&mut |sql| {
                    let mut tx = Tx::new(sql, self);
                    work(at, &mut tx)?;
                    tx.finish()?;
                    here = tx.reached();
                    Ok(())
                });
                match outcome {
                    // The database itself is in trouble: nobody's work is kept.
                    Err(
                        error @ (StoreError::DiskFull
                        | StoreError::Retry
                        | StoreError::Corrupt(_)
                        | StoreError::Database(_)),
                    ) => {
                        return Err(error);
                    }
                    outcome => {
                        reached.extend(here);
                        outcomes.push(outcome);
                    }
                }
            }
            Ok(())
        })?;
        crate::identity::note_progress(self, reached);
        Ok(outcomes)
    }
}
