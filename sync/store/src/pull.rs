//! What waits for a replica below, as one page. Only marked scopes are visited.

use std::collections::{BTreeSet, HashMap};

use holdfast_core::id::{ActorId, Entity, Scope};
use holdfast_core::message::{Page, Position, Response, StateItem, Visit};

use crate::error::Result;
use crate::log::OpFinder;
use crate::records::Records;
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::upstream::{Known, Peer, confirm, count_pages, current, waiting};

/// Scopes in one page, and feed rows in one page: bounds memory on both sides.
const PAGE_SCOPES: u32 = 512;
const PAGE_ROWS: u32 = 4096;
/// No page is asked to be smaller or larger than this. A scope that is sent for the first time goes whole, so a page may
/// be larger than asked.
const MIN_PAGE_BYTES: u32 = 16 << 10;
const MAX_PAGE_BYTES: u32 = 16 << 20;

/// How old the note of a replica's presence may grow.
const SEEN_EVERY_MS: u64 = 60_000;

struct Marked {
    scope_no: i64,
    name: Scope,
    cursor: i64,
    head: i64,
}

const FEED_COLUMNS: [&str; 7] = ["scope_no", "pos", "resource_no", "actor_no", "lane", "seq", "op"];

impl Records {
    pub(crate) fn pull(
        &self,
        peer: &Peer,
        actor: ActorId,
        acked: &[Position],
        pending: &[Position],
        max_bytes: u32,
    ) -> Result<Response> {
        if !acked.is_empty() {
            self.write(|tx| {
                let known = current(tx.sql, peer, actor)?;
                count_pages(tx.sql, &known, acked)?;
                confirm(tx.sql, known.no, acked)
            })?;
        }
        #[cfg(feature = "sabotage")]
        if self.is_broken(crate::sabotage::Sabotage::CursorBeforeDurable) {
            return self.write(|tx| {
                let known = current(tx.sql, peer, actor)?;
                let page = page(tx.sql, &known, pending, MIN_PAGE_BYTES as usize)?;
                crate::sabotage::count_as_held(tx.sql, known.no, &page)?;
                Ok(Response::Page(page))
            });
        }
        let budget = max_bytes.clamp(MIN_PAGE_BYTES, MAX_PAGE_BYTES) as usize;
        let (answer, known) = self.read(|view| {
            let known = current(view.sql, peer, actor)?;
            page(view.sql, &known, pending, budget).map(|page| (Response::Page(page), known))
        })?;
        self.note_seen(&known)?;
        Ok(answer)
    }

    /// That a replica is there is written down once a minute, not with every pull.
    fn note_seen(&self, known: &Known) -> Result<()> {
        let now = self.now_ms();
        if now.abs_diff(known.seen_ms) < SEEN_EVERY_MS {
            return Ok(());
        }
        self.write(|tx| {
            let text = "UPDATE replica SET seen_ms = $2 WHERE no = $1";
            tx.sql.execute(text, &[known.no.into(), now.into()]).map(|_| ())
        })
    }
}

fn page(sql: &mut dyn Sql, known: &Known, pending: &[Position], budget: usize) -> Result<Page> {
    let (marked, received) = marked(sql, known.no, pending)?;
    let ranges: Vec<(i64, i64)> = marked.iter().map(|m| (m.scope_no, m.cursor)).collect();
    let rows = sql.scan_after(&schema::FEED, &FEED_COLUMNS, &ranges, PAGE_ROWS)?;
    let mut builder =
        Builder { known, page: Page::default(), states: Vec::new(), size: 0, finder: OpFinder::default() };
    let mut by_scope: HashMap<i64, Vec<Row>> = HashMap::new();
    for row in rows {
        by_scope.entry(row.int(0)?).or_default().push(row);
    }
    for scope in &marked {
        if builder.size >= budget {
            break;
        }
        let rows = by_scope.remove(&scope.scope_no).unwrap_or_default();
        if rows.is_empty() && scope.cursor < scope.head {
            // The row limit was reached before this scope.
            break;
        }
        builder.visit(sql, scope, &rows, budget)?;
    }
    builder.finish(sql, received)
}

