//! The upstream's side of a session: every request answered from the store, nothing kept in memory between
//! requests. Who asks is what the certificate says, nothing else.

mod confirm;
mod peer;
mod push;

use std::collections::BTreeMap;

use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::message::{PROTOCOL, Position, Reach, Request, Response, StateItem};

use crate::error::{LogError, Result, StoreError};
use crate::feed::{ROUTINE, URGENT, scope_number};
use crate::page;
use crate::quarantine;
use crate::records::Records;
use crate::rewind;
use crate::schema;
use crate::sql::{Sql, Value};
use crate::weight::MAX_STATE_BYTES;

pub(crate) use confirm::{confirm, count_pages, waiting};
pub(crate) use peer::{
    Known, NODE, OK, REVOKED, current, find, may_hold, owner, refuse_stranger, share_within,
};
pub use peer::{Peer, share};
use peer::{introduce, known_or_new, owned_actor, refuse_copy, revoked, subscribe, take_incarnation};
pub use push::Pushed;

/// Resources answered to one `Fetch` request; the others of a longer list are asked for again.
pub const MAX_FETCHED: usize = 500;
/// Segments answered to one `Log` request.
const LOG_SEGMENTS: u32 = 16;
/// Bytes answered to one `Fetch` or `Log` request, unless the first thing asked for is larger: fits in one message.
const MAX_ANSWER_BYTES: usize = 16 << 20;

impl Records {
    /// Answers one request of a replica below. Never panics on what a peer sends.
    ///
    /// Pulls do not wait here; the caller repeats them when something has come. Blocks.
    pub fn respond(&self, peer: &Peer, request: &Request) -> Response {
        let answer = match request {
            Request::Hello { actors, opening, .. } => self.greet(peer, actors, *opening),
            Request::Push { segment } => self.push(peer, segment),
            Request::Pull { actor, acked, pending, max_bytes, .. } => {
                self.pull(peer, *actor, acked, pending, *max_bytes)
            }
            Request::Hold { actor, scopes, urgent } => self.hold(peer, *actor, scopes, *urgent),
            Request::Release { actor, scopes } => self.release(peer, *actor, scopes),
            Request::Log { actor, lane, from } => self.log_from(peer, *actor, *lane, *from),
            Request::Fetch { entities } => self.fetch(peer, entities),
            Request::GiveBack { actor, states } => self.take_back(peer, *actor, states),
            Request::Search(search) => self.seek(peer, search),
            Request::Introduce { actor, below } => self.introduce_below(peer, *actor, below),
        };
        answer.unwrap_or_else(|error| {
            // The text may name a patient: it is for the peer alone.
            tracing::warn!(error.code = error.code(), peer.id = %peer.replica, "request refused");
            refusal(&error)
        })
    }

    fn greet(
        &self,
        peer: &Peer,
        actors: &[(ActorId, [u8; 32])],
        opening: (u64, [u8; 16]),
    ) -> Result<Response> {
        let &(current, _) = actors.first().ok_or(LogError::UnknownActor)?;
        let is_revoked = self.write(|tx| {
            let known = known_or_new(tx, peer)?;
            // Of a revoked replica too: what it still sends is kept for review by its author's key.
            for (actor, key) in actors {
                introduce(tx, peer, *actor, key)?;
            }
            if known.state != OK {
                return Ok(true);
            }
            let actor_no = tx.actor_no(current)?;
            refuse_copy(tx, actor_no, opening)?;
            if known.actor_no != Some(actor_no) {
                take_incarnation(tx, peer, &known, actor_no)?;
            }
            let (count, nonce) = opening;
            tx.sql
                .upsert(&schema::OPENING, vec![vec![actor_no.into(), count.into(), nonce.to_vec().into()]])?;
            let now = tx.records.now_ms();
            let text = "UPDATE replica SET seen_ms = $2 WHERE no = $1";
            tx.sql.execute(text, &[known.no.into(), now.into()]).map(|_| false)
        })?;
        if is_revoked { Err(revoked()) } else { self.welcome(peer, actors) }
    }

