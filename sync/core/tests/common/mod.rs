//! Legal histories of one resource: replicas write what a person there could have written, having seen what that
//! replica had, and hand each other what they have.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity, Lane, Scope};
use holdfast_core::op::{Change, DELETED, Op, member_key, split_key};
use holdfast_core::rules::{IndexRow, Policy, Rules, SplitError};
use holdfast_core::seen::Seen;
use holdfast_core::state::{Applied, EntityState, Register};
use proptest::prelude::*;

/// So many inputs, unless `PROPTEST_CASES` says another number (`make laws`).
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() {
        default
    } else {
        ProptestConfig { cases: usual, ..default }
    }
}

/// Rules with one element of each kind of merging.
pub(crate) struct TestRules;

impl Rules for TestRules {
    fn lane(&self, _: &str) -> Lane {
        Lane::CHART
    }
    fn policy(&self, _: &str, element: &str) -> Policy {
        match element {
            "tags" => Policy::Set,
            "pref" => Policy::LastWriter,
            _ => Policy::Register,
        }
    }
    fn scopes(&self, _: &EntityState, _: &str) -> BTreeSet<Scope> {
        BTreeSet::from([Scope::directory()])
    }
    fn index(&self, _: &EntityState) -> Vec<IndexRow> {
        Vec::new()
    }
    fn touches_index(&self, _: &str, _: &str) -> bool {
        false
    }
    fn split(&self, _: &str, _: &str) -> Result<BTreeMap<String, String>, SplitError> {
        Ok(BTreeMap::new())
    }
}

/// What one author saw of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Every value.
    All,
    /// The displayed one alone.
    Displayed,
    /// What the replica had this many of its steps ago: a form left open.
    Stale(usize),
}

/// One step of a history.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A person at a replica assigns a register.
    Write { at: usize, key: usize, value: Option<u8>, sight: Sight },
    /// A person at a replica deletes the resource.
    Delete { at: usize },
    /// One replica gives another all it has.
    Give { from: usize, to: usize },
}

pub(crate) const REPLICAS: usize = 3;

pub(crate) fn entity() -> Entity {
    Entity::new("Patient", "0b2b2b2b-1111-4222-8333-444455556666")
}

pub(crate) fn empty() -> EntityState {
    EntityState::new(entity(), Lane::CHART)
}

pub(crate) fn actor(at: usize) -> ActorId {
    ActorId([at as u8 + 1; 16])
}

/// The registers that histories write.
pub(crate) fn keys() -> [String; 5] {
    let members = ["a", "b"].map(|code| member_key("tags", &format!("{{\"code\":\"{code}\"}}")));
    let [a, b] = members;
    ["name".into(), "meta".into(), "pref".into(), a, b]
}

fn sight() -> impl Strategy<Value = Sight> {
    prop_oneof![
        4 => Just(Sight::All),
        2 => Just(Sight::Displayed),
        2 => (1usize..4).prop_map(Sight::Stale),
    ]
}

/// Steps of a history of up to `n`.
pub(crate) fn steps(n: usize) -> impl Strategy<Value = Vec<Step>> {
    let value = prop::option::weighted(0.8, 0u8..4);
    let write = (0..REPLICAS, 0usize..5, value, sight());
    let write = write.prop_map(|(at, key, value, sight)| Step::Write { at, key, value, sight });
    let give = (0..REPLICAS, 0..REPLICAS).prop_map(|(from, to)| Step::Give { from, to });
    let step = prop_oneof![6 => write, 1 => (0..REPLICAS).prop_map(|at| Step::Delete { at }), 3 => give];
    prop::collection::vec(step, 1..n)
}

/// A replica of a history: its state, and every op it has in the order it came.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) state: EntityState,
    pub(crate) ops: Vec<Op>,
    past: Vec<EntityState>,
}

/// What a history leaves behind.
pub(crate) struct Played {
    pub(crate) sites: Vec<Site>,
    /// Every op, by author, in sequence.
    pub(crate) logs: Vec<Vec<Op>>,
}

/// Plays steps.
pub(crate) fn play(steps: &[Step]) -> Played {
    let site = Site { state: empty(), ops: Vec::new(), past: Vec::new() };
    let mut played = Played { sites: vec![site; REPLICAS], logs: vec![Vec::new(); REPLICAS] };
    for (time, step) in steps.iter().enumerate() {
        match step {
            Step::Write { at, key, value, sight } => {
                let change = played.sites[*at].change(&keys()[*key], *value, *sight);
                played.author(*at, time, change);
            }
            Step::Delete { at } => {
                let state = &played.sites[*at].state;
                let pred = state.registers.get(DELETED).map(Register::dots).unwrap_or_default();
                let change = Change { key: DELETED.into(), pred, value: Some(Seen::all(state).token()) };
                played.author(*at, time, change);
            }
            Step::Give { from, to } => {
                for op in played.sites[*from].ops.clone() {
                    played.sites[*to].take(&op);
                }
            }
        }
    }
    played
}

impl Site {
    fn take(&mut self, op: &Op) {
        if self.state.apply(op) == Applied::New {
            self.ops.push(op.clone());
            self.past.push(self.state.clone());
        }
    }

    fn change(&self, key: &str, value: Option<u8>, sight: Sight) -> Change {
        let back = if let Sight::Stale(back) = sight { back } else { 0 };
        let old = self.past.len().checked_sub(1 + back).map(|at| &self.past[at]);
        let seen = if back == 0 { Some(&self.state) } else { old };
        let register = seen.and_then(|s| s.registers.get(key)).cloned().unwrap_or_default();
        let pred = match sight {
            Sight::Displayed => register.displayed().map(|s| s.dot).into_iter().collect(),
            _ => register.dots(),
        };
        let value = value.map(|n| match split_key(key) {
            (_, Some(_)) => n.to_string(),
            ("meta", _) => format!("{{\"source\":\"#{n}\"}}"),
            _ => format!("\"v{n}\""),
        });
        Change { key: key.to_owned(), pred, value }
    }
}

impl Played {
    fn author(&mut self, at: usize, time: usize, change: Change) {
        // Other resources take numbers in between.
        let seq = self.logs[at].last().map_or(0, |op| op.dot.seq) + 1 + (time % 3) as u64;
        let op = Op {
            dot: Dot { actor: actor(at), lane: Lane::CHART, seq },
            hlc: Hlc::new(1_700_000_000_000 + time as u64, 0),
            entity: entity(),
            author: format!("Practitioner/{at}"),
            changes: vec![change],
        };
        self.sites[at].take(&op);
        self.logs[at].push(op);
    }

    /// The state after so many ops of each log, taken in turns that `order` decides.
    pub(crate) fn prefix(&self, lengths: &[usize], order: u64) -> EntityState {
        let mut left: Vec<&[Op]> =
            self.logs.iter().zip(lengths).map(|(log, n)| &log[..(*n).min(log.len())]).collect();
        let mut state = empty();
        let mut roll = order | 1;
        while left.iter().any(|ops| !ops.is_empty()) {
            roll = roll.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (roll >> 33) as usize % left.len();
            if let Some((op, rest)) = left[at].split_first() {
                state.apply(op);
                left[at] = rest;
            }
        }
        state
    }

    /// The state after everything.
    pub(crate) fn whole(&self, order: u64) -> EntityState {
        let lengths: Vec<usize> = self.logs.iter().map(Vec::len).collect();
        self.prefix(&lengths, order)
    }
}
