//! A resource in memory: its registers, what they were before, and what its scopes' feeds are to say of the change.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use holdfast_core::id::{Entity, Lane, Scope};
use holdfast_core::op::{Change, EntityDot, Op, split_key};
use holdfast_core::rules::{IndexRow, Rules};
use holdfast_core::state::{Applied, EntityState};
use holdfast_core::view;

use crate::error::Result;
use crate::grant;
use crate::home;
use crate::index;
use crate::parallel;
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::weight::{MAX_STATE_BYTES, Weight};

/// Values of one register that may be known as replaced before they have arrived. They come by other replicas of the
/// author's clinic within a session or two, so even a handful is rare.
const MAX_UNSEEN: usize = 1024;

/// A resource in memory.
pub(crate) struct Loaded {
    pub(crate) no: Option<i64>,
    /// Checksum of the row it was loaded from; `None`: there was none.
    pub(crate) base: Option<i64>,
    pub(crate) state: EntityState,
    /// The clinic it belongs to, should it be in a clinic's own scope.
    pub(crate) clinic: Arc<str>,
    /// What of it the database has, taken before the first change that may touch it.
    pub(crate) before: Before,
    pub(crate) events: Vec<Event>,
    pub(crate) changed: bool,
    pub(crate) weight: Weight,
    /// It is a patient who was made by what was taken in; see [`grant`].
    pub(crate) is_made: bool,
}

/// Index rows and scopes of a resource as the database has them, as far as something may have changed them since.
#[derive(Default)]
pub(crate) struct Before {
    pub(crate) scopes: Option<BTreeSet<Scope>>,
    /// Rows of what was touched.
    pub(crate) rows: Vec<IndexRow>,
    pub(crate) touched: Touched,
}

/// What changes may have touched of what a resource is found under.
pub(crate) enum Touched {
    /// What these elements are found under.
    Elements(BTreeSet<String>),
    /// Everything.
    Whole,
}

impl Default for Touched {
    fn default() -> Self {
        Self::Elements(BTreeSet::new())
    }
}

impl Touched {
    /// The rows of what was touched, as the resource is now.
    pub(crate) fn rows(&self, rules: &dyn Rules, state: &EntityState) -> Vec<IndexRow> {
        match self {
            Self::Whole => index::rows(rules, state),
            Self::Elements(elements) => {
                let elements: Vec<&str> = elements.iter().map(String::as_str).collect();
                index::rows_of(rules, state, &elements)
            }
        }
    }
}

/// An op that a resource took in, or with no actor: "the whole resource changed".
pub(crate) struct Event {
    pub(crate) actor_no: Option<i64>,
    pub(crate) lane: Lane,
    pub(crate) seq: u64,
    pub(crate) content: Option<Vec<u8>>,
}

impl Loaded {
    /// One that is not here yet.
    pub(crate) fn new(entity: &Entity, rules: &dyn Rules, clinic: &Arc<str>) -> Self {
        let state = EntityState::new(entity.clone(), rules.lane(&entity.kind));
        Self::of(None, None, state, 0, clinic)
    }

    fn from_row(entity: &Entity, row: Option<Row>, rules: &dyn Rules, clinic: &Arc<str>) -> Result<Self> {
        let Some(row) = row else { return Ok(Self::new(entity, rules, clinic)) };
        let (json, bytes) = (row.text(1)?, row.blob(2)?);
        let state = view::decode(entity.clone(), json, bytes)?;
        Ok(Self::of(Some(row.int(0)?), Some(row.int(3)?), state, json.len() + bytes.len(), clinic))
    }

    fn of(no: Option<i64>, base: Option<i64>, state: EntityState, bytes: usize, clinic: &Arc<str>) -> Self {
        let (clinic, weight) = (clinic.clone(), Weight::of_row(bytes));
        // A new one is found under nothing yet.
        let nothing = || Before { scopes: Some(BTreeSet::new()), rows: Vec::new(), touched: Touched::Whole };
        let before = if no.is_some() { Before::default() } else { nothing() };
        Self { no, base, state, clinic, before, events: Vec::new(), changed: false, weight, is_made: false }
    }