    pub(crate) fn welcome(&self, peer: &Peer, actors: &[(ActorId, [u8; 32])]) -> Result<Response> {
        let upstream = self.actor();
        self.read(|view| {
            let mut known = Vec::new();
            for (actor, _) in actors {
                let text = "SELECT h.lane, h.seq, h.hash FROM log_head h JOIN actor a ON a.no = h.actor_no \
                            WHERE a.actor = $1 ORDER BY h.lane";
                for row in view.sql.query(text, &[actor.0.to_vec().into()])? {
                    let lane = Lane(u8::try_from(row.int(0)?).unwrap_or(u8::MAX));
                    known.push(Reach { actor: *actor, lane, seq: row.uint(1)?, hash: row.array(2)? });
                }
            }
            let waiting = match find(view.sql, peer)? {
                Some(replica) => waiting(view.sql, replica.no)?,
                None => 0,
            };
            Ok(Response::Welcome { protocol: PROTOCOL, upstream, known, waiting })
        })
    }

    fn hold(&self, peer: &Peer, actor: ActorId, scopes: &[Position], urgent: bool) -> Result<Response> {
        let rank = if urgent { URGENT } else { ROUTINE };
        let count = self.write(|tx| {
            let known = current(tx.sql, peer, actor)?;
            let (mut taken_back, mut complete) = (Vec::new(), Vec::new());
            for position in &each_once(scopes) {
                if !may_hold(tx.sql, &position.scope, &peer.clinic, self.clinic())? {
                    return Err(StoreError::Denied {
                        code: "scope-denied",
                        message: format!(
                            "clinic {} may not hold {}; ask for it to be shared",
                            peer.clinic, position.scope
                        ),
                    });
                }
                let (scope_no, at, head) = subscribe(tx.sql, known.no, &position.scope, position.at, rank)?;
                if at < head {
                    taken_back.push((scope_no, at));
                } else {
                    complete.push(scope_no);
                }
            }
            rewind::begin(tx.sql, known.no, &taken_back)?;
            rewind::end(tx.sql, known.no, complete)?;
            Ok(scopes.len() as u64)
        })?;
        Ok(Response::Done { count })
    }

    fn release(&self, peer: &Peer, actor: ActorId, scopes: &[Scope]) -> Result<Response> {
        let count = self.write(|tx| {
            let known = current(tx.sql, peer, actor)?;
            let mut count = 0;
            for scope in scopes {
                let (scope_no, _) = scope_number(tx.sql, scope)?;
                count +=
                    tx.sql.delete(&schema::SUBSCRIPTION, vec![vec![scope_no.into(), known.no.into()]])?;
                tx.sql.delete(&schema::FIRST_SEND, vec![vec![scope_no.into(), known.no.into()]])?;
                rewind::end(tx.sql, known.no, [scope_no])?;
                tx.sql.delete(&schema::DIRTY, vec![vec![known.no.into(), scope_no.into()]])?;
            }
            Ok(count)
        })?;
        Ok(Response::Done { count })
    }

    fn log_from(&self, peer: &Peer, actor: ActorId, lane: Lane, from: u64) -> Result<Response> {
        self.read(|view| {
            owned_actor(view.sql, peer, actor)?;
            let text = format!(
                "SELECT s.bytes FROM segment s JOIN actor a ON a.no = s.actor_no \
                 WHERE a.actor = $1 AND s.lane = $2 AND s.last >= $3 ORDER BY s.first LIMIT {LOG_SEGMENTS}"
            );
            let params: [Value; 3] = [actor.0.to_vec().into(), i64::from(lane.0).into(), from.into()];
            let rows = view.sql.query(&text, &params)?;
            let segments = rows.iter().map(|row| row.blob(0).map(<[u8]>::to_vec));
            let mut segments = segments.collect::<Result<Vec<_>>>()?;
            segments.truncate(fitting(segments.iter().map(Vec::len)));
            Ok(Response::Segments(segments))
        })
    }

