//! What goes wrong: processes die, disks are restored or cloned, clocks jump, replicas are revoked, scopes come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use holdfast_core::id::Scope;
use holdfast_core::message::{Request, Response};
use holdfast_core::session::Input;
use holdfast_store::identity::Sidecar;
use holdfast_store::sidecar::MemorySidecar;

use super::dice::Dice;
use super::fleet::Fleet;
use super::replica::{Replica, open};
use super::rules::PATIENTS;

const TEN_YEARS_MS: u64 = 315_576_000_000;
/// Copies of one disk that run at once, at most.
const MAX_REPLICAS: usize = 6;

impl Fleet {
    /// The process dies; what was committed is there when it is opened again.
    ///
    /// # Errors
    /// The store.
    pub fn crash(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        // The progress note need not survive a power cut: none, an old one or the last one is found.
        let note = self.replicas[at].sidecar.progress();
        let found = match dice.below(4) {
            0 => Default::default(),
            1 => note.map(|seq| seq / 2),
            _ => note,
        };
        self.replicas[at].sidecar.note(found);
        self.note(|fleet| format!("{} crashes, its note is {found:?} of {note:?}", fleet.name(at)));
        let sidecar = self.replicas[at].sidecar.clone();
        self.reopen(at, sidecar)
    }

    /// Opens a replica's database in a new process, beside this sidecar.
    ///
    /// # Errors
    /// The store.
    pub fn reopen(&mut self, at: usize, sidecar: Arc<MemorySidecar>) -> Result<()> {
        self.open_count += 1;
        let seed = Dice::of(self.seed, 1000 + self.open_count).roll();
        let replica = &mut self.replicas[at];
        let before = replica.records.actor();
        replica.sidecar = sidecar;
        replica.records = open(&replica.profile, &replica.db, &replica.sidecar, &replica.clock, seed)?;
        replica.boot += 1;
        replica.link = None;
        replica.forms.clear();
        // Connections die with the process: nobody's session with it goes on.
        for other in 0..self.replicas.len() {
            if at < self.hubs && self.replicas[other].link.as_ref().is_some_and(|link| link.up == at) {
                let gone = Input::Disconnected { code: "closed".into(), message: "closed".into() };
                self.feed(other, gone)?;
            }
        }
        if self.replicas[at].records.actor() != before {
            self.said_again(at);
            self.note(|fleet| {
                format!("{} was {before:?}, now {:?}", fleet.name(at), fleet.replicas[at].records.actor())
            });
        }
        Ok(())
    }

    /// Keeps a copy of the disk.
    ///
    /// # Errors
    /// The database.
    pub fn back_up(&mut self, at: usize) -> Result<()> {
        let backup = self.replicas[at].backup()?;
        self.note(|fleet| format!("{} is backed up", fleet.name(at)));
        self.replicas[at].backups.push(backup);
        Ok(())
    }

    /// Puts an earlier disk in place of the present one; the sidecar survives, is lost, or is of the same age.
    ///
    /// # Errors
    /// The store.
    pub fn restore(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        let Some(backup) = self.replicas[at].backups.pop() else { return self.back_up(at) };
        let (sidecar, which) = match dice.below(3) {
            0 => (self.replicas[at].sidecar.clone(), "its own"),
            1 => (Arc::new(MemorySidecar::default()), "no"),
            _ => (Arc::new(backup.sidecar), "an equally old"),
        };
        self.note(|fleet| format!("{} is restored, with {which} sidecar", fleet.name(at)));
        let db = self.pool.from_image(&backup.image)?;
        self.said_again(at);
        let replica = &mut self.replicas[at];
        replica.db = db;
        replica.known = backup.known;
        self.reopen(at, sidecar)
    }

    /// Puts an earlier database in place of the hub's; who may hold what is granted again by its operator.
    ///
    /// # Errors
    /// The store.
    pub fn restore_hub(&mut self, dice: &mut Dice) -> Result<()> {
        let Some(backup) = self.replicas[0].backups.pop() else { return self.back_up(0) };
        let sidecar = if dice.chance(50) { self.replicas[0].sidecar.clone() } else { Arc::default() };
        self.note(|_| "the hub is restored".into());
        self.replicas[0].db = self.pool.from_image(&backup.image)?;
        self.replicas[0].known = backup.known;
        self.reopen(0, sidecar)?;
        self.hub_was_restored = true;
        self.share_again()
    }

