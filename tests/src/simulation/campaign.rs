//! Many histories on several threads, and what is found: violations with a shortened trace, and how soon each broken
//! variant is caught.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use holdfast_store::sabotage::Sabotage;

use super::database::Pool;
use super::history::Script;

/// A history that broke a promise.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The seed that plays it again.
    pub seed: u64,
    /// What was broken.
    pub what: String,
    /// What had happened, shortened.
    pub trace: Vec<String>,
}

/// What a campaign found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Histories played.
    pub histories: u64,
    /// Those that broke a promise.
    pub violations: Vec<Violation>,
}

/// Violations after which a campaign stops: more say nothing new.
const ENOUGH: usize = 10;

/// Who hears, as it happens, how many histories were played, and of a violation if the last one was one.
pub type Listener<'a> = dyn Fn(u64, Option<&Violation>) + Sync + 'a;

/// Plays `count` histories from `first` on, on so many threads.
pub fn run(
    first: u64,
    count: u64,
    threads: usize,
    sabotage: Option<Sabotage>,
    listener: &Listener<'_>,
) -> Findings {
    let (next, played) = (AtomicU64::new(0), AtomicU64::new(0));
    let violations = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut pool = Pool::default();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let is_enough = violations
                        .lock()
                        .is_ok_and(|list: std::sync::MutexGuard<'_, Vec<Violation>>| list.len() >= ENOUGH);
                    if at >= count || is_enough {
                        return;
                    }
                    let violation = play(first.wrapping_add(at), sabotage, &mut pool).err();
                    listener(played.fetch_add(1, Ordering::Relaxed) + 1, violation.as_ref());
                    if let (Some(violation), Ok(mut list)) = (violation, violations.lock()) {
                        list.push(violation);
                    }
                }
            });
        }
    });
    let violations = violations.into_inner().unwrap_or_default();
    Findings { histories: played.into_inner(), violations }
}

/// Histories until a broken variant is caught, at most `limit`; `None` if it is not.
pub fn catch(first: u64, limit: u64, sabotage: Sabotage) -> Option<(u64, String)> {
    let mut pool = Pool::default();
    (0..limit).find_map(|at| {
        let caught =
            attempt(&Script::whole(first.wrapping_add(at), Some(sabotage)), &mut pool, None).err()?;
        Some((at + 1, caught))
    })
}

/// Plays one history; a violation comes back shortened.
///
/// # Errors
/// The violation.
pub fn play(seed: u64, sabotage: Option<Sabotage>, pool: &mut Pool) -> Result<(), Violation> {
    let script = Script::whole(seed, sabotage);
    let Err(first) = attempt(&script, pool, None) else { return Ok(()) };
    let script = shorten(script, pool);
    let mut trace = Vec::new();
    let what = attempt(&script, pool, Some(&mut trace)).err().unwrap_or(first);
    Err(Violation { seed, what, trace })
}

/// A panic is a violation as well as an error is.
fn attempt(script: &Script, pool: &mut Pool, trace: Option<&mut Vec<String>>) -> Result<(), String> {
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| script.play(pool, trace)));
    match played {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("{error:#}")),
        Err(panic) => Err(format!(
            "panic: {:?}",
            panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied())
        )),
    }
}

/// Leaves out events as long as what remains still breaks a promise.
fn shorten(mut script: Script, pool: &mut Pool) -> Script {
    let mut chunk = script.events.len() / 2;
    while chunk > 0 {
        for from in (0..script.events.len()).step_by(chunk) {
            let mut shorter = script.clone();
            let to = (from + chunk).min(shorter.events.len());
            shorter.events[from..to].fill(false);
            if shorter.events != script.events && attempt(&shorter, pool, None).is_err() {
                script = shorter;
            }
        }
        chunk /= 2;
    }
    script
}
