//! A writing transaction. Resources are loaded once, ops are applied to them in memory, and `flush` writes
//! rows in bulk: resources, search index, feeds and what replicas below are to be told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use holdfast_core::hlc::Skew;
use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::op::Op;
use holdfast_core::rules::{IndexRow, Rules};
use holdfast_core::state::{Applied, EntityState};
use holdfast_core::view;
use holdfast_core::wellformed::check_state;

use crate::error::{Result, StoreError};
use crate::home;
use crate::identity::{meta, set_meta};
use crate::index;
use crate::parallel;
use crate::records::Records;
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::view::{View, checksum};

const DAY_MS: u64 = 86_400_000;

/// Where an op came from, which decides where its content is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// Written here: its content is in the tail, later in a segment.
    Local,
    /// Came in a segment that is kept.
    Segment,
    /// Came in a page: its content is kept in the feed row.
    Page,
}

/// A resource in memory.
pub(crate) struct Loaded {
    no: Option<i64>,
    pub(crate) state: EntityState,
    /// The clinic it belongs to, should it be in a clinic's own scope.
    clinic: Arc<str>,
    /// Index rows and scopes as the database has them, taken before the first change that may touch them.
    before: Option<(Vec<IndexRow>, BTreeSet<Scope>)>,
    events: Vec<Event>,
    changed: bool,
}

struct Event {
    actor_no: Option<i64>,
    lane: Lane,
    seq: u64,
    content: Option<Vec<u8>>,
}

