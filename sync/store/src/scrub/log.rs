//! Healing the log: sealed segments come again from the upstream; unsent saves that no longer read in the log are
//! said again by a new actor, as the registers know them.

use ed25519_dalek::VerifyingKey;
use holdfast_core::id::{ActorId, Lane};
use holdfast_core::segment::{self, Segment};

use super::{Findings, Repair, Upstream};
use crate::error::Result;
use crate::log;
use crate::records::Records;
use crate::schema;

/// Whose log a damaged segment is of.
struct Author {
    actor: ActorId,
    key: Option<VerifyingKey>,
    is_self: bool,
}

/// Has damaged segments again from the upstream; whether an unsent one of the actor that writes cannot be had.
pub(super) fn segments(
    records: &Records,
    findings: &Findings,
    upstream: Option<&dyn Upstream>,
    repair: &mut Repair,
) -> Result<bool> {
    let mut is_own_lost = false;
    for &(actor_no, lane, first) in &findings.segments {
        let author = author(records, actor_no)?;
        let again = author.as_ref().and_then(|author| {
            let lane = Lane(u8::try_from(lane).ok()?);
            fetch(upstream?, author, lane, first)
        });
        if let Some((segment, bytes)) = again {
            let row = log::segment_row(actor_no, &segment.head, bytes);
            records.write(|tx| tx.sql.upsert(&schema::SEGMENT, vec![row.clone()]))?;
            repair.segments += 1;
        } else if author.is_some_and(|author| author.is_self && author.actor == records.actor())
            && !is_acknowledged(records, actor_no, lane, first)?
        {
            is_own_lost = true;
        } else {
            repair.lost.push(format!("segment {first} of log {actor_no} in lane {lane}"));
        }
    }
    Ok(is_own_lost)
}

fn author(records: &Records, actor_no: i64) -> Result<Option<Author>> {
    records.read(|view| {
        let text = "SELECT actor, public_key, replica FROM actor WHERE no = $1";
        let rows = view.sql.query(text, &[actor_no.into()])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let key = if row.is_null(1) { None } else { VerifyingKey::from_bytes(&row.array(1)?).ok() };
        let is_self = !row.is_null(2) && row.text(2)? == "self";
        Ok(Some(Author { actor: ActorId(row.array(0)?), key, is_self }))
    })
}

/// The segment as the upstream has it, if it is signed by its author and begins where the damaged one did.
fn fetch(upstream: &dyn Upstream, author: &Author, lane: Lane, first: u64) -> Option<(Segment, Vec<u8>)> {
    let key = author.key.as_ref()?;
    let given = upstream.segments(author.actor, lane, first);
    given.into_iter().find_map(|bytes| {
        let segment = segment::open(&bytes, key).ok()?;
        let head = &segment.head;
        (head.actor == author.actor && head.lane == lane && head.first == first).then_some((segment, bytes))
    })
}

fn is_acknowledged(records: &Records, actor_no: i64, lane: i64, first: u64) -> Result<bool> {
    records.read(|view| {
        let text = "SELECT 1 FROM acked WHERE actor_no = $1 AND lane = $2 AND seq >= $3 LIMIT 1";
        Ok(!view.sql.query(text, &[actor_no.into(), lane.into(), first.into()])?.is_empty())
    })
}
