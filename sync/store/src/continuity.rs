//! What the outside has of this replica's work, and since when something waits: the honest state.

use holdfast_core::id::{ActorId, Lane};

use crate::error::Result;
use crate::log::{self, OpFinder};
use crate::records::Records;
use crate::relay;

/// One lane of the own log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LaneState {
    /// The lane.
    pub lane: Lane,
    /// Last op written.
    pub written: u64,
    /// Ops no upstream has acknowledged, of replicas below too.
    pub unsent: u64,
    /// Unix milliseconds of the oldest of them that was written here.
    pub unsent_since_ms: Option<u64>,
}

/// What one upstream has acknowledged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acknowledged {
    /// The endpoint's URL.
    pub endpoint: String,
    /// Its database's incarnation.
    pub upstream: ActorId,
    /// The lane.
    pub lane: Lane,
    /// Durable there through this op.
    pub through: u64,
    /// Unix milliseconds of the acknowledgement.
    pub at_ms: u64,
}

/// The honest state of the own log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Continuity {
    /// Every lane, most urgent first.
    pub lanes: Vec<LaneState>,
    /// By endpoint and lane.
    pub acknowledged: Vec<Acknowledged>,
    /// Scopes held from an upstream.
    pub held_scopes: u64,
}

impl Records {
    /// Through which op of each lane any upstream has acknowledged the own log.
    ///
    /// # Errors
    /// The database.
    pub fn acknowledged(&self) -> Result<[u64; 4]> {
        let actor = self.actor();
        self.read(|view| {
            let mut out = [0; 4];
            for one in acknowledged(view.sql, actor)? {
                if let Some(slot) = out.get_mut(usize::from(one.lane.0)) {
                    *slot = one.through.max(*slot);
                }
            }
            Ok(out)
        })
    }

    /// What is unsent, since when, and what has been acknowledged by whom.
    ///
    /// # Errors
    /// The database.
    pub fn continuity(&self) -> Result<Continuity> {
        let actor = self.actor();
        self.read(|view| {
            let acknowledged = acknowledged(view.sql, actor)?;
            let rows = view.sql.query("SELECT no FROM actor WHERE actor = $1", &[actor.0.to_vec().into()])?;
            let actor_no = rows.first().map_or(Ok(0), |row| row.int(0))?;
            // At a hub nothing is above, and those below have sent what there is.
            let below = if self.clinic().is_empty() { [0; 4] } else { relay::unsent(view.sql)? };
            let mut lanes = Vec::new();
            for lane in Lane::ALL {
                let written = log::last_seq(view.sql, actor_no, lane)?;
                let through =
                    acknowledged.iter().filter(|a| a.lane == lane).map(|a| a.through).max().unwrap_or(0);
                let own = written.saturating_sub(through);
                let unsent = own + below.get(usize::from(lane.0)).copied().unwrap_or(0);
                let oldest = if own > 0 {
                    OpFinder::default().find(view.sql, actor_no, i64::from(lane.0), through + 1)?
                } else {
                    None
                };
                lanes.push(LaneState {
                    lane,
                    written,
                    unsent,
                    unsent_since_ms: oldest.map(|op| op.hlc.unix_ms()),
                });
            }
            let held = view.sql.query("SELECT COUNT(*) FROM held", &[])?;
            let held_scopes = held.first().map_or(Ok(0), |row| row.uint(0))?;
            Ok(Continuity { lanes, acknowledged, held_scopes })
        })
    }
}

fn acknowledged(sql: &mut dyn crate::sql::Sql, actor: ActorId) -> Result<Vec<Acknowledged>> {
    let text = "SELECT k.endpoint, k.upstream, k.lane, k.seq, k.at_ms FROM acked k JOIN actor a ON a.no = k.actor_no \
                WHERE a.actor = $1 ORDER BY k.endpoint, k.lane";
    let rows = sql.query(text, &[actor.0.to_vec().into()])?;
    rows.iter()
        .map(|row| {
            Ok(Acknowledged {
                endpoint: row.text(0)?.to_owned(),
                upstream: ActorId(row.array(1)?),
                lane: Lane(u8::try_from(row.int(2)?).unwrap_or(u8::MAX)),
                through: row.uint(3)?,
                at_ms: row.uint(4)?,
            })
        })
        .collect()
}
