//! What arrived and may not be merged: kept until a person accepts or drops it.
//!
//! ```text
//! push of a revoked replica ─▶ keep ─▶ list, show ─▶ accept: merged as if it had come in order
//! op put aside              ─┘                     └▶ drop: forgotten, and not kept again if it is sent again
//! ```
//!
//! With either decision on an op, what waited for it alone is merged (see [`crate::aside`]). What somebody wrote after
//! they were not to write any more is not merged but written again by who answers for it (see [`adopt`]).

mod adopt;

pub use adopt::Taken;

use std::sync::{Arc, Mutex};

use holdfast_core::codec::decode_ops;
use holdfast_core::op::Op;
use holdfast_core::rules::Rules;
use holdfast_core::segment::{self, SegmentError};
use holdfast_core::state::Applied;

use crate::aside;
use crate::error::{LogError, Result, StoreError};
use crate::identity::Identity;
use crate::records::{Place, Records, Surroundings};
use crate::schema;
use crate::sidecar::MemorySidecar;
use crate::sql::{Database, Row, Sql, Value};
use crate::tx::{Origin, Tx};
use crate::upstream::{Peer, find, owner};

/// Segments kept for each replica that is revoked: it cannot fill the disk.
pub const MAX_KEPT: u64 = 1000;
/// The same in bytes: more than a clinic writes in a long outage, scanned documents included.
pub const MAX_KEPT_BYTES: u64 = 256 << 20;
/// A whole segment of a replica that is revoked.
pub const REVOKED_SEGMENT: &str = "replica-revoked";
/// One op that would bring a record into a scope whose clinic may not hold it.
pub(crate) const SCOPE_ENTRY: &str = "scope-entry";
/// One op that stands in place of values that never came, where too many are awaited already.
pub(crate) const UNSEEN: &str = "values-never-came";
/// One op that would make its resource too large to be sent.
pub(crate) const OVERGROWN: &str = "resource-overgrown";
/// One op on what another database keeps for itself.
pub(crate) const OTHER_WRITER: &str = "another-writes-it";
/// One op that makes a patient whom another clinic has made.
pub(crate) const PATIENT_TWICE: &str = "patient-made-twice";
/// One op of somebody who was not to write any more.
pub(crate) const WITHDRAWN: &str = "author-withdrawn";
/// One op of a desktop on what nodes and hubs alone write.
pub(crate) const WRITTEN_ABOVE: &str = "people-are-written-above";
/// One op that takes time or gives it away, of a database that was said to be gone.
pub(crate) const FENCED: &str = "author-fenced";
/// One op that came after one of the same author, on the same resource, that waits.
pub(crate) const FOLLOWS: &str = "follows-put-aside";
/// A segment that was dropped: its hash stands in for it, so that it is not kept again.
const DROPPED: &str = "dropped";

/// One thing that waits for a decision.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    /// Its number here.
    pub no: u64,
    /// When it came, in Unix milliseconds.
    pub at_ms: u64,
    /// Whose it is: `clinic/replica`.
    pub replica: String,
    /// Why it is held, as a stable code.
    pub code: String,
    /// What it says.
    pub ops: Vec<Op>,
}

/// What became of something that may not be merged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keep {
    /// It waits for a decision from now on.
    New,
    /// It waits for one already.
    Kept,
    /// A person has dropped it before.
    Dropped,
    /// There is no room: it is not here.
    Full,
}

/// Keeps a segment of a revoked replica for review.
pub(crate) fn keep_segment(tx: &mut Tx<'_>, peer: &Peer, bytes: &[u8]) -> Result<Keep> {
    let replica = owner(peer);
    let params: [Value; 4] =
        [replica.as_str().into(), bytes.into(), DROPPED.into(), fingerprint(bytes).into()];
    let text =
        "SELECT code FROM quarantine WHERE replica = $1 AND (bytes = $2 OR (code = $3 AND bytes = $4))";
    if let Some(row) = tx.sql.query(text, &params)?.first() {
        return Ok(if row.text(0)? == DROPPED { Keep::Dropped } else { Keep::Kept });
    }
    let (held, held_bytes) = kept(tx.sql, &replica)?;
    if held >= MAX_KEPT || held_bytes + bytes.len() as u64 > MAX_KEPT_BYTES {
        let full =
            format!("{replica} has {held} segments held for review ({held_bytes} bytes): no more are kept");
        tx.notice_daily(&format!("quarantine-full/{replica}"), "quarantine-full", &full)?;
        return Ok(Keep::Full);
    }
    insert(tx, replica, REVOKED_SEGMENT, bytes.into())?;
    Ok(Keep::New)
}