    /// Takes an op in; `content` is what the feed row keeps of it.
    pub(crate) fn take(
        &mut self,
        op: &Op,
        actor_no: i64,
        content: Option<Vec<u8>>,
        rules: &dyn Rules,
    ) -> Applied {
        if self.state.vv.dots.is_empty() {
            // The first op decides the lane: this build may not know the type, or know it by another lane.
            self.state.lane = op.dot.lane;
        }
        self.note_before(rules, &op.changes);
        let weight = self.weight_after(&op.changes, &op.author, rules);
        let is_made = grant::makes(&self.state, op);
        if self.state.apply(op) == Applied::Duplicate {
            return Applied::Duplicate;
        }
        self.weight = weight;
        self.is_made |= is_made;
        self.events.push(Event { actor_no: Some(actor_no), lane: op.dot.lane, seq: op.dot.seq, content });
        Applied::New
    }

    /// The lane of a resource that has ops.
    pub(crate) fn lane(&self) -> Option<Lane> {
        (!self.state.vv.dots.is_empty()).then_some(self.state.lane)
    }

    /// Whether an op would bring the resource into a scope that it was not in before.
    pub(crate) fn would_enter_a_scope(&self, op: &Op, rules: &dyn Rules) -> bool {
        let Some(before) = self.before.scopes.as_ref().filter(|_| touches_scopes(rules, op)) else {
            return false;
        };
        let mut after = self.state.clone();
        after.apply(op);
        !rules.scopes(&after, &self.clinic).is_subset(before)
    }

    /// The scopes that changes have brought it into.
    pub(crate) fn entered_scopes(&self, rules: &dyn Rules) -> BTreeSet<Scope> {
        let Some(before) = &self.before.scopes else { return BTreeSet::new() };
        let now = rules.scopes(&self.state, &self.clinic);
        now.difference(before).cloned().collect()
    }

    /// Whether the op has been taken in.
    pub(crate) fn knows(&self, op: &Op) -> bool {
        op.dot.seq <= self.state.vv.get(&op.dot.actor)
    }

    /// Whether the op would leave a register with more replaced values that never came than anybody may leave. One that
    /// replaces only what is here leaves none.
    pub(crate) fn would_leave_too_many_unseen(&self, op: &Op) -> bool {
        op.changes.iter().any(|change| {
            let has_come = |dot: &EntityDot| dot.seq <= self.state.vv.get(&dot.actor);
            if change.pred.iter().all(has_come) {
                return false;
            }
            let known = self.state.registers.get(&change.key).map_or(&[][..], |register| &register.unseen);
            let is_new = |dot: &&EntityDot| !has_come(dot) && known.binary_search(dot).is_err();
            let new = change.pred.iter().filter(is_new).count();
            new > 0 && known.len() + new > MAX_UNSEEN
        })
    }

    /// Whether the op would make the resource heavier than what can be sent whole. Not if it makes it no heavier.
    pub(crate) fn would_be_too_heavy(&mut self, op: &Op, rules: &dyn Rules) -> bool {
        let after = self.weight_after(&op.changes, &op.author, rules);
        after.bytes() > MAX_STATE_BYTES && after.bytes() > self.weight.bytes()
    }

    /// What the resource will weigh once these changes have been applied.
    pub(crate) fn weight_after(&mut self, changes: &[Change], author: &str, rules: &dyn Rules) -> Weight {
        self.weight.after(&self.state, changes, author, rules)
    }

