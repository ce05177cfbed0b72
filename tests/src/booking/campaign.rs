//! Many histories on several threads, and what is found: broken promises with a shortened trace, and how soon each broken variant is
//! caught.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use holdfast_store::sabotage::Sabotage;

pub use super::fault::{Fault, Promise};
use super::history::{Script, Told};
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
    /// Appointments confirmed in them.
    pub confirmed: u64,
    /// Refusals by code: a check that never refuses checks nothing.
    pub refusals: BTreeMap<&'static str, u64>,
    /// Those that broke a promise.
    pub violations: Vec<Violation>,
}

impl Findings {
    /// How many broke a promise.
    pub fn broken(&self, promise: Promise) -> usize {
        self.violations.iter().filter(|one| one.fault.promise == promise).count()
    }
}

/// Violations after which a campaign stops: more say nothing new.
const ENOUGH: usize = 10;

/// Who hears how many histories were played.
pub type Listener<'a> = dyn Fn(u64) + Sync + 'a;

/// Plays `count` histories from `first` on, on so many threads.
pub fn run(
    first: u64,
    count: u64,
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
            let violation = play(first.wrapping_add(at), sabotage, &mut pool, &mut told).err();
            let mut findings = findings.lock().unwrap_or_else(PoisonError::into_inner);
            findings.histories += 1;
            findings.confirmed += told.confirmed;
            for (code, times) in told.refusals {
                *findings.refusals.entry(code).or_default() += times;
            }
            findings.violations.extend(violation.map(|violation| *violation));
            listener(findings.histories);
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

/// Histories until a broken variant sells time twice, at most `limit`; `None` if it does not.
pub fn catch(first: u64, limit: u64, sabotage: Sabotage) -> Option<(u64, Fault)> {
    let mut pool = Pool::default();
    (0..limit).find_map(|at| {
        let script = Script::whole(first.wrapping_add(at), Some(sabotage));
        let fault = attempt(&script, &mut pool, false, &mut Told::default()).err()?;
        (fault.promise == Promise::SoldOnce).then_some((at + 1, fault))
    })
}

/// Plays one history; a violation comes back shortened.
///
/// # Errors
/// The violation.
pub fn play(
    seed: u64,
    sabotage: Option<Sabotage>,
    pool: &mut Pool,
    told: &mut Told,
) -> Result<(), Box<Violation>> {
    let script = Script::whole(seed, sabotage);
    let Err(first) = attempt(&script, pool, false, told) else { return Ok(()) };
    let script = shorten(script, pool, first.promise);
    let mut traced = Told::default();
    let fault = attempt(&script, pool, true, &mut traced).err().unwrap_or(first);
    Err(Box::new(Violation { seed, fault, trace: traced.trace }))
}

/// A panic is a violation as well as an error is.
fn attempt(script: &Script, pool: &mut Pool, is_traced: bool, told: &mut Told) -> Result<(), Fault> {
    let works = |what: String| Fault { promise: Promise::Works, what };
    match catch_unwind(AssertUnwindSafe(|| script.play(pool, is_traced, told))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            let known = error.downcast_ref::<Fault>().cloned();
            Err(known.unwrap_or_else(|| works(format!("{error:#}"))))
        }
        Err(panic) => {
            let text =
                panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            Err(works(format!("panic: {text:?}")))
        }
    }
}

/// Leaves out events as long as what remains breaks the same promise.
fn shorten(mut script: Script, pool: &mut Pool, promise: Promise) -> Script {
    let mut chunk = script.events.len() / 2;
    while chunk > 0 {
        for from in (0..script.events.len()).step_by(chunk) {
            let mut shorter = script.clone();
            let to = (from + chunk).min(shorter.events.len());
            shorter.events[from..to].fill(false);
            if shorter.events == script.events {
                continue;
            }
            let failed = attempt(&shorter, pool, false, &mut Told::default());
            if failed.is_err_and(|fault| fault.promise == promise) {
                script = shorter;
            }
        }
        chunk /= 2;
    }
    script
}