/// A writing transaction on a replica's records.
pub struct Tx<'a> {
    pub(crate) sql: &'a mut dyn Sql,
    pub(crate) records: &'a Records,
    entities: HashMap<Entity, Loaded>,
    /// Entities in the order first changed: feeds follow it.
    order: Vec<Entity>,
    actor_numbers: HashMap<ActorId, i64>,
    /// This transaction's own new ops, per lane.
    pub(crate) authored: BTreeMap<Lane, Vec<Op>>,
    pub(crate) next_seq: BTreeMap<Lane, u64>,
    /// The replica below that the ops come from: it is not told of them.
    pub(crate) from_replica: Option<i64>,
    /// The clinic that new resources belong to: this replica's own, or that of the replica they come from.
    pub(crate) author_clinic: Arc<str>,
    /// Actors whose clock was ahead.
    ahead: BTreeSet<ActorId>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(sql: &'a mut dyn Sql, records: &'a Records) -> Self {
        Self {
            sql,
            records,
            entities: HashMap::new(),
            order: Vec::new(),
            actor_numbers: HashMap::new(),
            authored: BTreeMap::new(),
            next_seq: BTreeMap::new(),
            from_replica: None,
            author_clinic: records.clinic().into(),
            ahead: BTreeSet::new(),
        }
    }

    pub(crate) fn rules(&self) -> &'a dyn Rules {
        self.records.rules()
    }

    /// Reads inside the transaction, own writes included.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn view(&mut self) -> Result<View<'_>> {
        self.flush()?;
        Ok(View { sql: self.sql, rules: self.records.rules() })
    }

    /// Loads many resources at once, ahead of [`Tx::entity`].
    pub(crate) fn preload(&mut self, wanted: impl IntoIterator<Item = Entity>) -> Result<()> {
        let missing: BTreeSet<Entity> =
            wanted.into_iter().filter(|e| !self.entities.contains_key(e)).collect();
        let keys: Vec<Vec<Value>> =
            missing.iter().map(|e| vec![e.kind.as_str().into(), e.id.as_str().into()]).collect();
        let rows = self.sql.lookup(&schema::RESOURCE, &["kind", "id"], &["no", "json", "state"], &keys)?;
        let (rules, clinic) = (self.rules(), &self.author_clinic);
        let mut found: Vec<(Entity, Option<Row>)> = missing.into_iter().zip(rows).collect();
        let decoded = parallel::slices(&mut found, |slice| {
            slice
                .iter_mut()
                .map(|(entity, row)| Loaded::from_row(entity, row.take(), rules, clinic))
                .collect()
        });
        let decoded: Vec<Vec<Result<Loaded>>> = decoded;
        let mut loaded: Vec<Loaded> = decoded.into_iter().flatten().collect::<Result<_>>()?;
        self.find_homes(&mut loaded)?;
        self.entities.extend(found.into_iter().map(|(entity, _)| entity).zip(loaded));
        Ok(())
    }

    /// Whether this database serves several clinics, so that each resource's clinic has to be known.
    pub(crate) fn serves_clinics(&self) -> bool {
        self.records.clinic().is_empty()
    }

    fn find_homes(&mut self, loaded: &mut [Loaded]) -> Result<()> {
        if !self.serves_clinics() {
            return Ok(());
        }
        let rules = self.rules();
        let is_wanted = |one: &&mut Loaded| one.no.is_some() && home::is_in_clinic_scope(rules, &one.state);
        let mut wanted: Vec<&mut Loaded> = loaded.iter_mut().filter(is_wanted).collect();
        let numbers: Vec<i64> = wanted.iter().filter_map(|one| one.no).collect();
        if numbers.is_empty() {
            return Ok(());
        }
        let homes = home::find(self.sql, &numbers)?;
        for (no, one) in numbers.iter().zip(&mut wanted) {
            if let Some(clinic) = homes.get(no) {
                one.clinic = clinic.clone();
            }
        }
        Ok(())
    }

    pub(crate) fn entity(&mut self, entity: &Entity) -> Result<&mut Loaded> {
        if !self.entities.contains_key(entity) {
            self.preload([entity.clone()])?;
        }
        self.entities.get_mut(entity).ok_or_else(|| StoreError::NotFound(entity.to_string()))
    }

    /// Whether the database or this transaction has the resource.
    pub(crate) fn exists(&mut self, entity: &Entity) -> Result<bool> {
        let loaded = self.entity(entity)?;
        Ok(loaded.no.is_some() || loaded.changed)
    }

    /// The lane of a resource that has ops.
    pub(crate) fn known_lane(&mut self, entity: &Entity) -> Result<Option<Lane>> {
        let state = &self.entity(entity)?.state;
        Ok((!state.vv.dots.is_empty()).then_some(state.lane))
    }

    /// The scopes, as the database has them, of resources in it that these ops may move.
    pub(crate) fn scopes_at_stake(&mut self, ops: &[Op]) -> Result<BTreeMap<Entity, BTreeSet<Scope>>> {
        let rules = self.rules();
        let mut out = BTreeMap::new();
        for op in ops {
            if !out.contains_key(&op.entity) && touches(rules, op) {
                let loaded = self.entity(&op.entity)?;
                loaded.note_before(rules, true);
                if let (Some(_), Some((_, scopes))) = (loaded.no, &loaded.before) {
                    out.insert(op.entity.clone(), scopes.clone());
                }
            }
        }
        Ok(out)
    }

    /// Whether an op would bring its resource into a scope that it was not in when this transaction began.
    pub(crate) fn would_enter_a_scope(&mut self, op: &Op) -> Result<bool> {
        let rules = self.rules();
        let loaded = self.entity(&op.entity)?;
        let Some((_, before)) = loaded.before.as_ref().filter(|_| touches(rules, op)) else {
            return Ok(false);
        };
        let mut after = loaded.state.clone();
        after.apply(op);
        Ok(!rules.scopes(&after, &loaded.clinic).is_subset(before))
    }

    /// Takes an op in.
    pub(crate) fn apply(&mut self, op: &Op, origin: Origin) -> Result<Applied> {
        let actor_no = self.actor_no(op.dot.actor)?;
        let records = self.records;
        let rules = records.rules();
        let touches = touches(rules, op);
        let loaded = self.entity(&op.entity)?;
        if loaded.state.vv.dots.is_empty() {
            // The first op decides the lane: this build may not know the type, or know it by another lane.
            loaded.state.lane = op.dot.lane;
        }
        loaded.note_before(rules, touches);
        if loaded.state.apply(op) == Applied::Duplicate {
            return Ok(Applied::Duplicate);
        }
        #[cfg(feature = "sabotage")]
        crate::sabotage::after_apply(records, &mut loaded.state);
        let content = match origin {
            Origin::Page => Some(holdfast_core::codec::encode_ops(std::slice::from_ref(op))?),
            Origin::Local | Origin::Segment => None,
        };
        loaded.events.push(Event { actor_no: Some(actor_no), lane: op.dot.lane, seq: op.dot.seq, content });
        self.mark_changed(&op.entity);
        let is_future = origin != Origin::Local && self.records.observe(op.hlc) == Skew::Future;
        // Once a transaction: a replica whose clock is ahead says nothing new with each of its ops.
        if is_future && self.ahead.insert(op.dot.actor) {
            self.note_clock_ahead(op)?;
        }
        Ok(Applied::New)
    }

    /// A notice once an actor and day.
    fn note_clock_ahead(&mut self, op: &Op) -> Result<()> {
        let name = format!("clock-future/{}", op.dot.actor);
        let today = (self.records.now_ms() / DAY_MS).to_le_bytes();
        if meta(self.sql, &name)?.as_deref() == Some(&today) {
            return Ok(());
        }
        set_meta(self.sql, &name, Some(&today))?;
        self.notice("clock-future", &format!("{} wrote at {}", op.dot.actor, view::instant(op.hlc)))
    }

    /// Takes a whole state in. Whether anything changed. One that is malformed is left out with a notice: it must not
    /// hold up what comes with it.
    pub(crate) fn join(&mut self, entity: Entity, json: &str, state: &[u8]) -> Result<bool> {
        let incoming = match taken_apart(&entity, json, state) {
            Ok(incoming) => incoming,
            Err(reason) => {
                self.notice(
                    "state-malformed",
                    &format!("a resource from the upstream was left out: {reason}"),
                )?;
                return Ok(false);
            }
        };
        let rules = self.rules();
        self.records.observe(incoming.last_hlc);
        let loaded = self.entity(&entity)?;
        loaded.note_before(rules, true);
        let local = (loaded.no.is_some() || loaded.changed).then(|| loaded.state.clone());
        let joined = match local {
            Some(local) => self.merged(local, incoming)?,
            None => incoming,
        };
        let loaded = self.entity(&entity)?;
        if joined == loaded.state {
            return Ok(false);
        }
        loaded.note_before(rules, true);
        loaded.state = joined;
        loaded.events.push(Event { actor_no: None, lane: loaded.state.lane, seq: 0, content: None });
        self.mark_changed(&entity);
        Ok(true)
    }

    /// What is held joined with what an upstream sent. What is held may lack ops that its vector seems to include
    /// (written after the resource was evicted), and a plain join would take those for removed: so whatever
    /// is new here is applied on top of what was sent, and only what cannot be had as ops is joined.
    fn merged(&mut self, local: EntityState, incoming: EntityState) -> Result<EntityState> {
        #[cfg(feature = "sabotage")]
        if self.records.is_broken(crate::sabotage::Sabotage::StatesAfterOps) {
            return Ok(local.join(&incoming));
        }
        let covers = |all: &EntityState| local.vv.dots.iter().all(|(actor, seq)| *seq <= all.vv.get(actor));
        if covers(&incoming) {
            return Ok(incoming);
        }
        let mut all = incoming.clone();
        for op in self.view()?.ops(&local.entity)? {
            all.apply(&op);
        }
        Ok(if covers(&all) { all } else { local.join(&incoming) })
    }

    /// Replaces a resource's registers outright, with the ops that its history gains: repair and re-authoring only.
    pub(crate) fn replace(&mut self, state: EntityState, history: &[Op]) -> Result<()> {
        let entity = state.entity.clone();
        let rules = self.rules();
        let actor_numbers: Vec<i64> =
            history.iter().map(|op| self.actor_no(op.dot.actor)).collect::<Result<_>>()?;
        let loaded = self.entity(&entity)?;
        loaded.note_before(rules, true);
        loaded.state = state;
        for (op, actor_no) in history.iter().zip(actor_numbers) {
            let event = Event { actor_no: Some(actor_no), lane: op.dot.lane, seq: op.dot.seq, content: None };
            loaded.events.push(event);
        }
        self.mark_changed(&entity);
        Ok(())
    }

    /// Offers a resource whole in the feeds of its scopes, as if it were new in them.
    pub(crate) fn offer_again(&mut self, entity: &Entity) -> Result<()> {
        let rules = self.rules();
        self.entity(entity)?.note_before(rules, true);
        self.mark_changed(entity);
        Ok(())
    }

    fn mark_changed(&mut self, entity: &Entity) {
        if let Some(loaded) = self.entities.get_mut(entity)
            && !loaded.changed
        {
            loaded.changed = true;
            self.order.push(entity.clone());
        }
    }

    pub(crate) fn actor_no(&mut self, actor: ActorId) -> Result<i64> {
        if let Some(no) = self.actor_numbers.get(&actor) {
            return Ok(*no);
        }
        let found = self.sql.query("SELECT no FROM actor WHERE actor = $1", &[actor.0.to_vec().into()])?;
        let no = match found.first() {
            Some(row) => row.int(0)?,
            None => {
                let no = self.sql.allocate("actor", 1)? as i64;
                let row = vec![no.into(), actor.0.to_vec().into(), Value::Null, Value::Null, 0i64.into()];
                self.sql.insert_new(&schema::ACTOR, vec![row])?;
                no
            }
        };
        self.actor_numbers.insert(actor, no);
        Ok(no)
    }

    /// Leaves a line for the operator.
    pub(crate) fn notice(&mut self, code: &str, detail: &str) -> Result<()> {
        crate::notice::leave(self.sql, self.records.now_ms(), code, detail)
    }

    /// Seals or queues what was authored and writes everything out.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.flush()?;
        crate::log::append_authored(self)
    }

    /// Writes every changed resource with its index, feeds and marks.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let order = std::mem::take(&mut self.order);
        if order.is_empty() {
            return Ok(());
        }
        let new = order.iter().filter(|e| self.entities[*e].no.is_none()).count() as u64;
        let mut next_no = if new > 0 { self.sql.allocate("resource", new)? as i64 } else { 0 };
        let mut changed: Vec<(Entity, Loaded)> = Vec::with_capacity(order.len());
        for entity in order {
            let mut loaded = self.entities.remove(&entity).expect("a changed resource is loaded");
            if loaded.no.is_none() {
                loaded.no = Some(next_no);
                next_no += 1;
            }
            changed.push((entity, loaded));
        }
        let out = rows(&mut changed, self.records.rules());
        let homes = if self.serves_clinics() { homes(&changed, self.records.rules()) } else { Vec::new() };
        // What is flushed is what the database has; keep the cache for later ops of this transaction.
        self.entities.extend(changed);
        self.sql.upsert(&schema::RESOURCE, out.resources)?;
        if !homes.is_empty() {
            home::remember(self.sql, homes)?;
        }
        self.sql.delete(&schema::SEARCH, out.unsearch)?;
        self.sql.insert_new(&schema::SEARCH, out.search)?;
        crate::feed::append(self, out.feed)
    }
}

