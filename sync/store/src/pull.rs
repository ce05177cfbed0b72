//! What waits for a replica below, as one page. Only marked scopes are visited.

use std::collections::HashMap;

use holdfast_core::id::{ActorId, Scope};
use holdfast_core::message::{Page, Position, Response};

use crate::error::Result;
use crate::page::{Builder, FEED_COLUMNS};
use crate::records::Records;
use crate::schema;
use crate::sql::{Row, Sql};
use crate::upstream::{Known, Peer, confirm, count_pages, current};

/// Scopes in one page, and feed rows in one page: bounds memory on both sides.
const PAGE_SCOPES: u32 = 512;
const PAGE_ROWS: u32 = 4096;
/// No page is asked to be smaller or larger than this. A single resource that is larger goes alone.
const MIN_PAGE_BYTES: u32 = 16 << 10;
const MAX_PAGE_BYTES: u32 = 16 << 20;

/// How old the note of a replica's presence may grow.
const SEEN_EVERY_MS: u64 = 60_000;

/// A scope with news for a replica.
pub(crate) struct Marked {
    pub(crate) scope_no: i64,
    pub(crate) name: Scope,
    /// How far the replica has come.
    pub(crate) cursor: i64,
    pub(crate) head: i64,
    /// Up to here the scope is sent for the first time; see [`schema::FIRST_SEND`].
    pub(crate) first_to: i64,
    rank: i64,
}

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
    let mut by_scope: HashMap<i64, Vec<Row>> = HashMap::new();
    for row in rows {
        by_scope.entry(row.int(0)?).or_default().push(row);
    }
    let visits: Vec<(Marked, Vec<Row>)> = marked
        .into_iter()
        .map(|scope| {
            let rows = by_scope.remove(&scope.scope_no).unwrap_or_default();
            (scope, rows)
        })
        .collect();
    let mut builder = Builder::new(known, budget, &visits)?;
    for (scope, rows) in &visits {
        // The row limit was reached before this scope, or the page is full.
        if (rows.is_empty() && scope.cursor < scope.head) || !builder.visit(sql, scope, rows)? {
            break;
        }
    }
    builder.finish(sql, received)
}

/// The marked scopes with news, and how many more are marked only because what was received is not confirmed yet.
/// Of those with the same rank the one with the least to send goes first: a scope of many pages keeps nobody waiting.
fn marked(sql: &mut dyn Sql, replica: i64, pending: &[Position]) -> Result<(Vec<Marked>, u64)> {
    let pending: HashMap<&str, u64> = pending.iter().map(|p| (p.scope.0.as_str(), p.at)).collect();
    let limit = u64::from(PAGE_SCOPES) + pending.len() as u64;
    let text = format!(
        "SELECT d.scope_no, sc.name, s.cursor_pos, sc.head, d.rank, w.whole_to FROM dirty d \
         JOIN subscription s ON s.scope_no = d.scope_no AND s.replica_no = d.replica_no \
         JOIN scope sc ON sc.no = d.scope_no \
         LEFT JOIN first_send w ON w.scope_no = d.scope_no AND w.replica_no = d.replica_no \
         WHERE d.replica_no = $1 ORDER BY d.rank, d.scope_no LIMIT {limit}"
    );
    let (mut out, mut done) = (Vec::new(), 0);
    for row in sql.query(&text, &[replica.into()])? {
        let (scope_no, name, confirmed, head) = (row.int(0)?, row.text(1)?, row.int(2)?, row.int(3)?);
        let received = pending.get(name).map_or(0, |at| i64::try_from(*at).unwrap_or(0));
        let cursor = confirmed.max(received);
        if cursor < head || received == 0 {
            let first_to = match confirmed {
                0 => head,
                _ if row.is_null(5) => 0,
                _ => row.int(5)?,
            };
            let (name, rank) = (Scope(name.to_owned()), row.int(4)?);
            out.push(Marked { scope_no, name, cursor, head, first_to, rank });
        } else {
            done += 1;
        }
    }
    out.sort_by_key(|scope| (scope.rank, scope.head - scope.cursor));
    Ok((out, done))
}
