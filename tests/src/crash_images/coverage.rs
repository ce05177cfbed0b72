//! What a campaign met: a checker that never saw a WAL start over or a cut beside unsynced bytes would prove nothing.

use std::collections::BTreeMap;
use std::fmt;

use super::log::{DATABASE, Event, Inode};

/// Counts over all workloads and images.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coverage {
    /// Units of work acknowledged.
    pub acknowledged: u64,
    /// Writes into WALs.
    pub wal_writes: u64,
    /// Times that a WAL was begun or begun again.
    pub wal_starts: u64,
    /// Times that a WAL was emptied.
    pub wal_truncations: u64,
    /// Times that a WAL was deleted.
    pub wal_deletions: u64,
    /// Pages that checkpoints wrote into databases.
    pub database_writes: u64,
    /// Files synced.
    pub syncs: u64,
    /// Folders synced.
    pub folder_syncs: u64,
    /// Images of encrypted databases.
    pub encrypted: u64,
    /// Images at whose cut something was not synced.
    pub with_unsynced: u64,
    /// Images that stand after a unit that was begun and not acknowledged.
    pub past_acknowledged: u64,
}

impl Coverage {
    /// Adds the events of a workload from `start` on.
    pub fn count(&mut self, events: &[Event], start: usize) {
        let mut names: BTreeMap<Inode, &str> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            if let Event::Link { name, inode } = event {
                names.insert(*inode, name);
            }
            if at >= start {
                self.count_one(event, |inode| names.get(&inode).copied().unwrap_or_default());
            }
        }
    }

    fn count_one<'a>(&mut self, event: &Event, name: impl Fn(Inode) -> &'a str) {
        let is_wal = |inode: &Inode| name(*inode).ends_with("-wal");
        match event {
            Event::Write { inode, offset, .. } if is_wal(inode) => {
                self.wal_writes += 1;
                self.wal_starts += u64::from(*offset == 0);
            }
            Event::Write { inode, .. } => self.database_writes += u64::from(name(*inode) == DATABASE),
            Event::Truncate { inode, .. } => self.wal_truncations += u64::from(is_wal(inode)),
            Event::Unlink { name } => self.wal_deletions += u64::from(name.ends_with("-wal")),
            Event::Sync { .. } => self.syncs += 1,
            Event::SyncFolder { .. } => self.folder_syncs += 1,
            Event::Acknowledged(_) => self.acknowledged += 1,
            Event::Link { .. } | Event::Began(_) => {}
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "met: {} acknowledgements, {} WAL writes, {} WAL starts, {} WALs emptied, {} deleted, {} pages \
             checkpointed, {} syncs, {} folder syncs; {} images beside unsynced bytes, {} past the last acknowledgement, \
             {} encrypted",
            self.acknowledged,
            self.wal_writes,
            self.wal_starts,
            self.wal_truncations,
            self.wal_deletions,
            self.database_writes,
            self.syncs,
            self.folder_syncs,
            self.with_unsynced,
            self.past_acknowledged,
            self.encrypted
        )
    }
}
