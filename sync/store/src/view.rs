//! Reading: one consistent view of the records.

use std::borrow::Cow;
use std::sync::Arc;

use holdfast_core::id::Entity;
use holdfast_core::op::Op;
use holdfast_core::rules::Rules;
use holdfast_core::search::Clause;
use holdfast_core::sight::{May, Sight};
use holdfast_core::state::{Applied, EntityState};
use holdfast_core::view;

use crate::error::{Result, StoreError};
use crate::log::OpFinder;
use crate::schema;
use crate::search::Conditions;
use crate::sql::{Row, Sql, Value};
use crate::timeline::DotNumbers;

/// One consistent view of a replica's records.
pub struct View<'a> {
    pub(crate) sql: &'a mut dyn Sql,
    pub(crate) rules: &'a dyn Rules,
    /// What the reader may reach; none: everything.
    pub(crate) sight: Option<Arc<Sight>>,
}

/// A resource as stored: its bytes go to a client unparsed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Which resource.
    pub entity: Entity,
    /// The JSON a client reads.
    pub json: String,
    /// `versionId`.
    pub version: String,
    /// Unix milliseconds of `lastUpdated`.
    pub updated_ms: u64,
    /// Whether it reads as gone.
    pub deleted: bool,
    /// Open conflicts.
    pub conflicts: u64,
}

/// One entry of a resource's history, newest first.
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
}

/// The types that are Holdfast's own, and nobody's records, begin so.
pub const OWN_TYPES: &str = "Holdfast";

/// Ops replayed for one history: a resource edited more often is cut off at the oldest.
const MAX_HISTORY: u32 = 10_000;

const COLUMNS: [&str; 7] = ["kind", "id", "json", "version", "updated", "deleted", "conflicts"];

pub(crate) fn stored(mut row: Row) -> Result<Stored> {
    let entity = Entity { kind: row.take_text(0)?, id: row.take_text(1)? };
    Ok(Stored {
        entity,
        json: row.take_text(2)?,
        version: row.take_text(3)?,
        updated_ms: row.uint(4)? >> 16,
        deleted: row.int(5)? != 0,
        conflicts: row.uint(6)?,
    })
}

/// 63 bits over everything that a resource's row says but its number; see [`row_sum`].
pub(crate) fn content_sum(cells: &[Value]) -> i64 {
    let mut hasher = blake3::Hasher::new();
    for cell in cells {
        match cell {
            Value::Null => hasher.update(&[0]),
            Value::Int(value) => hasher.update(&[1]).update(&value.to_le_bytes()),
            Value::Text(value) => hasher.update(&(value.len() as u64).to_le_bytes()).update(value.as_bytes()),
            Value::Blob(value) => hasher.update(&(value.len() as u64).to_le_bytes()).update(value),
        };
    }
    let mut out = [0; 8];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    i64::from_le_bytes(out) & i64::MAX
}

/// The checksum in a resource's row: the sum over its content, bound to its number. The content is summed before a new
/// resource has its number.
pub(crate) fn row_sum(no: i64, content_sum: i64) -> i64 {
    (content_sum ^ no) & i64::MAX
}

impl<'a> View<'a> {
    /// A view by hand, of a database that nobody has opened as a replica's records.
    pub fn of(sql: &'a mut dyn Sql, rules: &'a dyn Rules) -> Self {
        Self { sql, rules, sight: None }
    }
}

