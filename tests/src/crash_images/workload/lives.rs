//! The lives of a workload: it starts in an empty folder, the power goes, it starts again in what was left.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::{Result, anyhow, bail};
use holdfast_store::sqlite::Durability;

use super::encryption::encryption_works;
use super::saves::Drafts;
use super::session::Hub;
use super::{Settings, Trace, Workload};
use crate::crash_images::check::{Case, judge, stands};
use crate::crash_images::disk::{Disk, Lie};
use crate::crash_images::folder;
use crate::crash_images::ledger::{Acknowledges, Ledger};
use crate::crash_images::log::Recorder;
use crate::crash_images::survival::{Image, Survival, image};
use crate::crash_images::vfs::{RecordingVfs, Tuning};
use crate::generate::Dice;

/// Workloads on an encrypted database.
const ENCRYPTED_PERCENT: u64 = 20;

/// Runs a workload in a folder (a path without links), which it empties; one trace a life. For a control, a life that
/// ends in an image which the judge refuses is the last.
///
/// # Errors
/// If the store refuses something that it should do, or a next life would begin in an image that the judge refuses.
pub fn run(folder: &Path, settings: Settings) -> Result<Vec<Trace>> {
    folder::empty(folder)?;
    let mut work = Workload::new(folder, settings)?;
    let mut traces = Vec::new();
    loop {
        work.open(folder)?;
        for _ in 0..settings.steps {
            work.step(folder)?;
        }
        if let Some(store) = &work.store {
            stands(&store.db, &work.ledger).map_err(|finding| anyhow!("without a power cut: {finding}"))?;
        }
        drop(work.store.take());
        let start = work.recorder.start();
        let trace = Trace { events: work.recorder.take(), start, ledger: work.ledger.clone(), key: work.key };
        traces.push(trace);
        let last = traces.last().expect("one was just pushed");
        if traces.len() >= settings.lives || !work.restart(folder, last)? {
            return Ok(traces);
        }
    }
}

fn tuning(dice: &mut Dice) -> Result<Tuning> {
    let cache_kib = if dice.percent(30) { 64 } else { 8192 };
    Ok(Tuning { checkpoint_pages: u32::try_from(dice.between(16, 400))?, cache_kib })
}

impl Workload {
    fn new(folder: &Path, settings: Settings) -> Result<Self> {
        let mut dice = Dice::new(settings.seed, "crash-workload", settings.number);
        let recorder = Arc::new(Recorder::new(folder));
        let clock = Arc::new(AtomicU64::new(1_790_000_000_000));
        Ok(Self {
            store: None,
            vfs: RecordingVfs::register(recorder.clone(), tuning(&mut dice)?)?,
            recorder,
            settings,
            key: (dice.percent(ENCRYPTED_PERCENT) && encryption_works())
                .then(|| std::array::from_fn(|at| at as u8 ^ settings.number as u8)),
            ledger: Ledger::default(),
            drafts: Drafts::default(),
            hub: Hub::new(&clock, Dice::new(settings.seed, "crash-hub", settings.number))?,
            dice,
            clock,
            told_hub: 0,
        })
    }

    /// The power goes after the hub was last spoken to (it does not lose power, and what it was told is durable), and
    /// the next life begins in what is left. `false` if that is not what was promised.
    fn restart(&mut self, folder: &Path, last: &Trace) -> Result<bool> {
        let mut disk = Disk::new(&last.events, Lie::None);
        let cut = self.told_hub + self.dice.below((last.events.len() - self.told_hub) as u64 + 1) as usize;
        disk.advance_to(cut);
        let survival = Survival::draw(&disk, &mut self.dice);
        let files = image(&disk, survival, &mut self.dice);
        folder::write(folder, &files)?;
        let (ledger, key) = (&last.ledger, last.key);
        let case = Case { folder, ledger, cut, acknowledges: Acknowledges::OnceDurable, key, deep: true };
        match judge(&case) {
            Ok(Some(unit)) => self.begin_in(folder, &files, unit).map(|()| true),
            Ok(None) => Ok(false),
            Err(finding) if self.settings.durability == Durability::Full => {
                bail!("cut {cut}, {survival:?}: {finding}")
            }
            Err(_) => Ok(false),
        }
    }

    fn begin_in(&mut self, folder: &Path, files: &Image, unit: usize) -> Result<()> {
        folder::write(folder, files)?;
        self.recorder = Arc::new(Recorder::new(folder));
        self.vfs = RecordingVfs::register(self.recorder.clone(), tuning(&mut self.dice)?)?;
        files.iter().for_each(|(name, bytes)| self.recorder.found(name, bytes));
        self.told_hub = self.recorder.start_here();
        self.ledger = self.ledger.resume(unit, self.told_hub);
        self.drafts.forget_all();
        let ledger = &self.ledger;
        ledger.entities().for_each(|entity| self.drafts.know(entity));
        Ok(())
    }
}
