//! One page for a replica below, filled up to its budget by what things really weigh.
//!
//! A scope that is new to a replica is sent as whole resources, each at the first row of the scope's feed that names it;
//! what changed later is sent as ops. A first send may take any number of pages: rows that the feed had when it began
//! may name a resource that went with an earlier page, and those are sent as ops too, for nothing but their
//! own content is known to be missing.
//!
//! Bytes of files are overtaken: where they fill a page, what is light behind them goes with it, and again in its turn.
//!
//! A resource that has to go whole and fits in no message stops its own scope, and nothing else: what lies before it and
//! all other scopes go on, the scope counts as waiting, and both sides say why.

use std::collections::{BTreeSet, HashMap, VecDeque};

use holdfast_core::id::{Entity, Lane};
use holdfast_core::message::{Page, StateItem, Visit};
use holdfast_core::op::Op;

use crate::error::Result;
use crate::log::OpFinder;
use crate::pull::Marked;
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::upstream::{Known, waiting};
use crate::weight::MAX_STATE_BYTES;

/// What a page needs of a feed row: of an op its content if it is small, and how large it is. What is large is read once
/// the page has come to it, so that the rows of a page take a few MiB however large the ops behind them are.
pub(crate) const FEED_COLUMNS: [&str; 8] = [
    "scope_no",
    "pos",
    "resource_no",
    "actor_no",
    "lane",
    "seq",
    "CASE WHEN OCTET_LENGTH(op) <= 2048 THEN op END AS small",
    "CAST(OCTET_LENGTH(op) AS BIGINT) AS length",
];
/// What a resource weighs in a page, read without reading the resource.
pub(crate) const WEIGHT: &str = "CAST(OCTET_LENGTH(json) + OCTET_LENGTH(state) AS BIGINT)";
/// Resources whose weight is looked up at once: a statement each would cost more than their content.
const WEIGHED_AT_ONCE: usize = 256;
/// Bytes of large ops read at once, unless a single one is larger.
const READ_AT_ONCE: usize = 1 << 20;
/// What names and lengths add to a resource or a change.
const ENVELOPE_BYTES: usize = 64;
/// What is larger is overtaken in the last lane, and overtakes nothing.
const BULK_BYTES: usize = 64 << 10;
/// What is taken past the bytes of files that fill a page: what comes in while they go …
const PAST_BYTES: usize = 64 << 10;
/// … and on the first page of a scope all that makes a chart: it is sent twice then, which is little beside such files.
const FIRST_PAST_BYTES: usize = 4 << 20;
/// What a predecessor adds, past the one that most changes have.
const PRED_BYTES: usize = 8;

/// A page in the making.
pub(crate) struct Builder<'a> {
    known: &'a Known,
    page: Page,
    budget: usize,
    size: usize,
    /// Resources to send whole, once each.
    states: BTreeSet<i64>,
    /// Resources that fit in no message, once each.
    stuck: BTreeSet<i64>,
    weights: Weights,
    large: Large,
    finder: OpFinder,
}

/// What became of a feed row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The page says it.
    Taken,
    /// The page has no room for it.
    Full,
    /// No page ever has.
    Stuck,
}

impl Step {
    fn of(has_room: bool) -> Self {
        if has_room { Self::Taken } else { Self::Full }
    }
}