    /// Notes what these changes may touch.
    fn note_before(&mut self, rules: &dyn Rules, changes: &[Change]) {
        let moves = |change: &Change| rules.touches_scopes(&self.state.entity.kind, &change.key);
        if self.before.scopes.is_none() && changes.iter().any(moves) {
            self.note_scopes(rules);
        }
        let kind = &self.state.entity.kind;
        let Touched::Elements(known) = &self.before.touched else { return };
        let touching = changes.iter().filter(|change| rules.touches_index(kind, &change.key));
        let elements =
            touching.map(|change| split_key(&change.key).0).filter(|element| !known.contains(*element));
        let new: BTreeSet<&str> = elements.collect();
        if new.is_empty() {
            return;
        }
        let new: Vec<&str> = new.into_iter().collect();
        let rows = index::rows_of(rules, &self.state, &new);
        let new = new.into_iter().map(str::to_owned).collect::<Vec<_>>();
        self.add_before(rules, rows, |touched| {
            if let Touched::Elements(known) = touched {
                known.extend(new);
            }
        });
    }

    /// Notes everything: the whole resource may change.
    pub(crate) fn note_whole(&mut self, rules: &dyn Rules) {
        self.note_scopes(rules);
        if let Touched::Elements(_) = self.before.touched {
            let rows = index::rows(rules, &self.state);
            self.add_before(rules, rows, |touched| *touched = Touched::Whole);
        }
    }

    /// Notes the scopes that the database has it in.
    pub(crate) fn note_scopes(&mut self, rules: &dyn Rules) {
        if self.before.scopes.is_none() {
            self.before.scopes = Some(rules.scopes(&self.state, &self.clinic));
        }
    }

    /// Of rows that several elements give, those noted before stand: they may have changed since.
    fn add_before(&mut self, rules: &dyn Rules, rows: Vec<IndexRow>, touch: impl FnOnce(&mut Touched)) {
        if !rows.is_empty() {
            let changed = self.before.touched.rows(rules, &self.state);
            self.before.rows.extend(rows.into_iter().filter(|row| changed.binary_search(row).is_err()));
        }
        touch(&mut self.before.touched);
    }
}

/// Whether an op may change in which scopes it is.
pub(crate) fn touches_scopes(rules: &dyn Rules, op: &Op) -> bool {
    op.changes.iter().any(|change| rules.touches_scopes(&op.entity.kind, &change.key))
}

/// Loads resources; those that are not there come as new ones of `clinic`. At an upstream of several clinics
/// (`serves_clinics`) each one's own clinic is looked up.
pub(crate) fn load(
    sql: &mut dyn Sql,
    rules: &dyn Rules,
    clinic: &Arc<str>,
    serves_clinics: bool,
    wanted: BTreeSet<Entity>,
) -> Result<HashMap<Entity, Loaded>> {
    let keys: Vec<Vec<Value>> =
        wanted.iter().map(|e| vec![e.kind.as_str().into(), e.id.as_str().into()]).collect();
    let columns = ["no", "json", "state", "checksum"];
    let rows = sql.lookup(&schema::RESOURCE, &["kind", "id"], &columns, &keys)?;
    let mut found: Vec<(Entity, Option<Row>)> = wanted.into_iter().zip(rows).collect();
    let decoded: Vec<Vec<Result<Loaded>>> = parallel::slices(&mut found, |slice| {
        slice.iter_mut().map(|(entity, row)| Loaded::from_row(entity, row.take(), rules, clinic)).collect()
    });
    let mut loaded: Vec<Loaded> = decoded.into_iter().flatten().collect::<Result<_>>()?;
    if serves_clinics {
        find_homes(sql, rules, &mut loaded)?;
    }
    Ok(found.into_iter().map(|(entity, _)| entity).zip(loaded).collect())
}

fn find_homes(sql: &mut dyn Sql, rules: &dyn Rules, loaded: &mut [Loaded]) -> Result<()> {
    let is_wanted = |one: &&mut Loaded| one.no.is_some() && home::is_in_clinic_scope(rules, &one.state);
    let mut wanted: Vec<&mut Loaded> = loaded.iter_mut().filter(is_wanted).collect();
    let numbers: Vec<i64> = wanted.iter().filter_map(|one| one.no).collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let homes = home::find(sql, &numbers)?;
    for (no, one) in numbers.iter().zip(&mut wanted) {
        if let Some(clinic) = homes.get(no) {
            one.clinic = clinic.clone();
        }
    }
    Ok(())
}
