//! The fleet of a clinic that books, its people, and true time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use anyhow::{Result, ensure};
use holdfast_core::id::{ActorId, Entity};
use holdfast_store::author::Base;
use holdfast_store::rights::Confirmed;
use holdfast_store::sabotage::Sabotage;
use holdfast_store::{Records, StoreError};
use serde_json::Value;

use super::oracle::Oracle;
use super::slots::read;
use crate::seeded::{Promise, broken};
use crate::simulation::database::Pool;
use crate::simulation::dice::Dice;
use crate::simulation::fleet::Fleet;
use crate::simulation::replica::{Profile, Replica};
use crate::simulation::shares::Shares;

/// The clinic.
pub(super) const CLINIC: &str = "north";
/// How many hubs it has.
pub(super) const HUBS: usize = 2;
/// The clinic's node among the replicas.
pub(super) const NODE: usize = HUBS;

/// Everything of a history.
pub(super) struct World {
    pub(super) fleet: Fleet,
    pub(super) oracle: Oracle,
    /// True time since the beginning, milliseconds.
    pub(super) passed_ms: u64,
    /// By how much each replica's clock is wrong.
    pub(super) skew_ms: BTreeMap<usize, i64>,
    /// Copies of the node that a person has switched off.
    pub(super) off: BTreeSet<usize>,
    /// Incarnations of the node and its copies that are gone, in this order.
    pub(super) dead: Vec<ActorId>,
    /// Former selves of hubs.
    pub(super) former_hubs: Vec<(usize, ActorId)>,
    /// Those of whom the administrator has not said it yet.
    pub(super) dead_hubs: Vec<(usize, ActorId)>,
    /// Refusals by code, over all histories of a campaign.
    pub(super) refusals: BTreeMap<&'static str, u64>,
    /// Appointments made so far.
    pub(super) made: u64,
}

/// How something is saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// By the function for it.
    Book,
    /// By a save of a FHIR client, which knows nothing of rights.
    Fhir,
}

/// What became of a save.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    Confirmed,
    Saved,
    Forced,
    /// It awaits a person's decision.
    Unsettled,
    Refused(&'static str),
}

impl World {
    /// A node and two hubs that know each other; the node has begun its calendar.
    pub(super) fn new(seed: u64, sabotage: Option<Sabotage>, mut pool: Pool) -> Result<Self> {
        let mut dice = Dice::of(seed, 1);
        let mut replicas = Vec::new();
        for at in 0..=HUBS {
            let is_node = at == NODE;
            let (name, clinic) = if is_node { ("node".to_owned(), CLINIC) } else { (format!("hub{at}"), "") };
            let machine = [u8::try_from(100 + at)?; 32];
            let profile =
                Profile { name, clinic: clinic.to_owned(), is_old: false, books: true, machine, sabotage };
            replicas.push(Replica::new(profile, pool.empty()?, dice.roll() ^ at as u64)?);
        }
        let mut fleet = Fleet::of(seed, replicas, HUBS, Shares::new(false, true), pool);
        fleet.hears = true;
        fleet.hub_is_restored = Dice::of(seed, 4).chance(15);
        let mut world = Self {
            fleet,
            oracle: Oracle::default(),
            passed_ms: 0,
            skew_ms: BTreeMap::new(),
            off: BTreeSet::new(),
            dead: Vec::new(),
            former_hubs: Vec::new(),
            dead_hubs: Vec::new(),
            refusals: BTreeMap::new(),
            made: 0,
        };
        world.meet_all(NODE)?;
        let hubs: Vec<ActorId> = (0..HUBS).map(|hub| world.records(hub).actor()).collect();
        world.records(NODE).write(|tx| tx.begin_calendar(CLINIC, &hubs, "admin"))?;
        world.meet_all(NODE)?;
        Ok(world)
    }

    pub(super) fn records(&self, at: usize) -> &Records {
        &self.fleet.replicas[at].records
    }

    pub(super) fn note(&mut self, line: impl FnOnce(&Fleet) -> String) {
        self.fleet.note(line);
    }

    /// Replicas at which somebody is.
    pub(super) fn alive(&self) -> Vec<usize> {
        (0..self.fleet.replicas.len()).filter(|at| !self.off.contains(at)).collect()
    }

    /// A whole session of a replica with one hub after the other, undisturbed.
    pub(super) fn meet_all(&mut self, down: usize) -> Result<()> {
        (0..HUBS).try_for_each(|hub| self.meet(down, hub))
    }

