//! Conflicts that await a person: who wrote what, where, when.

use std::collections::BTreeMap;

use holdfast_core::id::{ActorId, Entity};
use holdfast_core::op::DELETED;
use holdfast_core::sight::May;
use holdfast_core::state::Conflict;

use crate::error::Result;
use crate::sql::Value;
use crate::timeline::kinds_condition;
use crate::view::View;

/// One value that stands beside others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConflictValue {
    /// Compact JSON; `None` says "removed".
    pub value: Option<String>,
    /// The person or program that wrote it.
    pub author: String,
    /// The database it was written in.
    pub actor: ActorId,
    /// Where that stands, as far as this replica knows.
    pub place: Place,
    /// Unix milliseconds, by the author's clock.
    pub at_ms: u64,
}

/// Where a value was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// On this replica.
    Here,
    /// On a replica below, by clinic and name: `north/n1`.
    Below(String),
    /// On an upstream of this replica.
    Above,
    /// On a replica that this one does not talk to; its upstream knows which.
    Elsewhere,
}

/// One open conflict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenConflict {
    /// Which resource.
    pub entity: Entity,
    /// Which register; [`DELETED`] for "deleted beside an edit".
    pub key: String,
    /// The values, oldest first. For a deletion: the deletion alone.
    pub values: Vec<ConflictValue>,
}

impl View<'_> {
    /// The open conflicts of one resource.
    ///
    /// # Errors
    /// [`crate::error::StoreError::NotFound`], or the database.
    pub fn conflicts_of(&mut self, entity: &Entity) -> Result<Vec<OpenConflict>> {
        let state = self.state(entity)?;
        let (mut out, mut places) = (Vec::new(), BTreeMap::new());
        for conflict in state.conflicts(self.rules) {
            let key = match conflict {
                Conflict::Values { key } => key,
                Conflict::DeletedBesideEdit => DELETED.to_owned(),
            };
            let mut siblings = state.registers.get(&key).map(|r| r.siblings.clone()).unwrap_or_default();
            siblings.sort_by_key(|s| (s.hlc, s.dot));
            let mut values = Vec::with_capacity(siblings.len());
            for s in siblings {
                let actor = s.dot.actor;
                let place = match places.get(&actor) {
                    Some(place) => Place::clone(place),
                    None => places.entry(actor).or_insert(self.place_of(actor)?).clone(),
                };
                let at_ms = s.hlc.unix_ms();
                values.push(ConflictValue { value: s.value, author: s.author, actor, place, at_ms });
            }
            out.push(OpenConflict { entity: entity.clone(), key, values });
        }
        Ok(out)
    }

    fn place_of(&mut self, actor: ActorId) -> Result<Place> {
        let id: Value = actor.0.to_vec().into();
        let text = "SELECT replica FROM actor WHERE actor = $1 AND replica IS NOT NULL";
        if let Some(row) = self.sql.query(text, std::slice::from_ref(&id))?.first() {
            return Ok(match row.text(0)? {
                "self" => Place::Here,
                name => Place::Below(name.to_owned()),
            });
        }
        let text = "SELECT 1 FROM held WHERE upstream = $1 UNION ALL SELECT 1 FROM acked WHERE upstream = $1 LIMIT 1";
        let is_above = !self.sql.query(text, &[id])?.is_empty();
        Ok(if is_above { Place::Above } else { Place::Elsewhere })
    }

    /// Resources in sight with open conflicts, in order of their number here; where to go on.
    ///
    /// # Errors
    /// The database. Cost: of those whose reader is bound to a patient, a look at each open conflict.
    pub fn conflicted(&mut self, after: i64, count: u32) -> Result<(Vec<Entity>, Option<i64>)> {
        let kinds = self.sight.as_ref().map(|sight| sight.kinds(May::READ));
        let (mut entities, mut next) = (Vec::new(), Some(after));
        while let Some(from) = next.take() {
            let mut params: Vec<Value> = vec![from.into()];
            let of_kinds =
                kinds.as_ref().map(|kinds| kinds_condition(kinds, &mut params)).unwrap_or_default();
            let text = format!(
                "SELECT r.no, r.kind, r.id FROM resource r WHERE r.conflicts > 0 AND r.no > $1{of_kinds} \
                 ORDER BY r.no LIMIT {}",
                u64::from(count) + 1
            );
            let rows = self.sql.query(&text, &params)?;
            let is_last = rows.len() as u64 <= u64::from(count);
            for row in rows {
                let entity = Entity::new(row.text(1)?, row.text(2)?);
                let is_seen = self.sight.is_none() || self.is_in_sight(&entity, May::READ)?;
                if is_seen && entities.len() == count as usize {
                    return Ok((entities, next));
                }
                next = Some(row.int(0)?);
                if is_seen {
                    entities.push(entity);
                }
            }
            if is_last {
                return Ok((entities, None));
            }
        }
        Ok((entities, None))
    }
}
