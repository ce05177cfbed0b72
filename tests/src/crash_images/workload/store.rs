//! The store under test, opened through the recording VFS and closed as a program's end closes it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use holdfast_store::identity::Identity;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::writer::Writer;
use holdfast_store::{Place, Records, Surroundings};

use super::Workload;
use crate::crash_images::log::DATABASE;
use crate::crash_images::rules::CrashRules;
use crate::crash_images::sidecar::RecordedSidecar;
use crate::generate::Dice;

/// An open store. When it is dropped, every connection is closed.
pub(super) struct Store {
    pub(super) records: Arc<Records>,
    pub(super) db: Arc<Sqlite>,
    writer: Option<Writer>,
}

impl Store {
    pub(super) fn open(folder: &Path, work: &Workload) -> Result<Self> {
        let options = SqliteOptions {
            key: work.key,
            durability: work.settings.durability,
            vfs: Some(work.vfs.name().to_owned()),
        };
        let db = Arc::new(Sqlite::open(&folder.join(DATABASE), options)?);
        let sidecar = Arc::new(RecordedSidecar::open(folder, work.recorder.clone())?);
        let dice = work.dice.clone();
        let records = open_records(db.clone(), Identity::beside(sidecar), &work.clock, dice)?;
        let records = Arc::new(records);
        let writer = Some(Writer::start(records.clone())?);
        Ok(Self { records, db, writer })
    }

    pub(super) fn writer(&self) -> Writer {
        self.writer.clone().expect("the writer runs until the store is dropped")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.writer = None;
        // The writer's thread ends by itself; the connections must be gone before their VFS is.
        while Arc::strong_count(&self.records) > 1 {
            std::thread::sleep(Duration::from_micros(50));
        }
    }
}

/// Opens records of one clinic whose time and chance come from the workload.
pub(super) fn open_records(
    db: Arc<Sqlite>,
    identity: Identity,
    clock: &Arc<AtomicU64>,
    dice: Dice,
) -> Result<Records> {
    let (clock, dice) = (clock.clone(), Mutex::new(dice));
    let surroundings = Surroundings {
        now_ms: Box::new(move || clock.fetch_add(1, Ordering::Relaxed)),
        random: Box::new(move |bytes| {
            let mut dice = dice.lock().unwrap_or_else(PoisonError::into_inner);
            bytes.iter_mut().for_each(|byte| *byte = dice.below(256) as u8);
        }),
    };
    let place = Place { clinic: "north".into(), schema: 1 };
    Ok(Records::open(db, Arc::new(CrashRules), identity, place, surroundings)?)
}
