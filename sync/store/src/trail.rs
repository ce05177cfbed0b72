//! What was done here, newest first, for those who look after who did it: every op with its author, and beside them the
//! pages on which reads are kept. Whoever asks must be allowed to search AuditEvents; charts need not be open to them.

use std::collections::BTreeMap;

use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::op::Op;
use holdfast_core::search::Clause;
use holdfast_core::sight::May;
use holdfast_core::view;

use crate::error::Result;
use crate::log::OpFinder;
use crate::search::Conditions;
use crate::sql::{Row, Value};
use crate::timeline::{BARREN, FIRST_OF_OP, LOOKED_AT};
use crate::view::View;

/// The type that whoever reads the trail must be allowed to read.
const EVENT: &str = "AuditEvent";

/// What of the trail is wanted. More may be given out: it narrows what is gone through.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// The type of the pages that reads are kept on.
    pub page_kind: String,
    /// What pages must meet.
    pub pages: Vec<Clause>,
    /// Only saves of what is part of this record.
    pub scope: Option<Scope>,
    /// Only saves of this resource.
    pub entity: Option<Entity>,
}

/// One thing that was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Resources were looked at: a page of that.
    Looks {
        /// The page.
        entity: Entity,
        /// As it was written.
        json: String,
    },
    /// An event that a program recorded as such.
    Event {
        /// The AuditEvent.
        entity: Entity,
        /// As it reads.
        json: String,
        /// Unix milliseconds of its last change.
        updated_ms: u64,
        /// Its being recorded, by whom: what it says is theirs. `None` if it came here as a whole.
        recorded: Option<Recorded>,
    },
    /// A save.
    Save(Recorded),
}

/// A save of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// What was saved, by whom.
    pub op: Op,
    /// Whether it is the resource's first that is known here.
    pub is_first: bool,
    /// The scopes that the resource is in now.
    pub scopes: Vec<Scope>,
}

/// A part of the trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trail {
    /// Newest first, each with its place.
    pub steps: Vec<(i64, Step)>,
    /// The place before which it goes on; `None` at the end.
    pub next: Option<i64>,
}