impl Loaded {
    fn from_row(entity: &Entity, row: Option<Row>, rules: &dyn Rules, clinic: &Arc<str>) -> Result<Self> {
        let (no, state) = match row {
            Some(row) => (Some(row.int(0)?), view::decode(entity.clone(), row.text(1)?, row.blob(2)?)?),
            None => (None, EntityState::new(entity.clone(), rules.lane(&entity.kind))),
        };
        Ok(Self { no, state, clinic: clinic.clone(), before: None, events: Vec::new(), changed: false })
    }

    fn note_before(&mut self, rules: &dyn Rules, touches: bool) {
        if self.before.is_some() {
            return;
        }
        self.before = match (self.no, touches) {
            (None, _) => Some((Vec::new(), BTreeSet::new())),
            (Some(_), true) => {
                Some((index::rows(rules, &self.state), rules.scopes(&self.state, &self.clinic)))
            }
            (Some(_), false) => None,
        };
    }
}

/// A state that was sent, if it is one that may be taken.
fn taken_apart(entity: &Entity, json: &str, state: &[u8]) -> Result<EntityState, String> {
    let state = view::decode(entity.clone(), json, state).map_err(|error| error.to_string())?;
    check_state(&state).map_err(|fault| fault.to_string())?;
    Ok(state)
}

