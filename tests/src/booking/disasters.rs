//! What goes wrong: time passes while nobody talks, clocks are set wrong, disks are lost, restored and copied.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use holdfast_core::rights::SKEW_BOUND_MS;
use holdfast_store::identity::Sidecar;
use holdfast_store::sidecar::MemorySidecar;

use super::slots::read;
use super::world::{HUBS, NODE, World};
use crate::simulation::dice::Dice;

pub(super) const HOUR_MS: u64 = 3_600_000;
/// True time of a history at most: what people want lies later.
const LONGEST_MS: u64 = 12 * 24 * HOUR_MS;
/// Every reading of a clock moves it by a millisecond; they are set wrong by less than the bound.
const SLACK_MS: u64 = HOUR_MS / 2;
/// By how much clocks are wrong at most.
pub(super) const MOST_SKEW_MS: i64 = (SKEW_BOUND_MS - SLACK_MS) as i64;

impl World {
    /// Hours go by.
    pub(super) fn wait(&mut self, dice: &mut Dice) {
        let hours = 1 + dice.below(40) as u64;
        self.wait_ms(hours * HOUR_MS);
    }

    /// So much time goes by, unless the history would last too long; whether it did.
    pub(super) fn wait_ms(&mut self, ms: u64) -> bool {
        let may = self.passed_ms + ms < LONGEST_MS;
        if may {
            self.pass(ms);
            self.note(|_| format!("{} hours go by", ms / HOUR_MS));
        }
        may
    }

    /// A clock is set, right or wrong.
    pub(super) fn set_clock(&mut self, at: usize, dice: &mut Dice) {
        let most = MOST_SKEW_MS;
        let skew = match dice.below(4) {
            0 => 0,
            1 => most,
            2 => -most,
            _ => (dice.below(2 * most as usize) as i64) - most,
        };
        self.set_skew(at, skew);
    }

    /// A clock is wrong by so much from here on.
    pub(super) fn set_skew(&mut self, at: usize, skew: i64) {
        let before = self.skew_ms.insert(at, skew).unwrap_or_default();
        let clock = &self.fleet.replicas[at].clock;
        let now = clock.load(Ordering::Relaxed) as i64 - before + skew;
        clock.store(now as u64, Ordering::Relaxed);
        self.note(|f| format!("the clock of {} is wrong by {} hours", f.name(at), skew / HOUR_MS as i64));
    }

    /// An earlier disk in the place of the present one. The sidecar that tells its age survives or is lost; it is never as old.
    pub(super) fn restore(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        let Some(backup) = self.fleet.replicas[at].backups.pop() else { return self.fleet.back_up(at) };
        let sidecar: Arc<MemorySidecar> =
            if dice.chance(50) { self.fleet.replicas[at].sidecar.clone() } else { Arc::default() };
        // What a page in hand says is written before anybody speaks of the one who is gone.
        for down in self.alive().into_iter().filter(|down| *down >= HUBS) {
            while self.fleet.do_job(down)? {}
        }
        let former = self.records(at).actor();
        self.note(|f| format!("{} is restored", f.name(at)));
        self.fleet.replicas[at].db = self.fleet.pool.from_image(&backup.image)?;
        // It is told to be a copy, as whoever restores one tells it.
        if sidecar.load()?.is_some_and(|record| record.actor == former) {
            sidecar.note([u64::MAX; 5]);
        }
        self.fleet.reopen(at, sidecar)?;
        if at < HUBS {
            self.fleet.hub_was_restored = true;
            self.former_hubs.push((at, former));
            // What it had said of itself may be lost with the disk: the administrator says all of it again.
            self.dead_hubs = self.former_hubs.clone();
            // An older disk has never heard of what the hub was after a restore: nobody gives that back to it (decision 12).
            let known: Vec<_> = self.records(at).own_actors()?.into_iter().map(|(actor, _)| actor).collect();
            self.oracle.hub_forgot(at, &known, NODE);
        } else {
            self.dead.push(former);
        }
        self.count_losses()
    }

    /// What was confirmed and stands in no database that is at work was on the lost disk alone.
    pub(super) fn count_losses(&mut self) -> Result<()> {
        let ids: Vec<String> = self.oracle.told.keys().cloned().collect();
        for id in ids {
            let mut is_there = false;
            for at in 0..=NODE {
                let Some((json, _)) = self.displayed(at, &id)? else { continue };
                let shown = read(&json)?;
                is_there |=
                    shown.takes && self.oracle.told.get(&id).is_some_and(|told| told.wish == shown.wish);
            }
            if let Some(told) = self.oracle.told.get_mut(&id).filter(|told| told.is_owed() && !is_there) {
                told.is_lost = true;
                self.note(|_| format!("{id} was on the lost disk alone"));
            }
        }
        Ok(())
    }
}
