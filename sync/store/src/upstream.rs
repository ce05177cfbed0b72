//! The upstream's side of a session: every request answered from the store, nothing kept in memory between
//! requests. Who asks is what the certificate says, nothing else.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::message::{MAX_ACTORS, PROTOCOL, Position, Reach, Request, Response, StateItem};
use holdfast_core::op::Op;
use holdfast_core::segment::{self, Hash, Segment};
use holdfast_core::state::Applied;
use holdfast_core::wellformed;

use crate::aside;
use crate::error::{LogError, Result, StoreError};
use crate::feed::{ROUTINE, URGENT, scope_number};
use crate::grant;
use crate::log;
use crate::page;
use crate::prepare::Prepared;
use crate::quarantine::{self, Keep};
use crate::records::Records;
use crate::rewind;
use crate::schema;
use crate::sql::{Database, Sql, Value};
use crate::tx::{Origin, Tx};
use crate::weight::MAX_STATE_BYTES;

/// Who asks, as its certificate says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Peer {
    /// The replica's name, unique within its clinic.
    pub replica: String,
    /// Its clinic.
    pub clinic: String,
    /// `node`, `desktop` or `hub`.
    pub kind: String,
}

/// A pushed segment whose signature holds, with what it makes of its resources.
pub struct Pushed {
    /// The segment.
    pub segment: Segment,
    /// Used by the first transaction that can.
    prepared: Mutex<Option<Prepared>>,
}

impl std::fmt::Debug for Pushed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pushed").field("head", &self.segment.head).finish_non_exhaustive()
    }
}

/// Resources answered to one `Fetch` request; the others of a longer list are asked for again.
pub const MAX_FETCHED: usize = 500;
/// Segments answered to one `Log` request.
const LOG_SEGMENTS: u32 = 16;
/// Bytes answered to one `Fetch` or `Log` request, unless the first thing asked for is larger: fits in one message.
const MAX_ANSWER_BYTES: usize = 16 << 20;
const OK: i64 = 0;
pub(crate) const REVOKED: i64 = 1;

