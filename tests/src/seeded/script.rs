//! What decides a history, and what it came to.

use std::collections::BTreeMap;

use holdfast_store::sabotage::Sabotage;

use super::Game;
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

impl Script {
    /// The whole history of a seed.
    pub fn whole(game: &Game, seed: u64, sabotage: Option<Sabotage>) -> Self {
        let (least, more) = game.events;
        let count = least + Dice::of(seed, 2).below(more + 1);
        Self { seed, sabotage, events: vec![true; count] }
    }

    /// How many in a hundred messages arrive out of order. Some histories are calm, so that rare orders of few things are met too.
    pub fn trouble(&self) -> usize {
        [0, 10, 30][Dice::of(self.seed, 3).below(3)]
    }

    /// The events that take place, by number. Each draws from a stream of its own, so that a failing history can be shortened by leaving
    /// events out.
    pub fn taking_place(&self) -> impl Iterator<Item = (usize, Dice)> {
        let taking_place = self.events.iter().enumerate().filter(|(_, takes_place)| **takes_place);
        taking_place.map(|(at, _)| (at, Dice::of(self.seed, 10 + at as u64)))
    }
}

/// What a history came to.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Whether what happened is to be told.
    pub is_traced: bool,
    /// What happened.
    pub trace: Vec<String>,
    /// How often what is counted took place.
    pub counts: BTreeMap<&'static str, u64>,
}
