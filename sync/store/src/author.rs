//! Saving: what a client sent is compared with what it saw, and only the difference becomes an op.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::codec::{MAX_RESOURCE_BYTES, OpSize};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::json;
use holdfast_core::op::{Change, DELETED, EntityDot, Op, split_key};
use holdfast_core::rules::Policy;
use holdfast_core::seen::Seen;
use holdfast_core::sight::May;
use holdfast_core::state::{Conflict, EntityState, Register};
use holdfast_core::wellformed::check_op;

use crate::error::{Result, StoreError};
use crate::evict;
use crate::log;
use crate::tx::{Origin, Tx};
use crate::weight::{MAX_SAVED_BYTES, SMALL_BYTES};

/// What the author of a save had seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Base {
    /// Nothing is known: only the displayed values are replaced, hidden siblings that say something else stay.
    Blind,
    /// This version; refused if it is not the current one (FHIR `If-Match`).
    Exactly(String),
    /// This version; if others have saved since, the save stands beside theirs (staff API).
    Seen(String),
    /// Whatever is there, but something must be: else as [`Base::Blind`] (FHIR `If-Match: *`).
    There,
    /// The resource must not exist yet.
    Absent,
    /// The resource must not exist yet, or read as it is sent now: what is sent again changes nothing.
    Once,
}

/// What a save did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// The version the resource is at now.
    pub version: String,
    /// Whether the resource is new (or was deleted before).
    pub created: bool,
    /// Whether anything changed; a save without a difference makes no op.
    pub changed: bool,
}

