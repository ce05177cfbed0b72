//! What a resource was: its ops, and the versions that they made. Ops are read a few at a time, so that memory does not grow
//! with how often a resource was saved.

use std::collections::{HashSet, VecDeque};
use std::ops::ControlFlow;

use holdfast_core::id::Entity;
use holdfast_core::op::Op;
use holdfast_core::rules::Rules;
use holdfast_core::search::Clause;
use holdfast_core::state::{Applied, EntityState};
use holdfast_core::view;

use crate::error::{Result, StoreError};
use crate::log::OpFinder;
use crate::search::PAGE_BYTES;
use crate::sql::{Rows, Value};
use crate::timeline::DotNumbers;
use crate::view::{Stored, View};

/// Ops replayed for one history: a resource edited more often is cut off at the newest.
const MAX_HISTORY: usize = 10_000;
/// Bytes of ops read in one go.
const READ_AT_ONCE: usize = 4 << 20;

/// One entry of a resource's history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// `versionId` after this op.
    pub version: String,
    /// Unix milliseconds of the op.
    pub at_ms: u64,
    /// Who saved it.
    pub author: String,
    /// Whether the resource read as gone.
    pub deleted: bool,
    /// The resource as it read; empty when gone.
    pub json: String,
}

impl Version {
    /// What a resource was after an op.
    pub(crate) fn after(state: &EntityState, op: &Op, rules: &dyn Rules) -> Self {
        let deleted = state.is_deleted();
        let json = if deleted { String::new() } else { view::render(state, rules) };
        let (version, at_ms) = (state.version(), op.hlc.unix_ms());
        Self { version, at_ms, author: op.author.clone(), deleted, json }
    }

    /// What a resource is, of which the ops that made it so are not kept here.
    pub(crate) fn now(current: Stored) -> Self {
        let Stored { version, updated_ms, deleted, json, .. } = current;
        let json = if deleted { String::new() } else { json };
        Self { version, at_ms: updated_ms, author: String::new(), deleted, json }
    }
}

/// Which versions of a resource are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Saved at this time or later, in Unix milliseconds.
    pub since_ms: Option<u64>,
    /// Of so many, counted from the oldest, the newest first; `None`: of all.
    pub of_oldest: Option<u64>,
    /// The most.
    pub count: u32,
}

impl Wanted {
    /// All of them.
    pub const ALL: Self = Self { since_ms: None, of_oldest: None, count: u32::MAX };
}

/// A page of versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// Newest first. Fewer than wanted where they are large ([`PAGE_BYTES`]).
    pub versions: Vec<Version>,
    /// How many older ones there are: counted from the oldest, so that it stays true under writes.
    pub older: u64,
    /// How many there are in all, of those saved since the time asked for.
    pub total: u64,
    /// Whether the oldest on the page is the first that is known here.
    pub has_first: bool,
}

