//! Ops put aside: they stay in their author's log, but are not merged here and go to nobody, until a person decides.
//!
//! * An op that brings a resource into a scope it was not in, from a clinic that may hold none of the scopes that the
//!   resource is in. Merged, it would hand the record to that clinic (see `docs/decisions/`).
//! * An op after which the resource could be sent to nobody: too heavy, or with too many replaced values that never came.
//!   Refused, it would block the lane of whoever wrote it, who may have done nothing wrong.
//! * An op that makes a patient who was made here already, from a clinic that may not hold them: two people may stand
//!   under one id.
//! * An op on what another database keeps for itself, such as a page of its trail.
//! * An op of somebody who was not to write any more when it was written.
//! * An op on what nodes and hubs alone write, such as who may sign in, that a desktop has written.
//! * An op on rights, or on what takes time, of a database that this one has said is gone: another follows it.
//! * An op in another lane than its resource's. A register names values by actor and number, which are distinct
//!   within a lane only.
//! * An op on a resource of which an earlier one of the same author waits. A version names the ops in it by their
//!   last numbers, so one merged without those before it would give one version two meanings.
//!
//! Once the earlier one is decided upon, those that waited for it alone are merged with the decision ([`settle`]).

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::codec::{decode_ops, encode_ops};
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::op::Op;
use holdfast_core::rules::Rules;

use crate::error::Result;
use crate::give_back;
use crate::grant;
use crate::identity;
use crate::quarantine;
use crate::records::Records;
use crate::schema;
use crate::sql::Value;
use crate::tx::{Origin, Tx};
use crate::upstream::{Peer, owner};

/// Why an op is put aside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Reason {
    /// It would hand a record to a clinic that may not hold it.
    ScopeEntry,
    /// It makes a patient whom another clinic has made.
    Twice,
    /// It writes what another database keeps for itself.
    Writer,
    /// Its author was not to write any more.
    Withdrawn,
    /// A desktop wrote what is written at nodes and hubs.
    Above,
    /// It takes time, and its author was said to be gone.
    Fenced,
    /// It came in another lane than its resource's.
    Lane,
    /// It would leave too many replaced values that never came.
    Unseen,
    /// It would make its resource too large to be sent.
    Weight,
    /// An earlier one of its author on the resource waits.
    Follows,
}

impl Reason {
    fn code(self) -> &'static str {
        match self {
            Self::ScopeEntry => quarantine::SCOPE_ENTRY,
            Self::Twice => quarantine::PATIENT_TWICE,
            Self::Writer => quarantine::OTHER_WRITER,
            Self::Withdrawn => quarantine::WITHDRAWN,
            Self::Above => quarantine::WRITTEN_ABOVE,
            Self::Fenced => quarantine::FENCED,
            Self::Lane => "lane-differs",
            Self::Unseen => quarantine::UNSEEN,
            Self::Weight => quarantine::OVERGROWN,
            Self::Follows => quarantine::FOLLOWS,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::ScopeEntry => {
                "would bring a record that its clinic may not hold to a patient of its own; share the record's patient \
                 with the clinic if that is right"
            }
            Self::Twice => {
                "makes a patient under an id that somebody else's patient has; if they are one person, accept it and share \
                 the patient with the clinic, otherwise have the clinic enter its patient under another id"
            }
            Self::Writer => {
                "writes what another database keeps for itself, such as who looked at what there; find out who has this \
                 replica's key"
            }
            Self::Withdrawn => {
                "was written by somebody after they were deactivated, where that was not known yet; look at what it says, \
                 then accept it or refuse it"
            }
            Self::Above => {
                "changes who may sign in, and was written on a desktop, where that is not decided; find out who has used it"
            }
            Self::Fenced => {
                "takes time, or gives it away, in the name of a database that was said to be gone, whose time is another's by \
                 now; look whether the time is still free, and book it again"
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
            Self::Follows => {
                "builds on a save of its author that waits already; decide on that one, and it follows"
            }
        }
    }
}

/// The resources of a segment that its sender's clinic may not read.
#[derive(Default)]
pub(crate) struct Foreign {
    /// Records that others have a part in.
    records: BTreeSet<Entity>,
    /// Patients who were made before.
    patients: BTreeSet<Entity>,
    /// Resources of which an op of the segment's author waits.
    waiting: BTreeSet<Entity>,
    /// Ops that are held whatever they meet.
    held: Held,
}

