//! The replica's own log: gapless per lane, linked by hash, and with every segment that was given out.

use ed25519_dalek::VerifyingKey;
use holdfast_core::codec::decode_ops;
use holdfast_core::id::{ActorId, Lane};
use holdfast_core::segment;
use holdfast_store::Records;
use holdfast_store::sql::{Row, Sql, Value};
use holdfast_store::sqlite::Sqlite;

use super::{Finding, Kind, read};
use crate::crash_images::ledger::Unit;

/// One lane as the database has it.
#[derive(Debug, Default)]
pub(super) struct LaneLog {
    lane: u8,
    /// `first, last, hash, bytes`, in order.
    segments: Vec<Row>,
    head: (u64, Vec<u8>),
    /// `seq, op`, in order.
    tail: Vec<Row>,
}

impl LaneLog {
    /// The last seq given out.
    pub(super) fn last(&self) -> u64 {
        self.tail.last().and_then(|row| row.uint(0).ok()).unwrap_or(0).max(self.head.0)
    }
}

fn broken(lane: u8, text: &str) -> Finding {
    Finding::new(Kind::Log, format!("lane {}: {text}", Lane(lane).name()))
}

/// Reads the log of an actor; empty if the database does not know it.
pub(super) fn load(db: &Sqlite, actor: ActorId) -> Result<[LaneLog; 4], Finding> {
    read(db, |sql| {
        let mut out: [LaneLog; 4] = Default::default();
        let no = sql.query("SELECT no FROM actor WHERE actor = $1", &[actor.0.to_vec().into()])?;
        let Some(no) = no.first().map(|row| row.int(0)).transpose()? else { return Ok(out) };
        for (lane, log) in (0u8..).zip(&mut out) {
            *log = load_lane(sql, no, lane)?;
        }
        Ok(out)
    })
}

fn load_lane(sql: &mut dyn Sql, no: i64, lane: u8) -> Result<LaneLog, Finding> {
    let by: [Value; 2] = [no.into(), i64::from(lane).into()];
    let head = sql.query("SELECT seq, hash FROM log_head WHERE actor_no = $1 AND lane = $2", &by)?;
    let head = head
        .first()
        .map_or(Ok((0, vec![0; 32])), |row| Ok::<_, Finding>((row.uint(0)?, row.blob(1)?.to_vec())));
    let segments =
        "SELECT first, last, hash, bytes FROM segment WHERE actor_no = $1 AND lane = $2 ORDER BY first";
    let tail = "SELECT seq, op FROM tail WHERE actor_no = $1 AND lane = $2 ORDER BY seq";
    Ok(LaneLog { lane, segments: sql.query(segments, &by)?, head: head?, tail: sql.query(tail, &by)? })
}

/// Checks every lane, and what `promised` gave out.
pub(super) fn check(
    log: &[LaneLog; 4],
    promised: &[Unit],
    records: &Records,
    deep: bool,
) -> Result<(), Finding> {
    let key = records.own_actors()?.first().and_then(|(_, key)| VerifyingKey::from_bytes(key).ok());
    let key = key.ok_or_else(|| Finding::new(Kind::Damaged, "the own key is gone"))?;
    for lane in log {
        check_links(lane)?;
        check_tail(lane)?;
        if deep {
            check_segments(lane, &key)?;
        }
    }
    promised.iter().flat_map(|unit| &unit.sent).try_for_each(|sent| {
        let lane = &log[usize::from(sent.lane.0)];
        let held = lane.segments.iter().find(|row| row.uint(0).ok() == Some(sent.first));
        let held = held.and_then(|row| row.blob(3).ok()).map(|bytes| *blake3::hash(bytes).as_bytes());
        if held == Some(sent.hash) {
            return Ok(());
        }
        Err(broken(
            lane.lane,
            &format!("the segment from seq {} was given out and is not here any more", sent.first),
        ))
    })
}

fn check_links(log: &LaneLog) -> Result<(), Finding> {
    let (mut last, mut hash) = (0, vec![0; 32]);
    for row in &log.segments {
        let (first, hash_here) = (row.uint(0)?, row.blob(2)?);
        let head = segment::peek(row.blob(3)?).map_err(|error| broken(log.lane, &error.to_string()))?;
        if first != last + 1 || head.first != first || head.last() != row.uint(1)? {
            return Err(broken(log.lane, &format!("the segment after seq {last} starts at {first}")));
        }
        if head.prev[..] != hash[..] || head.hash()[..] != *hash_here {
            return Err(broken(
                log.lane,
                &format!("the segment from seq {first} does not continue the one before"),
            ));
        }
        (last, hash) = (head.last(), hash_here.to_vec());
    }
    if (last, &hash) != (log.head.0, &log.head.1) {
        return Err(broken(
            log.lane,
            &format!("the segments end at seq {last}, the head says {}", log.head.0),
        ));
    }
    Ok(())
}

fn check_tail(log: &LaneLog) -> Result<(), Finding> {
    for (row, expected) in log.tail.iter().zip(log.head.0 + 1..) {
        let seq = row.uint(0)?;
        let ops = decode_ops(row.blob(1)?).map_err(|error| broken(log.lane, &error.to_string()))?;
        let [op] = ops.as_slice() else { return Err(broken(log.lane, "a row of the tail is not one op")) };
        if seq != expected || op.dot.seq != seq || op.dot.lane != Lane(log.lane) {
            return Err(broken(log.lane, &format!("the tail has seq {seq} where {expected} belongs")));
        }
    }
    Ok(())
}

fn check_segments(log: &LaneLog, key: &VerifyingKey) -> Result<(), Finding> {
    for row in &log.segments {
        let segment =
            segment::open(row.blob(3)?, key).map_err(|error| broken(log.lane, &error.to_string()))?;
        let seqs = segment.ops.iter().map(|op| op.dot.seq);
        if !seqs.eq(row.uint(0)?..=row.uint(1)?) {
            return Err(broken(log.lane, "a segment lacks an op"));
        }
    }
    Ok(())
}
