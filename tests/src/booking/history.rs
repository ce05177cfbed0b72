//! One history: some dozens of events with messages on the way in between, then everything healed and checked.

use anyhow::{Context, Result};
use holdfast_store::sabotage::Sabotage;

use super::world::{HUBS, NODE, World};
use crate::figure;
use crate::seeded::campaign::Findings;
use crate::seeded::{Game, Promise, Script, Told};
use crate::simulation::database::Pool;
use crate::simulation::dice::Dice;

/// How many appointments were confirmed, among what is counted.
pub const CONFIRMED: &str = "confirmed";

/// Histories of a clinic that books.
pub const GAME: Game = Game {
    program: "drill-booking",
    events: (30, 40),
    play,
    variants: &Sabotage::RIGHTS,
    caught_by: |sabotage| match sabotage {
        Sabotage::StatusUnsaid => Some(Promise::Honoured),
        _ => Some(Promise::SoldOnce),
    },
    catch_within: 20_000,
    missed_figure: "booking_variants_missed",
    print,
};

fn play(script: &Script, pool: &mut Pool, told: &mut Told) -> Result<()> {
    let mut world = World::new(script.seed, script.sabotage, std::mem::take(pool))?;
    world.fleet.trace = told.is_traced.then(Vec::new);
    let played = play_on(script, &mut world);
    told.trace = world.fleet.trace.take().unwrap_or_default();
    let confirmed = world.oracle.told.values().filter(|one| one.confirmed_by.is_some()).count() as u64;
    told.counts = world.refusals;
    told.counts.insert(CONFIRMED, confirmed);
    *pool = world.fleet.end();
    played
}

fn play_on(script: &Script, world: &mut World) -> Result<()> {
    let trouble = script.trouble();
    for (at, mut dice) in script.taking_place() {
        event(world, &mut dice).with_context(|| format!("event {at}"))?;
        for _ in 0..dice.below(30) {
            step(world, &mut dice, trouble).with_context(|| format!("on the network after event {at}"))?;
        }
    }
    world.finish().context("after everything was healed")
}

fn print(found: &Findings, seconds: f64) {
    let told: Vec<String> = found.counts.iter().map(|(what, times)| format!("{what} {times}")).collect();
    figure::say(&format!("confirmations, and refusals by code: {}", told.join(", ")));
    figure::print("booking_histories", found.histories, "count");
    let rate = found.histories as f64 / seconds;
    figure::print("booking_histories_per_second", format!("{rate:.0}"), "1/s");
    let confirmed = found.counts.get(CONFIRMED).copied().unwrap_or_default();
    figure::print("booking_confirmations", confirmed, "count");
    figure::print("double_bookings", found.broken(Promise::SoldOnce), "count");
    figure::print("confirmations_broken", found.broken(Promise::Honoured), "count");
    figure::print("booking_stranded", found.broken(Promise::NotStranded), "count");
    figure::print("booking_other_violations", found.broken(Promise::Works), "count");
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
        0..31 => world.book(who, dice),
        31..32 => world.race_of_move_and_cancellation(dice),
        32..41 => world.change(who, dice),
        41..43 => world.race_at_the_end(dice),
        43..44 => world.race_with_a_late_return(dice),
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