/// What of a segment is held because of who wrote it.
#[derive(Default)]
pub(crate) struct Held {
    /// Names under which nobody writes any more, each with the time since.
    withdrawn: BTreeMap<String, Hlc>,
    /// The segment is a desktop's.
    is_desktops: bool,
    /// The segment's author was said to be gone.
    is_fenced: bool,
}

/// The kind of replica at which people work.
const DESKTOP: &str = "desktop";

impl Held {
    /// Looks up every author of a segment, and what wrote it: the replica that sends it, or one below that one.
    pub(crate) fn find(tx: &mut Tx<'_>, peer: &Peer, actor: ActorId, ops: &[Op]) -> Result<Self> {
        let authors: BTreeSet<&str> = ops.iter().map(|op| op.author.as_str()).collect();
        let mut withdrawn = BTreeMap::new();
        for author in authors {
            if let Some(since) = withdrawn_since(tx, author)? {
                withdrawn.insert(author.to_owned(), since);
            }
        }
        let is_desktops = peer.kind == DESKTOP || {
            let owners = grant::owners(tx, &[actor])?;
            owners.iter().flatten().any(|name| *name != owner(peer))
        };
        let is_fenced = crate::rights::is_fenced(tx.sql, tx.records, actor)?;
        Ok(Self { withdrawn, is_desktops, is_fenced })
    }

    /// Whether any of these ops is held.
    pub(crate) fn has_any(&self, rules: &dyn Rules, ops: &[Op]) -> bool {
        ops.iter().any(|op| self.reason(rules, op).is_some())
    }

    fn reason(&self, rules: &dyn Rules, op: &Op) -> Option<Reason> {
        if self.is_desktops && rules.is_written_above(&op.entity.kind) {
            return Some(Reason::Above);
        }
        if self.is_fenced && (op.entity.kind == crate::rights::KIND || rules.takes_time(&op.entity.kind)) {
            return Some(Reason::Fenced);
        }
        let is_late = self.withdrawn.get(&op.author).is_some_and(|since| op.hlc > *since);
        is_late.then_some(Reason::Withdrawn)
    }
}

/// Since when nobody writes under a name: all whose name it is were deactivated.
fn withdrawn_since(tx: &mut Tx<'_>, author: &str) -> Result<Option<Hlc>> {
    let rules = tx.rules();
    let Some((kind, clause)) = rules.records_of_author(author) else { return Ok(None) };
    let mut view = tx.view()?;
    let found = view.search(kind, &[clause], 0, MAX_NAMESAKES)?;
    let mut since = None;
    for stored in found.resources {
        let Some(one) = rules.withdrawn_since(&view.state(&stored.entity)?) else { return Ok(None) };
        since = since.max(Some(one));
    }
    Ok(since)
}

/// People looked at who write under one name: more than one is an oddity.
const MAX_NAMESAKES: u32 = 20;

impl Foreign {
    /// Looks at all resources that the ops may move or make, at the cost of two lookups.
    pub(crate) fn find(
        tx: &mut Tx<'_>,
        peer: &Peer,
        ops: &[&Op],
        waiting: BTreeSet<Entity>,
        held: Held,
    ) -> Result<Self> {
        if !tx.serves_clinics() {
            return Ok(Self { waiting, held, ..Self::default() });
        }
        let patients = patients(tx, peer, ops)?;
        Ok(Self { records: records(tx, peer, ops)?, patients, waiting, held })
    }

    /// Why this op may not be merged as the resources now stand; `None` if it may.
    pub(crate) fn reason(&mut self, tx: &mut Tx<'_>, op: &Op) -> Result<Option<Reason>> {
        let reason = self.own_reason(tx, op)?;
        let follows = self.waiting.contains(&op.entity) && !tx.entity(&op.entity)?.knows(op);
        let reason = reason.or(follows.then_some(Reason::Follows));
        if reason.is_some() {
            self.waiting.insert(op.entity.clone());
        }
        Ok(reason)
    }

    fn own_reason(&self, tx: &mut Tx<'_>, op: &Op) -> Result<Option<Reason>> {
        let rules = tx.rules();
        let loaded = tx.entity(&op.entity)?;
        if loaded.lane().is_some_and(|lane| lane != op.dot.lane) {
            return Ok(Some(Reason::Lane));
        }
        if loaded.knows(op) {
            return Ok(None);
        }
        if let Some(reason) = self.held.reason(rules, op) {
            return Ok(Some(reason));
        }
        if !rules.may_write(&op.entity, op.dot.actor) {
            return Ok(Some(Reason::Writer));
        }
        if self.patients.contains(&op.entity) && grant::is_anew(&loaded.state, op) {
            return Ok(Some(Reason::Twice));
        }
        if loaded.would_leave_too_many_unseen(op) {
            return Ok(Some(Reason::Unseen));
        }
        if loaded.would_be_too_heavy(op, rules) {
            return Ok(Some(Reason::Weight));
        }
        let enters = self.records.contains(&op.entity) && loaded.would_enter_a_scope(op, rules);
        Ok(enters.then_some(Reason::ScopeEntry))
    }
}

