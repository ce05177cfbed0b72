//! The replica's own log: new ops wait in the tail and are sealed into signed segments, when there are enough
//! of them or when a session wants to send. Ops are found again in the tail, a segment or a feed row.

use std::collections::HashMap;
use std::sync::Arc;

use holdfast_core::codec::{cost_of, decode_ops, encode_ops};
use holdfast_core::id::{ActorId, Dot, Lane};
use holdfast_core::op::Op;
use holdfast_core::segment::{self, Hash, MAX_SEGMENT_OPS, SEGMENT_TARGET_BYTES, Segment};

use crate::downstream::Outgoing;
use crate::error::{Result, StoreError};
use crate::schema;
use crate::sql::{Row, Sql, Value};
use crate::tx::Tx;

/// Ops that wait unsealed in a lane before they are sealed without a session asking: enough for good
/// compression, few enough to re-read.
const SEAL_AT: u64 = 512;

/// An op of this size is sealed at once, with whatever waits before it: else the tail of a lane of large ops, such as the bytes
/// of files, would be hundreds of MiB, which whoever seals it reads at once.
const LARGE_BYTES: usize = 64 << 10;

/// Ops share a segment only as long as reading it takes no more than this: the members of sets are in an op's keys, and a
/// few large sets together would be more than any reader takes.
const MAX_SHARED_COST: usize = 16 << 20;

/// Sealed end of a log: last seq and the hash of the segment that ends there.
pub(crate) fn head(sql: &mut dyn Sql, actor_no: i64, lane: Lane) -> Result<(u64, Hash)> {
    let sql_text = "SELECT seq, hash FROM log_head WHERE actor_no = $1 AND lane = $2";
    let rows = sql.query(sql_text, &[actor_no.into(), i64::from(lane.0).into()])?;
    rows.first().map_or(Ok((0, Hash::default())), |row| Ok((row.uint(0)?, row.array(1)?)))
}

/// Last seq written by an own actor, sealed or not.
pub(crate) fn last_seq(sql: &mut dyn Sql, actor_no: i64, lane: Lane) -> Result<u64> {
    let text = "SELECT MAX(seq) FROM tail WHERE actor_no = $1 AND lane = $2";
    let rows = sql.query(text, &[actor_no.into(), i64::from(lane.0).into()])?;
    match rows.first() {
        Some(row) if !row.is_null(0) => row.uint(0),
        _ => Ok(head(sql, actor_no, lane)?.0),
    }
}

/// The next dot of this replica in a lane.
pub(crate) fn next_dot(tx: &mut Tx<'_>, lane: Lane) -> Result<Dot> {
    let actor = tx.records.actor();
    let seq = match tx.next_seq.get(&lane) {
        Some(seq) => *seq,
        None => {
            let no = tx.actor_no(actor)?;
            last_seq(tx.sql, no, lane)? + 1
        }
    };
    tx.next_seq.insert(lane, seq + 1);
    Ok(Dot { actor, lane, seq })
}

/// Puts this transaction's own ops behind the tail, and seals the tail if it has grown enough.
pub(crate) fn append_authored(tx: &mut Tx<'_>) -> Result<()> {
    let authored = std::mem::take(&mut tx.authored);
    let Some(last) = authored.values().flatten().map(|op| op.hlc).max() else { return Ok(()) };
    let actor_no = tx.actor_no(tx.records.actor())?;
    for (lane, ops) in authored {
        let sealed = head(tx.sql, actor_no, lane)?.0;
        let reached = ops.last().map_or(sealed, |op| op.dot.seq);
        if reached - sealed >= SEAL_AT || ops.iter().any(|op| value_bytes(op) >= LARGE_BYTES) {
            let mut all = tail(tx.sql, actor_no, lane)?;
            all.extend(ops);
            seal(tx, actor_no, lane, all)?;
        } else {
            let rows = ops.iter().map(|op| tail_row(actor_no, op)).collect::<Result<_>>()?;
            tx.sql.insert_new(&schema::TAIL, rows)?;
        }
    }
    tx.sql.upsert(&schema::META, vec![vec!["clock".into(), last.0.to_le_bytes().to_vec().into()]])
}