impl View<'_> {
    /// Leaves out of everything that is read from here on what is out of this sight.
    pub fn narrow(&mut self, sight: Arc<Sight>) {
        self.sight = (!sight.is_everything()).then_some(sight);
    }

    /// The condition that a resource of the type must meet to be seen.
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`], if this may not be done with the type.
    pub(crate) fn bound(&self, kind: &str, may: May) -> Result<Option<Clause>> {
        let Some(sight) = &self.sight else { return Ok(None) };
        sight.check(kind, may)?;
        Ok(sight.bound(self.rules, kind))
    }

    /// Conditions of a search, with those of the sight.
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`].
    pub(crate) fn narrowed<'c>(&self, kind: &str, clauses: &'c [Clause]) -> Result<Cow<'c, [Clause]>> {
        match &self.sight {
            None => Ok(Cow::Borrowed(clauses)),
            Some(sight) => Ok(Cow::Owned(sight.narrow(self.rules, kind, clauses)?)),
        }
    }

    /// Whether the resource is here and in sight.
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`] if this may not be done with its type, or the database.
    pub(crate) fn is_in_sight(&mut self, entity: &Entity, may: May) -> Result<bool> {
        let bound = self.bound(&entity.kind, may)?;
        let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
        let (params, condition) = Conditions::of(bound.as_slice(), key);
        let text = format!("SELECT 1 FROM resource r WHERE r.kind = $1 AND r.id = $2{condition}");
        Ok(!self.sql.query(&text, &params)?.is_empty())
    }

    /// Refuses what is not here or out of sight, where a sight is set.
    fn must_be_in_sight(&mut self, entity: &Entity) -> Result<()> {
        if self.sight.is_none() || self.is_in_sight(entity, May::READ)? {
            return Ok(());
        }
        Err(StoreError::NotFound(entity.to_string()))
    }

    /// The current version, deleted or not; `None` if the resource was never here, or is another patient's than the reader
    /// may see.
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`] if the reader may not read the type, or the database.
    pub fn get(&mut self, entity: &Entity) -> Result<Option<Stored>> {
        if let Some(bound) = self.bound(&entity.kind, May::READ)? {
            let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
            let (params, condition) = Conditions::of(&[bound], key);
            let columns = COLUMNS.map(|column| format!("r.{column}")).join(", ");
            let text = format!("SELECT {columns} FROM resource r WHERE r.kind = $1 AND r.id = $2{condition}");
            return self.sql.query(&text, &params)?.pop().map(stored).transpose();
        }
        let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
        let mut rows = self.sql.lookup(&schema::RESOURCE, &["kind", "id"], &COLUMNS, &[key])?;
        rows.pop().flatten().map(stored).transpose()
    }

    /// The current versions of those that were ever here and are in sight, deleted or not, in the order asked for.
    ///
    /// # Errors
    /// The database.
    pub fn get_all(&mut self, entities: &[Entity]) -> Result<Vec<Stored>> {
        if let Some(sight) = self.sight.clone() {
            let may_read = |entity: &&Entity| sight.grants.of(&entity.kind).includes(May::READ);
            let each = entities.iter().filter(may_read).map(|entity| self.get(entity));
            return Ok(each.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect());
        }
        let key = |entity: &Entity| vec![entity.kind.as_str().into(), entity.id.as_str().into()];
        let keys: Vec<Vec<Value>> = entities.iter().map(key).collect();
        let rows = self.sql.lookup(&schema::RESOURCE, &["kind", "id"], &COLUMNS, &keys)?;
        rows.into_iter().flatten().map(stored).collect()
    }

    /// The current version of a resource that is there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Gone`], or the database.
    pub fn read(&mut self, entity: &Entity) -> Result<Stored> {
        match self.get(entity)? {
            None => Err(StoreError::NotFound(entity.to_string())),
            Some(found) if found.deleted => Err(StoreError::Gone(entity.to_string())),
            Some(found) => Ok(found),
        }
    }

    /// The registers behind a resource.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the database.
    pub fn state(&mut self, entity: &Entity) -> Result<EntityState> {
        self.must_be_in_sight(entity)?;
        let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
        let mut rows = self.sql.lookup(&schema::RESOURCE, &["kind", "id"], &["json", "state"], &[key])?;
        let row = rows.pop().flatten().ok_or_else(|| StoreError::NotFound(entity.to_string()))?;
        Ok(view::decode(entity.clone(), row.text(0)?, row.blob(1)?)?)
    }

    /// Every op on a resource that is kept here, oldest first, once each.
    ///
    /// # Errors
    /// The database.
    pub fn ops(&mut self, entity: &Entity) -> Result<Vec<Op>> {
        Ok(self.dotted_ops(entity)?.into_iter().map(|(_, op)| op).collect())
    }

    fn dotted_ops(&mut self, entity: &Entity) -> Result<Vec<(DotNumbers, Op)>> {
        self.must_be_in_sight(entity)?;
        let text = format!(
            "SELECT f.actor_no, f.lane, f.seq, f.op FROM feed f JOIN resource r ON r.no = f.resource_no \
             WHERE r.kind = $1 AND r.id = $2 AND f.actor_no IS NOT NULL ORDER BY f.arrival LIMIT {MAX_HISTORY}"
        );
        let rows = self.sql.query(&text, &[entity.kind.as_str().into(), entity.id.as_str().into()])?;
        let mut finder = OpFinder::default();
        let mut seen = std::collections::HashSet::new();
        let mut out = Vec::new();
        for row in rows {
            let dot = (row.int(0)?, row.int(1)?, row.uint(2)?);
            if !seen.insert(dot) {
                continue;
            }
            let content = if row.is_null(3) { None } else { Some(row.blob(3)?) };
            out.extend(finder.of_feed_row(self.sql, content, dot)?.map(|op| (dot, op)));
        }
        Ok(out)
    }

    /// The versions of a resource, newest first. A replica that took the resource over as a whole knows it only
    /// from then on; what came before is at the hub.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the database. Cost grows with the number of versions.
    pub fn history(&mut self, entity: &Entity) -> Result<Vec<Version>> {
        let current = self.get(entity)?.ok_or_else(|| StoreError::NotFound(entity.to_string()))?;
        let mut out = Vec::new();
        self.replay(entity, |state, op, rules| out.push(Version::after(state, op, rules)))?;
        if out.last().is_none_or(|last| last.version != current.version) {
            let Stored { json, version, updated_ms: at_ms, deleted, .. } = current;
            out.push(Version { version, at_ms, author: String::new(), deleted, json });
        }
        out.reverse();
        Ok(out)
    }

    /// The registers as they stood at a version that is kept here.
    ///
    /// # Errors
    /// The database.
    pub fn state_at(&mut self, entity: &Entity, version: &str) -> Result<Option<EntityState>> {
        let mut found = None;
        self.replay(entity, |state, _, _| {
            if found.is_none() && state.version() == version {
                found = Some(state.clone());
            }
        })?;
        Ok(found)
    }

    fn replay(&mut self, entity: &Entity, mut each: impl FnMut(&EntityState, &Op, &dyn Rules)) -> Result<()> {
        self.replay_dotted(entity, |state, _, op, rules| each(state, op, rules))
    }

    pub(crate) fn replay_dotted(
        &mut self,
        entity: &Entity,
        mut each: impl FnMut(&EntityState, DotNumbers, &Op, &dyn Rules),
    ) -> Result<()> {
        let mut state = EntityState::new(entity.clone(), self.rules.lane(&entity.kind));
        for (dot, op) in self.dotted_ops(entity)? {
            if state.apply(&op) == Applied::New {
                each(&state, dot, &op, self.rules);
            }
        }
        Ok(())
    }

    /// How many resources are held, deleted ones included and the store's own left out, and how many are in conflict.
    ///
    /// # Errors
    /// The database. Cost grows with the number of resources.
    pub fn counts(&mut self) -> Result<(u64, u64)> {
        let of_others =
            format!("SELECT COUNT(*) FROM resource WHERE substr(kind, 1, {}) <> $1", OWN_TYPES.len());
        let all = self.sql.query(&of_others, &[OWN_TYPES.into()])?;
        let open = self.sql.query("SELECT COUNT(*) FROM resource WHERE conflicts > 0", &[])?;
        let first = |rows: &[Row]| rows.first().map_or(Ok(0), |row| row.uint(0));
        Ok((first(&all)?, first(&open)?))
    }
}