/// The marked scopes with news, and how many more are marked only because what was received is not confirmed yet.
fn marked(sql: &mut dyn Sql, replica: i64, pending: &[Position]) -> Result<(Vec<Marked>, u64)> {
    let pending: HashMap<&str, u64> = pending.iter().map(|p| (p.scope.0.as_str(), p.at)).collect();
    let limit = u64::from(PAGE_SCOPES) + pending.len() as u64;
    let text = format!(
        "SELECT d.scope_no, sc.name, s.cursor_pos, sc.head FROM dirty d \
         JOIN subscription s ON s.scope_no = d.scope_no AND s.replica_no = d.replica_no \
         JOIN scope sc ON sc.no = d.scope_no WHERE d.replica_no = $1 ORDER BY d.rank, d.scope_no LIMIT {limit}"
    );
    let (mut out, mut done) = (Vec::new(), 0);
    for row in sql.query(&text, &[replica.into()])? {
        let (scope_no, name, head) = (row.int(0)?, row.text(1)?, row.int(3)?);
        let received = pending.get(name).map_or(0, |at| i64::try_from(*at).unwrap_or(0));
        let cursor = row.int(2)?.max(received);
        if cursor < head || received == 0 {
            out.push(Marked { scope_no, name: Scope(name.to_owned()), cursor, head });
        } else {
            done += 1;
        }
    }
    Ok((out, done))
}

struct Builder<'a> {
    known: &'a Known,
    page: Page,
    /// Resources to send whole, once each.
    states: Vec<i64>,
    size: usize,
    finder: OpFinder,
}

impl Builder<'_> {
    fn visit(&mut self, sql: &mut dyn Sql, scope: &Marked, rows: &[Row], budget: usize) -> Result<()> {
        let is_fresh = scope.cursor == 0;
        let mut to = scope.cursor;
        for row in rows {
            if self.size >= budget && !is_fresh {
                break;
            }
            to = row.int(1)?;
            self.take(sql, row, is_fresh)?;
        }
        self.page.visits.push(Visit {
            scope: scope.name.clone(),
            from: scope.cursor as u64,
            to: to as u64,
            more: to < scope.head,
        });
        Ok(())
    }

    fn take(&mut self, sql: &mut dyn Sql, row: &Row, is_fresh: bool) -> Result<()> {
        /// What a resource weighs before it has been read: their size is known only then.
        const GUESS_BYTES: usize = 1500;
        if is_fresh || row.is_null(3) {
            self.states.push(row.int(2)?);
            self.size += GUESS_BYTES;
            return Ok(());
        }
        let dot = (row.int(3)?, row.int(4)?, row.uint(5)?);
        if self.known.actor_no == Some(dot.0) {
            return Ok(());
        }
        let content = if row.is_null(6) { None } else { Some(row.blob(6)?) };
        match self.finder.of_feed_row(sql, content, dot)? {
            Some(op) => {
                self.size +=
                    op.changes.iter().map(|c| c.value.as_ref().map_or(0, String::len) + 64).sum::<usize>();
                self.page.ops.push(op);
            }
            // Its content was compacted away here: the whole resource says it too.
            None => self.states.push(row.int(2)?),
        }
        Ok(())
    }

    /// Fills in the resources and what waits after this page: of the marks, neither those that it brings up to date
    /// nor those that earlier pages have (`received`). They stay until they are confirmed.
    fn finish(mut self, sql: &mut dyn Sql, received: u64) -> Result<Page> {
        let wanted: BTreeSet<i64> = self.states.into_iter().collect();
        let keys: Vec<Vec<Value>> = wanted.iter().map(|no| vec![(*no).into()]).collect();
        for row in sql.lookup(&schema::RESOURCE, &["no"], &["kind", "id", "json", "state"], &keys)? {
            let Some(mut row) = row else { continue };
            let entity = Entity { kind: row.take_text(0)?, id: row.take_text(1)? };
            let state = row.blob(3)?.to_vec();
            self.page.states.push(StateItem { entity, json: row.take_text(2)?, state });
        }
        let done = received + self.page.visits.iter().filter(|visit| !visit.more).count() as u64;
        self.page.waiting = waiting(sql, self.known.no)?.saturating_sub(done);
        Ok(self.page)
    }
}
