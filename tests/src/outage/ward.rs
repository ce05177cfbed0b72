//! The wards do not stop for a reconcile: notes are written at both nodes while every process is killed.

use super::fleet::Access;
use super::http::Client;
use super::plan::{Side, Step, note};
use super::write::{acked, told};
use crate::checker::Ledger;
use crate::generate::Resource;
use anyhow::{Result, anyhow, bail};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

/// Between two notes: a busy ward, and no flood that would hide the end of the reconcile.
const PACE: Duration = Duration::from_millis(40);
/// A killed node is back within this.
const AWAY: Duration = Duration::from_secs(90);
/// Between two tries while the node is away.
const TRY: Duration = Duration::from_millis(20);

/// Notes being written at one node. A save that failed is sent again until it is acknowledged, as a client would.
pub(super) struct Ward<'scope> {
    thread: ScopedJoinHandle<'scope, Result<Vec<Step>>>,
}

impl<'scope> Ward<'scope> {
    /// Starts to write until `stop`.
    pub(super) fn start<'env: 'scope>(
        scope: &'scope std::thread::Scope<'scope, 'env>,
        access: Access,
        side: Side,
        seed: u64,
        patients: &'env [Resource],
        ledger: &'env Ledger,
        stop: &'env AtomicBool,
    ) -> Self {
        let thread = scope.spawn(move || {
            let mut client = access.client()?;
            let mut done = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let step = note(seed, side, done.len() as u64, patients)?;
                insist(&access, &mut client, &step, ledger)?;
                done.push(step);
                std::thread::sleep(PACE);
            }
            Ok(done)
        });
        Self { thread }
    }

    /// What was acknowledged. `stop` must be set.
    pub(super) fn end(self) -> Result<Vec<Step>> {
        self.thread.join().map_err(|_| anyhow!("a ward panicked"))?
    }
}

/// Sends a note until it is acknowledged, and notes that in the ledger.
fn insist(access: &Access, client: &mut Client, step: &Step, ledger: &Ledger) -> Result<()> {
    let super::plan::Act::Create(json) = &step.act else { bail!("a note is a creation") };
    let path = format!("/fhir/{}", step.entity);
    let until = Instant::now() + AWAY;
    loop {
        match client.send("PUT", &path, None, json) {
            Ok(answer) if matches!(answer.status, 200 | 201) => {
                return ledger.record(&acked(step, &answer)).map(drop);
            }
            Ok(answer) if answer.status < 500 => bail!("PUT {path} is refused: {}", told(&answer)),
            Ok(answer) if Instant::now() > until => bail!("PUT {path} fails: {}", told(&answer)),
            Err(error) if Instant::now() > until => return Err(error),
            _ => {
                std::thread::sleep(TRY);
                *client = access.client()?;
            }
        }
    }
}
