//! Handing on what replicas below have written: a clinic's node passes the segments of its desktops to the hub verbatim,
//! so that every op arrives under the signature of whoever wrote it.
//!
//! ```text
//! desktop ─Push▶ node ─Introduce (who writes below, with which keys)▶ hub
//!                node ─Push (the same bytes)──────────────────────▶ hub, which knows the log as `clinic/node/desktop`
//! ```

use std::collections::BTreeSet;

use holdfast_core::id::{ActorId, Lane};
use holdfast_core::message::{Below, MAX_ACTORS, Reach, Response};

use crate::error::{Result, StoreError};
use crate::give_back::{Owed, goes_on};
use crate::log;
use crate::records::Records;
use crate::schema;
use crate::sql::Sql;
use crate::tx::Tx;
use crate::upstream::{NODE, OK, Peer, current, owner};

impl Records {
    /// The incarnations that write below this replica, the latest met first; at most as many as one message holds.
    ///
    /// # Errors
    /// The database.
    pub fn below(&self) -> Result<Vec<Below>> {
        self.read(|view| {
            let text = format!(
                "SELECT p.name, a.actor, a.public_key FROM actor a JOIN replica p ON a.replica = p.clinic || '/' || p.name \
                 ORDER BY a.no DESC LIMIT {MAX_ACTORS}"
            );
            let rows = view.sql.query(&text, &[])?;
            let below = |row: &crate::sql::Row| {
                Ok(Below {
                    replica: row.text(0)?.to_owned(),
                    actor: ActorId(row.array(1)?),
                    key: row.array(2)?,
                })
            };
            rows.iter().map(below).collect()
        })
    }

    /// The logs of `below` that reach further than `known`, as the upstream has it, urgent lanes first. One that the
    /// upstream knows otherwise is left out: it is not this replica's to mend.
    ///
    /// # Errors
    /// The database.
    pub fn owed_below(&self, below: &[Below], known: &[Reach]) -> Result<Vec<Owed>> {
        let actors: BTreeSet<ActorId> = below.iter().map(|one| one.actor).collect();
        self.read(|view| {
            let mut out = Vec::new();
            for (actor, lane, held) in heads_below(view.sql)? {
                let reach = known.iter().find(|reach| reach.actor == actor && reach.lane == lane);
                let after = reach.map_or(0, |reach| reach.seq);
                if actors.contains(&actor) && after < held && goes_on(view.sql, actor, lane, reach)? {
                    out.push(Owed { actor, lane, after });
                }
            }
            Ok(out)
        })
    }

    /// Takes note of who writes below a node, so that its segments are taken in when the node hands them on.
    pub(crate) fn introduce_below(&self, peer: &Peer, actor: ActorId, below: &[Below]) -> Result<Response> {
        if peer.kind != NODE {
            return Err(StoreError::Denied {
                code: "not-a-relay",
                message:
                    "only a clinic's node hands on what others have written; enrol this replica as a node"
                        .into(),
            });
        }
        self.write(|tx| {
            current(tx.sql, peer, actor)?;
            below.iter().try_for_each(|one| introduce(tx, peer, one))
        })?;
        let actors: Vec<(ActorId, [u8; 32])> = below.iter().map(|one| (one.actor, one.key)).collect();
        self.welcome(peer, &actors)
    }
}

/// How far the logs of replicas below are held, urgent lanes first.
fn heads_below(sql: &mut dyn Sql) -> Result<Vec<(ActorId, Lane, u64)>> {
    let text = "SELECT a.actor, h.lane, h.seq FROM log_head h JOIN actor a ON a.no = h.actor_no \
                WHERE a.replica LIKE '%/%' ORDER BY h.lane, h.actor_no";
    let mut out = Vec::new();
    for row in sql.query(text, &[])? {
        let lane = Lane(u8::try_from(row.int(1)?).unwrap_or(u8::MAX));
        if Lane::ALL.contains(&lane) {
            out.push((ActorId(row.array(0)?), lane, row.uint(2)?));
        }
    }
    Ok(out)
}

/// Ops of replicas below, by lane, that no upstream has acknowledged.
pub(crate) fn unsent(sql: &mut dyn Sql) -> Result<[u64; 4]> {
    let text = "SELECT h.lane, CAST(SUM(h.seq - COALESCE((SELECT MAX(k.seq) FROM acked k WHERE k.actor_no = h.actor_no \
                AND k.lane = h.lane), 0)) AS BIGINT) FROM log_head h JOIN actor a ON a.no = h.actor_no \
                WHERE a.replica LIKE '%/%' GROUP BY h.lane";
    let mut out = [0; 4];
    for row in sql.query(text, &[])? {
        if let Some(slot) = usize::try_from(row.int(0)?).ok().and_then(|lane| out.get_mut(lane)) {
            *slot = u64::try_from(row.int(1)?).unwrap_or(0);
        }
    }
    Ok(out)
}

/// A log that is somebody else's is left to them, and an operator is told: one desktop that claims another's name must not
/// hold up what the others below its node have written.
fn introduce(tx: &mut Tx<'_>, peer: &Peer, one: &Below) -> Result<()> {
    let no = tx.actor_no(one.actor)?;
    let rows = tx.sql.query("SELECT replica, public_key FROM actor WHERE no = $1", &[no.into()])?;
    let name = format!("{}/{}", owner(peer), one.replica);
    if let Some(row) = rows.first().filter(|row| !row.is_null(0)) {
        let known = row.text(0)?;
        if known == name && row.blob(1)? == one.key {
            return Ok(());
        }
        // A desktop that has moved to another node of its clinic is the same one by its key.
        let is_of_clinic = known.starts_with(&format!("{}/", peer.clinic));
        if !is_of_clinic || row.blob(1)? != one.key {
            let topic = format!("actor-taken/{name}");
            let text = format!("{name} writes under actor {}, which is another replica's", one.actor);
            return tx.notice_daily(&topic, "actor-taken", &text);
        }
    } else {
        let text = "SELECT COUNT(*) FROM actor WHERE replica LIKE $1";
        let below = tx.sql.query(text, &[format!("{}/%", owner(peer)).into()])?;
        if below.first().map_or(Ok(0), |row| row.uint(0))? >= MAX_ACTORS as u64 {
            let text =
                format!("more than {MAX_ACTORS} actors write below {}; {name} is left out", owner(peer));
            return tx.notice_daily(&format!("too-many-actors/{}", owner(peer)), "too-many-actors", &text);
        }
    }
    let row = vec![no.into(), one.actor.0.to_vec().into(), name.into(), one.key.to_vec().into(), OK.into()];
    tx.sql.upsert(&schema::ACTOR, vec![row])
}

/// The next segments of a log of a replica below, and the hash that each ends with.
pub type HandedOn = (crate::downstream::Outgoing, holdfast_core::segment::Hash);

impl Records {
    /// The next segments of an owed log of a replica below.
    ///
    /// # Errors
    /// The database.
    pub fn outgoing_below(&self, owed: Owed, limit: u32) -> Result<Vec<HandedOn>> {
        self.read(|view| {
            let segments = log::segments_after(view.sql, owed.actor, owed.lane, owed.after, limit)?;
            let with_hash = |out: crate::downstream::Outgoing| {
                let hash = holdfast_core::segment::peek(&out.bytes)?.hash();
                Ok((out, hash))
            };
            segments.into_iter().map(with_hash).collect()
        })
    }
}
