//! Reading: one consistent view of the records.

use std::borrow::Cow;
use std::sync::Arc;

use holdfast_core::id::Entity;
use holdfast_core::rules::Rules;
use holdfast_core::search::Clause;
use holdfast_core::sight::{May, Sight};
use holdfast_core::state::EntityState;
use holdfast_core::view;

use crate::error::{Result, StoreError};
use crate::schema;
use crate::search::Conditions;
use crate::sql::{Row, Sql, Value};

/// One consistent view of a replica's records.
pub struct View<'a> {
    pub(crate) sql: &'a mut dyn Sql,
    pub(crate) rules: &'a dyn Rules,
    /// What the reader may reach; none: everything.
    pub(crate) sight: Option<Arc<Sight>>,
    /// Whether it was looked whether anything is kept from a reader at all.
    pub(crate) is_settled: bool,
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

/// Resources, as many as had room.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Few {
    /// The resources.
    pub resources: Vec<Stored>,
    /// Whether there are more.
    pub is_cut: bool,
}

/// The types that are Holdfast's own, and nobody's records, begin so.
pub const OWN_TYPES: &str = "Holdfast";

pub(crate) const COLUMNS: [&str; 7] = ["kind", "id", "json", "version", "updated", "deleted", "conflicts"];

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
        Self { sql, rules, sight: None, is_settled: true }
    }
}

impl View<'_> {
    /// Leaves out of everything that is read from here on what is out of this sight.
    pub fn narrow(&mut self, sight: Arc<Sight>) {
        self.is_settled = sight.reader.is_none();
        self.sight = (!sight.is_everything()).then_some(sight);
    }

    /// Where nothing is kept from anybody, nobody's part in anything has to be looked up.
    pub(crate) fn settle_sight(&mut self) -> Result<()> {
        if self.is_settled {
            return Ok(());
        }
        self.is_settled = true;
        let numbers = self.rules.kept().as_ref().and_then(Conditions::numbers_of);
        let is_any = match numbers {
            Some((params, text)) => !self.sql.query(&format!("{text} LIMIT 1"), &params)?.is_empty(),
            None => false,
        };
        if let Some(sight) = self.sight.take() {
            let without = || Arc::new(Sight { reader: None, ..(*sight).clone() });
            self.sight = Some(if is_any { sight } else { without() });
        }
        Ok(())
    }

    /// The conditions that a resource of the type must meet to be seen.
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`], if this may not be done with the type.
    pub(crate) fn bound(&mut self, kind: &str, may: May) -> Result<Vec<Clause>> {
        self.settle_sight()?;
        let Some(sight) = &self.sight else { return Ok(Vec::new()) };
        sight.check(kind, may)?;
        Ok(sight.bound(self.rules, kind))
    }

    /// Conditions of a search, with those of the sight.
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`].
    pub(crate) fn narrowed<'c>(&mut self, kind: &str, clauses: &'c [Clause]) -> Result<Cow<'c, [Clause]>> {
        self.settle_sight()?;
        match &self.sight {
            None => Ok(Cow::Borrowed(clauses)),
            Some(sight) => Ok(Cow::Owned(sight.narrow(self.rules, kind, clauses)?)),
        }
    }

    /// Whether the resource is here, deleted or not, and in sight; what it holds is not read.
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`] if this may not be done with its type, or the database.
    pub fn is_in_sight(&mut self, entity: &Entity, may: May) -> Result<bool> {
        let bound = self.bound(&entity.kind, may)?;
        let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
        let (params, condition) = Conditions::of(&bound, key);
        let text = format!("SELECT 1 FROM resource r WHERE r.kind = $1 AND r.id = $2{condition}");
        Ok(!self.sql.query(&text, &params)?.is_empty())
    }

    /// Refuses what is not here or out of sight, where a sight is set.
    pub(crate) fn must_be_in_sight(&mut self, entity: &Entity) -> Result<()> {
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
        let bound = self.bound(&entity.kind, May::READ)?;
        if !bound.is_empty() {
            let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
            let (params, condition) = Conditions::of(&bound, key);
            let columns = COLUMNS.map(|column| format!("r.{column}")).join(", ");
            let text = format!("SELECT {columns} FROM resource r WHERE r.kind = $1 AND r.id = $2{condition}");
            return self.sql.query(&text, &params)?.pop().map(stored).transpose();
        }
        let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
        let mut rows = self.sql.lookup(&schema::RESOURCE, &["kind", "id"], &COLUMNS, &[key])?;
        rows.pop().flatten().map(stored).transpose()
    }

    /// The current versions of those that were ever here and are in sight, deleted or not, in the order asked for, as far as
    /// they have room.
    ///
    /// # Errors
    /// The database. Cost: a look for each.
    pub fn get_all(&mut self, entities: &[Entity], bytes: usize) -> Result<Few> {
        let (mut out, mut room) = (Few::default(), bytes);
        for entity in entities {
            let may_read = |sight: &Arc<Sight>| sight.grants.of(&entity.kind).includes(May::READ);
            if !self.sight.as_ref().is_none_or(may_read) {
                continue;
            }
            let Some(one) = self.get(entity)? else { continue };
            let Some(rest) = room.checked_sub(one.json.len()) else {
                out.is_cut = true;
                break;
            };
            room = rest;
            out.resources.push(one);
        }
        Ok(out)
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
        self.state_of_found(entity)
    }

    /// The same of a resource that was found in sight.
    pub(crate) fn state_of_found(&mut self, entity: &Entity) -> Result<EntityState> {
        let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
        let mut rows = self.sql.lookup(&schema::RESOURCE, &["kind", "id"], &["json", "state"], &[key])?;
        let row = rows.pop().flatten().ok_or_else(|| StoreError::NotFound(entity.to_string()))?;
        Ok(view::decode(entity.clone(), row.text(0)?, row.blob(1)?)?)
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
