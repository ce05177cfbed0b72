//! Ops put aside: they stay in their author's log, but are not merged here and go to nobody, until a person decides.
//!
//! * An op that brings a resource into a scope it was not in, from a clinic that may hold none of the scopes that the
//!   resource is in. Merged, it would hand the record to that clinic (see `docs/decisions/`).
//! * An op after which the resource could be sent to nobody: too heavy, or with too many replaced values that never came.
//!   Refused, it would block the lane of whoever wrote it, who may have done nothing wrong.
//! * An op in another lane than its resource's. A register names values by actor and number, which are distinct
//!   within a lane only.

use std::collections::BTreeSet;

use holdfast_core::codec::encode_ops;
use holdfast_core::id::{Entity, Scope};
use holdfast_core::op::Op;

use crate::error::Result;
use crate::quarantine;
use crate::schema;
use crate::sql::Value;
use crate::tx::Tx;
use crate::upstream::Peer;

/// Why an op is put aside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Reason {
    /// It would hand a record to a clinic that may not hold it.
    ScopeEntry,
    /// It came in another lane than its resource's.
    Lane,
    /// It would leave too many replaced values that never came.
    Unseen,
    /// It would make its resource too large to be sent.
    Weight,
}

impl Reason {
    fn code(self) -> &'static str {
        match self {
            Self::ScopeEntry => quarantine::SCOPE_ENTRY,
            Self::Lane => "lane-differs",
            Self::Unseen => quarantine::UNSEEN,
            Self::Weight => quarantine::OVERGROWN,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::ScopeEntry => {
                "would bring a record that its clinic may not hold to a patient of its own; share the record's patient \
                 with the clinic if that is right"
            }
            Self::Lane => "came in another lane than its resource's; upgrade the older replica",
            Self::Unseen => {
                "stands in place of values that never came here, of which one element has too many already; find out \
                 who wrote those, then accept it"
            }
            Self::Weight => {
                "would make its record larger than what can be sent to a replica; settle the record's conflicts, then \
                 accept it"
            }
        }
    }
}

/// The resources of a segment that its sender's clinic may not read.
pub(crate) struct Foreign {
    entities: BTreeSet<Entity>,
}

impl Foreign {
    /// Looks at all resources that the ops may move, at the cost of one lookup.
    pub(crate) fn find(tx: &mut Tx<'_>, peer: &Peer, ops: &[&Op]) -> Result<Self> {
        let mut entities = BTreeSet::new();
        if !tx.serves_clinics() {
            return Ok(Self { entities });
        }
        let moved = tx.scopes_at_stake(ops)?;
        let own = [Scope::directory(), Scope::clinic(&peer.clinic)];
        let asked: BTreeSet<&Scope> = moved.values().flatten().filter(|s| s.as_patient().is_some()).collect();
        let keys: Vec<Vec<Value>> =
            asked.iter().map(|s| vec![s.0.as_str().into(), peer.clinic.as_str().into()]).collect();
        let found = tx.sql.lookup(&schema::GRANT, &["scope", "clinic"], &["clinic"], &keys)?;
        let granted: BTreeSet<&Scope> =
            asked.into_iter().zip(found).filter(|(_, row)| row.is_some()).map(|(scope, _)| scope).collect();
        for (entity, scopes) in &moved {
            if !scopes.iter().any(|scope| own.contains(scope) || granted.contains(scope)) {
                entities.insert(entity.clone());
            }
        }
        Ok(Self { entities })
    }

    /// Why this op may not be merged as the resources now stand; `None` if it may.
    pub(crate) fn reason(&self, tx: &mut Tx<'_>, op: &Op) -> Result<Option<Reason>> {
        let rules = tx.rules();
        let loaded = tx.entity(&op.entity)?;
        if loaded.lane().is_some_and(|lane| lane != op.dot.lane) {
            return Ok(Some(Reason::Lane));
        }
        if loaded.knows(op) {
            return Ok(None);
        }
        if loaded.would_leave_too_many_unseen(op) {
            return Ok(Some(Reason::Unseen));
        }
        if loaded.would_be_too_heavy(op, rules) {
            return Ok(Some(Reason::Weight));
        }
        let enters = self.entities.contains(&op.entity) && loaded.would_enter_a_scope(op, rules);
        Ok(enters.then_some(Reason::ScopeEntry))
    }
}

/// Keeps ops beside the log for review, and tells the operator once a segment and reason.
pub(crate) fn put(tx: &mut Tx<'_>, peer: &Peer, ops: &[(&Op, Reason)]) -> Result<()> {
    if ops.is_empty() {
        return Ok(());
    }
    let replica = peer.replica.as_str();
    for (op, reason) in ops {
        // Past the bound an op is in its author's log still; the notice says so much of every segment.
        let _kept = quarantine::keep(tx, peer, reason.code(), &encode_ops(std::slice::from_ref(*op))?)?;
    }
    for reason in ops.iter().map(|(_, reason)| *reason).collect::<BTreeSet<_>>() {
        let of = ops.iter().filter(|(_, r)| *r == reason);
        let (count, first) = (of.clone().count(), of.map(|(op, _)| op.dot).min());
        let Some(first) = first else { continue };
        let (clinic, what) = (&peer.clinic, reason.text());
        let which = format!("{} in lane {} from {}", first.seq, first.lane.0, first.actor);
        tx.notice("op-put-aside", &format!("{count} of {clinic}/{replica}, op {which} first: {what}"))?;
    }
    Ok(())
}
