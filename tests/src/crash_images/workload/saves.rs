//! What is saved: every value is new, so that a lost save cannot hide behind an equal one.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::Entity;
use holdfast_store::author::{Base, Saved};
use holdfast_store::{Result, Tx};

use crate::crash_images::ledger::{Expected, Ledger};
use crate::crash_images::rules::KINDS;
use crate::generate::Dice;

/// A save to be made and how the resource must read then.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) entity: Entity,
    pub(super) expected: Expected,
    json: String,
    base: Base,
}

impl Draft {
    pub(super) fn of(entity: Entity, expected: Expected, base: Base) -> Self {
        let json = json(&entity, &expected);
        Self { entity, expected, json, base }
    }

    /// Makes the save.
    pub(super) fn make(&self, tx: &mut Tx<'_>) -> Result<Saved> {
        if self.expected.deleted {
            return tx.delete(&self.entity, &self.base, "nurse");
        }
        tx.put(&self.entity, &self.json, &self.base, "nurse")
    }

    /// The resource as it reads once the save is durable.
    pub(super) fn done(self, saved: Saved) -> (Entity, Expected) {
        (self.entity, Expected { version: Some(saved.version), ..self.expected })
    }
}

/// Draws saves.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    values: u64,
    resources: u64,
    pub(super) patients: Vec<String>,
    pub(super) known: Vec<Entity>,
}

impl Drafts {
    /// Draws saves of distinct resources, a few of them new; none of `busy`.
    pub(super) fn draw(
        &mut self,
        n: usize,
        new_percent: u64,
        ledger: &Ledger,
        busy: &BTreeSet<Entity>,
        dice: &mut Dice,
    ) -> Vec<Draft> {
        let mut drawn: BTreeMap<Entity, Draft> = BTreeMap::new();
        for _ in 0..n {
            let entity = self.entity(new_percent, dice);
            let deletes = dice.percent(8) && !busy.contains(&entity);
            if let std::collections::btree_map::Entry::Vacant(slot) = drawn.entry(entity) {
                let draft = self.draft(slot.key().clone(), deletes, ledger, dice);
                slot.insert(draft);
            }
        }
        drawn.into_values().collect()
    }

    fn draft(&mut self, entity: Entity, deletes: bool, ledger: &Ledger, dice: &mut Dice) -> Draft {
        let current = ledger.current(&entity);
        let base = match current.and_then(|c| c.version.clone()) {
            // A blind save replaces only the value that is shown.
            Some(version) if dice.percent(50) || current.is_some_and(Expected::is_conflicted) => {
                Base::Exactly(version)
            }
            _ => Base::Blind,
        };
        if let Some(current) = current.filter(|current| deletes && !current.deleted) {
            // The registers keep their values: a later blind save would bury only one of two.
            return Draft::of(entity, Expected { deleted: true, ..current.clone() }, base);
        }
        let expected = self.body(&entity, dice);
        Draft::of(entity, expected, base)
    }

    fn entity(&mut self, new_percent: u64, dice: &mut Dice) -> Entity {
        if self.known.is_empty() || dice.percent(new_percent) {
            let kind = if self.patients.is_empty() { KINDS[0] } else { dice.pick(&KINDS) };
            return self.new_entity(kind, "n");
        }
        let at = usize::try_from(dice.below(self.known.len() as u64)).unwrap_or(0);
        self.known[at].clone()
    }

    /// A resource that is not there yet.
    pub(super) fn new_entity(&mut self, kind: &str, origin: &str) -> Entity {
        self.resources += 1;
        Entity::new(kind, format!("{origin}{}", self.resources))
    }

    /// Takes note of a resource that the node now holds.
    pub(super) fn know(&mut self, entity: &Entity) {
        if !self.known.contains(entity) {
            self.known.push(entity.clone());
            if entity.kind == "Patient" {
                self.patients.push(entity.id.clone());
            }
        }
    }

    /// Nothing is known to be held any more.
    pub(super) fn forget_all(&mut self) {
        self.known.clear();
        self.patients.clear();
    }

    /// A body for a resource, every value new; some fill several pages.
    pub(super) fn body(&mut self, entity: &Entity, dice: &mut Dice) -> Expected {
        let mut out = Expected::default();
        let mut set = |element, value| out.values.insert(element, BTreeSet::from([value]));
        set("name", self.value(12, dice));
        set("phone", self.value(0, dice));
        if dice.percent(50) {
            let longest = if dice.percent(8) { 30_000 } else { 200 };
            set("note", self.value(dice.below(longest), dice));
        }
        if matches!(entity.kind.as_str(), "AllergyIntolerance" | "Observation") {
            let of = self.patients.get(usize::try_from(dice.below(self.patients.len() as u64)).unwrap_or(0));
            set("subject", format!("\"{}\"", of.map_or("n0", String::as_str)));
        }
        out
    }

    /// A JSON string that was never used before, with a tail of about this length.
    pub(super) fn value(&mut self, tail: u64, dice: &mut Dice) -> String {
        self.values += 1;
        let tail: String = (0..tail).map(|_| char::from(b'a' + dice.below(26) as u8)).collect();
        format!("\"v{}-{tail}\"", self.values)
    }
}

fn json(entity: &Entity, expected: &Expected) -> String {
    let mut out = format!("{{\"resourceType\":\"{}\",\"id\":\"{}\"", entity.kind, entity.id);
    for (element, values) in &expected.values {
        if let Some(value) = values.first() {
            out.push_str(&format!(",\"{element}\":{value}"));
        }
    }
    out.push('}');
    out
}