/// Keeps an op of a segment that was taken; `code` says why, `bytes` are its encoding. The number it is held under. There
/// is no bound: what is in a log is no more than what its replica may send anyhow, and refused it would block a lane.
pub(crate) fn keep_op(tx: &mut Tx<'_>, peer: &Peer, code: &str, bytes: Vec<u8>) -> Result<u64> {
    insert(tx, owner(peer), code, bytes.into())
}

fn insert(tx: &mut Tx<'_>, replica: String, code: &str, bytes: Value) -> Result<u64> {
    let no = tx.sql.allocate("quarantine", 1)?;
    let row = vec![no.into(), tx.records.now_ms().into(), replica.into(), code.into(), bytes];
    tx.sql.upsert(&schema::QUARANTINE, vec![row])?;
    Ok(no)
}

/// The ops put aside, by the numbers they are held under.
pub(crate) fn ops_held(sql: &mut dyn Sql) -> Result<Vec<(u64, Op)>> {
    let text = "SELECT no, bytes FROM quarantine WHERE code NOT IN ($1, $2) ORDER BY no";
    let mut out = Vec::new();
    for row in sql.query(text, &[REVOKED_SEGMENT.into(), DROPPED.into()])? {
        let no = row.uint(0)?;
        out.extend(decode_ops(row.blob(1)?)?.into_iter().map(|op| (no, op)));
    }
    Ok(out)
}

fn fingerprint(bytes: &[u8]) -> Vec<u8> {
    blake3::hash(bytes).as_bytes().to_vec()
}

/// How many segments of a revoked replica wait for a decision, and their bytes.
fn kept(sql: &mut dyn Sql, replica: &str) -> Result<(u64, u64)> {
    let text = "SELECT COUNT(*), CAST(COALESCE(SUM(OCTET_LENGTH(bytes)), 0) AS BIGINT) FROM quarantine \
                WHERE replica = $1 AND code = $2";
    let rows = sql.query(text, &[replica.into(), REVOKED_SEGMENT.into()])?;
    rows.first().map_or(Ok((0, 0)), |row| Ok((row.uint(0)?, row.uint(1)?)))
}

/// How many things of a replica a person has dropped.
fn dropped(sql: &mut dyn Sql, replica: &str) -> Result<u64> {
    let text = "SELECT COUNT(*) FROM quarantine WHERE replica = $1 AND code = $2";
    let rows = sql.query(text, &[replica.into(), DROPPED.into()])?;
    rows.first().map_or(Ok(0), |row| row.uint(0))
}

/// How much waits for a decision, of all replicas.
///
/// # Errors
/// The database.
pub fn waiting(db: &dyn Database) -> Result<u64> {
    let mut count = 0;
    db.read(&mut |sql| {
        let rows = sql.query("SELECT COUNT(*) FROM quarantine WHERE code <> $1", &[DROPPED.into()])?;
        count = rows.first().map_or(Ok(0), |row| row.uint(0))?;
        Ok(())
    })?;
    Ok(count)
}

/// Tells of everything that waits, oldest first, one at a time: together they may be large.
///
/// # Errors
/// What `tell` fails with, or the database.
pub fn each(db: &dyn Database, tell: &mut dyn FnMut(Held) -> Result<()>) -> Result<()> {
    let mut last = 0u64;
    loop {
        let mut found = None;
        db.read(&mut |sql| {
            let text = "SELECT no, at_ms, replica, code, bytes FROM quarantine WHERE no > $1 AND code <> $2 \
                        ORDER BY no LIMIT 1";
            found = sql.query(text, &[last.into(), DROPPED.into()])?.pop();
            Ok(())
        })?;
        let Some(row) = found else { return Ok(()) };
        last = row.uint(0)?;
        tell(held(&row)?)?;
    }
}

/// What waits under a number.
///
/// # Errors
/// [`StoreError::Refused`] (`quarantine-unknown`), or the database.
pub fn get(db: &dyn Database, no: u64) -> Result<Held> {
    let mut found = None;
    db.read(&mut |sql| {
        found = Some(held(&row(sql, no)?)?);
        Ok(())
    })?;
    found.ok_or(StoreError::Closed)
}

