//! Search in an order. Places between pages are told by the last one's keys, so that a page goes on where the last one
//! ended, whatever was written meanwhile.

use std::cmp::Ordering;

use holdfast_core::search::{Clause, SortBy, SortKey};
use holdfast_core::state::EntityState;

use super::{COLUMNS, PAGE_BYTES, is_check};
use crate::error::{Result, StoreError};
use crate::schema;
use crate::search::condition::Conditions;
use crate::search::narrowed::Narrowed;
use crate::sql::{Row, Rows, Value};
use crate::view::{self, Stored, View, stored};

/// The most resources that are put in order in memory.
const MAX_IN_MEMORY: usize = 4_096;
/// Resources read at a time where each may be large.
const READ_AT_ONCE: usize = 16;
/// Resources looked at in one go along the index.
const STEP: u32 = 500;
/// By this code a search is refused that finds too much to put it in the order asked for.
pub const TOO_MANY_TO_SORT: &str = "search-too-many-to-sort";

/// Where a page ends: the keys of its last resource, and its number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// A text for each key; none: it has nothing there.
    pub keys: Vec<Option<String>>,
    /// Its number here.
    pub no: i64,
}

/// A page in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sorted {
    /// The resources.
    pub resources: Vec<Stored>,
    /// Where to go on; `None` at the end.
    pub next: Option<Place>,
}