/// The replica's row.
pub(crate) struct Known {
    pub(crate) no: i64,
    pub(crate) actor_no: Option<i64>,
    pub(crate) state: i64,
    pub(crate) seen_ms: u64,
}

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

    fn welcome(&self, peer: &Peer, actors: &[(ActorId, [u8; 32])]) -> Result<Response> {
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

    fn push(&self, peer: &Peer, bytes: &[u8]) -> Result<Response> {
        match self.verify_push(peer, bytes)? {
            Some(pushed) => self.write(|tx| tx.take_push(peer, &pushed, bytes)),
            None => self.quarantine(peer, bytes),
        }
    }

    /// Opens a pushed segment with its actor's key and works out what it changes, ahead of [`Tx::take_push`] and in
    /// parallel with others; `None` if the replica is revoked: hand the bytes to [`Records::quarantine`].
    ///
    /// # Errors
    /// [`StoreError::Segment`], [`StoreError::Malformed`], [`LogError::UnknownActor`], or the database.
    pub fn verify_push(&self, peer: &Peer, bytes: &[u8]) -> Result<Option<Pushed>> {
        let head = segment::peek(bytes)?;
        let (actor_no, key, is_revoked) = self.read(|view| {
            let (actor_no, key) = owned_actor(view.sql, peer, head.actor)?;
            Ok((actor_no, key, find(view.sql, peer)?.is_some_and(|known| known.state == REVOKED)))
        })?;
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| segment::SegmentError::Signature)?;
        let segment = segment::open(bytes, &key)?;
        segment.ops.iter().try_for_each(wellformed::check_op)?;
        if is_revoked {
            return Ok(None);
        }
        let prepared = self.prepare(peer, actor_no, &segment)?;
        Ok(Some(Pushed { segment, prepared: Mutex::new(Some(prepared)) }))
    }

    /// Keeps a segment that may not be merged for review; always answers with the refusal.
    ///
    /// # Errors
    /// [`StoreError::Denied`] with code `replica-revoked` if it is kept, `quarantine-full` if there is no room for it,
    /// `quarantine-dropped` if a person has refused it; or the database.
    pub fn quarantine(&self, peer: &Peer, bytes: &[u8]) -> Result<Response> {
        let kept = self.write(|tx| {
            if quarantine::is_merged(tx, bytes)? {
                return Ok(Keep::Kept);
            }
            let kept = quarantine::keep(tx, peer, quarantine::REVOKED_SEGMENT, bytes)?;
            if kept == Keep::New {
                tx.notice("quarantined", &format!("a segment of the revoked replica {}", owner(peer)))?;
            }
            Ok(kept)
        })?;
        Err(match kept {
            Keep::New | Keep::Kept => revoked(),
            Keep::Dropped => StoreError::Denied {
                code: "quarantine-dropped",
                message: "this replica was revoked; central IT has seen this segment and will not take it".into(),
            },
            Keep::Full => StoreError::Denied {
                code: "quarantine-full",
                message: "this replica was revoked, and no more of it can be held for review: this segment was not \
                          kept and stays with the replica, which sends it again; ask central IT to make room"
                    .into(),
            },
        })
    }

    fn hold(&self, peer: &Peer, actor: ActorId, scopes: &[Position], urgent: bool) -> Result<Response> {
        let rank = if urgent { URGENT } else { ROUTINE };
        let count = self.write(|tx| {
            let known = current(tx.sql, peer, actor)?;
            let mut taken_back = Vec::new();
            for position in scopes {
                if !may_hold(tx.sql, &position.scope, &peer.clinic)? {
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
                }
            }
            rewind::begin(tx.sql, known.no, &taken_back)?;
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
                is_allowed = is_allowed || may_hold(sql, &scope, &peer.clinic)?;
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

    /// Registers a replica (at enrolment), so that it may connect.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn register_replica(&self, peer: &Peer) -> Result<()> {
        self.write(|tx| known_or_new(tx, peer).map(|_| ()))
    }

    /// Revokes a replica; see [`crate::fleet::revoke`].
    ///
    /// # Errors
    /// As [`crate::fleet::revoke`].
    pub fn revoke_replica(&self, clinic: &str, replica: &str) -> Result<()> {
        crate::fleet::revoke(&*self.db, clinic, replica, self.now_ms(), "told by a program")
    }

    /// Whether a replica is revoked; an unknown one is not.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn is_revoked(&self, peer: &Peer) -> Result<bool> {
        self.read(|view| Ok(find(view.sql, peer)?.is_some_and(|known| known.state == REVOKED)))
    }

    /// Lets a clinic hold a patient's scope; see [`share`].
    ///
    /// # Errors
    /// The database.
    pub fn share(&self, scope: &Scope, clinic: &str) -> Result<()> {
        share(&*self.db, scope, clinic)
    }
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

/// Lets a clinic hold a patient's scope. Its nodes hold it from now on, as those do that come later: one that asked when
/// it might not, as after a restore of this database, does not ask again.
///
/// # Errors
/// The database.
pub fn share(db: &dyn Database, scope: &Scope, clinic: &str) -> Result<()> {
    db.write(&mut |sql| {
        sql.insert_new(&schema::GRANT, vec![vec![scope.0.as_str().into(), clinic.into()]])?;
        let text = "SELECT no FROM replica r WHERE clinic = $1 AND kind = $2 AND NOT EXISTS (SELECT 1 FROM subscription u \
                    JOIN scope s ON s.no = u.scope_no WHERE u.replica_no = r.no AND s.name = $3)";
        let params: [Value; 3] = [clinic.into(), NODE.into(), scope.0.as_str().into()];
        for node in sql.query(text, &params)? {
            subscribe(sql, node.int(0)?, scope, 0, ROUTINE)?;
        }
        Ok(())
    })
}

/// Whether a clinic may hold a scope: the directory, its own operations, and patients it made or was given.
pub(crate) fn may_hold(sql: &mut dyn Sql, scope: &Scope, clinic: &str) -> Result<bool> {
    if *scope == Scope::directory() || *scope == Scope::clinic(clinic) {
        return Ok(true);
    }
    if scope.as_patient().is_none() {
        return Ok(false);
    }
    let text = "SELECT 1 FROM scope_grant WHERE scope = $1 AND clinic = $2";
    Ok(!sql.query(text, &[scope.0.as_str().into(), clinic.into()])?.is_empty())
}

/// Whoever is not registered or is revoked reads nothing.
pub(crate) fn refuse_stranger(sql: &mut dyn Sql, peer: &Peer) -> Result<()> {
    refuse_revoked(&find(sql, peer)?.ok_or(LogError::UnknownActor)?)
}

pub(crate) fn find(sql: &mut dyn Sql, peer: &Peer) -> Result<Option<Known>> {
    let text = "SELECT no, actor_no, state, seen_ms FROM replica WHERE clinic = $1 AND name = $2";
    let rows = sql.query(text, &[peer.clinic.as_str().into(), peer.replica.as_str().into()])?;
    rows.first()
        .map(|row| {
            let actor_no = if row.is_null(1) { None } else { Some(row.int(1)?) };
            Ok(Known { no: row.int(0)?, actor_no, state: row.int(2)?, seen_ms: row.uint(3)? })
        })
        .transpose()
}

fn known_or_new(tx: &mut Tx<'_>, peer: &Peer) -> Result<Known> {
    if let Some(known) = find(tx.sql, peer)? {
        return Ok(known);
    }
    let no = tx.sql.allocate("replica", 1)? as i64;
    let (name, clinic, kind) = (peer.replica.as_str(), peer.clinic.as_str(), peer.kind.as_str());
    let now = tx.records.now_ms();
    let row = vec![no.into(), name.into(), clinic.into(), kind.into(), Value::Null, OK.into(), now.into()];
    tx.sql.insert_new(&schema::REPLICA, vec![row])?;
    for scope in [Scope::clinic(clinic), Scope::directory()] {
        subscribe(tx.sql, no, &scope, 0, URGENT)?;
    }
    if kind == NODE {
        subscribe_to_clinic(tx, no, clinic)?;
    }
    Ok(Known { no, actor_no: None, state: OK, seen_ms: now })
}

/// A new node of a clinic holds all the clinic's patients, those due today first.
fn subscribe_to_clinic(tx: &mut Tx<'_>, replica: i64, clinic: &str) -> Result<()> {
    let params: [Value; 2] = [clinic.into(), replica.into()];
    let granted = "FROM scope_grant g JOIN scope s ON s.name = g.scope WHERE g.clinic = $1";
    tx.sql.execute(
        &format!(
            "INSERT INTO subscription (scope_no, replica_no, cursor_pos) SELECT s.no, $2, 0 {granted} \
             ON CONFLICT (scope_no, replica_no) DO NOTHING"
        ),
        &params,
    )?;
    tx.sql.execute(
        &format!(
            "INSERT INTO dirty (replica_no, scope_no, rank) SELECT $2, s.no, {ROUTINE} {granted} AND s.head > 0 \
             ON CONFLICT (replica_no, scope_no) DO NOTHING"
        ),
        &params,
    )?;
    let today = holdfast_core::view::instant(holdfast_core::hlc::Hlc::new(tx.records.now_ms(), 0));
    let Some((kind, needle)) = tx.rules().due_on(&today[..10]) else { return Ok(()) };
    let text = format!(
        "UPDATE dirty SET rank = {URGENT} WHERE replica_no = $1 AND scope_no IN (SELECT f.scope_no FROM resource r \
         JOIN feed f ON f.resource_no = r.no AND f.actor_no IS NOT NULL WHERE r.kind = $2 AND r.json LIKE $3)"
    );
    tx.sql.execute(&text, &[replica.into(), kind.into(), format!("%{needle}%").into()]).map(|_| ())
}

/// The kind of replica that holds a whole clinic.
pub(crate) const NODE: &str = "node";

fn revoked() -> StoreError {
    StoreError::Denied {
        code: "replica-revoked",
        message: "this replica was revoked; what it sent is held for review, ask central IT".into(),
    }
}

fn refuse_revoked(known: &Known) -> Result<()> {
    if known.state == OK { Ok(()) } else { Err(revoked()) }
}

/// The replica's row, if this incarnation is the one that said hello last.
pub(crate) fn current(sql: &mut dyn Sql, peer: &Peer, actor: ActorId) -> Result<Known> {
    let known = find(sql, peer)?.ok_or(LogError::UnknownActor)?;
    refuse_revoked(&known)?;
    let rows = sql.query("SELECT no FROM actor WHERE actor = $1", &[actor.0.to_vec().into()])?;
    match rows.first().map(|row| row.int(0)).transpose()? {
        Some(no) if known.actor_no == Some(no) => Ok(known),
        _ => Err(LogError::UnknownActor.into()),
    }
}

/// Two copies of one database open it under different nonces: the one that fits no more is refused, and takes
/// a new actor.
fn refuse_copy(tx: &mut Tx<'_>, actor_no: i64, opening: (u64, [u8; 16])) -> Result<()> {
    let rows = tx.sql.query("SELECT count, nonce FROM opening WHERE actor_no = $1", &[actor_no.into()])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (count, nonce) = (row.uint(0)?, row.blob(1)?);
    #[cfg(feature = "sabotage")]
    let count = if tx.records.is_broken(crate::sabotage::Sabotage::ReusedDots) { 0 } else { count };
    if opening.0 > count || (opening.0 == count && opening.1[..] == *nonce) {
        return Ok(());
    }
    Err(StoreError::Denied {
        code: "replica-copied",
        message: "another copy of this database has been here; this one must take a new actor".into(),
    })
}

/// Owner of an actor as written into its row.
pub(crate) fn owner(peer: &Peer) -> String {
    format!("{}/{}", peer.clinic, peer.replica)
}

fn introduce(tx: &mut Tx<'_>, peer: &Peer, actor: ActorId, key: &[u8; 32]) -> Result<()> {
    let no = tx.actor_no(actor)?;
    let rows = tx.sql.query("SELECT replica, public_key FROM actor WHERE no = $1", &[no.into()])?;
    let known = rows.first().filter(|row| !row.is_null(0));
    if let Some(row) = known {
        if row.text(0)? == owner(peer) && row.blob(1)? == key {
            return Ok(());
        }
        return Err(StoreError::Denied {
            code: "actor-taken",
            message: format!(
                "actor {actor} belongs to another replica or key; this database must take a new actor"
            ),
        });
    }
    let text = "SELECT COUNT(*) FROM actor WHERE replica = $1";
    let held = tx.sql.query(text, &[owner(peer).into()])?.first().map_or(Ok(0), |row| row.uint(0))?;
    if held >= MAX_ACTORS as u64 {
        return Err(StoreError::Denied {
            code: "too-many-actors",
            message: format!(
                "{} has taken {held} actors, more than any database is restored; enrol it under another name",
                owner(peer)
            ),
        });
    }
    let row = vec![no.into(), actor.0.to_vec().into(), owner(peer).into(), key.to_vec().into(), OK.into()];
    tx.sql.upsert(&schema::ACTOR, vec![row])
}

/// Number and key of an actor of this replica.
fn owned_actor(sql: &mut dyn Sql, peer: &Peer, actor: ActorId) -> Result<(i64, [u8; 32])> {
    let text = "SELECT no, public_key FROM actor WHERE actor = $1 AND replica = $2";
    let rows = sql.query(text, &[actor.0.to_vec().into(), owner(peer).into()])?;
    let row = rows.first().ok_or(LogError::UnknownActor)?;
    Ok((row.int(0)?, row.array(1)?))
}

/// A replica came back as another incarnation: what the old one confirmed counts no more, until `Hold` says
/// where this one stands.
fn take_incarnation(tx: &mut Tx<'_>, peer: &Peer, known: &Known, actor_no: i64) -> Result<()> {
    if known.actor_no.is_some() {
        tx.notice("replica-new-incarnation", &owner(peer))?;
        tx.sql.execute("UPDATE subscription SET cursor_pos = 0 WHERE replica_no = $1", &[known.no.into()])?;
        let text = "INSERT INTO dirty (replica_no, scope_no, rank) SELECT replica_no, scope_no, 1 FROM subscription \
                    WHERE replica_no = $1 ON CONFLICT (replica_no, scope_no) DO NOTHING";
        tx.sql.execute(text, &[known.no.into()])?;
    }
    let text = "UPDATE replica SET actor_no = $2 WHERE no = $1";
    tx.sql.execute(text, &[known.no.into(), actor_no.into()]).map(|_| ())
}

/// The scope's number, the position from which it is held, and its last one.
fn subscribe(sql: &mut dyn Sql, replica: i64, scope: &Scope, at: u64, rank: i64) -> Result<(i64, i64, i64)> {
    let (scope_no, head) = scope_number(sql, scope)?;
    // A position past the end was counted by another incarnation of this database: start over.
    let at = i64::try_from(at).ok().filter(|at| *at <= head).unwrap_or(0);
    sql.upsert(&schema::SUBSCRIPTION, vec![vec![scope_no.into(), replica.into(), at.into()]])?;
    if at < head {
        sql.upsert(&schema::DIRTY, vec![vec![replica.into(), scope_no.into(), rank.into()]])?;
    } else {
        sql.delete(&schema::DIRTY, vec![vec![replica.into(), scope_no.into()]])?;
    }
    Ok((scope_no, at, head))
}

pub(crate) fn waiting(sql: &mut dyn Sql, replica: i64) -> Result<u64> {
    // Past ten thousand "many" is all a person needs to know, and counting would cost more than the page.
    let text = "SELECT COUNT(*) FROM (SELECT 1 FROM dirty WHERE replica_no = $1 LIMIT 10000) AS some_dirty";
    let rows = sql.query(text, &[replica.into()])?;
    rows.first().map_or(Ok(0), |row| row.uint(0))
}

impl Tx<'_> {
    /// Merges a verified segment of a replica below.
    ///
    /// # Errors
    /// [`LogError`] if it does not continue the log held, [`StoreError::Denied`], or the database.
    pub fn take_push(&mut self, peer: &Peer, pushed: &Pushed, bytes: &[u8]) -> Result<Response> {
        let known = known_or_new(self, peer)?;
        refuse_revoked(&known)?;
        let segment = &pushed.segment;
        self.merge_segment(peer, &known, segment, bytes, &pushed.prepared)?;
        let (actor, lane) = (segment.head.actor, segment.head.lane);
        Ok(Response::Ack { actor, lane, through: segment.head.last() })
    }

    /// Merges a verified segment of a replica below in its name, whether it is revoked or not.
    pub(crate) fn merge_segment(
        &mut self,
        peer: &Peer,
        known: &Known,
        segment: &Segment,
        bytes: &[u8],
        prepared: &Mutex<Option<Prepared>>,
    ) -> Result<()> {
        self.from_replica = Some(known.no);
        self.is_late = known.actor_no != Some(self.actor_no(segment.head.actor)?);
        if self.records.clinic().is_empty() {
            self.author_clinic = peer.clinic.as_str().into();
        }
        take_segment(self, peer, segment, bytes, prepared)
    }
}