    /// A whole session of a replica with one hub, undisturbed.
    pub(super) fn meet(&mut self, down: usize, hub: usize) -> Result<()> {
        let cuts: Vec<bool> = self.fleet.replicas.iter().map(|replica| replica.cut).collect();
        for (at, replica) in self.fleet.replicas.iter_mut().enumerate() {
            replica.cut = at != down && at != hub;
        }
        let met = self.fleet.exchange(down);
        for (replica, cut) in self.fleet.replicas.iter_mut().zip(cuts) {
            replica.cut = cut;
        }
        met.map(|_| ())
    }

    /// True time passes.
    pub(super) fn pass(&mut self, ms: u64) {
        self.passed_ms += ms;
        for replica in &self.fleet.replicas {
            replica.clock.fetch_add(ms, Ordering::Relaxed);
        }
    }

    /// An appointment as a replica displays it.
    pub(super) fn displayed(&self, at: usize, id: &str) -> Result<Option<(Value, bool)>> {
        let found = self.records(at).read(|view| view.get(&Entity::new("Appointment", id)))?;
        let Some(stored) = found.filter(|stored| !stored.deleted) else { return Ok(None) };
        let json: Value = serde_json::from_str(&stored.json)?;
        // Of what another hub made, a hub has what the node wrote alone.
        let is_whole = ["start", "end"].iter().all(|element| json[*element].is_string());
        Ok(is_whole.then_some((json, stored.conflicts > 0)))
    }

    /// Saves an appointment at a replica, and tells the oracle what was answered.
    pub(super) fn save(&mut self, at: usize, json: &Value, way: Way) -> Result<Answer> {
        let id = json["id"].as_str().unwrap_or_default().to_owned();
        let entity = Entity::new("Appointment", id.as_str());
        let wanted = read(json)?;
        let text = json.to_string();
        // Who saves what they are shown, be it out of date, is told of no other time.
        let before = self.displayed(at, &id)?.map(|(json, _)| read(&json)).transpose()?;
        let is_news = !before.as_ref().is_some_and(|shown| shown.takes && shown.wish == wanted.wish);
        let saved = self.records(at).write(|tx| {
            tx.at_clinic(CLINIC);
            match way {
                Way::Book => tx.book(&entity, &text, &Base::Blind, "desk").map(|booked| booked.confirmed),
                Way::Fhir => tx.put(&entity, &text, &Base::Blind, "fhir").map(|_| {
                    match (wanted.takes, wanted.is_forced) {
                        (false, _) => Confirmed::No,
                        (true, true) => Confirmed::Overbooked,
                        (true, false) => Confirmed::Yes,
                    }
                }),
            }
        });
        let answer = match saved {
            Ok(Confirmed::Yes) => {
                ensure!(wanted.takes && !wanted.is_forced, "{id} was confirmed without being asked: {json}");
                Answer::Confirmed
            }
            Ok(Confirmed::Overbooked) => Answer::Forced,
            Ok(Confirmed::Unsettled) => Answer::Unsettled,
            Ok(Confirmed::No) => Answer::Saved,
            Err(StoreError::Booking(refusal)) => Answer::Refused(refusal.code()),
            Err(StoreError::Step(_)) => Answer::Refused("illegal-step"),
            Err(error) => return broken(Promise::Works, format!("saving {id}: {error}")),
        };
        self.note(|f| {
            format!(
                "{} is asked by {way:?} for {} of {id} at {:?}: {answer:?}",
                f.name(at),
                json["status"],
                wanted.wish
            )
        });
        let by = (at, self.records(at).actor());
        match answer {
            Answer::Confirmed if !is_news => {}
            Answer::Confirmed => self.oracle.confirmed(&id, &wanted.wish, by)?,
            Answer::Forced => self.oracle.forced(&id, &wanted.wish, by),
            Answer::Saved | Answer::Unsettled if json["status"] == "cancelled" => {
                let seen = before.as_ref().filter(|shown| shown.takes).map(|shown| &shown.wish);
                self.oracle.cancelled(&id, seen);
            }
            Answer::Unsettled => self.oracle.moved_in_doubt(&id, &wanted.wish),
            Answer::Saved => self.oracle.requested(&id, &wanted.wish),
            Answer::Refused(code) => *self.refusals.entry(code).or_default() += 1,
        }
        Ok(answer)
    }
}
