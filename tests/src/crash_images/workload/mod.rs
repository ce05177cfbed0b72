//! The work that is interrupted: a real store that saves, deletes, commits in groups, seals, takes pages in,
//! checkpoints, is copied, closed and opened again. After a power cut it goes on in what was left, with the same
//! hub: the second life meets half-written WALs and sidecars. All but SQLite's salts follows from the seed.

mod encryption;
mod lives;
mod saves;
mod session;
mod steps;
mod store;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::Result;
use holdfast_store::Records;
use holdfast_store::sqlite::Durability;

use super::ledger::{Done, Ledger};
use super::log::{Event, Recorder};
use super::vfs::RecordingVfs;
use crate::generate::Dice;
pub use lives::run;
use saves::Drafts;
use session::Hub;
use store::Store;

/// One workload.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Seed of the whole campaign.
    pub seed: u64,
    /// This workload's number in it.
    pub number: u64,
    /// How many steps in one life, most of them a transaction.
    pub steps: usize,
    /// How often it starts: in an empty folder, then in what a power cut left.
    pub lives: usize,
    /// How the store syncs.
    pub durability: Durability,
}

/// What one life of a workload leaves behind.
#[derive(Debug)]
pub struct Trace {
    /// What happened to the disk.
    pub events: Vec<Event>,
    /// Events that put the folder in the state it starts from: no cut before them makes sense.
    pub start: usize,
    /// What the store promised.
    pub ledger: Ledger,
    /// The database's key, if it is encrypted.
    pub key: Option<[u8; 32]>,
}

/// A workload at work. The store goes before the VFS that it was opened through.
struct Workload {
    store: Option<Store>,
    vfs: RecordingVfs,
    recorder: Arc<Recorder>,
    settings: Settings,
    key: Option<[u8; 32]>,
    ledger: Ledger,
    drafts: Drafts,
    hub: Hub,
    dice: Dice,
    clock: Arc<AtomicU64>,
    /// Events up to the last time that the hub was spoken to.
    told_hub: usize,
}

impl Workload {
    fn records(&self) -> Arc<Records> {
        self.store.as_ref().expect("the store is open between steps").records.clone()
    }

    /// Runs one unit of work and notes what it promised.
    fn unit<T>(&mut self, work: impl FnOnce(&Records) -> Result<(T, Done)>) -> Result<T> {
        let number = self.ledger.begin(&self.recorder);
        let (value, done) = work(&self.records())?;
        let at = self.recorder.acknowledged(number);
        self.ledger.acknowledge(number, at, done);
        Ok(value)
    }

    /// Opens the store, as a start of the program does.
    fn open(&mut self, folder: &Path) -> Result<()> {
        let number = self.ledger.begin(&self.recorder);
        let store = Store::open(folder, self)?;
        self.ledger.actor = store.records.actor();
        self.store = Some(store);
        let at = self.recorder.acknowledged(number);
        self.ledger.acknowledge(number, at, Done::default());
        Ok(())
    }
}
