//! What was saved of many resources, newest first: the history of a type, or of everything held here.
//!
//! The order is that in which this replica came to know: a place in it stays true while others write, and what comes late
//! from elsewhere stands at the front, where who reads on from `since` looks. A resource that was taken over whole has one
//! entry, its version now; what came before is at the hub.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use holdfast_core::hlc::Hlc;
use holdfast_core::id::Entity;
use holdfast_core::sight::{Kinds, May};

use crate::error::Result;
use crate::feed::ARRIVAL;
use crate::history::Version;
use crate::search::{Conditions, PAGE_BYTES};
use crate::sql::{Row, Value};
use crate::view::View;

/// Entries of the feed that are looked at in one go, by their numbers.
pub(crate) const LOOKED_AT: i64 = 20_000;
/// So many goes without a find end a page: it may come out short, or empty, and still go on.
pub(crate) const BARREN: u32 = 20;

/// The condition that row `f` of the feed is the first that names its op: an op stands in the feed of every scope that its
/// resource is in.
pub(crate) const FIRST_OF_OP: &str = "f.actor_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM feed g \
     WHERE g.resource_no = f.resource_no AND g.arrival < f.arrival AND g.actor_no IS NOT NULL AND g.actor_no = f.actor_no \
     AND g.lane = f.lane AND g.seq = f.seq)";

/// What a resource's last change is compared with. Kept below the year 4199: a clock reading is 63 bits in a database.
pub(crate) fn at_or_after(since_ms: u64) -> Value {
    Hlc::new(since_ms.min(1 << 46), 0).0.into()
}

/// Which op: actor's number, lane, sequence number.
pub(crate) type DotNumbers = (i64, i64, u64);

/// Which saves are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Of this resource type; `None`: of all.
    pub kind: Option<String>,
    /// Types that are never shown, being the store's own; by their beginning.
    pub hidden_prefix: Option<&'static str>,
    /// At this time or later, in Unix milliseconds by the author's clock.
    pub since_ms: Option<u64>,
}

/// One save.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Of which resource.
    pub entity: Entity,
    /// What it was after the save.
    pub version: Version,
    /// Whether it is the first that is known here.
    pub is_first: bool,
}

/// A page of saves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeline {
    /// Newest first.
    pub events: Vec<Event>,
    /// Where to go on; `None` at the end.
    pub next: Option<i64>,
}

/// A row of the feed that stands for a save.
struct Place {
    arrival: i64,
    entity: Entity,
    dot: Option<DotNumbers>,
}