/// Whether an op may change under what its resource is found, or in which scopes it is.
fn touches(rules: &dyn Rules, op: &Op) -> bool {
    op.changes.iter().any(|change| rules.touches_index(&op.entity.kind, &change.key))
}

/// One entry for a scope's feed.
pub(crate) struct FeedEntry {
    pub(crate) scope: Scope,
    pub(crate) resource_no: i64,
    /// `None`: the whole resource is new in this scope.
    pub(crate) op: Option<(i64, Lane, u64)>,
    pub(crate) content: Option<Vec<u8>>,
}

#[derive(Default)]
struct Rows {
    resources: Vec<Vec<Value>>,
    search: Vec<Vec<Value>>,
    unsearch: Vec<Vec<Value>>,
    feed: Vec<FeedEntry>,
}

/// Where changed resources belong, of those in a clinic's own scope.
fn homes(changed: &[(Entity, Loaded)], rules: &dyn Rules) -> Vec<(i64, Arc<str>)> {
    let is_home = |one: &&Loaded| !one.clinic.is_empty() && home::is_in_clinic_scope(rules, &one.state);
    let homes = changed.iter().map(|(_, loaded)| loaded).filter(is_home);
    homes.filter_map(|loaded| Some((loaded.no?, loaded.clinic.clone()))).collect()
}

