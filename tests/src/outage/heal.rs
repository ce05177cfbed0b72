//! The WAN comes back thin, and each process is killed while work is under way.

use super::Options;
use super::fleet::Fleet;
use super::plan::Side;
use super::run::say;
use super::waiting::{Standing, until};
use crate::generate::Dice;
use crate::proxy::Settings;
use anyhow::{Result, ensure};
use std::collections::BTreeMap;
use std::time::Duration;

/// Payload that has passed a link since it was last disturbed: a handshake and a hello, and then records.
const HANDSHAKE_BYTES: u64 = 12_000;
/// And at most so many for each edit: some kills come before the first acknowledgement, some well after it.
const BYTES_PER_EDIT: u64 = 20;
/// So many edits for each save or scope that must still be to go: what the wards write meanwhile is fewer.
const EDITS_PER_LEFT: u64 = 50;
/// A link that is tried again waits up to a minute, and a busy machine is slow.
const UNDER_WAY: Duration = Duration::from_secs(180);
/// The thinnest line that carries a handshake in reasonable time, in bits a second.
const THINNEST_BPS: u64 = 192_000;
/// Bits a second for each edit: the reconcile then takes longer than the kills do, whatever its size.
const BPS_PER_EDIT: u64 = 80;
const DELAY_MS: u64 = 5;

/// Who is killed.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Node(Side),
    Hub,
    Postgres,
}

impl Victim {
    const ALL: [Self; 4] = [Self::Node(Side::North), Self::Hub, Self::Postgres, Self::Node(Side::South)];

    fn name(self) -> &'static str {
        match self {
            Self::Node(Side::North) => "node north",
            Self::Node(Side::South) => "node south",
            Self::Hub => "the hub",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// Whose links it disturbs.
    fn sides(self) -> &'static [Side] {
        match self {
            Self::Node(Side::North) => &[Side::North],
            Self::Node(Side::South) => &[Side::South],
            Self::Hub | Self::Postgres => &Side::BOTH,
        }
    }

    /// Kills it and starts it again.
    fn kill(self, fleet: &mut Fleet) -> Result<()> {
        match self {
            Self::Node(side) => {
                let node = fleet.node(side)?;
                node.kill()?;
                node.start()
            }
            Self::Hub => fleet.kill_hub(),
            Self::Postgres => {
                fleet.cluster.kill_hard()?;
                fleet.cluster.restart()
            }
        }
    }
}

/// What the kills came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Killed {
    pub(super) count: u64,
    /// The fewest saves and scopes that were still to go when a process was killed.
    pub(super) least_left: u64,
}

/// The line as it comes back.
pub(super) fn thin_line(edits: usize) -> Settings {
    Settings::thin((edits as u64 * BPS_PER_EDIT).max(THINNEST_BPS), DELAY_MS)
}

/// Kills each process once a round while work is under way, and starts it again. Rounds after the first end with the
/// work.
///
/// # Errors
/// A process does not start again, or the reconcile was over before each had been killed once.
pub(super) fn kill_each(fleet: &mut Fleet, options: &Options) -> Result<Killed> {
    let mut killed = Killed { count: 0, least_left: u64::MAX };
    let mut watch = Watch::new(fleet, options)?;
    let most = options.edits as u64 * BYTES_PER_EDIT;
    for round in 0..options.rounds {
        let mut victims = order(options.seed, round);
        while !victims.is_empty() {
            let records = Dice::new(options.seed, "records", killed.count).below(most);
            let Some((at, left)) = watch.wait(fleet, &victims, HANDSHAKE_BYTES + records)? else {
                ensure!(round > 0, "it was all over before {victims:?} had been killed; use more edits");
                return Ok(killed);
            };
            let victim = victims.remove(at);
            victim.kill(fleet)?;
            watch.disturbed(fleet, victim)?;
            say(&format!("{} killed with {left} saves and scopes to go, and started again", victim.name()));
            killed = Killed { count: killed.count + 1, least_left: killed.least_left.min(left) };
        }
    }
    Ok(killed)
}

/// Every process, each round in another order.
fn order(seed: u64, round: usize) -> Vec<Victim> {
    let mut left = Victim::ALL.to_vec();
    let mut dice = Dice::new(seed, "victims", round as u64);
    let mut all = Vec::new();
    while !left.is_empty() {
        let at = usize::try_from(dice.below(left.len() as u64)).unwrap_or(0);
        all.push(left.remove(at));
    }
    all
}

/// Watches for records that move with more to come.
struct Watch {
    /// What each link had carried when it was last disturbed.
    carried: BTreeMap<Side, u64>,
    least_left: u64,
}

impl Watch {
    fn new(fleet: &Fleet, options: &Options) -> Result<Self> {
        let least_left = (options.edits as u64 / EDITS_PER_LEFT).max(1);
        let mut watch = Self { carried: BTreeMap::new(), least_left };
        Side::BOTH.into_iter().try_for_each(|side| watch.begin(fleet, side))?;
        Ok(watch)
    }

    fn begin(&mut self, fleet: &Fleet, side: Side) -> Result<()> {
        self.carried.insert(side, fleet.carried(side)?);
        Ok(())
    }

    fn disturbed(&mut self, fleet: &Fleet, victim: Victim) -> Result<()> {
        victim.sides().iter().try_for_each(|side| self.begin(fleet, *side))
    }

    /// The first of these that may be killed now, after so many bytes, with what is left to do; `None` if it is all
    /// over.
    fn wait(&self, fleet: &Fleet, victims: &[Victim], to_move: u64) -> Result<Option<(usize, u64)>> {
        let mut found = None;
        until("records move, so that a process can be killed", UNDER_WAY, || {
            let mut busy = BTreeMap::new();
            let mut standings = Vec::new();
            for side in Side::BOTH {
                let standing = Standing::of(&fleet.access(side)?)?;
                let moved = fleet.carried(side)? - self.carried.get(&side).copied().unwrap_or(0);
                if standing.is_connected && standing.left() >= self.least_left && moved > to_move {
                    busy.insert(side, standing.left());
                }
                standings.push((standing, moved));
            }
            // All that a victim's links do counts for it.
            let left = |victim: &Victim| victim.sides().iter().filter_map(|side| busy.get(side)).sum::<u64>();
            found = victims.iter().map(left).enumerate().find(|(_, left)| *left > 0);
            let is_over = standings
                .iter()
                .all(|(standing, _)| standing.is_connected && standing.left() < self.least_left);
            Ok((found.is_some() || is_over, standings))
        })?;
        Ok(found)
    }
}