impl View<'_> {
    /// Resources of a type that meet every clause, in an order, from behind a place.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`TOO_MANY_TO_SORT`] if more than 4,096 are found and no index has the order, or if
    /// something has to be checked on each; or the database. Cost: as [`View::search`], and up to that many resources
    /// read, of which [`PAGE_BYTES`] are held at a time.
    pub fn search_sorted(
        &mut self,
        kind: &str,
        clauses: &[Clause],
        sort: &[SortKey],
        after: Option<&Place>,
        count: u32,
    ) -> Result<Sorted> {
        if clauses.iter().any(is_check) {
            return Err(refused(
                "it cannot be put in order together with :text or _text; leave out one of them",
            ));
        }
        let clauses = &*self.narrowed(kind, clauses)?;
        if let [SortKey { by: SortBy::Updated, descending }] = sort {
            return self.by_time(kind, clauses, *descending, after, count);
        }
        let ordered = self.fewest_first(clauses)?;
        let Narrowed { params, tables, conditions, .. } = Narrowed::of(kind, &ordered);
        let text = format!("SELECT r.no FROM {tables} WHERE {conditions} LIMIT {}", MAX_IN_MEMORY + 1);
        if self.sql.query(&text, &params)?.len() <= MAX_IN_MEMORY {
            return self.in_memory(kind, &ordered, sort, after, count);
        }
        match sort {
            [SortKey { by: SortBy::Rows { params, holding }, descending }] if params.len() == 1 => {
                let walk =
                    Walk { kind, clauses, param: params[0], holding: *holding, descending: *descending };
                self.along_index(&walk, sort, after, count)
            }
            _ => Err(refused(
                "more than 4096 are found, and they cannot be put in that order; narrow the search, or sort by one parameter",
            )),
        }
    }

    fn by_time(
        &mut self,
        kind: &str,
        clauses: &[Clause],
        descending: bool,
        after: Option<&Place>,
        count: u32,
    ) -> Result<Sorted> {
        let mut narrowed = Narrowed::of(kind, &self.fewest_first(clauses)?);
        let (order, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        let mut place = String::new();
        if let Some(after) = after {
            let updated =
                after.keys.first().and_then(Option::as_deref).and_then(|text| text.parse::<i64>().ok());
            let (updated, no) = (narrowed.bind(updated.unwrap_or_default()), narrowed.bind(after.no));
            // Said once more as a range, from which an index can go on.
            place = format!(
                " AND r.updated {beyond}= {updated} AND (r.updated {beyond} {updated} OR r.no > {no})"
            );
        }
        let Narrowed { params, tables, conditions, .. } = narrowed;
        let text = format!(
            "SELECT r.updated, r.no FROM {tables} WHERE {conditions}{place} \
             ORDER BY r.updated {order}, r.no LIMIT {}",
            u64::from(count) + 1
        );
        let rows = self.sql.query(&text, &params)?;
        let place = |row: &Row| Ok(Place { keys: vec![Some(row.int(0)?.to_string())], no: row.int(1)? });
        let places = rows.iter().map(place).collect::<Result<Vec<_>>>()?;
        self.page_of(places, count)
    }

    /// The resources at the first `count` places, as far as they have room on a page.
    fn page_of(&mut self, places: Vec<Place>, count: u32) -> Result<Sorted> {
        let numbers: Vec<i64> = places.iter().take(count as usize).map(|place| place.no).collect();
        let resources = self.numbered(&numbers)?;
        let has_more = resources.len() < places.len();
        let next = resources.len().checked_sub(1).and_then(|last| places.into_iter().nth(last));
        Ok(Sorted { resources, next: next.filter(|_| has_more) })
    }

    /// The resources of these numbers in that order, as many as fit a page but one at least.
    fn numbered(&mut self, numbers: &[i64]) -> Result<Vec<Stored>> {
        let (mut out, mut room) = (Vec::new(), PAGE_BYTES);
        for some in numbers.chunks(READ_AT_ONCE) {
            let keys: Vec<Vec<Value>> = some.iter().map(|no| vec![(*no).into()]).collect();
            let rows = self.sql.lookup(&schema::RESOURCE, &["no"], &view::COLUMNS, &keys)?;
            for row in rows.into_iter().flatten() {
                let one = stored(row)?;
                let Some(rest) = room.checked_sub(one.json.len()).or(out.is_empty().then_some(0)) else {
                    return Ok(out);
                };
                room = rest;
                out.push(one);
            }
        }
        Ok(out)
    }

    /// Finds the places of all that are found, then reads those of the page.
    fn in_memory(
        &mut self,
        kind: &str,
        clauses: &[Clause],
        sort: &[SortKey],
        after: Option<&Place>,
        count: u32,
    ) -> Result<Sorted> {
        let mut places = Vec::new();
        let mut from = Some(0);
        while let Some(behind) = from.take() {
            let mut narrowed = Narrowed::of(kind, clauses);
            let behind = narrowed.bind(behind);
            let Narrowed { params, tables, conditions, no } = narrowed;
            let text = format!(
                "SELECT {COLUMNS}, r.state FROM {tables} WHERE {conditions} AND {no} > {behind} ORDER BY {no}"
            );
            let Rows { rows, is_cut } = self.sql.query_within(&text, &params, PAGE_BYTES)?;
            for row in rows {
                from = is_cut.then_some(row.int(7)?);
                let (place, _) = self.placed(row, sort)?;
                if after.is_none_or(|after| compare(sort, &place, after) == Ordering::Greater) {
                    places.push(place);
                }
            }
        }
        places.sort_by(|a, b| compare(sort, a, b));
        places.truncate(count as usize + 1);
        self.page_of(places, count)
    }

    /// A resource and its place in the order, from a row of [`COLUMNS`] and its state.
    fn placed(&mut self, row: Row, sort: &[SortKey]) -> Result<(Place, Stored)> {
        let (no, updated) = (row.int(7)?, row.int(4)?);
        let bytes = row.blob(8)?.to_vec();
        let one = stored(row)?;
        let state = holdfast_core::view::decode(one.entity.clone(), &one.json, &bytes)?;
        let keys = sort.iter().map(|key| match &key.by {
            SortBy::Id => Some(one.entity.id.clone()),
            // Wide enough for every time, so that texts are in the order of the numbers.
            SortBy::Updated => Some(format!("{updated:020}")),
            SortBy::Rows { params, holding } => self.key(&state, params, *holding, key.descending),
        });
        Ok((Place { keys: keys.collect(), no }, one))
    }

    fn key(
        &self,
        state: &EntityState,
        params: &[u32],
        holding: Option<char>,
        greatest: bool,
    ) -> Option<String> {
        let rows = crate::index::rows(self.rules, state).into_iter();
        let values = rows
            .filter(|row| params.contains(&row.param) && holding.is_none_or(|held| row.value.contains(held)))
            .map(|row| row.value);
        if greatest { values.max() } else { values.min() }
    }

    /// Follows the index in its order; those that have no row there come behind.
    fn along_index(
        &mut self,
        walk: &Walk<'_>,
        sort: &[SortKey],
        after: Option<&Place>,
        count: u32,
    ) -> Result<Sorted> {
        let mut out = Sorted { resources: Vec::new(), next: after.cloned() };
        let mut is_behind = after.is_some_and(|after| after.keys.first().is_none_or(Option::is_none));
        let mut room = PAGE_BYTES;
        while !is_behind {
            let Rows { rows, is_cut } = self.walk_on(walk, out.next.as_ref())?;
            is_behind = !is_cut && rows.len() < STEP as usize;
            for row in rows {
                let value = row.text(9)?.to_owned();
                let (place, one) = self.placed(row, sort)?;
                // Of several rows of one resource the first in the order counts.
                let is_its_place = place.keys[0].as_deref() == Some(&value);
                out.next = Some(Place { keys: vec![Some(value)], no: place.no });
                if is_its_place {
                    room = room.saturating_sub(one.json.len());
                    out.resources.push(one);
                }
                if out.resources.len() == count as usize || room == 0 {
                    return Ok(out);
                }
            }
        }
        self.without_row(walk, after, count, &mut out)?;
        Ok(out)
    }

    fn walk_on(&mut self, walk: &Walk<'_>, after: Option<&Place>) -> Result<Rows> {
        let mut params: Vec<Value> = vec![i64::from(walk.param).into(), walk.kind.into()];
        let (order, beyond) = if walk.descending { ("DESC", "<") } else { ("ASC", ">") };
        let mut place = String::new();
        if let Some(Place { keys, no }) = after {
            let value = keys.first().and_then(Option::clone).unwrap_or_default();
            params.extend([value.into(), (*no).into()]);
            place = format!(" AND (s.value {beyond} $3 OR (s.value = $3 AND s.resource_no > $4))");
        }
        let mut holding = String::new();
        if let Some(held) = walk.holding {
            params.push(format!("%{held}%").into());
            holding = format!(" AND s.value LIKE ${}", params.len());
        }
        let (params, conditions) = Conditions::of(walk.clauses, params);
        let text = format!(
            "SELECT {COLUMNS}, r.state, s.value FROM search s JOIN resource r ON r.no = s.resource_no \
             WHERE s.param = $1 AND r.kind = $2 AND r.deleted = 0{place}{holding}{conditions} \
             ORDER BY s.value {order}, s.resource_no LIMIT {STEP}"
        );
        self.sql.query_within(&text, &params, PAGE_BYTES)
    }

    fn without_row(
        &mut self,
        walk: &Walk<'_>,
        after: Option<&Place>,
        count: u32,
        out: &mut Sorted,
    ) -> Result<()> {
        let wanted = count as usize - out.resources.len();
        let from =
            after.filter(|after| after.keys.first().is_none_or(Option::is_none)).map_or(0, |after| after.no);
        let params: Vec<Value> = vec![walk.kind.into(), from.into(), i64::from(walk.param).into()];
        let (params, conditions) = Conditions::of(walk.clauses, params);
        let text = format!(
            "SELECT {COLUMNS} FROM resource r WHERE r.kind = $1 AND r.no > $2 AND r.deleted = 0 \
             AND r.no NOT IN (SELECT s.resource_no FROM search s WHERE s.param = $3){conditions} \
             ORDER BY r.no LIMIT {}",
            wanted + 1
        );
        let Rows { rows, is_cut } = self.sql.query_within(&text, &params, PAGE_BYTES)?;
        let has_more = is_cut || rows.len() > wanted;
        out.next = None;
        for row in rows.into_iter().take(wanted) {
            out.next = Some(Place { keys: vec![None], no: row.int(7)? });
            out.resources.push(stored(row)?);
        }
        if !has_more {
            out.next = None;
        }
        Ok(())
    }
}

/// A search whose order an index has.
struct Walk<'a> {
    kind: &'a str,
    clauses: &'a [Clause],
    param: u32,
    holding: Option<char>,
    descending: bool,
}

fn compare(sort: &[SortKey], a: &Place, b: &Place) -> Ordering {
    for (key, (a, b)) in sort.iter().zip(a.keys.iter().zip(&b.keys)) {
        let order = match (a, b) {
            (Some(a), Some(b)) if key.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            // Without comes last, in either direction.
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.no.cmp(&b.no)
}

fn refused(reason: &str) -> StoreError {
    StoreError::Refused { code: TOO_MANY_TO_SORT, message: format!("the search is refused: {reason}") }
}
