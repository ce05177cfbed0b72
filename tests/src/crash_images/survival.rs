//! What of the unsynced writes reached the disk when the power went: anything may, in any order, sector by sector.

use super::disk::{Disk, Entry, File, apply, overlay, position};
use super::log::{DATABASE, Event, Inode};
use crate::generate::Dice;

/// The unit that a disk writes whole or not at all.
const SECTOR: usize = 512;
/// Bytes of a left-over `-shm` file: SQLite's first block of it.
const SHM_BYTES: usize = 32 << 10;

/// How the power went.
#[derive(Clone, Copy, Debug)]
pub enum Survival {
    /// Nothing unsynced survives.
    Nothing,
    /// Everything does, as if only the process had died.
    Everything,
    /// Each sector for itself, so many in a hundred.
    Sectors(u64),
    /// Each write for itself, so many in a hundred.
    Writes(u64),
    /// In order up to this event, which is torn.
    UpTo(usize),
    /// All but some sectors of this event.
    AllBut(usize),
    /// Some files wholly, others not at all, by these bits.
    Files(u64),
}

enum Share {
    All,
    None,
    Sectors(u64),
}

/// Files by path, as the next start finds them.
pub type Image = Vec<(String, Vec<u8>)>;

impl Survival {
    /// Draws one of all kinds.
    pub fn draw(disk: &Disk<'_>, dice: &mut Dice) -> Self {
        match dice.below(10) {
            0 => Self::Nothing,
            1 => Self::Everything,
            2 | 3 => Self::Sectors(dice.pick(&[5, 50, 95])),
            4 | 5 => Self::Writes(dice.pick(&[5, 30, 50, 70, 95])),
            6 | 7 => Self::UpTo(any_pending(disk, dice)),
            8 => Self::AllBut(any_pending(disk, dice)),
            _ => Self::Files(dice.next()),
        }
    }

    fn share(self, at: usize, inode: Inode, dice: &mut Dice) -> Share {
        let all = match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Sectors(percent) => return Share::Sectors(percent),
            Self::Writes(percent) => dice.percent(percent),
            Self::UpTo(last) | Self::AllBut(last) if last == at => {
                return Share::Sectors(dice.pick(&[10, 50, 90]));
            }
            Self::UpTo(last) => at < last,
            Self::AllBut(_) => true,
            Self::Files(bits) => bits >> (inode % 64) & 1 == 1,
        };
        if all { Share::All } else { Share::None }
    }
}

fn any_pending(disk: &Disk<'_>, dice: &mut Dice) -> usize {
    let all: Vec<usize> = disk.files.values().flat_map(|file| file.pending.iter().copied()).collect();
    if all.is_empty() { disk.reached() } else { dice.pick(&all) }
}

/// One state in which the power cut may have left the disk.
pub fn image(disk: &Disk<'_>, survival: Survival, dice: &mut Dice) -> Image {
    let mut out = Vec::new();
    for (name, entry) in &disk.names {
        let Some(inode) = meaning(entry, survival, dice) else { continue };
        let bytes = disk.files.get(&inode).map(|file| contents(disk, file, inode, survival, dice));
        out.push(((*name).to_owned(), bytes.unwrap_or_default()));
    }
    if dice.percent(15) {
        out.push((format!("{DATABASE}-shm"), rubbish(SHM_BYTES, dice)));
    }
    out
}

/// Which file a name means: the last synced one, or after any of the changes since.
fn meaning(entry: &Entry, survival: Survival, dice: &mut Dice) -> Option<Inode> {
    let kept = match survival {
        Survival::Nothing => 0,
        Survival::Everything => entry.pending.len(),
        Survival::UpTo(last) => entry.pending.iter().filter(|(at, _)| *at <= last).count(),
        _ => usize::try_from(dice.below(entry.pending.len() as u64 + 1)).unwrap_or(0),
    };
    kept.checked_sub(1).map_or(entry.synced, |last| entry.pending[last].1)
}

fn contents(disk: &Disk<'_>, file: &File, inode: Inode, survival: Survival, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = file.synced.clone();
    for at in &file.pending {
        let event = disk.event(*at);
        match survival.share(*at, inode, dice) {
            Share::All => apply(&mut bytes, event),
            Share::None => grow_without_data(&mut bytes, event, dice),
            Share::Sectors(percent) => tear(&mut bytes, event, percent, dice),
        }
    }
    bytes
}

/// Applies the sectors of a write that happen to survive.
fn tear(bytes: &mut Vec<u8>, event: &Event, percent: u64, dice: &mut Dice) {
    let Event::Write { offset, bytes: written, .. } = event else {
        if dice.percent(percent) {
            apply(bytes, event);
        }
        return;
    };
    let (start, mut from) = (position(*offset), 0);
    while from < written.len() {
        let to = (((start + from) / SECTOR + 1) * SECTOR - start).min(written.len());
        if dice.percent(percent) {
            overlay(bytes, start + from, &written[from..to]);
        }
        from = to;
    }
    grow_without_data(bytes, event, dice);
}

/// A file's new length may arrive without the bytes: then zeros are there, or what the disk held before.
fn grow_without_data(bytes: &mut Vec<u8>, event: &Event, dice: &mut Dice) {
    let Event::Write { offset, bytes: written, .. } = event else { return };
    let end = position(*offset) + written.len();
    if bytes.len() >= end || !dice.percent(10) {
        return;
    }
    let missing = end - bytes.len();
    if dice.percent(70) {
        bytes.resize(end, 0);
    } else {
        bytes.extend(rubbish(missing, dice));
    }
}

fn rubbish(n: usize, dice: &mut Dice) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(n + 8);
    while out.len() < n {
        out.extend(dice.next().to_le_bytes());
    }
    out.truncate(n);
    out
}