impl View<'_> {
    /// What was done before a place (`None`: the newest), up to `count`. A part may be short of that, or empty, though there
    /// is more.
    ///
    /// # Errors
    /// [`crate::error::StoreError::OutOfSight`] if the reader may not search AuditEvents or is bound to a patient, or the
    /// database. Cost: at most 400,000 rows of the feed, and the op and registers of each save given out.
    pub fn trail(&mut self, wanted: &Wanted, before: Option<i64>, count: u32) -> Result<Trail> {
        self.may_read_trail()?;
        let mut floor = before.map_or_else(|| self.next_arrival(), Ok)?;
        let mut rows = Vec::new();
        for _ in 0..BARREN {
            let before = floor;
            floor = (before - LOOKED_AT).max(0);
            rows = self.trail_rows(wanted, floor, before, count)?;
            if !rows.is_empty() || floor == 0 {
                break;
            }
        }
        let has_more = rows.len() > count as usize;
        rows.truncate(count as usize);
        let mut next = (floor > 0).then_some(floor);
        if has_more && let Some(last) = rows.last() {
            next = Some(last.int(0)?);
        }
        let mut finder = OpFinder::default();
        let mut steps = Vec::with_capacity(rows.len());
        for row in rows {
            let place = row.int(0)?;
            steps.extend(self.step_of(row, &mut finder, wanted)?.map(|step| (place, step)));
        }
        Ok(Trail { steps, next })
    }

    /// A page of the trail by its id.
    ///
    /// # Errors
    /// As [`View::trail`].
    pub fn trail_page(&mut self, page: &Entity) -> Result<Option<String>> {
        self.may_read_trail()?;
        let key: [Value; 2] = [page.kind.as_str().into(), page.id.as_str().into()];
        let mut rows = self.sql.query("SELECT json FROM resource WHERE kind = $1 AND id = $2", &key)?;
        rows.pop().map(|mut row| row.take_text(0)).transpose()
    }

    /// A save by what it is called in its log.
    ///
    /// # Errors
    /// As [`View::trail`].
    pub fn trail_save(&mut self, actor: ActorId, lane: Lane, seq: u64) -> Result<Option<Recorded>> {
        self.may_read_trail()?;
        let rows = self.sql.query("SELECT no FROM actor WHERE actor = $1", &[actor.0.to_vec().into()])?;
        let Some(actor_no) = rows.first().map(|row| row.int(0)).transpose()? else { return Ok(None) };
        let lane = i64::from(lane.0);
        let Some(op) = OpFinder::default().find(self.sql, actor_no, lane, seq)? else { return Ok(None) };
        let text = "SELECT f.actor_no, f.lane, f.seq FROM feed f JOIN resource r ON r.no = f.resource_no \
                    WHERE r.kind = $1 AND r.id = $2 AND f.actor_no IS NOT NULL ORDER BY f.arrival LIMIT 1";
        let key = [op.entity.kind.as_str().into(), op.entity.id.as_str().into()];
        let first = self.sql.query(text, &key)?;
        let is = |row: &Row| Ok::<_, crate::error::StoreError>((row.int(0)?, row.int(1)?, row.uint(2)?));
        let is_first = first.first().map(is).transpose()? == Some((actor_no, lane, seq));
        let scopes = self.scopes_now(&op.entity)?;
        Ok(Some(Recorded { op, is_first, scopes }))
    }

    /// The pages of each database's trail that are here: its name and their numbers, in order.
    ///
    /// # Errors
    /// As [`View::trail`]. Cost: the index rows of the pages.
    pub fn trail_pages(&mut self, page_kind: &str) -> Result<BTreeMap<String, Vec<u64>>> {
        self.may_read_trail()?;
        let mut out: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for row in self.sql.query("SELECT id FROM resource WHERE kind = $1", &[page_kind.into()])? {
            if let Some((actor, number)) = row.text(0)?.rsplit_once('-')
                && let Ok(number) = number.parse::<u64>()
            {
                out.entry(actor.to_owned()).or_default().push(number);
            }
        }
        out.values_mut().for_each(|numbers| numbers.sort_unstable());
        Ok(out)
    }

    /// The scopes that resources are in now, for those that are here.
    ///
    /// # Errors
    /// The database.
    pub fn scopes_now(&mut self, entity: &Entity) -> Result<Vec<Scope>> {
        let key: [Value; 2] = [entity.kind.as_str().into(), entity.id.as_str().into()];
        let text = "SELECT json, state FROM resource WHERE kind = $1 AND id = $2";
        let rows = self.sql.query(text, &key)?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        let state = view::decode(entity.clone(), row.text(0)?, row.blob(1)?)?;
        Ok(self.rules.scopes(&state, "").into_iter().collect())
    }

    fn may_read_trail(&self) -> Result<()> {
        let Some(sight) = &self.sight else { return Ok(()) };
        sight.check(EVENT, May::SEARCH)?;
        if sight.patient.is_some() { Err(sight.refusal(EVENT, May::SEARCH).into()) } else { Ok(()) }
    }

    fn trail_rows(&mut self, wanted: &Wanted, floor: i64, before: i64, count: u32) -> Result<Vec<Row>> {
        let mut params: Vec<Value> =
            vec![floor.into(), before.into(), wanted.page_kind.as_str().into(), EVENT.into()];
        let mut saves = String::new();
        if let Some(scope) = &wanted.scope {
            params.push(scope.0.as_str().into());
            saves.push_str(&format!(
                " AND f.resource_no IN (SELECT h.resource_no FROM feed h JOIN scope s ON s.no = h.scope_no \
                 WHERE s.name = ${})",
                params.len()
            ));
        }
        if let Some(entity) = &wanted.entity {
            params.extend([entity.kind.as_str().into(), entity.id.as_str().into()]);
            saves.push_str(&format!(" AND r.kind = ${} AND r.id = ${}", params.len() - 1, params.len()));
        }
        let (params, pages) = Conditions::of(&wanted.pages, params);
        let text = format!(
            "SELECT f.arrival, r.kind, r.id, f.actor_no, f.lane, f.seq, f.op, \
             CASE WHEN r.kind = $3 OR (r.kind = $4 AND r.deleted = 0) THEN r.json END AS shown, r.updated, \
             CASE WHEN f.actor_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM feed g WHERE g.resource_no = f.resource_no \
             AND g.arrival < f.arrival AND g.actor_no IS NOT NULL) THEN 1 ELSE 0 END AS is_first \
             FROM feed f JOIN resource r ON r.no = f.resource_no WHERE f.arrival >= $1 AND f.arrival < $2 \
             AND ((r.kind = $3{pages}) OR r.kind = $4 \
             OR (f.actor_no IS NOT NULL AND r.kind NOT IN ($3, $4){saves})) \
             AND (({FIRST_OF_OP}) OR (f.actor_no IS NULL AND r.kind IN ($3, $4) AND NOT EXISTS (SELECT 1 FROM feed g \
             WHERE g.resource_no = f.resource_no AND (g.actor_no IS NOT NULL OR g.arrival < f.arrival)))) \
             ORDER BY f.arrival DESC LIMIT {}",
            u64::from(count) + 1
        );
        self.sql.query(&text, &params)
    }

    fn step_of(&mut self, mut row: Row, finder: &mut OpFinder, wanted: &Wanted) -> Result<Option<Step>> {
        let entity = Entity { kind: row.take_text(1)?, id: row.take_text(2)? };
        let shown = if row.is_null(7) { None } else { Some(row.take_text(7)?) };
        if entity.kind == wanted.page_kind {
            return Ok(shown.map(|json| Step::Looks { entity, json }));
        }
        let updated_ms = row.uint(8)? >> 16;
        let recorded = self.recorded(&row, &entity, finder)?;
        // An event is shown where it was recorded; whatever was done to it since is a save.
        let is_event = entity.kind == EVENT && recorded.as_ref().is_none_or(|recorded| recorded.is_first);
        Ok(match shown.filter(|_| is_event) {
            Some(json) => Some(Step::Event { entity, json, updated_ms, recorded }),
            None => recorded.map(Step::Save),
        })
    }

    fn recorded(&mut self, row: &Row, entity: &Entity, finder: &mut OpFinder) -> Result<Option<Recorded>> {
        if row.is_null(3) {
            return Ok(None);
        }
        let dot = (row.int(3)?, row.int(4)?, row.uint(5)?);
        let content = if row.is_null(6) { None } else { Some(row.blob(6)?) };
        let Some(op) = finder.of_feed_row(self.sql, content, dot)? else { return Ok(None) };
        let scopes = self.scopes_now(entity)?;
        Ok(Some(Recorded { op, is_first: row.int(9)? != 0, scopes }))
    }
}
