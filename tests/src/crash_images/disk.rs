//! A disk with a volatile cache: what is durable at a point of the log, and what is still on its way.

use std::collections::BTreeMap;

use super::log::{Event, Inode, is_of_sidecar};

/// A sync that the modelled disk takes and does not do: each is a control that the checker must catch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lie {
    /// An honest disk.
    #[default]
    None,
    /// The folder is not synced when a new WAL is synced for the first time.
    NewWalFolder,
    /// The database file is never synced, so that a checkpoint reuses the WAL too early.
    DatabaseFile,
}

/// A file's bytes.
#[derive(Debug, Default)]
pub struct File {
    /// As they are after every sync so far.
    pub synced: Vec<u8>,
    /// Writes and truncations since, as places in the log.
    pub pending: Vec<usize>,
}

/// What a name means.
#[derive(Debug, Default)]
pub struct Entry {
    /// After every sync of the folder so far.
    pub synced: Option<Inode>,
    /// Changes since, with their places in the log.
    pub pending: Vec<(usize, Option<Inode>)>,
}

/// The disk at one point of the log.
#[derive(Debug)]
pub struct Disk<'log> {
    events: &'log [Event],
    reached: usize,
    lie: Lie,
    /// By number.
    pub files: BTreeMap<Inode, File>,
    /// By path below the folder.
    pub names: BTreeMap<&'log str, Entry>,
}

impl<'log> Disk<'log> {
    /// An empty disk, before the first event.
    pub fn new(events: &'log [Event], lie: Lie) -> Self {
        Self { events, reached: 0, lie, files: BTreeMap::new(), names: BTreeMap::new() }
    }

    /// How many events have happened.
    pub fn reached(&self) -> usize {
        self.reached
    }

    /// One event of the log.
    pub fn event(&self, at: usize) -> &'log Event {
        &self.events[at]
    }

    /// Lets time pass until the first `cut` events have happened. Time does not go back.
    pub fn advance_to(&mut self, cut: usize) {
        while self.reached < cut.min(self.events.len()) {
            self.take(self.reached);
            self.reached += 1;
        }
    }

    fn take(&mut self, at: usize) {
        match &self.events[at] {
            Event::Link { name, inode } => {
                self.names.entry(name).or_default().pending.push((at, Some(*inode)))
            }
            Event::Unlink { name } => self.names.entry(name).or_default().pending.push((at, None)),
            Event::Write { inode, .. } | Event::Truncate { inode, .. } => {
                self.files.entry(*inode).or_default().pending.push(at);
            }
            Event::Sync { inode } if !self.is_lost(*inode) => self.sync(*inode),
            Event::SyncFolder { by: Some(inode), .. }
                if self.lie == Lie::NewWalFolder && self.is_wal(*inode) => {}
            Event::SyncFolder { of_sidecar, .. } => self.sync_folder(*of_sidecar),
            Event::Sync { .. } | Event::Began(_) | Event::Acknowledged(_) => {}
        }
    }

    fn is_called(&self, inode: Inode, is: impl Fn(&str) -> bool) -> bool {
        self.names
            .iter()
            .any(|(name, entry)| is(name) && entry.pending.iter().any(|(_, i)| *i == Some(inode)))
            || self.names.iter().any(|(name, entry)| is(name) && entry.synced == Some(inode))
    }

    fn is_wal(&self, inode: Inode) -> bool {
        self.is_called(inode, |name| name.ends_with("-wal"))
    }

    fn is_lost(&self, inode: Inode) -> bool {
        self.lie == Lie::DatabaseFile && self.is_called(inode, |name| name == super::log::DATABASE)
    }

    fn sync(&mut self, inode: Inode) {
        let file = self.files.entry(inode).or_default();
        for at in std::mem::take(&mut file.pending) {
            apply(&mut file.synced, &self.events[at]);
        }
    }

    fn sync_folder(&mut self, of_sidecar: bool) {
        for (name, entry) in &mut self.names {
            if is_of_sidecar(name) == of_sidecar
                && let Some((_, last)) = entry.pending.pop()
            {
                entry.synced = last;
                entry.pending.clear();
            }
        }
    }
}

/// Applies a whole write or truncation to a file's bytes.
pub fn apply(bytes: &mut Vec<u8>, event: &Event) {
    match event {
        Event::Write { offset, bytes: written, .. } => overlay(bytes, position(*offset), written),
        Event::Truncate { size, .. } => bytes.resize(position(*size), 0),
        _ => {}
    }
}

/// Puts bytes at a place, with zeros in between if the file was shorter.
pub fn overlay(bytes: &mut Vec<u8>, at: usize, written: &[u8]) {
    let end = at + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(written);
}

/// A place in a file as an index.
pub fn position(offset: u64) -> usize {
    usize::try_from(offset).expect("recorded files fit in memory")
}
