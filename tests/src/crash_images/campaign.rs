//! Many workloads, many images of each, on several threads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use holdfast_store::sqlite::Durability;

use super::check::{Case, Finding, Kind, judge};
use super::coverage::Coverage;
use super::disk::{Disk, Lie};
use super::folder;
use super::ledger::Acknowledges;
use super::log::Event;
use super::survival::{Image, Survival, image};
use super::workload::{self, Settings, Trace};
use crate::generate::Dice;

/// Images made of one workload: more would repeat themselves, fewer would spend the time on workloads.
const IMAGES_A_WORKLOAD: u64 = 300;
/// Steps of one life of a workload.
const STEPS: usize = 80;
/// Lives of one workload: an empty folder, then twice what a power cut left.
const LIVES: usize = 3;
/// One image in so many is checked by everything there is.
const DEEP_ONE_IN: u64 = 8;
/// Findings described at length.
const DESCRIBED: usize = 5;

/// One run of the checker: of the store as it is, or of a control that must lose.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Its name in the progress.
    pub name: &'static str,
    /// How many images.
    pub images: u64,
    /// The seed.
    pub seed: u64,
    /// The first workload's number; a finding names it, to repeat that one alone.
    pub first_workload: u64,
    /// Threads.
    pub threads: usize,
    /// How the store syncs.
    pub durability: Durability,
    /// What the modelled disk does not do.
    pub lie: Lie,
    /// When the store is taken to have acknowledged.
    pub acknowledges: Acknowledges,
}

impl Trial {
    /// The store as it is, on an honest disk.
    pub fn of_the_store(images: u64, seed: u64, threads: usize) -> Self {
        Self {
            name: "store",
            images,
            seed,
            first_workload: 0,
            threads,
            durability: Durability::Full,
            lie: Lie::None,
            acknowledges: Acknowledges::OnceDurable,
        }
    }

    fn must_lose(&self) -> bool {
        (self.durability, self.lie, self.acknowledges)
            != (Durability::Full, Lie::None, Acknowledges::OnceDurable)
    }

    /// Everything that must lose, with this many images each; the first is the store's own weaker setting.
    pub fn controls(self, images: u64) -> [Self; 4] {
        let base = Self { images, ..self };
        [
            Self { name: "control: synchronous=NORMAL", durability: Durability::NormalForControl, ..base },
            Self { name: "control: a new WAL's folder is not synced", lie: Lie::NewWalFolder, ..base },
            Self { name: "control: the database file is not synced", lie: Lie::DatabaseFile, ..base },
            Self { name: "control: acknowledged before commit", acknowledges: Acknowledges::AtOnce, ..base },
        ]
    }
}

/// What a trial found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Images judged.
    pub images: u64,
    /// Images with something wrong.
    pub losing: u64,
    /// What was wrong, how often.
    pub kinds: BTreeMap<Kind, u64>,
    /// The first findings, with how to repeat them.
    pub described: Vec<String>,
    /// What the workloads and cuts met.
    pub coverage: Coverage,
    /// How long it took.
    pub took: Duration,
}

type Verdict = std::result::Result<Option<usize>, Finding>;

struct Shared {
    trial: Trial,
    folder: PathBuf,
    next: AtomicU64,
    judged: AtomicUsize,
    outcome: Mutex<Outcome>,
    failure: Mutex<Option<anyhow::Error>>,
}

/// Runs a trial.
///
/// # Errors
/// If a workload cannot be run or an image cannot be written.
pub fn run(trial: Trial) -> Result<Outcome> {
    let scratch = folder::scratch()?;
    let started = Instant::now();
    let shared = Shared {
        trial,
        folder: scratch.path().canonicalize()?,
        next: AtomicU64::new(0),
        judged: AtomicUsize::new(0),
        outcome: Mutex::default(),
        failure: Mutex::default(),
    };
    std::thread::scope(|scope| {
        for thread in 0..trial.threads.max(1) {
            let shared = &shared;
            scope.spawn(move || shared.work(thread));
        }
    });
    let failure = shared.failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut outcome = shared.outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.took = started.elapsed();
    failure.map_or(Ok(outcome), Err)
}