fn row(sql: &mut dyn Sql, no: u64) -> Result<Row> {
    let text = "SELECT no, at_ms, replica, code, bytes FROM quarantine WHERE no = $1 AND code <> $2";
    sql.query(text, &[no.into(), DROPPED.into()])?.pop().ok_or_else(|| unknown(no))
}

fn unknown(no: u64) -> StoreError {
    StoreError::Refused {
        code: "quarantine-unknown",
        message: format!("nothing is held for review under the number {no}; the list has them all"),
    }
}

fn held(row: &Row) -> Result<Held> {
    let (code, bytes) = (row.text(3)?.to_owned(), row.blob(4)?);
    let ops = if code == REVOKED_SEGMENT { segment::read(bytes)?.ops } else { decode_ops(bytes)? };
    Ok(Held { no: row.uint(0)?, at_ms: row.uint(1)?, replica: row.text(2)?.to_owned(), code, ops })
}

/// What a decision did.
#[derive(Clone, PartialEq, Debug)]
pub struct Decided {
    /// What was decided upon.
    pub held: Held,
    /// Later saves that waited for this decision alone, and are merged with it.
    pub followed: u64,
}

/// Takes decisions in a hub's database. Needs no identity: it may run beside a serving process, whose readers see it
/// with their next look.
pub struct Review(Records);

impl std::fmt::Debug for Review {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Review").finish_non_exhaustive()
    }
}

impl Review {
    /// Decides in this database.
    pub fn of(
        db: Arc<dyn Database>,
        rules: Arc<dyn Rules>,
        place: Place,
        surroundings: Surroundings,
    ) -> Self {
        let nobody = Identity::beside(Arc::new(MemorySidecar::default()));
        Self(Records::unopened(db, rules, nobody, place, surroundings))
    }

    /// Merges what waits under a number as if it had come in order.
    ///
    /// # Errors
    /// [`StoreError::Refused`] (`quarantine-unknown`, `quarantine-not-merged`) with what stands in the way;
    /// [`StoreError::Segment`] if it does not verify any more; or the database. Nothing is changed then.
    pub fn accept(&self, no: u64) -> Result<Decided> {
        self.0.write(|tx| {
            let found = row(tx.sql, no)?;
            let what = held(&found)?;
            match what.code.as_str() {
                REVOKED_SEGMENT => merge_segment(tx, no, found.blob(4)?)?,
                SCOPE_ENTRY | PATIENT_TWICE | UNSEEN | OVERGROWN | FOLLOWS => merge_op(tx, &what)?,
                code => {
                    let why = format!("it is held as {code}, which a merge would not mend; drop it");
                    return Err(refused(no, &why));
                }
            }
            tx.sql.delete(&schema::QUARANTINE, vec![vec![no.into()]])?;
            settle(tx, what, "quarantine-accepted")
        })
    }

    /// Forgets what waits under a number. A segment that is sent again is not kept again; an op stays in its author's
    /// log and clinic, which differ from here in the elements it wrote until they are written there again.
    ///
    /// # Errors
    /// [`StoreError::Refused`] (`quarantine-unknown`, and `quarantine-not-merged` for an op that waits for an earlier
    /// one), or the database. Nothing is changed then.
    pub fn drop(&self, no: u64) -> Result<Decided> {
        self.0.write(|tx| {
            let found = row(tx.sql, no)?;
            let what = held(&found)?;
            if what.code == REVOKED_SEGMENT {
                remember_dropped(tx, &found)?;
            } else {
                check_first(tx, &what)?;
                tx.sql.delete(&schema::QUARANTINE, vec![vec![no.into()]])?;
            }
            settle(tx, what, "quarantine-dropped")
        })
    }
}

fn remember_dropped(tx: &mut Tx<'_>, found: &Row) -> Result<()> {
    let (no, replica, mark) = (found.uint(0)?, found.text(2)?, fingerprint(found.blob(4)?));
    let now = tx.records.now_ms();
    let row = vec![no.into(), now.into(), replica.into(), DROPPED.into(), mark.into()];
    tx.sql.upsert(&schema::QUARANTINE, vec![row])?;
    if dropped(tx.sql, replica)? > MAX_KEPT {
        let text = "DELETE FROM quarantine WHERE no = (SELECT MIN(no) FROM quarantine \
                    WHERE replica = $1 AND code = $2)";
        tx.sql.execute(text, &[replica.into(), DROPPED.into()])?;
    }
    Ok(())
}