impl View<'_> {
    /// Every op on a resource that is kept here, oldest first, once each.
    ///
    /// # Errors
    /// The database. Cost, and memory: all of them.
    pub fn ops(&mut self, entity: &Entity) -> Result<Vec<Op>> {
        let mut out = Vec::new();
        self.each_op(entity, |_, op, _| {
            out.push(op);
            ControlFlow::Continue(())
        })?;
        Ok(out)
    }

    /// Versions of a resource, newest first. A replica that took the resource over as a whole knows it only from then on; what
    /// came before is at the hub. Whoever is bound to a patient sees those in which it was that patient's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the database. Cost grows with the number of versions; memory does not.
    pub fn history(&mut self, entity: &Entity, wanted: &Wanted) -> Result<History> {
        let current = self.get(entity)?.ok_or_else(|| StoreError::NotFound(entity.to_string()))?;
        let (mut times, mut last) = (Vec::new(), None);
        self.replay(entity, |state, _, op, _| {
            times.push(op.hlc.unix_ms());
            last = Some(state.version());
            ControlFlow::Continue(())
        })?;
        // The current one, if it came whole.
        let is_whole = last.is_none_or(|last| last != current.version);
        if is_whole {
            times.push(current.updated_ms);
        }
        let is_wanted = |at_ms: &u64| wanted.since_ms.is_none_or(|since_ms| *at_ms >= since_ms);
        let places: Vec<usize> =
            times.iter().enumerate().filter(|(_, at)| is_wanted(at)).map(|(n, _)| n).collect();
        let total = places.len();
        let to = wanted.of_oldest.map_or(total, |n| usize::try_from(n).unwrap_or(total).min(total));
        let from = to.saturating_sub(wanted.count as usize);
        let shown: HashSet<usize> = places[from..to].iter().copied().collect();
        let mut newest = Newest::within(if wanted.count == u32::MAX { usize::MAX } else { PAGE_BYTES });
        let mut place = 0;
        self.replay(entity, |state, _, op, rules| {
            if shown.contains(&place) {
                newest.push(Version::after(state, op, rules));
            }
            place += 1;
            ControlFlow::Continue(())
        })?;
        if is_whole && shown.contains(&place) {
            newest.push(Version::now(current));
        }
        let versions: Vec<Version> = newest.kept.into_iter().rev().collect();
        let older = (to - versions.len()) as u64;
        let has_first = older == 0 && places.first() == Some(&0);
        Ok(History { versions, older, total: total as u64, has_first })
    }

    /// A version that is kept here, as the reader may see it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the resource is not here, or the database. Cost: the ops up to it.
    pub fn version(&mut self, entity: &Entity, version: &str) -> Result<Option<Version>> {
        let current = self.get(entity)?.ok_or_else(|| StoreError::NotFound(entity.to_string()))?;
        if current.version == version {
            return Ok(Some(Version::now(current)));
        }
        let mut found = None;
        self.replay(entity, |state, _, op, rules| {
            if state.version() != version {
                return ControlFlow::Continue(());
            }
            found = Some(Version::after(state, op, rules));
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// The registers as they stood at a version that is kept here.
    ///
    /// # Errors
    /// The database.
    pub fn state_at(&mut self, entity: &Entity, version: &str) -> Result<Option<EntityState>> {
        let mut found = None;
        self.replay(entity, |state, _, _, _| {
            if state.version() != version {
                return ControlFlow::Continue(());
            }
            found = Some(state.clone());
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// Goes through the states that a resource was in and that the reader may see, oldest first.
    pub(crate) fn replay(
        &mut self,
        entity: &Entity,
        mut each: impl FnMut(&EntityState, DotNumbers, &Op, &dyn Rules) -> ControlFlow<()>,
    ) -> Result<()> {
        let bound = self.sight.as_ref().and_then(|sight| sight.bound_to_patient(self.rules, &entity.kind));
        let mut state = EntityState::new(entity.clone(), self.rules.lane(&entity.kind));
        self.each_op(entity, |dot, op, rules| {
            if state.apply(&op) != Applied::New || !is_seen(bound.as_ref(), &state, &op, rules) {
                return ControlFlow::Continue(());
            }
            each(&state, dot, &op, rules)
        })
    }

    fn each_op(
        &mut self,
        entity: &Entity,
        mut each: impl FnMut(DotNumbers, Op, &dyn Rules) -> ControlFlow<()>,
    ) -> Result<()> {
        self.must_be_in_sight(entity)?;
        let (mut finder, mut read) = (OpFinder::default(), 0);
        let (mut seen, mut from) = (HashSet::new(), Some(i64::MIN));
        while let Some(after) = from.take().filter(|_| seen.len() < MAX_HISTORY) {
            let Rows { rows, is_cut } = self.some_of_feed(entity, after)?;
            for row in rows {
                from = is_cut.then_some(row.int(4)?);
                let dot = (row.int(0)?, row.int(1)?, row.uint(2)?);
                if seen.len() == MAX_HISTORY || !seen.insert(dot) {
                    continue;
                }
                let content = if row.is_null(3) { None } else { Some(row.blob(3)?) };
                let Some(op) = finder.of_feed_row(self.sql, content, dot)? else { continue };
                read += op
                    .changes
                    .iter()
                    .map(|change| change.value.as_ref().map_or(0, String::len))
                    .sum::<usize>();
                if read > READ_AT_ONCE {
                    // It keeps what it has opened.
                    (finder, read) = (OpFinder::default(), 0);
                }
                if each(dot, op, self.rules).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Rows of the feeds that name the ops of a resource, in the order in which they came.
    fn some_of_feed(&mut self, entity: &Entity, after: i64) -> Result<Rows> {
        let params: [Value; 3] = [entity.kind.as_str().into(), entity.id.as_str().into(), after.into()];
        let text = "SELECT f.actor_no, f.lane, f.seq, f.op, f.arrival FROM resource r JOIN feed f ON f.resource_no = r.no \
                    WHERE r.kind = $1 AND r.id = $2 AND f.arrival > $3 AND f.actor_no IS NOT NULL ORDER BY f.arrival";
        self.sql.query_within(text, &params, READ_AT_ONCE)
    }
}

fn is_seen(bound: Option<&Clause>, state: &EntityState, op: &Op, rules: &dyn Rules) -> bool {
    let holds =
        |clause: &Clause| clause.holds(&rules.prompt_index(state), &state.entity.id, op.hlc.unix_ms());
    bound.is_none_or(holds)
}

/// The newest versions that have room, and one at least.
struct Newest {
    kept: VecDeque<Version>,
    bytes: usize,
    within: usize,
}

impl Newest {
    fn within(within: usize) -> Self {
        Self { kept: VecDeque::new(), bytes: 0, within }
    }

    fn push(&mut self, version: Version) {
        self.bytes += version.json.len();
        self.kept.push_back(version);
        while self.bytes > self.within && self.kept.len() > 1 {
            self.bytes -= self.kept.pop_front().map_or(0, |oldest| oldest.json.len());
        }
    }
}
