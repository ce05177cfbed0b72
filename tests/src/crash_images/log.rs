//! What happened to the disk, in order: the whole truth from which every power-loss image is made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A file, whatever its name is at the moment.
pub type Inode = u32;
/// The database's file name; its WAL and journal begin with it.
pub const DATABASE: &str = "records.db";
/// The folder of the sidecar, below that of the database: a sync of one does not sync the other.
pub const SIDECAR: &str = "sidecar";

/// One step.
#[derive(Clone, Debug)]
pub enum Event {
    /// A name now means this file: it was created or renamed. Durable once the folder is synced.
    Link {
        /// Path below the folder.
        name: String,
        /// The file.
        inode: Inode,
    },
    /// A name is gone. Durable once the folder is synced.
    Unlink {
        /// Path below the folder.
        name: String,
    },
    /// Bytes were handed to the system.
    Write {
        /// Into which file.
        inode: Inode,
        /// At which byte.
        offset: u64,
        /// What.
        bytes: Box<[u8]>,
    },
    /// The file has a new length.
    Truncate {
        /// Which file.
        inode: Inode,
        /// Bytes it has now.
        size: u64,
    },
    /// Everything written to the file is durable.
    Sync {
        /// Which file.
        inode: Inode,
    },
    /// Every name in a folder is durable.
    SyncFolder {
        /// Whether it is the sidecar's folder.
        of_sidecar: bool,
        /// The file whose first sync did it; `None`: a deletion or the sidecar.
        by: Option<Inode>,
    },
    /// The workload has begun this unit of work (see [`super::ledger`]).
    Began(usize),
    /// The store has said that this unit of work is durable.
    Acknowledged(usize),
}

/// Which folder a name is in.
pub fn is_of_sidecar(name: &str) -> bool {
    name.starts_with(SIDECAR)
}

#[derive(Default)]
struct Log {
    events: Vec<Event>,
    start: usize,
    /// The names as a running program sees them.
    names: BTreeMap<String, Inode>,
    inodes: Inode,
}

impl Log {
    fn create(&mut self, name: &str) -> Inode {
        self.inodes += 1;
        self.names.insert(name.to_owned(), self.inodes);
        self.events.push(Event::Link { name: name.to_owned(), inode: self.inodes });
        self.inodes
    }
}

/// Takes down what happens in one folder.
pub struct Recorder {
    folder: PathBuf,
    log: Mutex<Log>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Recorder {
    /// Records what happens to the database in `folder` (a path without links), which is empty.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), log: Mutex::default() }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recorded name of a path; `None` if it is not part of the database.
    fn name<'a>(&self, path: &'a str) -> Option<&'a str> {
        let name = Path::new(path).strip_prefix(&self.folder).ok()?.to_str()?;
        name.starts_with(DATABASE).then_some(name)
    }

    /// The file at a path was opened; it comes into being if need be.
    pub fn opened(&self, path: &str, creates: bool) -> Option<Inode> {
        let name = self.name(path)?;
        let mut log = self.log();
        let found = log.names.get(name).copied();
        found.or_else(|| creates.then(|| log.create(name)))
    }

    /// The file at a path was deleted.
    pub fn deleted(&self, path: &str, folder_synced: bool) {
        let Some(name) = self.name(path) else { return };
        let mut log = self.log();
        if log.names.remove(name).is_some() {
            log.events.push(Event::Unlink { name: name.to_owned() });
        }
        if folder_synced {
            log.events.push(Event::SyncFolder { of_sidecar: false, by: None });
        }
    }

    /// Bytes were written.
    pub fn wrote(&self, inode: Inode, offset: u64, bytes: &[u8]) {
        self.log().events.push(Event::Write { inode, offset, bytes: bytes.into() });
    }

    /// A file was cut or extended.
    pub fn truncated(&self, inode: Inode, size: u64) {
        self.log().events.push(Event::Truncate { inode, size });
    }

    /// A file was synced, and its folder with it if it was new.
    pub fn synced(&self, inode: Inode, and_folder: bool) {
        let mut log = self.log();
        log.events.push(Event::Sync { inode });
        if and_folder {
            log.events.push(Event::SyncFolder { of_sidecar: false, by: Some(inode) });
        }
    }

    /// The file behind a name was overwritten from the start, and not synced.
    pub fn overwritten(&self, name: &str, bytes: &[u8]) {
        let mut log = self.log();
        let inode = log.names.get(name).copied().unwrap_or_else(|| log.create(name));
        log.events.push(Event::Write { inode, offset: 0, bytes: bytes.into() });
    }

    /// The file behind a name was replaced: a new one was written, synced, renamed, and the folder synced.
    pub fn replaced(&self, name: &str, bytes: &[u8]) {
        let mut log = self.log();
        let temporary = format!("{name}.new");
        let inode = log.create(&temporary);
        log.events.push(Event::Write { inode, offset: 0, bytes: bytes.into() });
        log.events.push(Event::Sync { inode });
        log.names.remove(&temporary);
        log.names.insert(name.to_owned(), inode);
        log.events.push(Event::Link { name: name.to_owned(), inode });
        log.events.push(Event::Unlink { name: temporary });
        log.events.push(Event::SyncFolder { of_sidecar: is_of_sidecar(name), by: None });
    }

    /// Marks that a unit of work begins; events before it.
    pub fn began(&self, unit: usize) -> usize {
        let mut log = self.log();
        log.events.push(Event::Began(unit));
        log.events.len() - 1
    }

    /// Marks that a unit of work was acknowledged; events before it.
    pub fn acknowledged(&self, unit: usize) -> usize {
        let mut log = self.log();
        log.events.push(Event::Acknowledged(unit));
        log.events.len() - 1
    }

    /// A file that a power cut left behind is there, durably. Tell all of them before anything else.
    pub fn found(&self, name: &str, bytes: &[u8]) {
        let mut log = self.log();
        let inode = log.create(name);
        log.events.push(Event::Write { inode, offset: 0, bytes: bytes.into() });
        log.events.push(Event::Sync { inode });
        log.events.push(Event::SyncFolder { of_sidecar: is_of_sidecar(name), by: None });
    }

    /// All files have been found: the store starts here. How many events there are.
    pub fn start_here(&self) -> usize {
        let mut log = self.log();
        log.start = log.events.len();
        log.start
    }

    /// How many events came before the store's start.
    pub fn start(&self) -> usize {
        self.log().start
    }

    /// How many events there are.
    pub fn reached(&self) -> usize {
        self.log().events.len()
    }

    /// Everything that happened.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.log().events)
    }
}