    /// Copies the whole disk while the original goes on, and starts the copy too.
    ///
    /// # Errors
    /// The store.
    pub fn clone_disk(&mut self, at: usize) -> Result<()> {
        if self.replicas.len() >= MAX_REPLICAS {
            return Ok(());
        }
        let copy = self.replicas[at].backup()?;
        let db = self.pool.from_image(&copy.image)?;
        self.open_count += 1;
        let seed = Dice::of(self.seed, 1000 + self.open_count).roll();
        let mut profile = self.replicas[at].profile.clone();
        profile.machine[0] = u8::try_from(self.replicas.len()).unwrap_or(u8::MAX);
        let sidecar = Arc::new(copy.sidecar);
        let clock = Arc::new(AtomicU64::new(self.replicas[at].clock.load(Ordering::Relaxed)));
        let records = open(&profile, &db, &sidecar, &clock, seed)?;
        let mut twin = Replica::around(profile, records, db, sidecar, clock);
        (twin.known, twin.wanted, twin.revoked) = (copy.known, copy.wanted, self.replicas[at].revoked);
        twin.given_up = self.replicas[at].given_up.clone();
        self.replicas.push(twin);
        self.has_clones = true;
        self.said_again(at);
        self.note(|fleet| {
            format!("the disk of {} is cloned as {}", fleet.name(at), fleet.name(fleet.replicas.len() - 1))
        });
        Ok(())
    }

    /// The wall clock jumps ten years either way.
    pub fn jump(&mut self, at: usize, dice: &mut Dice) {
        let clock = &self.replicas[at].clock;
        let ahead = dice.chance(50);
        let now = clock.load(Ordering::Relaxed);
        clock.store(
            if ahead { now + TEN_YEARS_MS } else { now.saturating_sub(TEN_YEARS_MS) },
            Ordering::Relaxed,
        );
        self.note(|fleet| {
            format!("the clock of {} jumps {}", fleet.name(at), if ahead { "ahead" } else { "back" })
        });
    }

    /// The hub refuses a replica from now on.
    ///
    /// # Errors
    /// The store.
    pub fn revoke(&mut self, at: usize) -> Result<()> {
        let peer = self.replicas[at].peer();
        for hub in 0..self.hubs {
            self.replicas[hub].records.register_replica(&peer)?;
            self.replicas[hub].records.revoke_replica(&peer.clinic, &peer.replica)?;
        }
        for replica in self.replicas.iter_mut().filter(|r| r.profile.name == peer.replica) {
            replica.revoked = true;
        }
        self.note(|fleet| format!("{} is revoked", fleet.name(at)));
        Ok(())
    }

    /// A patient is wanted on a node; which, and whether that is new.
    ///
    /// # Errors
    /// The store.
    pub fn want(&mut self, at: usize, dice: &mut Dice) -> Result<(Scope, bool)> {
        let scope = Scope::patient(PATIENTS[dice.below(PATIENTS.len())]);
        let clinic = self.replicas[at].profile.clinic.clone();
        let is_new = !self.replicas[at].wanted.contains(&scope) && self.share(&clinic, &scope)?;
        if is_new {
            self.replicas[at].wanted.insert(scope.clone());
            self.note(|fleet| format!("{} wants {scope}", fleet.name(at)));
            self.feed(at, Input::Want(vec![scope.clone()]))?;
        }
        Ok((scope, is_new))
    }

    /// A patient is wanted on a node, or no longer.
    ///
    /// # Errors
    /// The store.
    pub fn change_scopes(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        let (scope, is_new) = self.want(at, dice)?;
        if is_new {
            return Ok(());
        }
        let is_wanted = self.replicas[at].wanted.contains(&scope);
        if !is_wanted || self.replicas[at].cut || self.replicas[at].revoked {
            return Ok(());
        }
        let actor = self.replicas[at].records.actor();
        let release = Request::Release { actor, scopes: vec![scope.clone()] };
        let peer = self.replicas[at].peer();
        for hub in 0..self.hubs {
            let answer = self.replicas[hub].records.respond(&peer, &release);
            if !matches!(answer, Response::Done { .. }) {
                return Ok(());
            }
        }
        // A subscription belongs to the name: copies of one disk share it.
        for copy in self.replicas.iter_mut().filter(|r| r.profile.name == peer.replica) {
            copy.wanted.remove(&scope);
            copy.given_up.insert(scope.clone());
        }
        let purged = dice.chance(50) && self.replicas[at].records.purge(&scope)?;
        self.note(|fleet| {
            format!("{} gives up {scope}{}", fleet.name(at), if purged { " and purges it" } else { "" })
        });
        if purged { self.forget_purged(at) } else { Ok(()) }
    }

    /// What is no longer in the database has no saves there.
    fn forget_purged(&mut self, at: usize) -> Result<()> {
        let held =
            super::finish::names(&self.replicas[at].db, "SELECT kind || '/' || id FROM resource", &[])?;
        for (number, entity) in self.entities.iter().enumerate() {
            if !held.contains(&entity.to_string()) {
                self.replicas[at].known &= !self.oracle.of_entity(number);
            }
        }
        Ok(())
    }
}
