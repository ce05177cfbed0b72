//! The same promise on a real file system: ext4 on a loop device, shut down under a store that is saving.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sqlite::{Durability, Sqlite, SqliteOptions};
use holdfast_store::{Place, Records, Surroundings};

use crate::crash_images::rules::CrashRules;

/// Shutdowns for each way of syncing.
const ROUNDS: usize = 4;
/// How long the store saves before its disk goes.
const SAVING: Duration = Duration::from_millis(250);

/// Whether a command can be run and succeeds.
fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A small ext4 of our own.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// Makes and mounts it; `None` where that is not allowed or a tool is missing.
    fn make() -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().ok()? };
        std::fs::create_dir(disk.mount_point()).ok()?;
        let image = disk.image();
        std::fs::File::create(&image).and_then(|file| file.set_len(96 << 20)).ok()?;
        let is_made = succeeds("xfs_io", &["-V"]) && succeeds("mkfs.ext4", &["-q", "-F", image.to_str()?]);
        (is_made && disk.mount()).then_some(disk)
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn mount_point(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    fn mount(&self) -> bool {
        succeeds(
            "mount",
            &["-o", "loop", &self.image().to_string_lossy(), &self.mount_point().to_string_lossy()],
        )
    }

    fn unmount(&self) -> bool {
        succeeds("umount", &[&self.mount_point().to_string_lossy()])
    }

    /// What is written from now on is gone, and so is what the journal has not written yet.
    fn shut_down(&self) -> bool {
        succeeds("xfs_io", &["-x", "-c", "shutdown", &self.mount_point().to_string_lossy()])
    }

    fn sync(&self) -> bool {
        succeeds("sync", &["-f", &self.mount_point().to_string_lossy()])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.unmount();
    }
}

fn open(folder: &Path, durability: Durability) -> Records {
    std::fs::create_dir_all(folder).unwrap();
    let options = SqliteOptions { durability, ..SqliteOptions::default() };
    let db = Arc::new(Sqlite::open(&folder.join("records.db"), options).unwrap());
    let identity = Identity::beside(Arc::new(FileSidecar::open(folder).unwrap()));
    let place = Place { clinic: "north".into(), schema: 1 };
    Records::open(db, Arc::new(CrashRules), identity, place, Surroundings::default()).unwrap()
}

fn save(records: &Records, number: usize) -> holdfast_store::Result<()> {
    let entity = Entity::new("Patient", format!("p{number}"));
    let json = format!(r#"{{"resourceType":"Patient","id":"p{number}","name":"value {number}"}}"#);
    records.write(|tx| tx.put(&entity, &json, &Base::Absent, "nurse")).map(|_| ())
}

/// Saves until the disk goes; how many acknowledged saves are not there afterwards, of how many.
fn lost(disk: &Disk, folder: &Path, durability: Durability) -> (usize, usize) {
    let records = open(folder, durability);
    save(&records, 0).unwrap();
    assert!(disk.sync());
    let acknowledged = std::thread::scope(|scope| {
        let saving = scope.spawn(|| (1..).take_while(|number| save(&records, *number).is_ok()).count());
        std::thread::sleep(SAVING);
        assert!(disk.shut_down());
        saving.join().unwrap()
    });
    drop(records);
    assert!(disk.unmount() && disk.mount());
    let records = open(folder, Durability::Full);
    let is_there = |number: &usize| {
        let found = records.read(|view| view.get(&Entity::new("Patient", format!("p{number}")))).unwrap();
        found.is_some_and(|stored| stored.json.contains(&format!("\"value {number}\"")))
    };
    let there = (1..=acknowledged).filter(is_there).count();
    (acknowledged - there, acknowledged)
}

#[test]
fn a_real_ext4_that_is_shut_down_loses_no_acknowledged_save() {
    let Some(disk) = Disk::make() else {
        eprintln!(
            "SKIPPED: no ext4 of our own (needs root, loop devices, mkfs.ext4 and xfs_io from xfsprogs)"
        );
        return;
    };
    for (durability, must_lose) in [(Durability::Full, false), (Durability::NormalForControl, true)] {
        let (mut lost_in_all, mut of) = (0, 0);
        for round in 0..ROUNDS {
            let folder = disk.mount_point().join(format!("{durability:?}-{round}"));
            let (lost, acknowledged) = lost(&disk, &folder, durability);
            (lost_in_all, of) = (lost_in_all + lost, of + acknowledged);
        }
        eprintln!(
            "real ext4, {durability:?}: {lost_in_all} of {of} acknowledged saves lost in {ROUNDS} shutdowns"
        );
        assert!(of > 0);
        assert_eq!(
            lost_in_all > 0,
            must_lose,
            "{durability:?}: {lost_in_all} of {of} acknowledged saves lost"
        );
    }
}