    /// Resources in scopes that the replica's clinic may hold, whether the replica holds them or not.
    fn fetch(&self, peer: &Peer, entities: &[Entity]) -> Result<Response> {
        self.read(|view| {
            refuse_stranger(view.sql, peer)?;
            let (found, _) = self.visible(view.sql, peer, entities)?;
            match found.first() {
                Some(first) if first.is_held_back() => Err(StoreError::Refused {
                    code: quarantine::OVERGROWN,
                    message: format!(
                        "{} is larger than what can be sent; settle its conflicts here, then ask again",
                        first.entity
                    ),
                }),
                _ => Ok(Response::States(found.into_iter().filter(|item| !item.is_held_back()).collect())),
            }
        })
    }

    /// Those of the resources that exist and that the peer's clinic may hold, and how many were looked at: the first
    /// [`MAX_FETCHED`], or fewer if they are large. One that fits in no message stands there as held back.
    pub(crate) fn visible(
        &self,
        sql: &mut dyn Sql,
        peer: &Peer,
        entities: &[Entity],
    ) -> Result<(Vec<StateItem>, usize)> {
        let keys: Vec<Vec<Value>> = entities
            .iter()
            .take(MAX_FETCHED)
            .map(|entity| vec![entity.kind.as_str().into(), entity.id.as_str().into()])
            .collect();
        let weights = sql.lookup(&schema::RESOURCE, &["kind", "id"], &[page::WEIGHT], &keys)?;
        let weights = weights.into_iter().map(|row| row.map_or(Ok(0), |row| row.uint(0)));
        let weights = weights.collect::<Result<Vec<u64>>>()?;
        let is_sendable = |bytes: u64| bytes as usize <= MAX_STATE_BYTES;
        let fitting = fitting(weights.iter().map(|bytes| *bytes as usize * usize::from(is_sendable(*bytes))));
        let columns = ["json", "state", "no"];
        let rows = sql.lookup(&schema::RESOURCE, &["kind", "id"], &columns, &keys[..fitting])?;
        let mut out = Vec::new();
        for ((entity, row), bytes) in entities.iter().zip(rows).zip(weights) {
            let Some(mut row) = row else { continue };
            let decoded = holdfast_core::view::decode(entity.clone(), row.text(0)?, row.blob(1)?)?;
            let no = row.int(2)?;
            let home = crate::home::find(sql, &[no])?.remove(&no);
            let clinic = home.as_deref().unwrap_or(self.clinic());
            let mut is_allowed = false;
            for scope in self.rules().scopes(&decoded, clinic) {
                is_allowed = is_allowed || may_hold(sql, &scope, &peer.clinic, self.clinic())?;
            }
            if is_allowed && !is_sendable(bytes) {
                out.push(StateItem::held_back(entity.clone()));
            } else if is_allowed {
                let state = row.blob(1)?.to_vec();
                out.push(StateItem { entity: entity.clone(), json: row.take_text(0)?, state });
            }
        }
        Ok((out, fitting))
    }
}

/// A scope that is named twice is held from the earlier position.
fn each_once(positions: &[Position]) -> Vec<Position> {
    let mut from: BTreeMap<&Scope, u64> = BTreeMap::new();
    for Position { scope, at } in positions {
        let least = from.entry(scope).or_insert(*at);
        *least = (*at).min(*least);
    }
    from.into_iter().map(|(scope, at)| Position { scope: scope.clone(), at }).collect()
}

/// How many of the things that weigh so many bytes go into one answer; the first always does.
fn fitting(weights: impl Iterator<Item = usize>) -> usize {
    let mut sum = 0usize;
    let fits = |(at, weight): &(usize, usize)| {
        sum = sum.saturating_add(*weight);
        *at == 0 || sum <= MAX_ANSWER_BYTES
    };
    weights.enumerate().take_while(fits).count()
}

/// The answer that tells a peer why its request was refused. Inner trouble is not told.
pub fn refusal(error: &StoreError) -> Response {
    let message =
        if error.is_retryable() { "the upstream cannot do this now".into() } else { error.to_string() };
    Response::Refused { code: error.code().to_owned(), message, retryable: error.is_retryable() }
}