/// Lets go what waited for this decision, and notes it for the operator.
fn settle(tx: &mut Tx<'_>, held: Held, notice: &str) -> Result<Decided> {
    name_author(tx, &held);
    let mut followed = 0;
    if held.code != REVOKED_SEGMENT {
        for op in &held.ops {
            followed += aside::settle(tx, op)?;
        }
    }
    tx.notice(notice, &format!("number {}, of {}: {}", held.no, held.replica, held.code))?;
    Ok(Decided { held, followed })
}

/// What is written on one resource is decided upon in its author's order.
fn check_first(tx: &mut Tx<'_>, what: &Held) -> Result<()> {
    for op in &what.ops {
        if let Some(first) = aside::earlier(tx, op)? {
            let why = format!(
                "an earlier save of the same author on that record waits under number {first}; decide on that one first"
            );
            return Err(refused(what.no, &why));
        }
    }
    Ok(())
}

fn name_author(tx: &mut Tx<'_>, what: &Held) {
    if let Some((clinic, _)) = what.replica.split_once('/')
        && tx.records.clinic().is_empty()
    {
        tx.author_clinic = clinic.into();
    }
}

fn refused(no: u64, why: &str) -> StoreError {
    StoreError::Refused {
        code: "quarantine-not-merged",
        message: format!("number {no} cannot be accepted: {why}"),
    }
}

/// By the key that its actor was introduced with, in the name of the replica that introduced it.
fn merge_segment(tx: &mut Tx<'_>, no: u64, bytes: &[u8]) -> Result<()> {
    let head = segment::peek(bytes)?;
    let text = "SELECT r.clinic, r.name, r.kind, a.public_key FROM actor a \
                JOIN replica r ON a.replica = r.clinic || '/' || r.name WHERE a.actor = $1";
    let rows = tx.sql.query(text, &[head.actor.0.to_vec().into()])?;
    let row = rows.first().ok_or_else(|| refused(no, "its author is not known here any more"))?;
    let peer = Peer {
        clinic: row.text(0)?.to_owned(),
        replica: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
    };
    let key = ed25519_dalek::VerifyingKey::from_bytes(&row.array(3)?).map_err(|_| SegmentError::Signature)?;
    let segment = segment::open(bytes, &key)?;
    let known = find(tx.sql, &peer)?.ok_or(LogError::UnknownActor)?;
    match tx.merge_segment(&peer, &known, &segment, bytes, &Mutex::default()) {
        Err(StoreError::Log(LogError::Gap { held, first })) => Err(refused(
            no,
            &format!(
                "its log is held up to op {held} and this begins at {first}; accept what lies between first"
            ),
        )),
        Err(StoreError::Log(error)) => Err(refused(no, &error.to_string())),
        done => done,
    }
}

/// The op is in its author's log, which is kept here; only its effect was held back.
fn merge_op(tx: &mut Tx<'_>, what: &Held) -> Result<()> {
    name_author(tx, what);
    check_first(tx, what)?;
    for op in &what.ops {
        if aside::hindrance(tx, op)? == Some(aside::Reason::Weight) {
            let why = "with it the record would be larger than what can be sent to a replica; settle the record's \
                       conflicts first, then accept it";
            return Err(refused(what.no, why));
        }
        if tx.apply(op, Origin::Segment)? == Applied::Duplicate {
            let why = "a later save of the same author on that record is merged here already, by a replica that gave \
                       it back or by a version before this one; see that the record says what it should, then drop it";
            return Err(refused(what.no, why));
        }
    }
    Ok(())
}

/// Whether a log here has this segment: then nothing is left to decide about it.
pub(crate) fn is_merged(tx: &mut Tx<'_>, bytes: &[u8]) -> Result<bool> {
    let head = segment::peek(bytes)?;
    let actor_no = tx.actor_no(head.actor)?;
    let text = "SELECT 1 FROM segment WHERE actor_no = $1 AND lane = $2 AND first = $3 AND hash = $4";
    let hash = head.hash().to_vec();
    let params: [Value; 4] = [actor_no.into(), i64::from(head.lane.0).into(), head.first.into(), hash.into()];
    Ok(!tx.sql.query(text, &params)?.is_empty())
}
