//! Opening an image with the real store on the system's VFS, and writing on in it.

use std::sync::{Arc, Mutex, PoisonError};

use holdfast_core::id::{Entity, Lane};
use holdfast_core::rules::Rules;
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::{Place, Records, StoreError, Surroundings};

use super::own_log;
use super::{Case, Finding, Kind};
use crate::crash_images::ledger::Unit;
use crate::crash_images::log::{DATABASE, SIDECAR};
use crate::crash_images::rules::{CrashRules, KINDS};
use crate::generate::Dice;

/// A store that came back.
pub(super) struct Opened {
    pub(super) db: Arc<Sqlite>,
    pub(super) records: Records,
}

fn unusable(error: &StoreError) -> Finding {
    Finding::new(Kind::Unusable, error.to_string())
}

/// Opens the image.
pub(super) fn open(case: &Case<'_>) -> Result<Opened, Finding> {
    let options = SqliteOptions { key: case.key, ..SqliteOptions::default() };
    let db = Sqlite::open(&case.folder.join(DATABASE), options).map_err(|error| unusable(&error))?;
    let db = Arc::new(db);
    let sidecar = FileSidecar::open(&case.folder.join(SIDECAR)).map_err(|error| unusable(&error))?;
    let dice = Mutex::new(Dice::new(case.cut as u64, "crash-after", 0));
    let surroundings = Surroundings {
        now_ms: Box::new(|| 1_790_003_600_000),
        random: Box::new(move |bytes| {
            let mut dice = dice.lock().unwrap_or_else(PoisonError::into_inner);
            bytes.iter_mut().for_each(|byte| *byte = dice.below(256) as u8);
        }),
    };
    let place = Place { clinic: "north".into(), schema: 1 };
    let identity = Identity::beside(Arc::new(sidecar));
    let records = Records::open(db.clone(), Arc::new(CrashRules), identity, place, surroundings);
    Ok(Opened { db, records: records.map_err(|error| unusable(&error))? })
}

/// Saves once in every lane: the seqs given out must be the next ones, never one that was acknowledged.
pub(super) fn write_on(opened: &Opened, unit: &Unit) -> Result<(), Finding> {
    let saves = opened.records.write(|tx| {
        for kind in KINDS {
            let json =
                format!(r#"{{"resourceType":"{kind}","id":"after-the-cut","name":"after","subject":"n1"}}"#);
            tx.put(&Entity::new(kind, "after-the-cut"), &json, &Base::Absent, "nurse")?;
        }
        Ok(())
    });
    saves.map_err(|error| Finding::new(Kind::Unusable, format!("it cannot be written: {error}")))?;
    let log = own_log::load(&opened.db, opened.records.actor())?;
    for lane in Lane::ALL {
        let at = usize::from(lane.0);
        let saved = KINDS.iter().filter(|kind| CrashRules.lane(kind) == lane).count() as u64;
        let (before, now) = (unit.last[at], log[at].last());
        if now != before + saved {
            let text = format!("lane {}: {saved} saves after seq {before} reached seq {now}", lane.name());
            return Err(Finding::new(Kind::Reused, text));
        }
    }
    Ok(())
}