/// A resource that waits because it fits in no message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct HeldBack {
    /// Its number here.
    pub(crate) no: i64,
    pub(crate) entity: Entity,
    pub(crate) bytes: usize,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(known: &'a Known, budget: usize, visits: &[(Marked, Vec<Row>)]) -> Result<Self> {
        let mut ahead = VecDeque::new();
        for (scope, rows) in visits {
            for row in rows {
                if row.is_null(3) || row.int(1)? <= scope.first_to {
                    ahead.push_back(row.int(2)?);
                }
            }
        }
        let weights = Weights { found: HashMap::new(), ahead };
        let rows = visits.iter().flat_map(|(_, rows)| rows);
        let large = Large { read: HashMap::new(), ahead: rows.filter_map(Large::of).collect() };
        let page = Page::default();
        Ok(Self {
            known,
            page,
            budget,
            size: 0,
            states: BTreeSet::new(),
            stuck: BTreeSet::new(),
            weights,
            large,
            finder: OpFinder::default(),
        })
    }

    /// Takes as many of a scope's rows as fit; whether the page has room for another scope.
    pub(crate) fn visit(&mut self, sql: &mut dyn Sql, scope: &Marked, rows: &[Row]) -> Result<bool> {
        let named_before = named_before(sql, scope, rows)?;
        let (mut to, mut step) = (scope.cursor, Step::Taken);
        for (n, row) in rows.iter().enumerate() {
            let at = row.int(1)?;
            step = self.take(sql, row, at <= scope.first_to, named_before.contains(&at))?;
            if step == Step::Full && self.is_bulk(sql, row)? {
                self.look_past(sql, scope, &rows[n..], &named_before)?;
            }
            if step != Step::Taken {
                break;
            }
            to = at;
        }
        if to > scope.cursor || step == Step::Taken {
            let (from, more) = (scope.cursor as u64, to < scope.head);
            self.page.visits.push(Visit { scope: scope.name.clone(), from, to: to as u64, more });
        }
        Ok(step != Step::Full)
    }

    fn take(
        &mut self,
        sql: &mut dyn Sql,
        row: &Row,
        is_first_send: bool,
        named_before: bool,
    ) -> Result<Step> {
        let resource_no = row.int(2)?;
        if self.states.contains(&resource_no) {
            return Ok(Step::Taken);
        }
        if row.is_null(3) {
            return self.take_state(sql, resource_no);
        }
        // One that fits in no message is sent op by op.
        if is_first_send && !named_before && self.weights.of(sql, resource_no)? <= MAX_STATE_BYTES {
            return self.take_state(sql, resource_no);
        }
        let dot = (row.int(3)?, row.int(4)?, row.uint(5)?);
        // Its own, unless this is what it has let go of and holds again.
        if !is_first_send && self.known.actor_no == Some(dot.0) {
            return Ok(Step::Taken);
        }
        let large = if Large::of(row).is_some() { self.large.content(sql, row)? } else { None };
        let small = if row.is_null(6) { None } else { Some(row.blob(6)?) };
        match self.finder.of_feed_row(sql, large.as_deref().or(small), dot)? {
            Some(op) => Ok(Step::of(self.take_op(op))),
            // Its content was compacted away here: the whole resource says it too.
            None => self.take_state(sql, resource_no),
        }
    }

    /// Whether a row is of something that everything else may overtake: large, and of the last lane.
    fn is_bulk(&mut self, sql: &mut dyn Sql, row: &Row) -> Result<bool> {
        Ok(is_of_last_lane(row)? && self.weights.of(sql, row.int(2)?)? > BULK_BYTES)
    }

    /// Takes what is light from behind the bytes of files that fill this page and others, so that a scan keeps nothing
    /// clinical waiting. Nothing is counted as told by it: the rows come in their turn as well, and change nothing then.
    fn look_past(
        &mut self,
        sql: &mut dyn Sql,
        scope: &Marked,
        rows: &[Row],
        named_before: &BTreeSet<i64>,
    ) -> Result<()> {
        let mut room = if scope.cursor == 0 { FIRST_PAST_BYTES } else { PAST_BYTES };
        let mut left_out = BTreeSet::new();
        for row in rows {
            let (at, resource_no) = (row.int(1)?, row.int(2)?);
            if self.states.contains(&resource_no) || left_out.contains(&resource_no) {
                continue;
            }
            let is_whole = row.is_null(3) || at <= scope.first_to && !named_before.contains(&at);
            // Each of a resource's ops stands on those before it.
            let taken = !is_of_last_lane(row)?
                && if is_whole {
                    self.take_light_state(sql, resource_no, &mut room)?
                } else {
                    self.take_light_op(sql, row, &mut room)?
                };
            if !taken {
                left_out.insert(resource_no);
            }
        }
        Ok(())
    }

    fn take_light_state(&mut self, sql: &mut dyn Sql, resource_no: i64, room: &mut usize) -> Result<bool> {
        let weight = self.weights.of(sql, resource_no)?;
        let fits = weight <= BULK_BYTES && weight <= *room;
        if fits {
            *room -= weight;
            self.states.insert(resource_no);
        }
        Ok(fits)
    }

    fn take_light_op(&mut self, sql: &mut dyn Sql, row: &Row, room: &mut usize) -> Result<bool> {
        let dot = (row.int(3)?, row.int(4)?, row.uint(5)?);
        if self.known.actor_no == Some(dot.0) {
            return Ok(true);
        }
        if Large::of(row).is_some() {
            return Ok(false);
        }
        let small = if row.is_null(6) { None } else { Some(row.blob(6)?) };
        let Some(op) = self.finder.of_feed_row(sql, small, dot)? else { return Ok(false) };
        let weight = weight_of(&op);
        let fits = weight <= BULK_BYTES && weight <= *room;
        if fits {
            *room -= weight;
            self.page.ops.push(op);
        }
        Ok(fits)
    }

    fn take_state(&mut self, sql: &mut dyn Sql, resource_no: i64) -> Result<Step> {
        let weight = self.weights.of(sql, resource_no)?;
        if weight > MAX_STATE_BYTES {
            self.stuck.insert(resource_no);
            return Ok(Step::Stuck);
        }
        let has_room = self.has_room(weight);
        if has_room {
            self.states.insert(resource_no);
        }
        Ok(Step::of(has_room))
    }

    fn take_op(&mut self, op: Op) -> bool {
        let has_room = self.has_room(weight_of(&op));
        if has_room {
            self.page.ops.push(op);
        }
        has_room
    }

    /// Whether something fits, which then counts as taken; the first thing always does.
    fn has_room(&mut self, weight: usize) -> bool {
        if self.size > 0 && self.size + weight > self.budget {
            return false;
        }
        self.size += weight;
        true
    }

    /// Fills in the resources and what waits after this page: of the marks, neither those that it brings up to date
    /// nor those that earlier pages have (`received`). They stay until they are confirmed. Beside it, what no page can
    /// bring.
    pub(crate) fn finish(mut self, sql: &mut dyn Sql, received: u64) -> Result<(Page, Vec<HeldBack>)> {
        let held_back = self.held_back(sql)?;
        let keys: Vec<Vec<Value>> = self.states.into_iter().map(|no| vec![no.into()]).collect();
        for row in sql.lookup(&schema::RESOURCE, &["no"], &["kind", "id", "json", "state"], &keys)? {
            let Some(mut row) = row else { continue };
            let entity = Entity { kind: row.take_text(0)?, id: row.take_text(1)? };
            let state = row.blob(3)?.to_vec();
            self.page.states.push(StateItem { entity, json: row.take_text(2)?, state });
        }
        let done = received + self.page.visits.iter().filter(|visit| !visit.more).count() as u64;
        self.page.waiting = waiting(sql, self.known.no)?.saturating_sub(done);
        self.page.states.extend(held_back.iter().map(|one| StateItem::held_back(one.entity.clone())));
        Ok((self.page, held_back))
    }

    fn held_back(&mut self, sql: &mut dyn Sql) -> Result<Vec<HeldBack>> {
        let keys: Vec<Vec<Value>> = self.stuck.iter().map(|no| vec![(*no).into()]).collect();
        let names = sql.lookup(&schema::RESOURCE, &["no"], &["kind", "id"], &keys)?;
        let mut out = Vec::new();
        for (no, name) in std::mem::take(&mut self.stuck).into_iter().zip(names) {
            let Some(mut name) = name else { continue };
            let entity = Entity { kind: name.take_text(0)?, id: name.take_text(1)? };
            out.push(HeldBack { no, entity, bytes: self.weights.of(sql, no)? });
        }
        Ok(out)
    }
}