/// The rows of changed resources, which then count as unchanged. Most of what a merge costs, so all processors
/// share it.
fn rows(changed: &mut [(Entity, Loaded)], rules: &dyn Rules) -> Rows {
    let parts = parallel::slices(changed, |slice| {
        let mut part = Rows::default();
        for (_, loaded) in slice {
            part.take(loaded, rules);
        }
        part
    });
    parts.into_iter().reduce(Rows::followed_by).unwrap_or_default()
}

impl Rows {
    fn followed_by(mut self, other: Self) -> Self {
        self.resources.extend(other.resources);
        self.search.extend(other.search);
        self.unsearch.extend(other.unsearch);
        self.feed.extend(other.feed);
        self
    }

    fn take(&mut self, loaded: &mut Loaded, rules: &dyn Rules) {
        let no = loaded.no.expect("a number was given");
        let after = rules.scopes(&loaded.state, &loaded.clinic);
        let before = match loaded.before.take() {
            Some((index, scopes)) => {
                self.reindex(no, &index, &index::rows(rules, &loaded.state));
                scopes
            }
            None => after.clone(),
        };
        self.resources.push(resource_row(no, &loaded.state, rules));
        let whole_anyway = loaded.events.is_empty();
        for scope in after.union(&before) {
            let is_new_here = !before.contains(scope) && !before.is_empty();
            if is_new_here || whole_anyway {
                self.feed.push(FeedEntry { scope: scope.clone(), resource_no: no, op: None, content: None });
                continue;
            }
            for event in &loaded.events {
                let op = event.actor_no.map(|actor_no| (actor_no, event.lane, event.seq));
                let content = event.content.clone();
                self.feed.push(FeedEntry { scope: scope.clone(), resource_no: no, op, content });
            }
        }
        loaded.events.clear();
        loaded.changed = false;
    }

    fn reindex(&mut self, no: i64, before: &[IndexRow], after: &[IndexRow]) {
        let row = |r: &IndexRow| vec![i64::from(r.param).into(), r.value.as_str().into(), no.into()];
        self.unsearch.extend(before.iter().filter(|r| !after.contains(r)).map(row));
        self.search.extend(after.iter().filter(|r| !before.contains(r)).map(row));
    }
}

/// The row of a resource as [`schema::RESOURCE`] has it.
pub(crate) fn resource_row(no: i64, state: &EntityState, rules: &dyn Rules) -> Vec<Value> {
    let json = view::render(state, rules);
    let blob = view::encode(state);
    let conflicts = state.conflicts(rules).len() as i64;
    let mut row = vec![
        no.into(),
        state.entity.kind.as_str().into(),
        state.entity.id.as_str().into(),
        json.into(),
        blob.into(),
        state.version().into(),
        state.last_hlc.0.into(),
        i64::from(state.is_deleted()).into(),
        conflicts.into(),
    ];
    row.push(checksum(&row).into());
    row
}
