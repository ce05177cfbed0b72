//! One history: some dozens of events with messages on the way in between, then everything healed and checked. Each
//! event draws from a stream of its own, so that a failing history can be shortened by leaving events out.

use anyhow::{Context, Result};
use holdfast_store::sabotage::Sabotage;

use super::database::Pool;
use super::dice::Dice;
use super::fleet::Fleet;

/// What decides a history, whole.
#[derive(Clone, Debug)]
pub struct Script {
    /// Everything random follows from it.
    pub seed: u64,
    /// What is broken on purpose in every replica.
    pub sabotage: Option<Sabotage>,
    /// Which events take place.
    pub events: Vec<bool>,
}

impl Script {
    /// The whole history of a seed.
    pub fn whole(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let count = 30 + Dice::of(seed, 2).below(31);
        Self { seed, sabotage, events: vec![true; count] }
    }

    /// Plays it; the databases come back. An error is a violation.
    ///
    /// # Errors
    /// What went wrong.
    pub fn play(&self, pool: &mut Pool, trace: Option<&mut Vec<String>>) -> Result<()> {
        let mut fleet = Fleet::new(self.seed, self.sabotage, std::mem::take(pool))?;
        fleet.trace = trace.as_ref().map(|_| Vec::new());
        let played = self.play_on(&mut fleet);
        if let (Some(trace), Some(told)) = (trace, fleet.trace.take()) {
            *trace = told;
        }
        *pool = fleet.pool;
        for replica in fleet.replicas {
            drop(replica.records);
            pool.put_back(replica.db);
        }
        played
    }

    fn play_on(&self, fleet: &mut Fleet) -> Result<()> {
        // Some histories are calm, so that rare orders of few things are met too.
        let trouble = [0, 10, 30][Dice::of(self.seed, 3).below(3)];
        for (at, _) in self.events.iter().enumerate().filter(|(_, takes_place)| **takes_place) {
            let mut dice = Dice::of(self.seed, 10 + at as u64);
            event(fleet, &mut dice).with_context(|| format!("event {at}"))?;
            for _ in 0..dice.below(24) {
                step(fleet, &mut dice, trouble)
                    .with_context(|| format!("on the network after event {at}"))?;
            }
        }
        fleet.finish().context("after everything was healed")
    }
}

fn node(fleet: &Fleet, dice: &mut Dice) -> usize {
    fleet.hubs + dice.below(fleet.replicas.len() - fleet.hubs)
}

fn anybody(fleet: &Fleet, dice: &mut Dice) -> usize {
    if dice.chance(20) { dice.below(fleet.hubs) } else { node(fleet, dice) }
}

fn event(fleet: &mut Fleet, dice: &mut Dice) -> Result<()> {
    let (who, down) = (anybody(fleet, dice), node(fleet, dice));
    if fleet.hub_is_restored {
        return event_around_a_hub(fleet, down, dice);
    }
    match dice.below(100) {
        0..45 => fleet.work(who, dice),
        45..53 => fleet.open_form(who, dice),
        53..72 => fleet.stir(down),
        72..79 => fleet.change_scopes(down, dice),
        79..83 => {
            fleet.replicas[down].cut = !fleet.replicas[down].cut;
            fleet.note(|f| {
                format!("{} is {}", f.name(down), if f.replicas[down].cut { "cut off" } else { "linked" })
            });
            Ok(())
        }
        83..88 => fleet.crash(who, dice),
        88..91 => fleet.back_up(down),
        91..94 => fleet.restore(down, dice),
        94..96 => fleet.clone_disk(down),
        96..99 => {
            fleet.jump(who, dice);
            Ok(())
        }
        _ => {
            if dice.chance(40) {
                fleet.revoke(down)
            } else {
                fleet.back_up(down)
            }
        }
    }
}

/// A hub that may be restored writes like the others, and its nodes stay who they are: they hand back what it lost, and
/// what it had written itself.
fn event_around_a_hub(fleet: &mut Fleet, down: usize, dice: &mut Dice) -> Result<()> {
    match dice.below(100) {
        0..8 if !fleet.hub_was_restored => fleet.work(0, dice),
        0..8 => fleet.work(down, dice),
        8..50 => fleet.work(down, dice),
        50..75 => fleet.stir(down),
        75..81 => fleet.want(down, dice).map(|_| ()),
        81..86 => fleet.crash(down, dice),
        86..92 => fleet.back_up(0),
        _ => fleet.restore_hub(dice),
    }
}

/// A message arrives, or a replica does the next thing that it has to do by itself.
fn step(fleet: &mut Fleet, dice: &mut Dice, trouble: usize) -> Result<()> {
    if dice.chance(50) {
        return match fleet.network.next(dice, trouble) {
            Some(envelope) => fleet.deliver(envelope),
            None => Ok(()),
        };
    }
    let down = node(fleet, dice);
    fleet.do_job(down).map(|_| ())
}