/// The answer that tells a peer why its request was refused. Inner trouble is not told.
pub fn refusal(error: &StoreError) -> Response {
    let message =
        if error.is_retryable() { "the upstream cannot do this now".into() } else { error.to_string() };
    Response::Refused { code: error.code().to_owned(), message, retryable: error.is_retryable() }
}

/// Merges a verified segment if it continues the log held; an equal one held already is fine.
fn take_segment(
    tx: &mut Tx<'_>,
    peer: &Peer,
    segment: &Segment,
    bytes: &[u8],
    prepared: &Mutex<Option<Prepared>>,
) -> Result<()> {
    let actor_no = tx.actor_no(segment.head.actor)?;
    let (held, hash) = log::head(tx.sql, actor_no, segment.head.lane)?;
    if segment.head.last() <= held {
        return check_known(tx, actor_no, segment, held);
    }
    let continues = check_continues(segment, held, &hash);
    #[cfg(feature = "sabotage")]
    let continues =
        if tx.records.is_broken(crate::sabotage::Sabotage::GapAccepted) { Ok(()) } else { continues };
    continues?;
    let prepared = prepared.lock().unwrap_or_else(PoisonError::into_inner).take();
    let ready = tx.take_prepared(prepared)?;
    let (done, open): (Vec<&Op>, Vec<&Op>) = segment.ops.iter().partition(|op| ready.contains(&op.entity));
    done.into_iter().try_for_each(|op| tx.note_clock(op, Origin::Segment))?;
    take_ops(tx, peer, &open)?;
    tx.flush()?;
    let row = log::segment_row(actor_no, &segment.head, bytes.to_vec());
    tx.sql.insert_new(&schema::SEGMENT, vec![row])?;
    log::put_head(tx.sql, actor_no, segment.head.lane, segment.head.last(), &segment.head.hash())
}

