//! One history: some dozens of events with messages on the way in between, then everything healed and checked.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use holdfast_store::sabotage::Sabotage;

use super::world::{HUBS, NODE, World};
use crate::simulation::database::Pool;
use crate::simulation::dice::Dice;

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

/// What a history came to.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What happened, if it was to be told.
    pub trace: Vec<String>,
    /// Appointments that were confirmed.
    pub confirmed: u64,
    /// Refusals by code.
    pub refusals: BTreeMap<&'static str, u64>,
}

impl Script {
    /// The whole history of a seed.
    pub fn whole(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let count = 30 + Dice::of(seed, 2).below(41);
        Self { seed, sabotage, events: vec![true; count] }
    }

    /// Plays it; the databases come back. An error is a violation.
    ///
    /// # Errors
    /// What went wrong: a [`super::campaign::Fault`], or the store.
    pub fn play(&self, pool: &mut Pool, is_traced: bool, told: &mut Told) -> Result<()> {
        let mut world = World::new(self.seed, self.sabotage, std::mem::take(pool))?;
        world.fleet.trace = is_traced.then(Vec::new);
        let played = self.play_on(&mut world);
        told.trace = world.fleet.trace.take().unwrap_or_default();
        told.confirmed = world.oracle.told.values().filter(|one| one.confirmed_by.is_some()).count() as u64;
        told.refusals = world.refusals;
        *pool = world.fleet.pool;
        for replica in world.fleet.replicas {
            drop(replica.records);
            pool.put_back(replica.db);
        }
        played
    }

    fn play_on(&self, world: &mut World) -> Result<()> {
        let trouble = [0, 10, 30][Dice::of(self.seed, 3).below(3)];
        for (at, _) in self.events.iter().enumerate().filter(|(_, takes_place)| **takes_place) {
            let mut dice = Dice::of(self.seed, 10 + at as u64);
            event(world, &mut dice).with_context(|| format!("event {at}"))?;
            for _ in 0..dice.below(30) {
                step(world, &mut dice, trouble)
                    .with_context(|| format!("on the network after event {at}"))?;
            }
        }
        world.finish().context("after everything was healed")
    }
}

/// A replica below the hubs.
fn below(world: &World, dice: &mut Dice) -> usize {
    let alive: Vec<usize> = world.alive().into_iter().filter(|at| *at >= HUBS).collect();
    if dice.chance(70) { NODE } else { alive[dice.below(alive.len())] }
}

fn event(world: &mut World, dice: &mut Dice) -> Result<()> {
    let (who, down) = (world.somebody(dice), below(world, dice));
    let hubs_fail = world.fleet.hub_is_restored;
    match dice.below(100) {
        0..34 => world.book(who, dice),
        34..44 => world.change(who, dice),
        44..52 => world.grant(dice),
        52..60 => world.work(who, dice),
        60..74 => world.fleet.stir(down),
        74..80 => {
            world.wait(dice);
            Ok(())
        }
        80..83 => {
            world.set_clock(who, dice);
            Ok(())
        }
        83..87 => {
            let at = if dice.chance(50) { down } else { dice.below(HUBS) };
            world.fleet.replicas[at].cut = !world.fleet.replicas[at].cut;
            world.note(|f| format!("{} is cut off: {}", f.name(at), f.replicas[at].cut));
            Ok(())
        }
        87..90 => world.fleet.crash(if hubs_fail { down } else { who }, dice),
        90..93 => world.fleet.back_up(if hubs_fail { 0 } else { NODE }),
        93..96 => world.restore(if hubs_fail { 0 } else { NODE }, dice),
        96..98 if !hubs_fail => world.fleet.clone_disk(NODE),
        96..98 => world.work(down, dice),
        _ => world.administer(),
    }
}

/// A message arrives, or a replica does the next thing that it has to do by itself.
fn step(world: &mut World, dice: &mut Dice, trouble: usize) -> Result<()> {
    if dice.chance(50) {
        return match world.fleet.network.next(dice, trouble) {
            Some(envelope) => world.fleet.deliver(envelope),
            None => Ok(()),
        };
    }
    let down = below(world, dice);
    world.fleet.do_job(down).map(|_| ())
}