impl Tx<'_> {
    /// Saves a resource (compact or not, `resourceType` and `id` included).
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`], [`StoreError::Stale`], [`StoreError::Exists`], [`StoreError::Immutable`], [`StoreError::Final`],
    /// [`StoreError::Sealed`], [`StoreError::Step`], [`StoreError::Split`], [`StoreError::TooLarge`], [`StoreError::SaveTooLarge`], [`StoreError::Overgrown`],
    /// [`StoreError::Malformed`], [`StoreError::Booking`] if it takes time that is not this database's or is taken, or the database.
    pub fn put(&mut self, entity: &Entity, json: &str, base: &Base, author: &str) -> Result<Saved> {
        if json.len() > MAX_RESOURCE_BYTES {
            return Err(StoreError::TooLarge { entity: entity.to_string(), bytes: json.len() });
        }
        let wanted = self.rules().split(&entity.kind, json)?;
        let existed = self.exists(entity)?;
        let is_new = !existed || self.entity(entity)?.state.is_deleted();
        self.must_reach(entity, if is_new { May::CREATE } else { May::UPDATE })?;
        let seen = self.seen(entity, base)?;
        let taken = self.takes_before(entity)?;
        let state = &self.entity(entity)?.state;
        let was_deleted = state.is_deleted();
        let mut changes = difference(seen.as_ref().unwrap_or(state), state, &wanted, base);
        if was_deleted && let Some(deleted) = state.registers.get(DELETED) {
            changes.push(Change { key: DELETED.into(), pred: deleted.dots(), value: None });
        }
        if existed && !is_new {
            self.say_again(entity, &mut changes)?;
        }
        if *base == Base::Once && existed && !changes.is_empty() {
            return Err(StoreError::Exists(entity.to_string()));
        }
        if existed && !changes.is_empty() {
            self.check_final(entity)?;
        }
        self.check_policies(entity, &changes)?;
        let changed = !changes.is_empty() || !existed;
        if changed {
            self.check_size(entity, &changes, author)?;
            self.author_op(entity, changes, author)?;
            self.must_still_reach(entity, if is_new { May::CREATE } else { May::UPDATE })?;
            self.check_taken(entity, taken)?;
        }
        let version = self.entity(entity)?.state.version();
        Ok(Saved { version, created: !existed || was_deleted, changed })
    }

    /// Deletes a resource: it reads as gone, its history stays. What is written once is not deleted either. Who may delete none
    /// of the type is told so whether it is there or not, and to whom another patient's is out of sight, it is not there.
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`], [`StoreError::NotFound`], [`StoreError::Final`], [`StoreError::Sealed`], [`StoreError::Stale`],
    /// [`StoreError::Booking`] if it takes time, or the database.
    pub fn delete(&mut self, entity: &Entity, base: &Base, author: &str) -> Result<Saved> {
        let sight = self.settled_sight()?;
        if let Some(sight) = &sight {
            sight.check(&entity.kind, May::DELETE)?;
        }
        let is_bound = sight.is_some_and(|sight| sight.is_bound());
        if !self.exists(entity)? || is_bound && !self.view()?.is_in_sight(entity, May::DELETE)? {
            return Err(StoreError::NotFound(entity.to_string()));
        }
        self.check_final(entity)?;
        let rules = self.rules();
        let state = &self.entity(entity)?.state;
        if !state.is_deleted() && rules.is_sealed(state, DELETED) {
            return Err(StoreError::Sealed { entity: entity.to_string(), element: None });
        }
        self.seen(entity, base)?;
        self.check_deletable(entity)?;
        let token = self.seen_token(entity)?;
        let state = &self.entity(entity)?.state;
        if state.is_deleted() {
            return Ok(Saved { version: state.version(), created: false, changed: false });
        }
        let pred = state.registers.get(DELETED).map(Register::dots).unwrap_or_default();
        let change = Change { key: DELETED.into(), pred, value: Some(token) };
        self.author_op(entity, vec![change], author)?;
        let version = self.entity(entity)?.state.version();
        Ok(Saved { version, created: false, changed: true })
    }

    /// Settles a conflict on one register: `value` (`None`: remove it) replaces every sibling. A deleted resource stays
    /// deleted: only `value` `None` for [`DELETED`] brings it back.
    ///
    /// # Errors
    /// [`StoreError::NoConflict`] if there is none on `key`, [`StoreError::OutOfSight`], [`StoreError::Booking`], or the database.
    pub fn resolve(
        &mut self,
        entity: &Entity,
        key: &str,
        value: Option<String>,
        author: &str,
    ) -> Result<Saved> {
        let rules = self.rules();
        self.must_reach(entity, May::UPDATE)?;
        let token = self.seen_token(entity)?;
        let taken = self.takes_before(entity)?;
        let state = &self.entity(entity)?.state;
        let wanted =
            if key == DELETED { Conflict::DeletedBesideEdit } else { Conflict::Values { key: key.into() } };
        if !state.conflicts(rules).contains(&wanted) {
            return Err(StoreError::NoConflict { entity: entity.to_string(), key: key.into() });
        }
        let pred = state.registers.get(key).map(Register::dots).unwrap_or_default();
        let value = value.map(|value| if key == DELETED { token.clone() } else { json::compact(&value) });
        let mut changes = vec![Change { key: key.into(), pred, value }];
        if key != DELETED && state.is_deleted() {
            let pred = state.registers.get(DELETED).map(Register::dots).unwrap_or_default();
            changes.push(Change { key: DELETED.into(), pred, value: Some(token) });
        }
        self.say_again(entity, &mut changes)?;
        self.author_op(entity, changes, author)?;
        self.must_still_reach(entity, May::UPDATE)?;
        self.check_taken(entity, taken)?;
        let version = self.entity(entity)?.state.version();
        Ok(Saved { version, created: false, changed: true })
    }

    /// Adds what is said again with these changes ([`holdfast_core::rules::Rules::said_with`]), as it is displayed. What stands beside
    /// that stays: to say it again settles nothing.
    fn say_again(&mut self, entity: &Entity, changes: &mut Vec<Change>) -> Result<()> {
        #[cfg(feature = "sabotage")]
        if self.records.is_broken(crate::sabotage::Sabotage::StatusUnsaid) {
            return Ok(());
        }
        let rules = self.rules();
        let state = &self.entity(entity)?.state;
        let keys = changes.iter().map(|change| change.key.as_str());
        let also: BTreeSet<&str> = keys.flat_map(|key| rules.said_with(&entity.kind, key)).copied().collect();
        for key in also {
            let is_said = changes.iter().any(|change| change.key == key);
            let Some(register) = state.registers.get(key).filter(|_| !is_said) else { continue };
            let Some(value) = register.displayed().and_then(|shown| shown.value.clone()) else { continue };
            changes.push(Change { key: key.into(), pred: displayed_as_one(register), value: Some(value) });
        }
        Ok(())
    }

    /// Refuses to write what is out of sight. What is another patient's is refused as what may not be written at all:
    /// nobody learns that it is there.
    fn must_reach(&mut self, entity: &Entity, may: May) -> Result<()> {
        let Some(sight) = self.settled_sight()? else { return Ok(()) };
        sight.check(&entity.kind, may)?;
        if !sight.is_bound() || !self.exists(entity)? || self.view()?.is_in_sight(entity, may)? {
            return Ok(());
        }
        Err(sight.refusal(&entity.kind, may).into())
    }

    /// Refuses what a writer has just put out of its own sight, such as a note for another patient, or into the record of
    /// another patient beside its own.
    fn must_still_reach(&mut self, entity: &Entity, may: May) -> Result<()> {
        let Some(sight) = self.settled_sight()?.filter(|sight| sight.is_bound()) else { return Ok(()) };
        let Some(patient) = &sight.patient else {
            // Whoever labels a patient so that the record is kept from themselves, too, may do that.
            let is_patient = Scope::of_patient(entity).is_some();
            return if is_patient || self.view()?.is_in_sight(entity, may)? {
                Ok(())
            } else {
                Err(sight.refusal(&entity.kind, may).into())
            };
        };
        let own = Some(Scope::patient(patient));
        let rules = self.rules();
        let entered = self.entity(entity)?.entered_scopes(rules);
        let is_foreign = |scope: &Scope| scope.as_patient().is_some() && Some(scope) != own.as_ref();
        if !entered.iter().any(is_foreign) && self.view()?.is_in_sight(entity, may)? {
            return Ok(());
        }
        Err(sight.refusal(&entity.kind, may).into())
    }

    /// What a deletion made here and now has seen.
    fn seen_token(&mut self, entity: &Entity) -> Result<String> {
        let is_evicted = evict::is_evicted(self.sql, entity)?;
        let state = &self.entity(entity)?.state;
        Ok(if is_evicted { Seen::since_let_go(state) } else { Seen::all(state) }.token())
    }

    /// The state at the base version when it is not the current one.
    fn seen(&mut self, entity: &Entity, base: &Base) -> Result<Option<EntityState>> {
        let exists = self.exists(entity)?;
        let state = &self.entity(entity)?.state;
        let (current, deleted) = (state.version(), state.is_deleted());
        let stale = |asked: &str| StoreError::Stale {
            entity: entity.to_string(),
            asked: asked.to_owned(),
            current: current.clone(),
        };
        match base {
            Base::There if !exists || deleted => Err(stale("*")),
            Base::Blind | Base::There | Base::Once => Ok(None),
            Base::Absent if exists && !deleted => Err(StoreError::Exists(entity.to_string())),
            Base::Absent => Ok(None),
            Base::Exactly(asked) | Base::Seen(asked) if *asked == current => Ok(None),
            Base::Exactly(asked) => Err(stale(asked)),
            Base::Seen(asked) => {
                let found = self.view()?.state_at(entity, asked)?;
                Ok(Some(found.ok_or_else(|| stale(asked))?))
            }
        }
    }

    /// Refuses to touch a resource of a type whose resources are written once as a whole.
    fn check_final(&self, entity: &Entity) -> Result<()> {
        if self.rules().policy(&entity.kind, DELETED) == Policy::Immutable {
            return Err(StoreError::Final(entity.to_string()));
        }
        Ok(())
    }

    fn check_policies(&mut self, entity: &Entity, changes: &[Change]) -> Result<()> {
        let rules = self.rules();
        let state = &self.entity(entity)?.state;
        for change in changes {
            let (element, _) = split_key(&change.key);
            if rules.is_sealed(state, element) {
                let (entity, element) = (entity.to_string(), Some(element.to_owned()));
                return Err(StoreError::Sealed { entity, element });
            }
            let shown = state.registers.get(&change.key).and_then(Register::displayed);
            let Some(from) = shown.and_then(|s| s.value.as_deref()) else { continue };
            match (rules.policy(&entity.kind, element), &change.value) {
                (Policy::Immutable, _) => {
                    let (entity, element) = (entity.to_string(), element.to_owned());
                    return Err(StoreError::Immutable { entity, element });
                }
                (Policy::Lifecycle, Some(to)) => {
                    rules.check_step(&entity.kind, element, from, to).map_err(StoreError::Step)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Refuses a large value beside others that are too large together already. What is small, settles or deletes is
    /// always saved.
    fn check_size(&mut self, entity: &Entity, changes: &[Change], author: &str) -> Result<()> {
        let rules = self.rules();
        let loaded = self.entity(entity)?;
        let bytes = loaded.weight_after(changes, author, rules).bytes();
        if bytes > MAX_SAVED_BYTES && bytes > loaded.weight.bytes() + SMALL_BYTES {
            let entity = entity.to_string();
            return Err(StoreError::Overgrown { entity, bytes, most: MAX_SAVED_BYTES });
        }
        Ok(())
    }

    /// Writes an op of this replica. What its author may do was looked at before.
    pub(crate) fn author_op(
        &mut self,
        entity: &Entity,
        mut changes: Vec<Change>,
        author: &str,
    ) -> Result<()> {
        #[cfg(feature = "sabotage")]
        if self.records.is_broken(crate::sabotage::Sabotage::NoPred) {
            changes.iter_mut().for_each(|change| change.pred = Vec::new());
        }
        // What an upstream would refuse must not get into the log: it would block the lane.
        let size = OpSize::of(&changes);
        if !size.fits() {
            return Err(StoreError::SaveTooLarge { entity: entity.to_string(), size });
        }
        let lane = self.entity(entity)?.state.lane;
        let dot = log::next_dot(self, lane)?;
        // What is written with a deletion, in one op, is no edit beside it.
        for token in changes.iter_mut().filter(|c| c.key == DELETED).filter_map(|c| c.value.as_mut()) {
            let mut seen = Seen::of_token(token);
            seen.add(EntityDot { actor: dot.actor, seq: dot.seq });
            *token = seen.token();
        }
        let hlc = self.records.tick();
        let op = Op { dot, hlc, entity: entity.clone(), author: author.to_owned(), changes };
        check_op(&op)?;
        self.apply(&op, Origin::Local)?;
        self.authored.entry(lane).or_default().push(op);
        Ok(())
    }
}

/// The changes that lead from what the author saw to what the author sent.
fn difference(
    seen: &EntityState,
    current: &EntityState,
    wanted: &BTreeMap<String, String>,
    base: &Base,
) -> Vec<Change> {
    let empty = Register::default();
    let keys = seen.registers.keys().chain(wanted.keys()).filter(|key| *key != DELETED);
    let mut out: Vec<Change> = Vec::new();
    for key in BTreeSet::from_iter(keys) {
        let register = seen.registers.get(key).unwrap_or(&empty);
        let new = wanted.get(key);
        let is_member = split_key(key).1.is_some();
        let same = if is_member {
            register.is_present() == new.is_some()
        } else {
            register.displayed().and_then(|s| s.value.as_ref()) == new
        };
        if same {
            continue;
        }
        out.push(Change {
            key: key.clone(),
            pred: predecessors(register, current, key, base),
            value: new.cloned(),
        });
    }
    out
}

fn predecessors(register: &Register, current: &EntityState, key: &str, base: &Base) -> Vec<EntityDot> {
    match base {
        Base::Blind | Base::There | Base::Absent | Base::Once if split_key(key).1.is_none() => {
            current.registers.get(key).map(displayed_as_one).unwrap_or_default()
        }
        _ => register.dots(),
    }
}

/// The displayed value's dots: an op that was said again under another actor stands beside itself, and whoever replaces one of two that
/// say the same has replaced what both say.
fn displayed_as_one(register: &Register) -> Vec<EntityDot> {
    let Some(shown) = register.displayed() else { return Vec::new() };
    register.siblings.iter().filter(|s| s.value == shown.value).map(|s| s.dot).collect()
}
