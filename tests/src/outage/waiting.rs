//! How far the reconcile is, as the nodes and the hub say themselves.

use super::fleet::{Access, Fleet};
use super::plan::Side;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(25);

/// What `/api/continuity` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// Saves that the hub has not acknowledged.
    pub(super) unsent: u64,
    /// Scopes whose news is still to come.
    pub(super) waiting: u64,
    pub(super) is_connected: bool,
    /// Resources held, deleted ones included.
    pub(super) records: u64,
}

impl Standing {
    /// Asks a node, or the hub.
    pub(super) fn of(access: &Access) -> Result<Self> {
        let answer = access.client()?.get("/api/continuity")?;
        let report: Value = serde_json::from_str(&answer.body).context("the continuity report is no JSON")?;
        let number = |path: &str| {
            report
                .pointer(path)
                .and_then(Value::as_u64)
                .with_context(|| format!("the report of {} has no {path}: {}", access.name, answer.body))
        };
        Ok(Self {
            unsent: number("/unsent")?,
            waiting: number("/link/waitingScopes")?,
            is_connected: report.pointer("/link/state").and_then(Value::as_str) == Some("connected"),
            records: number("/recordsHeld")?,
        })
    }

    /// Saves to be sent and scopes to be fetched.
    pub(super) fn left(&self) -> u64 {
        self.unsent + self.waiting
    }
}

/// Waits until something holds.
///
/// # Errors
/// It cannot be looked at, or does not hold within `limit`; the text says what and how it stood.
pub(super) fn until<T: std::fmt::Debug>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<(bool, T)>,
) -> Result<Duration> {
    let started = Instant::now();
    loop {
        let (holds, stands) = look().with_context(|| format!("waiting for: {what}"))?;
        if holds {
            return Ok(started.elapsed());
        }
        if started.elapsed() > limit {
            bail!("never within {} s: {what}; it stands at {stands:?}", limit.as_secs());
        }
        std::thread::sleep(LOOK);
    }
}

/// Waits until these nodes have sent all and the hub has nothing for them.
///
/// # Errors
/// Not within `limit`.
pub(super) fn settled(fleet: &Fleet, sides: &[Side], limit: Duration) -> Result<Duration> {
    until("all is sent and all is fetched", limit, || {
        let mut standings = Vec::new();
        for side in sides {
            standings.push(Standing::of(&fleet.access(*side)?)?);
        }
        let is_quiet = standings.iter().all(|standing| standing.is_connected && standing.left() == 0);
        // The hub's own count last: what it has acknowledged until here is in it.
        let unfetched = if is_quiet { Some(fleet.hub.unfetched()?) } else { None };
        Ok((unfetched == Some(0), (standings, unfetched)))
    })
}