/// Merges ops one by one, but for those that may not be merged.
fn take_ops(tx: &mut Tx<'_>, peer: &Peer, ops: &[&Op]) -> Result<()> {
    tx.preload(ops.iter().map(|op| op.entity.clone()))?;
    let foreign = aside::Foreign::find(tx, peer, ops)?;
    let mut kept_out = Vec::new();
    for op in ops {
        if let Some(reason) = foreign.reason(tx, op)? {
            kept_out.push((*op, reason));
            continue;
        }
        if op.seen().next().is_none() && Scope::of_patient(&op.entity).is_some() {
            // Others' edits of a patient may come ahead of the making.
            let is_made = grant::is_unmade(tx, &op.entity)?;
            tx.entity(&op.entity)?.is_made |= is_made;
        }
        if tx.apply(op, Origin::Segment)? == Applied::Duplicate {
            tracing::debug!(op = ?op.dot, "an op of a new segment had come by another way");
        }
    }
    aside::put(tx, peer, &kept_out)
}

fn check_known(tx: &mut Tx<'_>, actor_no: i64, segment: &Segment, held: u64) -> Result<()> {
    let text = "SELECT hash, last FROM segment WHERE actor_no = $1 AND lane = $2 AND first = $3";
    let params: [Value; 3] =
        [actor_no.into(), i64::from(segment.head.lane.0).into(), segment.head.first.into()];
    let rows = tx.sql.query(text, &params)?;
    match rows.first() {
        Some(row) if row.blob(0)? == segment.head.hash() => Ok(()),
        Some(row) if row.uint(1)? == segment.head.last() => {
            Err(LogError::Fork { seq: segment.head.first }.into())
        }
        _ => {
            let (first, last) = (segment.head.first, segment.head.last());
            if differs_from_held(tx, actor_no, segment)? {
                return Err(LogError::Fork { seq: first }.into());
            }
            Err(LogError::Rewind { first, last, held }.into())
        }
    }
}

