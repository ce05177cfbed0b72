//! A writing transaction. Resources are loaded once, ops are applied to them in memory, and `flush` writes
//! rows in bulk: resources, search index, feeds and what replicas below are to be told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use holdfast_core::hlc::Skew;
use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::op::Op;
use holdfast_core::rules::Rules;
use holdfast_core::sight::Sight;
use holdfast_core::state::{Applied, EntityState};
use holdfast_core::view;
use holdfast_core::wellformed::check_state;

use crate::draft::{Draft, Rows};
use crate::error::{Result, StoreError};
use crate::evict;
use crate::home;
use crate::identity::Reached;
use crate::loaded::{self, Event, Loaded};
use crate::parallel;
use crate::records::Records;
use crate::schema;
use crate::sql::{Sql, Value};
use crate::unindexed::{self, Indexing};
use crate::view::{Stored, View};
use crate::weight::Weight;

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

/// Why a page may not be taken yet; see [`Tx::join`].
pub(crate) const TOO_EARLY: &str = "page-early";

/// Why a page may not be taken at all, and its session has to begin anew; see [`Tx::join`].
pub(crate) const OF_A_COPY: &str = "page-of-a-copy";

/// A writing transaction on a replica's records.
pub struct Tx<'a> {
    pub(crate) sql: &'a mut dyn Sql,
    pub(crate) records: &'a Records,
    entities: HashMap<Entity, Loaded>,
    /// Entities in the order first changed: feeds follow it.
    order: Vec<Entity>,
    /// What was drafted ahead of this transaction.
    pub(crate) drafts: Vec<(Entity, Draft)>,
    actor_numbers: HashMap<ActorId, i64>,
    /// This transaction's own new ops, per lane.
    pub(crate) authored: BTreeMap<Lane, Vec<Op>>,
    pub(crate) next_seq: BTreeMap<Lane, u64>,
    /// Entries that all feeds together have had, once this transaction has added some.
    pub(crate) entries: u64,
    /// Records, those of the trail left out, that this transaction has changed.
    changed: u64,
    /// The replica below that the ops come from: it is not told of them.
    pub(crate) from_replica: Option<i64>,
    /// An earlier incarnation of that replica wrote them, late: the present one may not have them.
    pub(crate) is_late: bool,
    /// The clinic that new resources belong to: this replica's own, or that of the replica they come from.
    pub(crate) author_clinic: Arc<str>,
    /// Actors whose clock was ahead.
    ahead: BTreeSet<ActorId>,
    /// What the writer may reach; none: everything.
    pub(crate) sight: Option<Arc<Sight>>,
    /// Whether it was looked whether anything is kept from a reader at all.
    is_settled: bool,
    /// Of the records of a type that takes time which it has saved: what each was before, `None` if it was not there.
    pub(crate) found: HashMap<Entity, Option<String>>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(sql: &'a mut dyn Sql, records: &'a Records) -> Self {
        Self {
            sql,
            records,
            entities: HashMap::new(),
            order: Vec::new(),
            drafts: Vec::new(),
            actor_numbers: HashMap::new(),
            authored: BTreeMap::new(),
            next_seq: BTreeMap::new(),
            entries: 0,
            changed: 0,
            from_replica: None,
            is_late: false,
            author_clinic: records.clinic().into(),
            ahead: BTreeSet::new(),
            sight: None,
            is_settled: true,
            found: HashMap::new(),
        }
    }

    pub(crate) fn rules(&self) -> &'a dyn Rules {
        self.records.rules()
    }

    /// Reads inside the transaction, own writes included, and only what is in sight.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn view(&mut self) -> Result<View<'_>> {
        self.flush()?;
        let is_settled = self.is_settled;
        Ok(View { sql: self.sql, rules: self.records.rules(), sight: self.sight.clone(), is_settled })
    }

    /// Refuses to write, and to show, from here on what is out of this sight.
    pub fn narrow(&mut self, sight: Arc<Sight>) {
        self.is_settled = sight.reader.is_none();
        self.sight = (!sight.is_everything()).then_some(sight);
    }

    /// What the writer may reach, looked at once a transaction: where nothing is kept from anybody, it is the cheaper one.
    pub(crate) fn settled_sight(&mut self) -> Result<Option<Arc<Sight>>> {
        if !self.is_settled {
            let mut view = self.view()?;
            view.settle_sight()?;
            self.sight = view.sight;
            self.is_settled = true;
        }
        Ok(self.sight.clone())
    }

    /// A resource as this transaction leaves it, for the answer to who wrote it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the database.
    pub fn written(&mut self, entity: &Entity) -> Result<Stored> {
        self.flush()?;
        let mut view = View { sql: self.sql, rules: self.records.rules(), sight: None, is_settled: true };
        view.get(entity)?.ok_or_else(|| StoreError::NotFound(entity.to_string()))
    }

    /// Loads many resources at once, ahead of [`Tx::entity`].
    pub(crate) fn preload(&mut self, wanted: impl IntoIterator<Item = Entity>) -> Result<()> {
        let missing: BTreeSet<Entity> =
            wanted.into_iter().filter(|e| !self.entities.contains_key(e)).collect();
        let (rules, clinics) = (self.rules(), self.serves_clinics());
        let loaded = loaded::load(self.sql, rules, &self.author_clinic, clinics, missing)?;
        self.entities.extend(loaded);
        Ok(())
    }

    /// Whether this database serves several clinics, so that each resource's clinic has to be known.
    pub(crate) fn serves_clinics(&self) -> bool {
        self.records.clinic().is_empty()
    }

    pub(crate) fn entity(&mut self, entity: &Entity) -> Result<&mut Loaded> {
        if !self.entities.contains_key(entity) {
            self.preload([entity.clone()])?;
        }
        self.entities.get_mut(entity).ok_or_else(|| StoreError::NotFound(entity.to_string()))
    }

    /// Whether this transaction has the resource in memory.
    pub(crate) fn is_loaded(&self, entity: &Entity) -> bool {
        self.entities.contains_key(entity)
    }

    /// Whether the database or this transaction has the resource.
    pub(crate) fn exists(&mut self, entity: &Entity) -> Result<bool> {
        let loaded = self.entity(entity)?;
        Ok(loaded.no.is_some() || loaded.changed)
    }

    /// The scopes, as the database has them, of resources in it that these ops may move.
    pub(crate) fn scopes_at_stake(&mut self, ops: &[&Op]) -> Result<BTreeMap<Entity, BTreeSet<Scope>>> {
        let rules = self.rules();
        let mut out = BTreeMap::new();
        for op in ops {
            if !out.contains_key(&op.entity) && loaded::touches_scopes(rules, op) {
                let loaded = self.entity(&op.entity)?;
                loaded.note_scopes(rules);
                if let (Some(_), Some(scopes)) = (loaded.no, &loaded.before.scopes) {
                    out.insert(op.entity.clone(), scopes.clone());
                }
            }
        }
        Ok(out)
    }

    /// Takes an op in.
    pub(crate) fn apply(&mut self, op: &Op, origin: Origin) -> Result<Applied> {
        let actor_no = self.actor_no(op.dot.actor)?;
        let records = self.records;
        let content = match origin {
            Origin::Page => Some(holdfast_core::codec::encode_ops(std::slice::from_ref(op))?),
            Origin::Local | Origin::Segment => None,
        };
        let loaded = self.entity(&op.entity)?;
        if loaded.take(op, actor_no, content, records.rules()) == Applied::Duplicate {
            return Ok(Applied::Duplicate);
        }
        #[cfg(feature = "sabotage")]
        crate::sabotage::after_apply(records, &mut loaded.state);
        self.mark_changed(&op.entity);
        self.note_clock(op, origin)?;
        Ok(Applied::New)
    }

    /// Takes an op's clock reading in, and notes an author whose clock is ahead.
    pub(crate) fn note_clock(&mut self, op: &Op, origin: Origin) -> Result<()> {
        let is_future = origin != Origin::Local && self.records.observe(op.hlc) == Skew::Future;
        // Once a transaction: a replica whose clock is ahead says nothing new with each of its ops.
        if is_future && self.ahead.insert(op.dot.actor) {
            self.note_clock_ahead(op)?;
        }
        Ok(())
    }

    /// A notice once an actor and day.
    fn note_clock_ahead(&mut self, op: &Op) -> Result<()> {
        let topic = format!("clock-future/{}", op.dot.actor);
        let detail = format!("{} wrote at {}", op.dot.actor, view::instant(op.hlc));
        self.notice_daily(&topic, "clock-future", &detail)
    }

    /// Takes a whole state in. Whether anything changed. One that is malformed is left out with a notice: it must not
    /// hold up what comes with it.
    ///
    /// # Errors
    /// [`TOO_EARLY`], [`OF_A_COPY`], or the database.
    pub(crate) fn join(&mut self, entity: Entity, json: &str, state: &[u8]) -> Result<bool> {
        let incoming = match taken_apart(&entity, json, state) {
            Ok(incoming) => incoming,
            Err(reason) => {
                let detail = format!("a resource from the upstream was left out: {reason}");
                self.notice("state-malformed", &detail)?;
                return Ok(false);
            }
        };
        self.refuse_early(incoming.lane, incoming.vv.get(&self.records.actor()))?;
        let rules = self.rules();
        self.records.observe(incoming.last_hlc);
        let loaded = self.entity(&entity)?;
        loaded.note_whole(rules);
        let local = (loaded.no.is_some() || loaded.changed).then(|| loaded.state.clone());
        let weight = loaded.weight.with(json.len() + state.len());
        let joined = match local {
            Some(local) => self.merged(local, incoming)?,
            None => incoming,
        };
        let has_changed = self.set_whole(joined)?;
        if has_changed {
            self.entity(&entity)?.weight = weight;
        }
        Ok(has_changed)
    }

    /// Puts a whole state in the place of what is held. Whether anything changed.
    pub(crate) fn set_whole(&mut self, joined: EntityState) -> Result<bool> {
        let (rules, entity) = (self.rules(), joined.entity.clone());
        let loaded = self.entity(&entity)?;
        if joined == loaded.state {
            return Ok(false);
        }
        loaded.note_whole(rules);
        (loaded.state, loaded.weight) = (joined, Weight::unknown());
        loaded.events.push(Event { actor_no: None, lane: loaded.state.lane, seq: 0, content: None });
        self.mark_changed(&entity);
        Ok(true)
    }

    /// Refuses what an upstream sends as written by this very actor, up to number `claimed`, unless it has acknowledged that:
    /// a copy of this database may have written others under the same numbers. If they were written here the
    /// acknowledgement, or the refusal, is on its way. If not, a copy is at work, and the next greeting tells so.
    ///
    /// # Errors
    /// [`TOO_EARLY`], [`OF_A_COPY`], or the database.
    pub(crate) fn refuse_early(&mut self, lane: Lane, claimed: u64) -> Result<()> {
        if claimed == 0 {
            return Ok(());
        }
        let actor_no = self.actor_no(self.records.actor())?;
        if claimed <= crate::rebirth::acknowledged(self, actor_no, lane)? {
            return Ok(());
        }
        let (code, message) = if claimed > crate::log::last_seq(self.sql, actor_no, lane)? {
            (
                OF_A_COPY,
                "it shows what was never written here: a copy of this database is at work, and a new greeting is needed",
            )
        } else {
            (TOO_EARLY, "it shows what was written here before the acknowledgement came")
        };
        Err(StoreError::Refused { code, message: message.into() })
    }

    /// What is held joined with what an upstream sent. Of a resource that was evicted and then written here, the vector
    /// seems to include ops that only the upstream has, and a plain join would take those for removed: what was written
    /// since is applied on top of what was sent instead; it is all here as ops, for anything else would have come whole.
    fn merged(&mut self, local: EntityState, incoming: EntityState) -> Result<EntityState> {
        #[cfg(feature = "sabotage")]
        if self.records.is_broken(crate::sabotage::Sabotage::StatesAfterOps) {
            return Ok(local.join(&incoming));
        }
        let covers = |all: &EntityState| local.vv.dots.iter().all(|(actor, seq)| *seq <= all.vv.get(actor));
        if covers(&incoming) {
            return Ok(incoming);
        }
        if !evict::is_evicted(self.sql, &local.entity)? {
            return Ok(local.join(&incoming));
        }
        let mut all = incoming;
        for op in self.view()?.ops(&local.entity)? {
            all.apply(&op);
        }
        Ok(all)
    }

    /// Replaces a resource's registers outright, with the ops that its history gains: repair and re-authoring only.
    pub(crate) fn replace(&mut self, state: EntityState, history: &[Op]) -> Result<()> {
        let entity = state.entity.clone();
        let rules = self.rules();
        let actor_numbers: Vec<i64> =
            history.iter().map(|op| self.actor_no(op.dot.actor)).collect::<Result<_>>()?;
        let loaded = self.entity(&entity)?;
        loaded.note_whole(rules);
        (loaded.state, loaded.weight) = (state, Weight::unknown());
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
        self.entity(entity)?.note_whole(rules);
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

    /// Leaves a line for the operator, once a topic and day.
    pub(crate) fn notice_daily(&mut self, topic: &str, code: &str, detail: &str) -> Result<()> {
        crate::notice::leave_daily(self.sql, self.records.now_ms(), topic, (code, detail))
    }

    /// Seals or queues what was authored and writes everything out.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.flush()?;
        crate::log::append_authored(self)
    }

    /// How far this transaction has come, once it has finished.
    pub(crate) fn reached(&mut self) -> Reached {
        let next_seq = std::mem::take(&mut self.next_seq);
        Reached { next_seq, entries: self.entries, changed: std::mem::take(&mut self.changed) }
    }

    /// Writes every changed resource with its index, feeds and marks.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let mut drafts = std::mem::take(&mut self.drafts);
        drafts.extend(self.draft_changed());
        if drafts.is_empty() {
            return Ok(());
        }
        let rules = self.rules();
        self.changed +=
            drafts.iter().filter(|(entity, _)| rules.lane(&entity.kind) != Lane::AUDIT).count() as u64;
        let new = drafts.iter().filter(|(_, draft)| draft.no.is_none()).count() as u64;
        let mut next_no = if new > 0 { self.sql.allocate("resource", new)? as i64 } else { 0 };
        let mut rows = Rows::default();
        for (entity, draft) in drafts {
            let no = draft.no.unwrap_or_else(|| {
                next_no += 1;
                next_no - 1
            });
            if let Some(loaded) = self.entities.get_mut(&entity) {
                // What is flushed is what the database has; the cache serves later ops of this transaction.
                loaded.no = Some(no);
            }
            draft.write(no, &mut rows);
        }
        self.sql.upsert(&schema::RESOURCE, rows.resources)?;
        self.sql.insert(&schema::RESOURCE, rows.new_resources)?;
        if !rows.homes.is_empty() {
            home::remember(self.sql, rows.homes)?;
        }
        self.sql.delete(&schema::SEARCH, rows.unsearch)?;
        self.sql.insert_new(&schema::SEARCH, rows.search)?;
        self.sql.insert(&schema::SEARCH, rows.new_search)?;
        unindexed::note(self.sql, &rows.unindexed)?;
        crate::feed::append(self, rows.feed, &rows.made)
    }

    /// Drafts what changed in memory. Most of what a merge costs, so all processors share it.
    fn draft_changed(&mut self) -> Vec<(Entity, Draft)> {
        let mut changed: Vec<(Entity, Loaded)> = Vec::with_capacity(self.order.len());
        for entity in std::mem::take(&mut self.order) {
            let loaded = self.entities.remove(&entity).expect("a changed resource is loaded");
            changed.push((entity, loaded));
        }
        let (rules, clinics) = (self.rules(), self.serves_clinics());
        let indexing = Indexing::of_many(changed.len());
        let drafts = parallel::slices(&mut changed, |slice| {
            let draft = |(_, loaded): &mut (Entity, Loaded)| Draft::of(loaded, rules, clinics, indexing);
            slice.iter_mut().map(draft).collect::<Vec<_>>()
        });
        let names: Vec<Entity> = changed.iter().map(|(entity, _)| entity.clone()).collect();
        self.entities.extend(changed);
        names.into_iter().zip(drafts.into_iter().flatten()).collect()
    }
}

/// A state that was sent, if it is one that may be taken.
pub(crate) fn taken_apart(entity: &Entity, json: &str, state: &[u8]) -> Result<EntityState, String> {
    let state = view::decode(entity.clone(), json, state).map_err(|error| error.to_string())?;
    check_state(&state).map_err(|fault| fault.to_string())?;
    Ok(state)
}
