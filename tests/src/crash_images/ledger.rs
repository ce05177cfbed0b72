//! What the store has promised, kept by hand beside it: units of work in order, each with what it saved.
//!
//! A unit is what becomes durable at once: one save, one transaction of several, a page taken in, a sealing. The
//! writer works them off in order, so that after a power cut the store must stand exactly after some unit from the
//! last acknowledged to the last begun.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_core::rules::Rules;

use super::log::Recorder;
use super::rules::CrashRules;

/// How a resource must read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Expected {
    /// Whether it reads as gone.
    pub deleted: bool,
    /// Every live value (compact JSON) of every element; more than one is a conflict.
    pub values: BTreeMap<&'static str, BTreeSet<String>>,
    /// Its version, where the store has told it.
    pub version: Option<String>,
}

impl Expected {
    /// Whether two people's values stand beside each other.
    pub fn is_conflicted(&self) -> bool {
        self.values.values().any(|values| values.len() > 1)
    }
}

/// A segment that was given out to be sent: others may know it from then on.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The lane.
    pub lane: Lane,
    /// Its first seq.
    pub first: u64,
    /// Its last seq.
    pub last: u64,
    /// BLAKE3 of its bytes.
    pub hash: [u8; 32],
}

/// When the store is taken to acknowledge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Acknowledges {
    /// When it does.
    #[default]
    OnceDurable,
    /// Before it commits: a broken store, which the checker must catch.
    AtOnce,
}

/// What a unit of work did.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Resources saved here, which each cost a seq.
    pub saved: Vec<(Entity, Expected)>,
    /// Resources taken over from the upstream.
    pub taken: Vec<(Entity, Expected)>,
    /// Segments given out.
    pub sent: Vec<Sent>,
    /// Positions told to the upstream as durable.
    pub held: Vec<(String, u64)>,
}

/// A unit of work.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Place in the log where it began.
    pub began: usize,
    /// Place in the log where the store said that it is durable.
    pub acknowledged: Option<usize>,
    /// Last own seq of each lane after it.
    pub last: [u64; 4],
    /// Segments given out by it.
    pub sent: Vec<Sent>,
    /// Positions told to the upstream as durable.
    pub held: Vec<(String, u64)>,
}

/// Every unit of a workload.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The incarnation that writes, once the store has been opened.
    pub actor: ActorId,
    units: Vec<Unit>,
    /// For each resource its states with the unit that made them.
    states: BTreeMap<Entity, Vec<(usize, Expected)>>,
}

impl Ledger {
    /// A unit begins; its number.
    pub fn begin(&mut self, recorder: &Recorder) -> usize {
        let number = self.units.len();
        self.units.push(Unit { began: recorder.began(number), ..Unit::default() });
        number
    }

    /// A unit was acknowledged at this place in the log. Units are told in order.
    pub fn acknowledge(&mut self, number: usize, at: usize, done: Done) {
        let mut last = number.checked_sub(1).map_or([0; 4], |before| self.units[before].last);
        for (entity, _) in &done.saved {
            last[usize::from(CrashRules.lane(&entity.kind).0)] += 1;
        }
        let unit = &mut self.units[number];
        (unit.acknowledged, unit.last) = (Some(at), last);
        (unit.sent, unit.held) = (done.sent, done.held);
        for (entity, expected) in done.saved.into_iter().chain(done.taken) {
            self.states.entry(entity).or_default().push((number, expected));
        }
    }

    /// The ledger of a store that came back after a power cut and stands after this unit: nothing later was promised,
    /// and everything up to it counts as acknowledged at this place of the new log.
    pub fn resume(&self, unit: usize, at: usize) -> Self {
        let mut out = self.clone();
        out.units.truncate(unit + 1);
        out.units.iter_mut().for_each(|unit| {
            (unit.began, unit.acknowledged) = (at.saturating_sub(1), Some(at.saturating_sub(1)))
        });
        out.states.values_mut().for_each(|states| states.retain(|(made_by, _)| *made_by <= unit));
        out.states.retain(|_, states| !states.is_empty());
        out
    }

    /// Last seq of each lane that was given out in a segment.
    pub fn given_out(&self) -> [u64; 4] {
        let mut out = [0; 4];
        for sent in self.units.iter().flat_map(|unit| &unit.sent) {
            let slot = &mut out[usize::from(sent.lane.0)];
            *slot = sent.last.max(*slot);
        }
        out
    }

    /// One unit.
    pub fn unit(&self, number: usize) -> &Unit {
        &self.units[number]
    }

    /// Units up to and including this one.
    pub fn up_to(&self, number: usize) -> &[Unit] {
        &self.units[..=number]
    }

    /// The last unit acknowledged before a cut.
    pub fn acknowledged_before(&self, cut: usize, acknowledges: Acknowledges) -> Option<usize> {
        self.units.iter().rposition(|unit| match acknowledges {
            Acknowledges::OnceDurable => unit.acknowledged.is_some_and(|at| at < cut),
            Acknowledges::AtOnce => unit.began < cut,
        })
    }

    /// The last unit begun before a cut.
    pub fn begun_before(&self, cut: usize) -> Option<usize> {
        self.units.iter().rposition(|unit| unit.began < cut)
    }

    /// How a resource must read after a unit; `None` if it is not there yet.
    pub fn expected(&self, entity: &Entity, unit: usize) -> Option<&Expected> {
        let states = self.states.get(entity)?;
        let after = states.partition_point(|(made_by, _)| *made_by <= unit);
        after.checked_sub(1).map(|at| &states[at].1)
    }

    /// Every resource that any unit saved.
    pub fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.states.keys()
    }

    /// Resources that some unit of this range saved.
    pub fn changed_between(&self, after: usize, until: usize) -> Vec<&Entity> {
        let within = |(by, _): &(usize, Expected)| after < *by && *by <= until;
        self.states.iter().filter(|(_, states)| states.iter().any(within)).map(|(entity, _)| entity).collect()
    }

    /// How a resource reads now; `None` if it was never saved.
    pub fn current(&self, entity: &Entity) -> Option<&Expected> {
        self.states.get(entity)?.last().map(|(_, expected)| expected)
    }
}