fn differs_from_held(tx: &mut Tx<'_>, actor_no: i64, segment: &Segment) -> Result<bool> {
    let mut finder = log::OpFinder::default();
    for op in &segment.ops {
        if let Some(held) = finder.find(tx.sql, actor_no, i64::from(op.dot.lane.0), op.dot.seq)?
            && held != *op
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn check_continues(segment: &Segment, held: u64, hash: &Hash) -> Result<()> {
    let (first, last) = (segment.head.first, segment.head.last());
    if first > held + 1 {
        return Err(LogError::Gap { held, first }.into());
    }
    if first <= held {
        return Err(LogError::Rewind { first, last, held }.into());
    }
    if segment.head.prev != *hash {
        return Err(LogError::Fork { seq: held }.into());
    }
    Ok(())
}

/// Records how many pages an actor says it has taken; see [`Lane::PAGES`].
pub(crate) fn count_pages(sql: &mut dyn Sql, known: &Known, acked: &[Position]) -> Result<()> {
    let said = acked.iter().filter(|p| p.scope == crate::downstream::pages()).map(|p| p.at).max();
    let (Some(said), Some(actor_no)) = (said, known.actor_no) else { return Ok(()) };
    let (held, hash) = log::head(sql, actor_no, Lane::PAGES)?;
    if said > held { log::put_head(sql, actor_no, Lane::PAGES, said, &hash) } else { Ok(()) }
}

/// Positions confirmed by a replica, recorded; finished scopes lose their mark.
pub(crate) fn confirm(sql: &mut dyn Sql, replica: i64, acked: &[Position]) -> Result<()> {
    if acked.is_empty() {
        return Ok(());
    }
    let keys: Vec<Vec<Value>> = acked.iter().map(|p| vec![p.scope.0.as_str().into()]).collect();
    let found = sql.lookup(&schema::SCOPE, &["name"], &["no", "head"], &keys)?;
    let mut wanted: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (position, row) in acked.iter().zip(found) {
        let Some(row) = row else { continue };
        let at = i64::try_from(position.at).unwrap_or(0);
        wanted.insert(row.int(0)?, (at, row.int(1)?));
    }
    let keys: Vec<Vec<Value>> = wanted.keys().map(|no| vec![(*no).into(), replica.into()]).collect();
    let cursors = sql.lookup(&schema::SUBSCRIPTION, &["scope_no", "replica_no"], &["cursor_pos"], &keys)?;
    let rewound = rewind::find(sql, replica, wanted.keys().copied())?;
    let (mut rows, mut done) = (Vec::new(), Vec::new());
    let (mut begun, mut ended) = (Vec::new(), Vec::new());
    let mut arrived = Vec::new();
    for ((scope_no, (at, head)), cursor) in wanted.iter().zip(cursors) {
        let Some(cursor) = cursor else { continue };
        if rewound.get(scope_no).is_some_and(|rewound| *at > rewound.served_to) {
            // It was reached before the scope was taken back.
            continue;
        }
        let before = cursor.int(0)?;
        let at = (*at).min(*head).max(before);
        if at > before {
            arrived.push(*scope_no);
        }
        rows.push(vec![(*scope_no).into(), replica.into(), at.into()]);
        if at >= *head {
            done.push(vec![replica.into(), (*scope_no).into()]);
            ended.push(vec![(*scope_no).into(), replica.into()]);
        } else if before == 0 && at > 0 {
            begun.push(vec![(*scope_no).into(), replica.into(), (*head).into()]);
        }
    }
    rewind::end(sql, replica, arrived.into_iter().filter(|scope_no| rewound.contains_key(scope_no)))?;
    sql.upsert(&schema::SUBSCRIPTION, rows)?;
    sql.upsert(&schema::FIRST_SEND, begun)?;
    sql.delete(&schema::FIRST_SEND, ended)?;
    sql.delete(&schema::DIRTY, done).map(|_| ())
}
