//! Segments of the replicas below: verified, merged if they continue the log held, or kept for review.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::Response;
use holdfast_core::op::Op;
use holdfast_core::segment::{self, Hash, Segment};
use holdfast_core::state::Applied;
use holdfast_core::wellformed;

use super::peer::{Known, Peer, REVOKED, find, known_or_new, owned_actor, owner, refuse_revoked, revoked};
use crate::aside;
use crate::error::{LogError, Result, StoreError};
use crate::grant;
use crate::log;
use crate::prepare::Prepared;
use crate::quarantine::{self, Keep};
use crate::records::Records;
use crate::schema;
use crate::sql::Value;
use crate::tx::{Origin, Tx};

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

impl Records {
    pub(super) fn push(&self, peer: &Peer, bytes: &[u8]) -> Result<Response> {
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
            let kept = quarantine::keep_segment(tx, peer, bytes)?;
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
    let held = aside::Held::find(tx, peer, segment.head.actor, &segment.ops)?;
    let prepared = prepared.lock().unwrap_or_else(PoisonError::into_inner).take();
    // What was worked out ahead knew nothing of who may no longer write.
    let prepared = prepared.filter(|_| !held.has_any(tx.rules(), &segment.ops));
    let waiting = aside::waiting(tx, actor_no, segment.head.lane)?;
    let ready = tx.take_prepared(prepared, &waiting)?;
    let (done, open): (Vec<&Op>, Vec<&Op>) = segment.ops.iter().partition(|op| ready.contains(&op.entity));
    done.into_iter().try_for_each(|op| tx.note_clock(op, Origin::Segment))?;
    take_ops(tx, peer, &open, waiting, held)?;
    tx.flush()?;
    let row = log::segment_row(actor_no, &segment.head, bytes.to_vec());
    tx.sql.insert_new(&schema::SEGMENT, vec![row])?;
    log::put_head(tx.sql, actor_no, segment.head.lane, segment.head.last(), &segment.head.hash())
}

/// Merges ops one by one, but for those that may not be merged.
fn take_ops(
    tx: &mut Tx<'_>,
    peer: &Peer,
    ops: &[&Op],
    waiting: BTreeSet<Entity>,
    held: aside::Held,
) -> Result<()> {
    tx.preload(ops.iter().map(|op| op.entity.clone()))?;
    let mut foreign = aside::Foreign::find(tx, peer, ops, waiting, held)?;
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
