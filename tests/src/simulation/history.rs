//! One history: some dozens of events with messages on the way in between, then everything healed and checked.

use anyhow::{Context, Result};
use holdfast_store::sabotage::Sabotage;

use super::database::Pool;
use super::dice::Dice;
use super::fleet::Fleet;
use crate::figure;
use crate::seeded::campaign::Findings;
use crate::seeded::{Game, Script, Told};

/// Histories of a fleet that writes, reads and reconciles.
pub const GAME: Game = Game {
    program: "sim",
    events: (30, 30),
    play,
    variants: &Sabotage::ALL,
    caught_by: |_| None,
    // Most are at once; one takes a crash at a rare moment.
    catch_within: 40_000,
    missed_figure: "sim_broken_variants_missed",
    print,
};

fn play(script: &Script, pool: &mut Pool, told: &mut Told) -> Result<()> {
    let mut fleet = Fleet::new(script.seed, script.sabotage, std::mem::take(pool))?;
    fleet.trace = told.is_traced.then(Vec::new);
    let played = play_on(script, &mut fleet);
    told.trace = fleet.trace.take().unwrap_or_default();
    *pool = fleet.end();
    played
}

fn play_on(script: &Script, fleet: &mut Fleet) -> Result<()> {
    let trouble = script.trouble();
    for (at, mut dice) in script.taking_place() {
        event(fleet, &mut dice).with_context(|| format!("event {at}"))?;
        for _ in 0..dice.below(24) {
            step(fleet, &mut dice, trouble).with_context(|| format!("on the network after event {at}"))?;
        }
    }
    fleet.finish().context("after everything was healed")
}

fn print(found: &Findings, seconds: f64) {
    figure::print("sim_histories", found.histories, "count");
    figure::print("sim_histories_per_second", format!("{:.0}", found.histories as f64 / seconds), "1/s");
    figure::print("sim_violations", found.violations.len(), "count");
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