/// The records that the ops may move, that the clinic may not hold and that not only its own replicas have written.
fn records(tx: &mut Tx<'_>, peer: &Peer, ops: &[&Op]) -> Result<BTreeSet<Entity>> {
    let moved = tx.scopes_at_stake(ops)?;
    let own = [Scope::directory(), Scope::clinic(&peer.clinic)];
    let asked: BTreeSet<&Scope> = moved.values().flatten().filter(|s| s.as_patient().is_some()).collect();
    let granted = grant::given_to(tx.sql, &peer.clinic, asked)?;
    let is_held = |scopes: &BTreeSet<Scope>| scopes.iter().any(|s| own.contains(s) || granted.contains(s));
    let mut out = BTreeSet::new();
    for (entity, _) in moved.iter().filter(|(_, scopes)| !is_held(scopes)) {
        if !is_own_work(tx, peer, entity)? {
            out.insert(entity.clone());
        }
    }
    Ok(out)
}

/// Whether replicas of the clinic alone have written the resource: moved, it tells them nothing new.
fn is_own_work(tx: &mut Tx<'_>, peer: &Peer, entity: &Entity) -> Result<bool> {
    let actors: Vec<ActorId> = tx.entity(entity)?.state.vv.dots.keys().copied().collect();
    let own = format!("{}/", peer.clinic);
    let owners = grant::owners(tx, &actors)?;
    Ok(owners.iter().all(|owner| owner.as_ref().is_some_and(|owner| owner.starts_with(&own))))
}

/// The patients whom the ops make a second time, and whom the clinic may not hold. While a restored hub is being filled
/// again the first maker may come last: there nothing is put aside, and the operator is told.
fn patients(tx: &mut Tx<'_>, peer: &Peer, ops: &[&Op]) -> Result<BTreeSet<Entity>> {
    let mut found: BTreeSet<Scope> = BTreeSet::new();
    for op in ops {
        let loaded = tx.entity(&op.entity)?;
        if loaded.no.is_some() && grant::is_anew(&loaded.state, op) && !grant::is_unmade(tx, &op.entity)? {
            found.extend(Scope::of_patient(&op.entity));
        }
    }
    let granted = grant::given_to(tx.sql, &peer.clinic, &found)?;
    let twice: BTreeSet<&Scope> = found.iter().filter(|scope| !granted.contains(scope)).collect();
    if !twice.is_empty() && give_back::is_restored(tx.sql)? {
        grant::tell_not_granted(tx, &peer.clinic, &twice)?;
        return Ok(BTreeSet::new());
    }
    let ops = ops.iter().map(|op| &op.entity);
    Ok(ops.filter(|e| Scope::of_patient(e).is_some_and(|s| twice.contains(&s))).cloned().collect())
}

