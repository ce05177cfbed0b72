//! The state of one entity on one replica: its registers and which ops they have taken in.
//!
//! A register is a dotted multi-value register with explicit predecessors. An op replaces exactly the
//! values its author saw; values nobody replaced stay side by side. A predecessor that has not arrived yet
//! is remembered, so that the older value is dead on arrival. `apply` (by op) and `join` (by state) commute,
//! are associative and idempotent, as long as each actor's ops on the entity arrive in their order; the
//! store guarantees that order by refusing gaps.

use std::collections::BTreeMap;

use crdts::VClock;

use crate::hlc::Hlc;
use crate::id::{ActorId, Entity, Lane};
use crate::op::{Change, DELETED, EntityDot, Op, split_key};
use crate::rules::{Policy, Rules};
use crate::seen::Seen;

/// Predecessors that are compared one by one; of more, a sorted copy is searched.
const FEW: usize = 16;

/// One value of a register, with who wrote it and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sibling {
    /// The op that wrote it.
    pub dot: EntityDot,
    /// The author's clock; for display.
    pub hlc: Hlc,
    /// The person or program that wrote it.
    pub author: String,
    /// Compact JSON; `None` says "removed".
    pub value: Option<String>,
}

/// A dotted multi-value register.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Register {
    /// The values nobody has replaced, by dot.
    pub siblings: Vec<Sibling>,
    /// Replaced dots that have not arrived, sorted: dead on arrival.
    pub unseen: Vec<EntityDot>,
}

impl Register {
    /// The value a plain read displays: the latest by `(hlc, actor, seq)`.
    pub fn displayed(&self) -> Option<&Sibling> {
        self.siblings.iter().max_by_key(|s| (s.hlc, s.dot))
    }

    /// The dots of all values: what a save that saw them all puts into `pred`.
    pub fn dots(&self) -> Vec<EntityDot> {
        self.siblings.iter().map(|s| s.dot).collect()
    }

    /// Whether two values that differ stand side by side.
    pub fn differs(&self) -> bool {
        self.siblings.windows(2).any(|pair| pair[0].value != pair[1].value)
    }

    /// Whether any value is present (add wins).
    pub fn is_present(&self) -> bool {
        self.siblings.iter().any(|s| s.value.is_some())
    }

    fn assign(&mut self, change: &Change, new: Sibling, vv: &VClock<ActorId>) {
        self.replace(&change.pred);
        for pred in &change.pred {
            if pred.seq > vv.get(&pred.actor) {
                insert_sorted(&mut self.unseen, *pred);
            }
        }
        match self.unseen.binary_search(&new.dot) {
            Ok(at) => {
                self.unseen.remove(at);
            }
            Err(_) => {
                let at = self.siblings.partition_point(|s| s.dot < new.dot);
                self.siblings.insert(at, new);
            }
        }
    }

    fn replace(&mut self, pred: &[EntityDot]) {
        if pred.len() <= FEW {
            return self.siblings.retain(|s| !pred.contains(&s.dot));
        }
        let mut sorted = pred.to_vec();
        sorted.sort_unstable();
        self.siblings.retain(|s| sorted.binary_search(&s.dot).is_err());
    }

    fn join(&self, other: &Self, mine: &VClock<ActorId>, theirs: &VClock<ActorId>) -> Self {
        let mut siblings: Vec<Sibling> = Vec::new();
        let known = |vv: &VClock<ActorId>, unseen: &[EntityDot], dot: &EntityDot| {
            dot.seq <= vv.get(&dot.actor) || unseen.contains(dot)
        };
        for s in &self.siblings {
            if other.siblings.iter().any(|o| o.dot == s.dot) || !known(theirs, &other.unseen, &s.dot) {
                siblings.push(s.clone());
            }
        }
        for o in &other.siblings {
            if !self.siblings.iter().any(|s| s.dot == o.dot) && !known(mine, &self.unseen, &o.dot) {
                siblings.push(o.clone());
            }
        }
        siblings.sort_by_key(|s| s.dot);
        let mut unseen = Vec::new();
        for dot in self.unseen.iter().chain(&other.unseen) {
            if dot.seq > mine.get(&dot.actor) && dot.seq > theirs.get(&dot.actor) {
                insert_sorted(&mut unseen, *dot);
            }
        }
        Self { siblings, unseen }
    }
}

fn insert_sorted(list: &mut Vec<EntityDot>, dot: EntityDot) {
    if let Err(at) = list.binary_search(&dot) {
        list.insert(at, dot);
    }
}

/// What taking in an op did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applied {
    /// The op was new.
    New,
    /// The op had been taken in before; nothing changed.
    Duplicate,
}

/// Why a resource needs a person's decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Conflict {
    /// Concurrent values of one register.
    Values {
        /// The register's key.
        key: String,
    },
    /// Deleted on one side, edited on the other. The resource stays until a person settles it.
    DeletedBesideEdit,
}

/// The registers of one entity, and which ops they have taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntityState {
    /// Which resource.
    pub entity: Entity,
    /// The lane all its ops travel in.
    pub lane: Lane,
    /// For each actor the highest seq taken in **on this entity**.
    pub vv: VClock<ActorId>,
    /// The latest clock reading of any op taken in.
    pub last_hlc: Hlc,
    /// By register key.
    pub registers: BTreeMap<String, Register>,
}

impl EntityState {
    /// An entity nobody has written yet.
    pub fn new(entity: Entity, lane: Lane) -> Self {
        Self { entity, lane, vv: VClock::new(), last_hlc: Hlc::default(), registers: BTreeMap::new() }
    }