impl Shared {
    fn work(&self, thread: usize) {
        let workloads = self.trial.images.div_ceil(IMAGES_A_WORKLOAD);
        loop {
            let taken = self.next.fetch_add(1, Ordering::Relaxed);
            if taken >= workloads {
                return;
            }
            let images = IMAGES_A_WORKLOAD.min(self.trial.images - taken * IMAGES_A_WORKLOAD);
            let number = self.trial.first_workload + taken;
            if let Err(error) = self.workload(thread, number, images) {
                let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                failure.get_or_insert(error.context(format!("workload {number}")));
                self.next.store(workloads, Ordering::Relaxed);
            }
        }
    }

    fn workload(&self, thread: usize, number: u64, images: u64) -> Result<()> {
        let folder = self.folder.join(format!("work-{thread}"));
        let Trial { seed, durability, .. } = self.trial;
        let settings = Settings { seed, number, steps: STEPS, lives: LIVES, durability };
        let traces = workload::run(&folder, settings)?;
        let lives = traces.len() as u64;
        for (life, trace) in (0..).zip(&traces) {
            let share = images / lives + u64::from(life < images % lives);
            self.life(trace, share, &format!("workload {number}, life {life}"), &folder)?;
            self.tell(share, trace);
        }
        Ok(())
    }

    fn life(&self, trace: &Trace, images: u64, place: &str, folder: &Path) -> Result<()> {
        let mut dice = Dice::new(self.trial.seed, place, 0);
        let mut disk = Disk::new(&trace.events, self.trial.lie);
        for (at, cut) in (0..).zip(cuts(trace, images, &mut dice)) {
            disk.advance_to(cut);
            let survival = Survival::draw(&disk, &mut dice);
            let image = image(&disk, survival, &mut dice);
            let verdict = self.judge(trace, &image, cut, at, folder)?;
            let place = format!("{place}, image {at}, cut {cut}, {survival:?}");
            match verdict {
                Ok(unit) => self.pass(&disk, trace, cut, unit),
                Err(finding) => self.note(&finding, &place, &image),
            }
        }
        Ok(())
    }

    fn pass(&self, disk: &Disk<'_>, trace: &Trace, cut: usize, unit: Option<usize>) {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        let is_unsynced = disk.files.values().any(|file| !file.pending.is_empty());
        let last = trace.ledger.acknowledged_before(cut, Acknowledges::OnceDurable);
        outcome.coverage.with_unsynced += u64::from(is_unsynced);
        outcome.coverage.past_acknowledged += u64::from(unit > last);
        outcome.coverage.encrypted += u64::from(trace.key.is_some());
    }

    fn judge(&self, trace: &Trace, image: &Image, cut: usize, at: u64, folder: &Path) -> Result<Verdict> {
        folder::write(folder, image).context("an image cannot be written")?;
        Ok(judge(&Case {
            folder,
            ledger: &trace.ledger,
            cut,
            acknowledges: self.trial.acknowledges,
            key: trace.key,
            deep: at.is_multiple_of(DEEP_ONE_IN),
        }))
    }

    fn note(&self, finding: &Finding, place: &str, image: &Image) {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.losing += 1;
        *outcome.kinds.entry(finding.kind).or_default() += 1;
        if outcome.described.len() < DESCRIBED {
            let kept =
                if self.trial.must_lose() { None } else { folder::keep(image, outcome.described.len()) };
            let kept = kept.map_or(String::new(), |at| format!("; kept in {at}"));
            outcome.described.push(format!("seed {}, {place}: {finding}{kept}", self.trial.seed));
        }
    }

    fn tell(&self, images: u64, trace: &Trace) {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.images += images;
        outcome.coverage.count(&trace.events, trace.start);
        let told = self.judged.fetch_add(1, Ordering::Relaxed);
        if told % 20 == 19 {
            eprintln!(
                "{}: {} of {} images, {} losing",
                self.trial.name, outcome.images, self.trial.images, outcome.losing
            );
        }
    }
}

/// Points at which the power goes, ascending: half of them anywhere, half beside a sync, a name or an acknowledgement.
fn cuts(trace: &Trace, n: u64, dice: &mut Dice) -> Vec<usize> {
    let (events, start) = (&trace.events, trace.start);
    let is_edge = |event: &Event| !matches!(event, Event::Write { .. });
    let edges: Vec<usize> = (start..events.len()).filter(|at| is_edge(&events[*at])).collect();
    let mut out: Vec<usize> = (0..n)
        .map(|_| match dice.percent(50) {
            true => dice.pick(&edges).saturating_add_signed(dice.between(-1, 3) as isize).max(start),
            false => start + dice.below((events.len() - start) as u64 + 1) as usize,
        })
        .collect();
    out.sort_unstable();
    out
}
