//! Many histories on several threads, and what is found: violations with a shortened trace, and how soon each broken variant is caught.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use holdfast_store::sabotage::Sabotage;

use super::{Fault, Game, Promise, Script, Told};
use crate::simulation::database::Pool;

/// A history that broke a promise.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The seed that plays it again.
    pub seed: u64,
    /// What was broken.
    pub fault: Fault,
    /// What had happened, shortened.
    pub trace: Vec<String>,
}

/// What a campaign found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Histories played.
    pub histories: u64,
    /// What was counted in them: a check of what never happens checks nothing.
    pub counts: BTreeMap<&'static str, u64>,
    /// Those that broke a promise.
    pub violations: Vec<Violation>,
}

impl Findings {
    /// How many broke a promise.
    pub fn broken(&self, promise: Promise) -> usize {
        self.violations.iter().filter(|one| one.fault.promise == promise).count()
    }
}

/// A broken variant that was caught.
#[derive(Clone, Debug)]
pub struct Caught {
    /// Histories until then.
    pub after: u64,
    /// The seed of the one that caught it.
    pub seed: u64,
    /// What it broke.
    pub fault: Fault,
}

/// Violations after which a campaign stops: more say nothing new.
const ENOUGH: usize = 10;

/// Who hears, as it happens, how many histories were played, and of a violation if the last one was one.
pub type Listener<'a> = dyn Fn(u64, Option<&Violation>) + Sync + 'a;

/// Plays `count` histories from `first` on, on so many threads.
pub fn run(
    game: &Game,
    (first, count): (u64, u64),
    threads: usize,
    sabotage: Option<Sabotage>,
    listener: &Listener<'_>,
) -> Findings {
    let next = AtomicU64::new(0);
    let findings = Mutex::new(Findings::default());
    let work = || {
        let mut pool = Pool::default();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let mut told = Told::default();
            let violation = play(game, first.wrapping_add(at), sabotage, &mut pool, &mut told).err();
            let mut findings = findings.lock().unwrap_or_else(PoisonError::into_inner);
            findings.histories += 1;
            for (what, times) in told.counts {
                *findings.counts.entry(what).or_default() += times;
            }
            listener(findings.histories, violation.as_deref());
            findings.violations.extend(violation.map(|violation| *violation));
            if findings.violations.len() >= ENOUGH {
                next.store(count, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    findings.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Plays histories, at most `limit`, until a broken variant is caught; `None` if it is not. A history that the unbroken store fails as well
/// says nothing of the variant.
pub fn catch(game: &Game, first: u64, limit: u64, sabotage: Sabotage) -> Option<Caught> {
    let mut pool = Pool::default();
    (0..limit).find_map(|at| {
        let seed = first.wrapping_add(at);
        let mut fault_of = |sabotage| {
            attempt(game, &Script::whole(game, seed, sabotage), &mut pool, &mut Told::default()).err()
        };
        let fault = fault_of(Some(sabotage))?;
        let is_caught = (game.caught_by)(sabotage).is_none_or(|promise| promise == fault.promise);
        (is_caught && fault_of(None).is_none()).then_some(Caught { after: at + 1, seed, fault })
    })
}

/// Plays one history; a violation comes back shortened.
///
/// # Errors
/// The violation.
pub fn play(
    game: &Game,
    seed: u64,
    sabotage: Option<Sabotage>,
    pool: &mut Pool,
    told: &mut Told,
) -> Result<(), Box<Violation>> {
    let script = Script::whole(game, seed, sabotage);
    let Err(first) = attempt(game, &script, pool, told) else { return Ok(()) };
    let script = shorten(game, script, pool, first.promise);
    let mut traced = Told { is_traced: true, ..Told::default() };
    let fault = attempt(game, &script, pool, &mut traced).err().unwrap_or(first);
    Err(Box::new(Violation { seed, fault, trace: traced.trace }))
}

/// A panic is a violation as well as an error is.
fn attempt(game: &Game, script: &Script, pool: &mut Pool, told: &mut Told) -> Result<(), Fault> {
    match catch_unwind(AssertUnwindSafe(|| (game.play)(script, pool, told))) {
        Ok(played) => played.map_err(|error| Fault::of(&error)),
        Err(panic) => {
            let text =
                panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            Err(Fault { promise: Promise::Works, what: format!("panic: {text:?}") })
        }
    }
}

/// Leaves out events as long as what remains breaks the same promise.
fn shorten(game: &Game, mut script: Script, pool: &mut Pool, promise: Promise) -> Script {
    let mut chunk = script.events.len() / 2;
    while chunk > 0 {
        for from in (0..script.events.len()).step_by(chunk) {
            let mut shorter = script.clone();
            let to = (from + chunk).min(shorter.events.len());
            shorter.events[from..to].fill(false);
            if shorter.events == script.events {
                continue;
            }
            let failed = attempt(game, &shorter, pool, &mut Told::default());
            if failed.is_err_and(|fault| fault.promise == promise) {
                script = shorter;
            }
        }
        chunk /= 2;
    }
    script
}