    /// Takes in one op. Each actor's ops on this entity must come in seq order; an op at or below what
    /// was taken in from its actor is a duplicate.
    pub fn apply(&mut self, op: &Op) -> Applied {
        debug_assert_eq!(op.entity, self.entity, "an op is applied to its own entity");
        let dot = op.entity_dot();
        if dot.seq <= self.vv.get(&dot.actor) {
            return Applied::Duplicate;
        }
        for change in &op.changes {
            let new = Sibling { dot, hlc: op.hlc, author: op.author.clone(), value: change.value.clone() };
            self.registers.entry(change.key.clone()).or_default().assign(change, new, &self.vv);
        }
        self.vv.dots.insert(dot.actor, dot.seq);
        // The op's own dot may stand in another register's `unseen` (its author wrote only some of the
        // registers it was named a predecessor of); it has arrived now.
        for register in self.registers.values_mut().filter(|r| !r.unseen.is_empty()) {
            register.unseen.retain(|unseen| unseen.actor != dot.actor || unseen.seq > dot.seq);
        }
        self.last_hlc = self.last_hlc.max(op.hlc);
        Applied::New
    }

    /// The least state that has taken in what either side has.
    pub fn join(&self, other: &Self) -> Self {
        let empty = Register::default();
        let mut registers = BTreeMap::new();
        for key in self.registers.keys().chain(other.registers.keys()) {
            if registers.contains_key(key) {
                continue;
            }
            let mine = self.registers.get(key).unwrap_or(&empty);
            let theirs = other.registers.get(key).unwrap_or(&empty);
            registers.insert(key.clone(), mine.join(theirs, &self.vv, &other.vv));
        }
        let mut vv = self.vv.clone();
        for (actor, seq) in &other.vv.dots {
            if *seq > vv.get(actor) {
                vv.dots.insert(*actor, *seq);
            }
        }
        Self {
            entity: self.entity.clone(),
            lane: self.lane,
            vv,
            last_hlc: self.last_hlc.max(other.last_hlc),
            registers,
        }
    }

    /// Whether values are known as replaced that have not arrived: others have written here, and are yet to come.
    pub fn awaits_values(&self) -> bool {
        self.registers.values().any(|register| !register.unseen.is_empty())
    }

    /// Names exactly the set of ops taken in: 16 hex digits, equal on every replica that has the same ops.
    /// It is the resource's `versionId`.
    pub fn version(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (actor, seq) in &self.vv.dots {
            hasher.update(&actor.0);
            hasher.update(&seq.to_le_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// Whether the resource reads as deleted: a deletion stands, and nothing was written beside it.
    pub fn is_deleted(&self) -> bool {
        self.deletion().is_some() && !self.has_edit_beside_deletion()
    }

    fn deletion(&self) -> Option<&Register> {
        self.registers.get(DELETED).filter(|register| register.is_present())
    }

    fn has_edit_beside_deletion(&self) -> bool {
        let Some(deleted) = self.deletion() else { return false };
        if deleted.siblings.iter().any(|s| s.value.is_none()) {
            return true;
        }
        let mut seen = Seen::default();
        for token in deleted.siblings.iter().filter_map(|s| s.value.as_deref()) {
            seen.join(Seen::of_token(token));
        }
        self.registers
            .iter()
            .filter(|(key, _)| *key != DELETED)
            .flat_map(|(_, register)| &register.siblings)
            .any(|s| !seen.covers(&s.dot))
    }

    /// Everything on this resource that awaits a person's decision, in a stable order.
    pub fn conflicts(&self, rules: &dyn Rules) -> Vec<Conflict> {
        let mut out = Vec::new();
        if self.has_edit_beside_deletion() {
            out.push(Conflict::DeletedBesideEdit);
        }
        for (key, register) in &self.registers {
            let (element, member) = split_key(key);
            let settles_itself = key == DELETED
                || member.is_some()
                || rules.policy(&self.entity.kind, element) == Policy::LastWriter;
            if !settles_itself && register.differs() {
                out.push(Conflict::Values { key: key.clone() });
            }
        }
        out
    }

    /// Every live value of a plain element, displayed one first.
    pub fn values<'a>(&'a self, element: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let register = self.registers.get(element);
        let shown = register.and_then(Register::displayed);
        shown
            .into_iter()
            .chain(register.into_iter().flat_map(|r| &r.siblings).filter(move |s| Some(*s) != shown))
            .filter_map(|s| s.value.as_deref())
    }

    /// The present members of a set element, in display order.
    pub fn set_members<'a>(&'a self, element: &str) -> Vec<&'a str> {
        let from = format!("{element}{}", crate::op::MEMBER_SEPARATOR);
        let mut members: Vec<(u64, Hlc, &str)> = self
            .registers
            .range(from.clone()..)
            .take_while(|(key, _)| key.starts_with(&from))
            .filter(|(_, register)| register.is_present())
            .map(|(key, register)| {
                let first =
                    register.siblings.iter().filter(|s| s.value.is_some()).min_by_key(|s| (s.hlc, s.dot));
                let first = first.expect("a present member has a value");
                let position = first.value.as_deref().and_then(|v| v.parse().ok()).unwrap_or(u64::MAX);
                let member = key[from.len()..].split(crate::op::MEMBER_SEPARATOR).next().unwrap_or_default();
                (position, first.hlc, member)
            })
            .collect();
        members.sort();
        members.into_iter().map(|(_, _, member)| member).collect()
    }
}
