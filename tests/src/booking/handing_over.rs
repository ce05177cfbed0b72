//! Time goes to the hubs and comes back, and an administrator says who is gone.

use anyhow::Result;
use holdfast_core::rights::Piece;
use holdfast_store::StoreError;

use super::disasters::HOUR_MS;
use super::slots::{RESOURCES, UNITS, units};
use super::world::{CLINIC, HUBS, NODE, World};
use crate::simulation::dice::Dice;

impl World {
    /// The node grants some time to a hub.
    pub(super) fn grant(&mut self, dice: &mut Dice) -> Result<()> {
        let hub = dice.below(HUBS);
        let mut pieces = Vec::new();
        for resource in RESOURCES {
            if pieces.is_empty() || dice.chance(40) {
                let count = 1 + dice.below(3);
                let spans = vec![units(dice.below(UNITS + 1 - count), count)];
                pieces.push(Piece { resource: resource.to_owned(), spans });
            }
        }
        let resource = dice.below(RESOURCES.len());
        pieces[0].resource = RESOURCES[resource].to_owned();
        pieces.truncate(if resource == 0 { pieces.len() } else { 1 });
        let until = self.records(NODE).now_ms() + (1 + dice.below(60) as u64) * HOUR_MS;
        self.grant_to(hub, &pieces, until)
    }

    /// The node grants this to a hub, if it may.
    pub(super) fn grant_to(&mut self, hub: usize, pieces: &[Piece], until: u64) -> Result<()> {
        let taker = self.records(hub).actor();
        let granted = self.records(NODE).write(|tx| tx.grant(CLINIC, taker, pieces, until, "policy"));
        let told = match granted {
            Ok(_) => "granted",
            Err(StoreError::Booking(refusal)) => refusal.code(),
            Err(error) => return Err(error.into()),
        };
        self.note(|f| format!("{} grants {pieces:?} to {} until {until}: {told}", f.name(NODE), f.name(hub)));
        Ok(())
    }

    /// What each database does now and then.
    pub(super) fn work(&mut self, at: usize, dice: &mut Dice) -> Result<()> {
        let early = dice.chance(10);
        self.work_of(at, early)
    }

    pub(super) fn work_of(&mut self, at: usize, early: bool) -> Result<()> {
        if at < HUBS {
            let returned = self.records(at).write(|tx| tx.return_unsold(CLINIC, early, "hub"))?;
            let answered = self.records(at).write(|tx| tx.answer_followers(CLINIC, "hub"))?;
            if !returned.is_empty() || answered > 0 {
                self.note(|f| format!("{} returns {returned:?}, answers {answered}", f.name(at)));
            }
        } else {
            let taken = self.records(at).write(|tx| tx.take_back(CLINIC, "node"))?;
            if !taken.is_empty() {
                self.note(|f| format!("{} takes back {taken:?}", f.name(at)));
            }
        }
        Ok(())
    }

    /// The administrator looks whether anybody is gone: switches off the copies of the node, and says who follows.
    pub(super) fn administer(&mut self) -> Result<()> {
        if !self.dead.is_empty() {
            let copies: Vec<usize> = self.alive().into_iter().filter(|at| *at > NODE).collect();
            for copy in copies {
                self.off.insert(copy);
                self.fleet.replicas[copy].cut = true;
                let actor = self.records(copy).actor();
                self.dead.insert(0, actor);
                self.note(|f| format!("{} is switched off", f.name(copy)));
            }
            self.count_losses()?;
            let dead = self.dead.clone();
            self.records(NODE).write(|tx| dead.iter().try_for_each(|of| tx.follow(CLINIC, *of, "admin")))?;
            self.note(|f| format!("{} asks to follow {dead:?}", f.name(NODE)));
        }
        for (hub, former) in self.dead_hubs.clone() {
            self.records(hub).write(|tx| tx.replace_self(CLINIC, former, "admin"))?;
            self.note(|f| format!("{} says that {former:?} was itself", f.name(hub)));
        }
        self.dead_hubs.clear();
        Ok(())
    }
}
