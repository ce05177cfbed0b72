//! What waits for a replica below, as one page. Only marked scopes are visited.

use std::collections::HashMap;

use holdfast_core::id::{ActorId, Scope};
use holdfast_core::message::{Page, Position, Response};

use crate::error::Result;
use crate::notice;
use crate::page::{Builder, FEED_COLUMNS, HeldBack};
use crate::quarantine::OVERGROWN;
use crate::records::Records;
use crate::rewind::{self, Rewound, Served};
use crate::schema;
use crate::sql::{Row, Sql};
use crate::upstream::{Known, Peer, confirm, count_pages, current, owner};

/// Scopes in one page, and feed rows in one page: bounds memory on both sides.
const PAGE_SCOPES: u32 = 2_048;
const PAGE_ROWS: u32 = 16_384;
/// A feed row's part of a page, about, where many small resources come: no more rows are looked at than may fit.
const ROW_BYTES: usize = 256;
const LEAST_ROWS: u32 = 1_024;
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
    /// Set while a `Hold` counts more than what was confirmed before.
    pub(crate) rewound: Option<Rewound>,
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
                let Made { page, .. } = page(tx.sql, &known, pending, MIN_PAGE_BYTES as usize)?;
                crate::sabotage::count_as_held(tx.sql, known.no, &page)?;
                Ok(Response::Page(page))
            });
        }
        let budget = max_bytes.clamp(MIN_PAGE_BYTES, MAX_PAGE_BYTES) as usize;
        let (Made { page, held_back, served }, known) = self.read(|view| {
            let known = current(view.sql, peer, actor)?;
            Ok((page(view.sql, &known, pending, budget)?, known))
        })?;
        if !served.is_empty() {
            self.write(|tx| rewind::note_served(tx.sql, known.no, &served))?;
        }
        self.note_seen(&known)?;
        self.note_held_back(peer, &held_back)?;
        Ok(Response::Page(page))
    }

    /// A notice once a resource, replica and day.
    fn note_held_back(&self, peer: &Peer, held_back: &[HeldBack]) -> Result<()> {
        for one in held_back {
            let topic = format!("held-back/{}/{}", owner(peer), one.no);
            let (no, kind, bytes) = (one.no, &one.entity.kind, one.bytes);
            let detail = format!(
                "a {kind} (resource {no}, {bytes} bytes) is too large to be sent to {}, and what follows it in its scope \
                 waits: settle its conflicts, then it goes by itself",
                owner(peer)
            );
            if notice::is_due(&*self.db, &topic, self.now_ms())? {
                self.write(|tx| tx.notice_daily(&topic, OVERGROWN, &detail))?;
            }
        }
        Ok(())
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

/// A page, and what is to be noted of it.
struct Made {
    page: Page,
    held_back: Vec<HeldBack>,
    served: Vec<Served>,
}

fn page(sql: &mut dyn Sql, known: &Known, pending: &[Position], budget: usize) -> Result<Made> {
    let (mut marked, received) = marked(sql, known.no, pending)?;
    let mut held_back = Vec::new();
    loop {
        let before = marked.len();
        let (mut made, left) = page_of(sql, known, (marked, received), budget)?;
        held_back.append(&mut made.held_back);
        // Scopes that are stuck may have taken up all the rows that are looked at; the others must not wait for them.
        if !made.page.visits.is_empty() || left.is_empty() || left.len() == before {
            return Ok(Made { held_back, ..made });
        }
        marked = left;
    }
}

/// A page of these scopes, of which some are received already, and those of which no row was looked at.
fn page_of(
    sql: &mut dyn Sql,
    known: &Known,
    (marked, received): (Vec<Marked>, u64),
    budget: usize,
) -> Result<(Made, Vec<Marked>)> {
    let ranges: Vec<(i64, i64)> = marked.iter().map(|m| (m.scope_no, m.cursor)).collect();
    let limit = u32::try_from(budget / ROW_BYTES).unwrap_or(PAGE_ROWS).clamp(LEAST_ROWS, PAGE_ROWS);
    let rows = sql.scan_after(&schema::FEED, &FEED_COLUMNS, &ranges, limit)?;
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
    let (page, held_back) = builder.finish(sql, received)?;
    let served = rewind::served(&page, visits.iter().map(|(scope, _)| scope));
    let left = visits.into_iter().filter(|(_, rows)| rows.is_empty()).map(|(scope, _)| scope).collect();
    Ok((Made { page, held_back, served }, left))
}

/// The marked scopes with news, and how many more are marked only because what was received is not confirmed yet.
/// Of those with the same rank the one with the least to send goes first: a scope of many pages keeps nobody waiting.
fn marked(sql: &mut dyn Sql, replica: i64, pending: &[Position]) -> Result<(Vec<Marked>, u64)> {
    let pending: HashMap<&str, u64> = pending.iter().map(|p| (p.scope.0.as_str(), p.at)).collect();
    let limit = u64::from(PAGE_SCOPES) + pending.len() as u64;
    let text = format!(
        "SELECT d.scope_no, sc.name, s.cursor_pos, sc.head, d.rank, w.whole_to, h.hold_no, h.served_to FROM dirty d \
         JOIN subscription s ON s.scope_no = d.scope_no AND s.replica_no = d.replica_no \
         JOIN scope sc ON sc.no = d.scope_no \
         LEFT JOIN first_send w ON w.scope_no = d.scope_no AND w.replica_no = d.replica_no \
         LEFT JOIN rewound h ON h.scope_no = d.scope_no AND h.replica_no = d.replica_no \
         WHERE d.replica_no = $1 ORDER BY d.rank, d.scope_no LIMIT {limit}"
    );
    let (mut out, mut done) = (Vec::new(), 0);
    for row in sql.query(&text, &[replica.into()])? {
        let (scope_no, name, confirmed, head) = (row.int(0)?, row.text(1)?, row.int(2)?, row.int(3)?);
        let rewound = match row.is_null(6) {
            true => None,
            false => Some(Rewound { hold_no: row.int(6)?, served_to: row.int(7)? }),
        };
        let received = pending.get(name).map_or(0, |at| i64::try_from(*at).unwrap_or(0));
        let received =
            rewound.map_or(received, |rewound| if received > rewound.served_to { 0 } else { received });
        let cursor = confirmed.max(received);
        if cursor < head || received == 0 {
            let first_to = match confirmed {
                0 => head,
                _ if row.is_null(5) => 0,
                _ => row.int(5)?,
            };
            let (name, rank) = (Scope(name.to_owned()), row.int(4)?);
            out.push(Marked { scope_no, name, cursor, head, first_to, rewound, rank });
        } else {
            done += 1;
        }
    }
    out.sort_by_key(|scope| (scope.rank, scope.head - scope.cursor));
    Ok((out, done))
}
