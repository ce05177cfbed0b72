//! The WAN comes back thin, and each process is killed once while work is under way.

use super::fleet::Fleet;
use super::plan::Side;
use super::waiting::{Standing, until};
use crate::proxy::Settings;
use anyhow::{Result, bail};
use std::time::Duration;

/// Payload that has passed the links since the last kill: more than hellos and handshakes, so that records move.
const MOVED_BYTES: u64 = 24_000;
/// A link that is tried again waits up to a minute, and a busy machine is slow.
const UNDER_WAY: Duration = Duration::from_secs(180);
/// The thinnest line that carries a handshake in reasonable time, in bits a second.
const THINNEST_BPS: u64 = 192_000;
/// Bits a second for each edit: the reconcile then takes longer than the kills do, whatever its size.
const BPS_PER_EDIT: u64 = 160;
const DELAY_MS: u64 = 5;

/// Who is killed, in this order.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Node(Side),
    Hub,
    Postgres,
}

const VICTIMS: [Victim; 4] =
    [Victim::Node(Side::North), Victim::Hub, Victim::Postgres, Victim::Node(Side::South)];

/// The line as it comes back.
pub(super) fn thin_line(edits: usize) -> Settings {
    Settings::thin((edits as u64 * BPS_PER_EDIT).max(THINNEST_BPS), DELAY_MS)
}

/// Kills each process while work is under way and starts it again. Returns what was done, a line each.
///
/// # Errors
/// A process does not start again, or the reconcile was over before all had been killed.
pub(super) fn kill_each(fleet: &mut Fleet) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for victim in VICTIMS {
        let left = wait_for_work(fleet, victim)?;
        match victim {
            Victim::Node(side) => {
                let node = fleet.node(side)?;
                node.kill()?;
                node.start()?;
            }
            Victim::Hub => fleet.kill_hub()?,
            Victim::Postgres => {
                fleet.cluster.kill_hard()?;
                fleet.cluster.restart()?;
            }
        }
        told.push(format!("{victim:?} killed with {left} saves and scopes still to go, and started again"));
    }
    Ok(told)
}

/// Waits until records move, with more to come. Returns how much is left.
fn wait_for_work(fleet: &Fleet, victim: Victim) -> Result<u64> {
    let before = fleet.carried();
    let mut left = 0;
    until(&format!("records move, so that {victim:?} can be killed"), UNDER_WAY, || {
        let mut standings = Vec::new();
        for side in Side::BOTH {
            standings.push(Standing::of(&fleet.access(side)?)?);
        }
        let watched = match victim {
            Victim::Node(side) => &standings[side as usize..=side as usize],
            _ => &standings[..],
        };
        left = watched.iter().map(Standing::left).sum();
        let moved = fleet.carried() - before;
        if left == 0 && moved > MOVED_BYTES {
            bail!("the reconcile was over before {victim:?} was killed; use more edits or a thinner line");
        }
        let is_live = watched.iter().any(|standing| standing.is_connected);
        Ok((is_live && left > 0 && moved > MOVED_BYTES, (standings, moved)))
    })?;
    Ok(left)
}