fn tail_row(actor_no: i64, op: &Op) -> Result<Vec<Value>> {
    let bytes = encode_ops(std::slice::from_ref(op))?;
    Ok(vec![actor_no.into(), i64::from(op.dot.lane.0).into(), op.dot.seq.into(), bytes.into()])
}

/// The unsealed ops of an own actor.
pub(crate) fn tail(sql: &mut dyn Sql, actor_no: i64, lane: Lane) -> Result<Vec<Op>> {
    let text = "SELECT op FROM tail WHERE actor_no = $1 AND lane = $2 ORDER BY seq";
    let rows = sql.query(text, &[actor_no.into(), i64::from(lane.0).into()])?;
    rows.iter().map(|row| one_op(row.blob(0)?)).collect()
}

fn one_op(bytes: &[u8]) -> Result<Op> {
    decode_ops(bytes)?.pop().ok_or_else(|| StoreError::Corrupt("a stored op is empty".into()))
}

/// Seals whatever waits in every lane, so that it can be sent or backed up.
pub(crate) fn seal_all(tx: &mut Tx<'_>) -> Result<()> {
    let actor_no = tx.actor_no(tx.records.actor())?;
    for lane in Lane::ALL {
        let ops = tail(tx.sql, actor_no, lane)?;
        if !ops.is_empty() {
            seal(tx, actor_no, lane, ops)?;
        }
    }
    Ok(())
}

fn seal(tx: &mut Tx<'_>, actor_no: i64, lane: Lane, ops: Vec<Op>) -> Result<()> {
    let (mut sealed, mut prev) = head(tx.sql, actor_no, lane)?;
    let identity = tx.records.identity();
    let mut rows = Vec::new();
    for stretch in stretches(ops) {
        let seed = tx.records.surroundings.random_bytes();
        let segment = segment::seal(stretch, tx.records.place.schema, prev, seed, &identity.key)?;
        (sealed, prev) = (segment.head.last(), segment.head.hash());
        rows.push(segment_row(actor_no, &segment.head, segment.encode()?));
    }
    tx.sql.insert_new(&schema::SEGMENT, rows)?;
    put_head(tx.sql, actor_no, lane, sealed, &prev)?;
    let text = "DELETE FROM tail WHERE actor_no = $1 AND lane = $2 AND seq <= $3";
    tx.sql.execute(text, &[actor_no.into(), i64::from(lane.0).into(), sealed.into()])?;
    Ok(())
}

pub(crate) fn put_head(sql: &mut dyn Sql, actor_no: i64, lane: Lane, seq: u64, hash: &Hash) -> Result<()> {
    let row = vec![actor_no.into(), i64::from(lane.0).into(), seq.into(), hash.to_vec().into()];
    sql.upsert(&schema::LOG_HEAD, vec![row])
}

pub(crate) fn segment_row(actor_no: i64, head: &segment::SegmentHead, bytes: Vec<u8>) -> Vec<Value> {
    let (first, last) = (head.first.into(), head.last().into());
    vec![
        actor_no.into(),
        i64::from(head.lane.0).into(),
        first,
        last,
        head.hash().to_vec().into(),
        bytes.into(),
    ]
}

/// The next sealed segments of a log that begin after `after`.
pub(crate) fn segments_after(
    sql: &mut dyn Sql,
    actor: ActorId,
    lane: Lane,
    after: u64,
    limit: u32,
) -> Result<Vec<Outgoing>> {
    let text = format!(
        "SELECT s.first, s.last, s.bytes FROM segment s JOIN actor a ON a.no = s.actor_no \
         WHERE a.actor = $1 AND s.lane = $2 AND s.first > $3 ORDER BY s.first LIMIT {limit}"
    );
    let params: [Value; 3] = [actor.0.to_vec().into(), i64::from(lane.0).into(), after.into()];
    let rows = sql.query(&text, &params)?;
    let outgoing = |row: &Row| {
        let (first, last) = (row.uint(0)?, row.uint(1)?);
        Ok(Outgoing { actor, lane, first, last, bytes: row.blob(2)?.to_vec() })
    };
    rows.iter().map(outgoing).collect()
}

fn value_bytes(op: &Op) -> usize {
    op.changes.iter().filter_map(|change| change.value.as_ref()).map(String::len).sum()
}