/// Keeps ops beside the log for review, and tells the operator once a segment and reason.
pub(crate) fn put(tx: &mut Tx<'_>, peer: &Peer, ops: &[(&Op, Reason)]) -> Result<()> {
    if ops.is_empty() {
        return Ok(());
    }
    let replica = peer.replica.as_str();
    for (op, reason) in ops {
        let mut mark = key(tx, op)?;
        if !tx.sql.lookup(&schema::ASIDE, &KEY, &["no"], std::slice::from_ref(&mark))?.contains(&None) {
            continue;
        }
        let no = quarantine::keep_op(tx, peer, reason.code(), encode_ops(std::slice::from_ref(*op))?)?;
        mark.push(no.into());
        tx.sql.upsert(&schema::ASIDE, vec![mark])?;
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

/// What an op is found by in [`schema::ASIDE`].
const KEY: [&str; 5] = ["actor_no", "lane", "kind", "id", "seq"];

fn key(tx: &mut Tx<'_>, op: &Op) -> Result<Vec<Value>> {
    let (actor_no, lane) = (tx.actor_no(op.dot.actor)?, i64::from(op.dot.lane.0));
    let (kind, id) = (op.entity.kind.as_str(), op.entity.id.as_str());
    Ok(vec![actor_no.into(), lane.into(), kind.into(), id.into(), op.dot.seq.into()])
}

/// The resources of which an op of this log waits.
pub(crate) fn waiting(tx: &mut Tx<'_>, actor_no: i64, lane: Lane) -> Result<BTreeSet<Entity>> {
    let text = "SELECT DISTINCT kind, id FROM aside WHERE actor_no = $1 AND lane = $2";
    let rows = tx.sql.query(text, &[actor_no.into(), i64::from(lane.0).into()])?;
    rows.iter().map(|row| Ok(Entity::new(row.text(0)?, row.text(1)?))).collect()
}

/// Number and seq of the op that waits first of those of the op's log on its resource.
fn first(tx: &mut Tx<'_>, op: &Op) -> Result<Option<(u64, u64)>> {
    let mut params = key(tx, op)?;
    params.truncate(4);
    let text = "SELECT no, seq FROM aside WHERE actor_no = $1 AND lane = $2 AND kind = $3 AND id = $4 \
                ORDER BY seq LIMIT 1";
    tx.sql.query(text, &params)?.first().map(|row| Ok((row.uint(0)?, row.uint(1)?))).transpose()
}

/// The number of an op that has to be decided upon before this one.
pub(crate) fn earlier(tx: &mut Tx<'_>, op: &Op) -> Result<Option<u64>> {
    Ok(first(tx, op)?.filter(|(_, seq)| *seq < op.dot.seq).map(|(no, _)| no))
}

/// After a decision on an op: of those that follow, in their order, each is merged that nothing stands in the way of any
/// more. How many were.
pub(crate) fn settle(tx: &mut Tx<'_>, op: &Op) -> Result<u64> {
    let decided = key(tx, op)?;
    tx.sql.delete(&schema::ASIDE, vec![decided])?;
    let mut merged = 0;
    while let Some((no, _)) = first(tx, op)? {
        let rows = tx.sql.query("SELECT code, bytes FROM quarantine WHERE no = $1", &[no.into()])?;
        let Some(row) = rows.first() else { break };
        for next in decode_ops(row.blob(1)?)? {
            if !may_follow(tx, &next, row.text(0)?, no)? {
                return Ok(merged);
            }
            tx.apply(&next, Origin::Segment)?;
            merged += 1;
            let decided = key(tx, &next)?;
            tx.sql.delete(&schema::ASIDE, vec![decided])?;
        }
        tx.sql.delete(&schema::QUARANTINE, vec![vec![no.into()]])?;
    }
    Ok(merged)
}

/// Whether nothing stands in the way of an op any more that waits under `code`. If something else does than before, it
/// waits for that from now on.
fn may_follow(tx: &mut Tx<'_>, op: &Op, code: &str, no: u64) -> Result<bool> {
    if let Some(reason) = hindrance(tx, op)? {
        let text = "UPDATE quarantine SET code = $2 WHERE no = $1";
        tx.sql.execute(text, &[no.into(), reason.code().into()])?;
        return Ok(false);
    }
    let rules = tx.rules();
    let loaded = tx.entity(&op.entity)?;
    loaded.note_scopes(rules);
    Ok(match code {
        quarantine::FOLLOWS | quarantine::OVERGROWN | quarantine::UNSEEN => true,
        quarantine::PATIENT_TWICE => !grant::is_anew(&loaded.state, op),
        quarantine::SCOPE_ENTRY => !loaded.would_enter_a_scope(op, rules),
        _ => false,
    })
}

/// Why the op could not be sent on as its resource now stands.
pub(crate) fn hindrance(tx: &mut Tx<'_>, op: &Op) -> Result<Option<Reason>> {
    let rules = tx.rules();
    let loaded = tx.entity(&op.entity)?;
    let is_heavy = loaded.would_be_too_heavy(op, rules);
    Ok(is_heavy
        .then_some(Reason::Weight)
        .or(loaded.would_leave_too_many_unseen(op).then_some(Reason::Unseen)))
}

/// Marks what was put aside before there were marks (schema 5).
///
/// # Errors
/// The database.
pub(crate) fn mark_all(records: &Records) -> Result<()> {
    if records.read(|view| identity::meta(view.sql, MARKED))?.is_some() {
        return Ok(());
    }
    records.write(|tx| {
        for (no, op) in quarantine::ops_held(tx.sql)? {
            if !tx.entity(&op.entity)?.knows(&op) {
                let mut mark = key(tx, &op)?;
                mark.push(no.into());
                tx.sql.upsert(&schema::ASIDE, vec![mark])?;
            }
        }
        identity::set_meta(tx.sql, MARKED, Some(&[1]))
    })
}

/// Says that everything put aside is marked.
const MARKED: &str = "aside-marked";
