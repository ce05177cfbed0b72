//! A live session: segments go up, scopes are held, pages come down.

use super::{HOLD_BATCH, Output, Pending, Phase, Ready, Session};
use std::collections::BTreeMap;

use crate::id::{Lane, Scope};
use crate::message::{Page, Position, Request};

/// Segments on their way at once. Four keep a 100 ms link busy and lose little when it breaks.
pub const MAX_IN_FLIGHT: usize = 4;
/// Segments read ahead from the store in one go.
const READ_AHEAD: u32 = 8;
/// A page that comes within this time may be followed by one twice as large.
const PAGE_QUICK_MS: u64 = 500;
/// After one that takes longer than this comes one half as large.
const PAGE_SLOW_MS: u64 = 2_000;
/// Pages become no smaller than this part of the first.
const SMALLEST_PART: u32 = 8;

impl Session {
    /// Large pages cost less a record, on both sides; small ones are soon there, and little is lost with one. So pages grow
    /// while they come quickly and more waits, and shrink on a thin link.
    pub(super) fn fit_pages(&mut self, now_ms: u64, page: &Page) {
        let Some(took_ms) = self.pulled_at_ms.take().map(|at| now_ms.saturating_sub(at)) else { return };
        if took_ms > PAGE_SLOW_MS {
            self.page_bytes = (self.page_bytes / 2).max(self.config.page_bytes / SMALLEST_PART).max(1);
        } else if took_ms < PAGE_QUICK_MS && page.waiting > 0 && !page.visits.is_empty() {
            self.page_bytes =
                self.page_bytes.saturating_mul(2).min(self.config.largest_page_bytes).max(self.page_bytes);
        }
    }

    /// One scope that may not be held must stop neither the others nor the session: what was refused is asked for in
    /// halves until it stands alone. Any other refusal leaves the wish standing.
    pub(super) fn hold_refused(
        &mut self,
        now_ms: u64,
        mut scopes: Vec<Position>,
        (code, message, retryable): (String, String, bool),
    ) {
        if code != "scope-denied" {
            self.wanted.extend(scopes);
            return self.refused(now_ms, code, message, retryable);
        }
        if scopes.len() == 1 {
            self.last_error = Some((code, message));
            return;
        }
        let half = scopes.split_off(scopes.len() / 2);
        self.parted.extend([half, scopes]);
    }

    /// One at a time, for each is a write at the upstream; new wishes before what was refused once.
    pub(super) fn hold_more(&mut self, now_ms: u64) {
        if self.in_flight.values().any(|(p, _)| matches!(p, Pending::Hold(_))) {
            return;
        }
        let mut wanted = each_once(std::mem::take(&mut self.wanted));
        self.wanted = wanted.split_off(wanted.len().min(HOLD_BATCH));
        let scopes = if wanted.is_empty() { self.parted.pop().unwrap_or_default() } else { wanted };
        if !scopes.is_empty() {
            let request = Request::Hold { actor: self.actor, scopes: scopes.clone(), urgent: true };
            self.send(now_ms, Pending::Hold(scopes), request);
        }
    }

    pub(super) fn page(&mut self, page: Page) {
        self.waiting = page.waiting;
        self.is_dry = page.visits.is_empty();
        if self.is_dry {
            return;
        }
        if self.storing.is_some() {
            self.next_page = Some(page);
            return;
        }
        let reached = page.visits.iter().map(|v| Position { scope: v.scope.clone(), at: v.to }).collect();
        self.storing = Some(reached);
        self.out.push_back(Output::StorePage { upstream: self.upstream, page });
    }

    pub(super) fn page_durable(&mut self, positions: Vec<Position>) {
        // A page of an earlier connection is not the one that is being stored now; what it brought is sent again.
        let is_this = |storing: &mut Vec<Position>| storing.iter().all(|reached| positions.contains(reached));
        if self.storing.take_if(is_this).is_none() {
            return;
        }
        self.confirm.extend(positions);
        if let Some(page) = self.next_page.take() {
            self.page(page);
        }
    }

    pub(super) fn page_refused(&mut self, positions: Vec<Position>) {
        self.waiting = self.waiting();
        (self.storing, self.next_page) = (None, None);
        self.wanted.extend(positions);
    }

    pub(super) fn segments(&mut self, lane: Lane, ready: Vec<Ready>) {
        let Some(progress) = self.lanes.get_mut(usize::from(lane.0)) else { return };
        if !progress.is_reading {
            return;
        }
        progress.is_reading = false;
        progress.is_drained = ready.is_empty() && !progress.is_outdated;
        progress.is_outdated = false;
        progress.ready.extend(ready.into_iter().filter(|r| r.first > progress.sent));
    }

    /// Urgent lanes first: a lane is touched only when every lane before it has nothing left to send. Lane 0
    /// has a place of its own, so that it never waits behind four bulk segments.
    pub(super) fn push_more(&mut self, now_ms: u64) {
        for at in 0..self.lanes.len() {
            let lane = Lane(at as u8);
            loop {
                let flying = self.in_flight.values().filter(|(p, _)| matches!(p, Pending::Push(..))).count();
                // One by one while parting: of a segment that is not kept, nothing behind it is counted as handed over.
                let places = match self.phase {
                    Phase::Parting => 1,
                    _ => MAX_IN_FLIGHT + usize::from(lane == Lane::SAFETY),
                };
                if flying >= places {
                    break;
                }
                let Some(next) = self.lanes[at].ready.pop_front() else { break };
                self.lanes[at].sent = next.last;
                self.send(now_ms, Pending::Push(lane, next.last), Request::Push { segment: next.bytes });
            }
            let progress = &mut self.lanes[at];
            if progress.ready.is_empty() && !progress.is_drained && !progress.is_reading {
                progress.is_reading = true;
                self.out.push_back(Output::ReadSegments { lane, after: progress.sent, limit: READ_AHEAD });
            }
            if !progress.ready.is_empty() || progress.is_reading {
                return;
            }
        }
    }

    pub(super) fn pull_more(&mut self, now_ms: u64) {
        let pulling = self.in_flight.values().any(|(p, _)| matches!(p, Pending::Pull));
        if pulling || self.next_page.is_some() || (self.storing.is_some() && self.is_dry) {
            return;
        }
        let pending = self.storing.clone().unwrap_or_default();
        let is_idle = self.storing.is_none() && (self.waiting == 0 || self.is_dry);
        let request = Request::Pull {
            actor: self.actor,
            acked: std::mem::take(&mut self.confirm),
            pending,
            max_bytes: self.page_bytes,
            wait_ms: if is_idle { self.config.idle_wait_ms } else { 0 },
        };
        self.pulled_at_ms = (!is_idle).then_some(now_ms);
        self.send(now_ms, Pending::Pull, request);
    }
}

/// Several may want one scope at the same time: it is asked for once, from where the first of them wants it.
fn each_once(wanted: Vec<Position>) -> Vec<Position> {
    let mut from: BTreeMap<Scope, u64> = BTreeMap::new();
    for Position { scope, at } in wanted {
        let least = from.entry(scope).or_insert(at);
        *least = at.min(*least);
    }
    from.into_iter().map(|(scope, at)| Position { scope, at }).collect()
}