/// Splits ops into segments: at most so many ops, and closed once they are large, on the wire or to whoever reads them.
fn stretches(ops: Vec<Op>) -> Vec<Vec<Op>> {
    let mut out: Vec<Vec<Op>> = vec![Vec::new()];
    let (mut size, mut cost) = (0, 0);
    for op in ops {
        let bytes = value_bytes(&op);
        let to_read = cost_of(&op);
        let current = out.last_mut().expect("there is always one");
        let is_full = current.len() >= MAX_SEGMENT_OPS
            || size + bytes > SEGMENT_TARGET_BYTES
            || cost + to_read > MAX_SHARED_COST;
        if is_full && !current.is_empty() {
            out.push(vec![op]);
            (size, cost) = (bytes, to_read);
        } else {
            current.push(op);
            (size, cost) = (size + bytes, cost + to_read);
        }
    }
    out.retain(|stretch| !stretch.is_empty());
    out
}

/// Finds ops by dot, keeping the segments it opened at hand: a page's ops come in runs.
#[derive(Default)]
pub(crate) struct OpFinder {
    segments: HashMap<(i64, i64), Vec<Arc<Segment>>>,
}

impl OpFinder {
    /// The op `(actor_no, lane, seq)` from a segment or the tail; `None` if it is not kept here.
    pub(crate) fn find(
        &mut self,
        sql: &mut dyn Sql,
        actor_no: i64,
        lane: i64,
        seq: u64,
    ) -> Result<Option<Op>> {
        let known = self.segments.entry((actor_no, lane)).or_default();
        let holds = |s: &&Arc<Segment>| s.head.first <= seq && seq <= s.head.last();
        if let Some(segment) = known.iter().find(holds) {
            return Ok(Some(segment.ops[(seq - segment.head.first) as usize].clone()));
        }
        let text = "SELECT bytes FROM segment WHERE actor_no = $1 AND lane = $2 AND first <= $3 \
                    ORDER BY first DESC LIMIT 1";
        let rows = sql.query(text, &[actor_no.into(), lane.into(), seq.into()])?;
        if let Some(row) = rows.first() {
            let segment = Arc::new(segment::read(row.blob(0)?)?);
            if holds(&&segment) {
                let op = segment.ops[(seq - segment.head.first) as usize].clone();
                known.push(segment);
                return Ok(Some(op));
            }
        }
        let text = "SELECT op FROM tail WHERE actor_no = $1 AND lane = $2 AND seq = $3";
        let rows = sql.query(text, &[actor_no.into(), lane.into(), seq.into()])?;
        rows.first().map(|row| one_op(row.blob(0)?)).transpose()
    }

    /// The op of a feed row: its own content, or by its dot.
    pub(crate) fn of_feed_row(
        &mut self,
        sql: &mut dyn Sql,
        content: Option<&[u8]>,
        dot: (i64, i64, u64),
    ) -> Result<Option<Op>> {
        match content {
            Some(bytes) => one_op(bytes).map(Some),
            None => self.find(sql, dot.0, dot.1, dot.2),
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::hlc::Hlc;
    use holdfast_core::id::Entity;
    use holdfast_core::op::{Change, member_key};

    use super::*;

    /// An op that assigns one large member of a set: next to no value, all of it in the key.
    fn op(seq: u64) -> Op {
        let member = format!("{{\"x\":\"{}\"}}", "m".repeat(3 << 20));
        let change = Change { key: member_key("member", &member), pred: vec![], value: Some("0".into()) };
        Op {
            dot: Dot { actor: ActorId([1; 16]), lane: Lane::CHART, seq },
            hlc: Hlc::new(1, 0),
            entity: Entity::new("Group", seq.to_string()),
            author: "nurse".into(),
            changes: vec![change],
        }
    }

    #[test]
    fn large_sets_do_not_share_a_segment_that_nobody_could_read() {
        let ops: Vec<Op> = (1..=30).map(op).collect();
        assert!(encode_ops(&ops).is_err(), "together they are too much");
        let stretches = stretches(ops);
        assert_eq!(stretches.iter().flatten().count(), 30);
        for stretch in stretches {
            assert_eq!(decode_ops(&encode_ops(&stretch).unwrap()).unwrap(), stretch);
        }
    }
}
