//! A seeded share of the campaign, and that each kind of damage is seen.

mod real_ext4;

use std::path::Path;

use holdfast_store::sqlite::Durability;

use super::campaign::{self, Trial};
use super::check::{Case, Kind, judge};
use super::disk::{Disk, Lie};
use super::folder;
use super::ledger::Acknowledges;
use super::log::{DATABASE, Event};
use super::survival::{Survival, image};
use super::workload::{self, Settings, Trace};
use crate::generate::Dice;

#[test]
fn power_loss_images_lose_nothing_and_each_control_loses() {
    let trial = Trial::of_the_store(300, 20_260_728, 2);
    let outcome = campaign::run(trial).unwrap();
    assert_eq!((outcome.images, outcome.losing), (300, 0), "{:#?}", outcome.described);
    for control in trial.controls(75) {
        let outcome = campaign::run(control).unwrap();
        assert!(outcome.losing > 0, "{} loses nothing", control.name);
    }
}

/// A workload whose last words are neither encrypted nor sealed: the damage is done by plain SQL, to the tail too.
fn intact(folder: &Path) -> Trace {
    let run = |number| {
        let settings = Settings { seed: 5, number, steps: 40, lives: 1, durability: Durability::Full };
        workload::run(folder, settings).unwrap().remove(0)
    };
    let has_tail = |trace: &Trace| {
        write_intact(trace, folder);
        let database = rusqlite::Connection::open(folder.join(DATABASE)).unwrap();
        database.query_row("SELECT COUNT(*) FROM tail", [], |row| row.get::<_, i64>(0)).unwrap() > 0
    };
    (0..).map(run).find(|trace| trace.key.is_none() && has_tail(trace)).unwrap()
}

fn write_intact(trace: &Trace, folder: &Path) {
    let mut disk = Disk::new(&trace.events, Lie::None);
    disk.advance_to(trace.events.len());
    let files = image(&disk, Survival::Everything, &mut Dice::new(1, "test", 0));
    folder::write(folder, &files).unwrap();
}

fn verdict(trace: &Trace, folder: &Path) -> Result<(), Kind> {
    let case = Case {
        folder,
        ledger: &trace.ledger,
        cut: trace.events.len(),
        acknowledges: Acknowledges::OnceDurable,
        key: None,
        deep: true,
    };
    judge(&case).map(|_| ()).map_err(|finding| finding.kind)
}

#[test]
fn damage_of_every_kind_is_seen() {
    let scratch = folder::scratch().unwrap();
    let folder = scratch.path().canonicalize().unwrap().join("work");
    let trace = intact(&folder);
    write_intact(&trace, &folder);
    assert_eq!(verdict(&trace, &folder), Ok(()));
    let damages = [
        ("UPDATE resource SET json = replace(json, 'v1', 'w1')", Kind::Damaged),
        ("UPDATE resource SET updated = updated + 1 WHERE no = 1", Kind::Damaged),
        ("DELETE FROM resource WHERE no = (SELECT MAX(no) FROM resource)", Kind::Lost),
        ("UPDATE log_head SET hash = zeroblob(32)", Kind::Log),
        ("DELETE FROM segment WHERE first = 1", Kind::Log),
        ("DELETE FROM feed WHERE pos = 1", Kind::Disagreeing),
        ("UPDATE scope SET head = head + 1", Kind::Disagreeing),
        ("DELETE FROM search WHERE resource_no = (SELECT MIN(resource_no) FROM search)", Kind::Disagreeing),
        ("UPDATE held SET pos = 0", Kind::Lost),
        // The sidecar remembers more than the log has, so the store takes it for an older copy.
        ("DELETE FROM tail", Kind::Reborn),
        ("UPDATE meta SET value = x'00' WHERE name = 'nonce'", Kind::Reborn),
    ];
    for (sql, kind) in damages {
        write_intact(&trace, &folder);
        let database = rusqlite::Connection::open(folder.join(DATABASE)).unwrap();
        assert!(database.execute(sql, []).unwrap() > 0, "`{sql}` changes nothing: choose another seed");
        drop(database);
        assert_eq!(verdict(&trace, &folder), Err(kind), "{sql}");
    }
}

#[test]
fn unsynced_bytes_and_names_may_go_and_synced_ones_stay() {
    let write = |bytes: &[u8]| Event::Write { inode: 1, offset: 0, bytes: bytes.into() };
    let events = [
        Event::Link { name: DATABASE.into(), inode: 1 },
        write(&[1; 1024]),
        Event::Sync { inode: 1 },
        Event::SyncFolder { of_sidecar: false, by: Some(1) },
        write(&[2; 1024]),
        Event::Unlink { name: DATABASE.into() },
    ];
    let mut disk = Disk::new(&events, Lie::None);
    let seen = |disk: &Disk<'_>, survival| {
        let all = (0..64).map(|n| image(disk, survival, &mut Dice::new(n, "test", 0)));
        all.map(|files| {
            files.into_iter().find(|(name, _)| name == DATABASE).map(|(_, bytes)| (bytes[0], bytes[512]))
        })
        .collect::<std::collections::BTreeSet<_>>()
    };
    disk.advance_to(3);
    assert!(seen(&disk, Survival::Sectors(50)).contains(&None), "a synced file without a name may be gone");
    disk.advance_to(4);
    assert_eq!(seen(&disk, Survival::Sectors(50)), [Some((1, 1))].into());
    disk.advance_to(5);
    let torn = [(1, 1), (1, 2), (2, 1), (2, 2)].map(Some);
    assert_eq!(seen(&disk, Survival::Sectors(50)), torn.into());
    disk.advance_to(6);
    assert_eq!(seen(&disk, Survival::Nothing), [Some((1, 1))].into());
    assert_eq!(seen(&disk, Survival::Everything), [None].into());
}