impl View<'_> {
    /// Saves, newest first, from before `before` (a [`Timeline::next`]; `None`: from the newest).
    ///
    /// # Errors
    /// [`StoreError::OutOfSight`], or the database. Cost: at most 20,000 rows of the feed, twenty times as many where hardly anything is wanted, and for
    /// each resource on the page its ops.
    pub fn timeline(&mut self, wanted: &Wanted, before: Option<i64>, count: u32) -> Result<Timeline> {
        // By their numbers, in goes: PostgreSQL keeps no order of arrivals, only where in the table which are.
        let next = match before {
            Some(before) => before,
            None => self.next_arrival()?,
        };
        let (mut floor, mut places) = (next, Vec::new());
        for _ in 0..BARREN {
            let before = floor;
            floor = before.saturating_sub(LOOKED_AT).max(0);
            places = self.places(wanted, floor, before, count)?;
            if !places.is_empty() || floor == 0 {
                break;
            }
        }
        let is_cut = floor > 0;
        let has_more = places.len() > count as usize;
        places.truncate(count as usize);
        let next = if has_more { places.last().map(|place| place.arrival) } else { is_cut.then_some(floor) };
        let arrivals: Vec<i64> = places.iter().map(|place| place.arrival).collect();
        let (events, used) = self.events(places, wanted.since_ms)?;
        let next = if used < arrivals.len() { arrivals.get(used.saturating_sub(1)).copied() } else { next };
        Ok(Timeline { events, next })
    }

    /// The place that the next row of the feeds will have.
    pub(crate) fn next_arrival(&mut self) -> Result<i64> {
        let rows = self.sql.query("SELECT next FROM counter WHERE name = $1", &[ARRIVAL.into()])?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    /// One more than wanted, so that it shows whether there are more.
    fn places(&mut self, wanted: &Wanted, floor: i64, before: i64, count: u32) -> Result<Vec<Place>> {
        let mut params: Vec<Value> = vec![floor.into(), before.into()];
        let mut conditions = String::new();
        let mut and = |condition: &str, value: Value| {
            params.push(value);
            conditions.push_str(&format!(" AND {condition} ${}", params.len()));
        };
        if let Some(kind) = &wanted.kind {
            and("r.kind =", kind.as_str().into());
        }
        if let Some(prefix) = wanted.hidden_prefix {
            and(&format!("substr(r.kind, 1, {}) <>", prefix.len()), prefix.into());
        }
        if let Some(since_ms) = wanted.since_ms {
            // The latest save of all is at or after any: this leaves out what cannot be wanted without reading its ops.
            and("r.updated >=", at_or_after(since_ms));
        }
        let (params, seen) = self.seen_kinds(wanted.kind.as_deref(), params)?;
        conditions.push_str(&seen);
        let text = format!(
            "SELECT f.arrival, r.kind, r.id, f.actor_no, f.lane, f.seq FROM feed f JOIN resource r ON r.no = f.resource_no \
             WHERE f.arrival >= $1 AND f.arrival < $2{conditions} \
             AND (({FIRST_OF_OP}) OR (f.actor_no IS NULL AND NOT EXISTS (SELECT 1 FROM feed g \
             WHERE g.resource_no = f.resource_no AND g.actor_no IS NOT NULL))) \
             ORDER BY f.arrival DESC LIMIT {}",
            u64::from(count) + 1
        );
        let rows = self.sql.query(&text, &params)?;
        rows.into_iter().map(place).collect()
    }

    /// The conditions of the reader's sight. One who is bound to a patient may go through the history of one type at a time.
    fn seen_kinds(&mut self, kind: Option<&str>, mut params: Vec<Value>) -> Result<(Vec<Value>, String)> {
        if let Some(kind) = kind {
            return Ok(Conditions::of(&self.bound(kind, May::SEARCH)?, params));
        }
        let Some(sight) = &self.sight else { return Ok((params, String::new())) };
        if sight.patient.is_some() {
            return Err(sight.refusal("the history of all types at once", May::SEARCH).into());
        }
        let condition = kinds_condition(&sight.kinds(May::SEARCH), &mut params);
        Ok((params, condition))
    }

    /// The saves at these places, as far as they have room, and at how many places they stand.
    fn events(&mut self, places: Vec<Place>, since_ms: Option<u64>) -> Result<(Vec<Event>, usize)> {
        let mut dots: HashMap<Entity, HashSet<DotNumbers>> = HashMap::new();
        for place in &places {
            dots.entry(place.entity.clone()).or_default().extend(place.dot);
        }
        let mut versions: HashMap<(Entity, Option<DotNumbers>), At> = HashMap::new();
        let (mut events, mut room) = (Vec::with_capacity(places.len()), PAGE_BYTES);
        self.settle_sight()?;
        if self.sight.as_ref().is_some_and(|sight| sight.reader.is_some()) {
            // Of all types at once, what is kept from the reader is told resource by resource.
            for entity in dots.keys().cloned().collect::<Vec<_>>() {
                if !self.is_in_sight(&entity, May::SEARCH)? {
                    dots.remove(&entity);
                }
            }
        }
        for (at, Place { entity, dot, .. }) in places.into_iter().enumerate() {
            if room == 0 && dots.contains_key(&entity) && !events.is_empty() {
                return Ok((events, at));
            }
            if let Some(dots) = dots.remove(&entity) {
                let found = self.versions_at(&entity, &dots, since_ms, room)?;
                let taken = |(_, at): &(_, At)| at.version.as_ref().map_or(0, |version| version.json.len());
                room = room.saturating_sub(found.iter().map(taken).sum());
                versions.extend(found.into_iter().map(|(dot, at)| ((entity.clone(), dot), at)));
            }
            // Taken out as it is used: a whole resource that stands in two scopes is told once.
            match versions.remove(&(entity.clone(), dot)) {
                None => {}
                Some(At { version: Some(version), is_first }) => {
                    events.push(Event { entity, version, is_first });
                }
                Some(At { version: None, .. }) => return Ok((events, at)),
            }
        }
        let all = usize::MAX;
        Ok((events, all))
    }

    /// The versions after these ops; without ops, the current one. The newest that has no room for others before it is given
    /// all the same.
    fn versions_at(
        &mut self,
        entity: &Entity,
        dots: &HashSet<DotNumbers>,
        since_ms: Option<u64>,
        bytes: usize,
    ) -> Result<Vec<(Option<DotNumbers>, At)>> {
        let is_recent = |at_ms: u64| since_ms.is_none_or(|since_ms| at_ms >= since_ms);
        let mut out: Vec<(Option<DotNumbers>, At)> = Vec::new();
        if dots.is_empty() {
            let current = self.get(entity)?.filter(|stored| is_recent(stored.updated_ms));
            let version = |stored| At { version: Some(Version::now(stored)), is_first: true };
            out.extend(current.map(|stored| (None, version(stored))));
            return Ok(out);
        }
        let (mut is_first, mut held, mut oldest) = (true, 0, 0);
        self.replay(entity, |state, dot, op, rules| {
            if dots.contains(&dot) && is_recent(op.hlc.unix_ms()) {
                let version = Version::after(state, op, rules);
                held += version.json.len();
                out.push((Some(dot), At { version: Some(version), is_first }));
                // Pages go from the newest back: the oldest are what is left for the next.
                while held > bytes && oldest + 1 < out.len() {
                    held -= out[oldest].1.version.take().map_or(0, |version| version.json.len());
                    oldest += 1;
                }
            }
            is_first = false;
            ControlFlow::Continue(())
        })?;
        Ok(out)
    }
}

/// What a resource was at a place; no version where it had no room.
struct At {
    version: Option<Version>,
    is_first: bool,
}

/// The condition, beginning with ` AND `, that `resource r` is of these types.
pub(crate) fn kinds_condition(kinds: &Kinds, params: &mut Vec<Value>) -> String {
    let (list, test, of_none) = match kinds {
        Kinds::Only(list) => (list, "IN", " AND 1 = 0"),
        Kinds::AllBut(list) => (list, "NOT IN", ""),
    };
    if list.is_empty() {
        return of_none.to_owned();
    }
    let places: Vec<String> = (1..=list.len()).map(|n| format!("${}", params.len() + n)).collect();
    params.extend(list.iter().map(|kind| kind.as_str().into()));
    // "|| ''" keeps an index by kind out of it: it would walk every resource of the types.
    format!(" AND (r.kind || '') {test} ({})", places.join(", "))
}

fn place(mut row: Row) -> Result<Place> {
    let entity = Entity { kind: row.take_text(1)?, id: row.take_text(2)? };
    let dot = if row.is_null(3) { None } else { Some((row.int(3)?, row.int(4)?, row.uint(5)?)) };
    Ok(Place { arrival: row.int(0)?, entity, dot })
}