/// What an op weighs in a page.
fn weight_of(op: &Op) -> usize {
    // A set's members are in the keys.
    let values = op.changes.iter().map(|change| {
        let value = change.value.as_ref().map_or(0, String::len);
        value + change.key.len().max(ENVELOPE_BYTES) + change.pred.len().saturating_sub(1) * PRED_BYTES
    });
    values.sum()
}

/// Whether a row's op travels in the last lane.
fn is_of_last_lane(row: &Row) -> Result<bool> {
    Ok(!row.is_null(4) && row.int(4)? == i64::from(Lane::AUDIT.0))
}

/// Of a scope whose first send goes on: the positions among `rows` whose resource an earlier row had named.
fn named_before(sql: &mut dyn Sql, scope: &Marked, rows: &[Row]) -> Result<BTreeSet<i64>> {
    let Some(last) = rows.last() else { return Ok(BTreeSet::new()) };
    if scope.cursor == 0 || scope.cursor >= scope.first_to {
        return Ok(BTreeSet::new());
    }
    // "+ 0" keeps the search on the index by resource: an edited resource has few rows, the scope may have a million.
    let text = "SELECT n.pos FROM feed n WHERE n.scope_no = $1 AND n.pos > $2 AND n.pos <= $3 \
                AND n.actor_no IS NOT NULL AND EXISTS (SELECT 1 FROM feed f WHERE f.resource_no = n.resource_no \
                AND f.actor_no IS NOT NULL AND f.scope_no + 0 = $1 AND f.pos + 0 <= $2)";
    let params: [Value; 3] = [scope.scope_no.into(), scope.cursor.into(), last.int(1)?.into()];
    sql.query(text, &params)?.iter().map(|row| row.int(0)).collect()
}

/// What resources weigh, looked up for many at a time in the order in which they are met.
struct Weights {
    found: HashMap<i64, usize>,
    ahead: VecDeque<i64>,
}

impl Weights {
    fn of(&mut self, sql: &mut dyn Sql, resource_no: i64) -> Result<usize> {
        if let Some(weight) = self.found.get(&resource_no) {
            return Ok(*weight);
        }
        let mut wanted = BTreeSet::from([resource_no]);
        while wanted.len() < WEIGHED_AT_ONCE
            && let Some(next) = self.ahead.pop_front()
        {
            if !self.found.contains_key(&next) {
                wanted.insert(next);
            }
        }
        let keys: Vec<Vec<Value>> = wanted.iter().map(|no| vec![(*no).into()]).collect();
        let rows = sql.lookup(&schema::RESOURCE, &["no"], &[WEIGHT], &keys)?;
        for (no, row) in wanted.into_iter().zip(rows) {
            let weight = row.map_or(Ok(0), |row| row.uint(0))?;
            self.found
                .insert(no, usize::try_from(weight).unwrap_or(usize::MAX).saturating_add(ENVELOPE_BYTES));
        }
        Ok(self.found.get(&resource_no).copied().unwrap_or(0))
    }
}

/// Contents of large ops, read for a few at a time in the order in which they are met.
struct Large {
    read: HashMap<(i64, i64), Vec<u8>>,
    /// Scope, position and bytes of those that were not come to yet.
    ahead: VecDeque<(i64, i64, usize)>,
}

impl Large {
    /// Scope, position and bytes of a row whose content is too large to have come with it.
    fn of(row: &Row) -> Option<(i64, i64, usize)> {
        let length = row.uint(7).ok().filter(|_| row.is_null(6) && !row.is_null(7))?;
        Some((row.int(0).ok()?, row.int(1).ok()?, usize::try_from(length).ok()?))
    }

    fn content(&mut self, sql: &mut dyn Sql, row: &Row) -> Result<Option<Vec<u8>>> {
        let wanted = (row.int(0)?, row.int(1)?);
        if let Some(content) = self.read.remove(&wanted) {
            return Ok(Some(content));
        }
        // Those before it went with their resource, or were the replica's own.
        while self.ahead.front().is_some_and(|(scope, pos, _)| (*scope, *pos) != wanted) {
            self.ahead.pop_front();
        }
        let (mut keys, mut size) = (Vec::new(), 0);
        while let Some((scope, pos, length)) = self.ahead.front().copied()
            && (keys.is_empty() || size + length <= READ_AT_ONCE)
        {
            keys.push((scope, pos));
            size += length;
            self.ahead.pop_front();
        }
        let asked: Vec<Vec<Value>> =
            keys.iter().map(|(scope, pos)| vec![(*scope).into(), (*pos).into()]).collect();
        let rows = sql.lookup(&schema::FEED, &["scope_no", "pos"], &["op"], &asked)?;
        self.read.clear();
        for (key, row) in keys.into_iter().zip(rows) {
            if let Some(row) = row.filter(|row| !row.is_null(0)) {
                self.read.insert(key, row.blob(0)?.to_vec());
            }
        }
        Ok(self.read.remove(&wanted))
    }
}
