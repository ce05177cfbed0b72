//! Whether what a resource holds has reached the upstream: what people are told as "saved here".

use std::collections::BTreeMap;

use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_core::view::decode_vector;

use crate::error::{Result, StoreError};
use crate::records::Records;
use crate::schema;
use crate::view::View;

/// How far the ops that this replica has to send, its own and those of the replicas below it, are durable at an upstream.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sent {
    /// By actor and lane: the last op that an upstream has acknowledged, 0 for none.
    through: BTreeMap<ActorId, [u64; Lane::ALL.len()]>,
}

impl Sent {
    /// Whether every op of ours in a stored state is acknowledged.
    ///
    /// # Errors
    /// [`StoreError::Wire`] if the state is damaged.
    pub(crate) fn includes(&self, state: &[u8]) -> Result<bool> {
        let (lane, vector) = decode_vector(state)?;
        Ok(vector.into_iter().all(|(actor, seq)| {
            let through = self.through.get(&actor).and_then(|lanes| lanes.get(usize::from(lane.0)));
            through.is_none_or(|through| seq <= *through)
        }))
    }
}

impl View<'_> {
    /// Whether every op of ours in a resource is acknowledged.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it is not here or out of sight, or the database.
    pub fn is_sent(&mut self, entity: &Entity, sent: &Sent) -> Result<bool> {
        self.must_be_in_sight(entity)?;
        let key = vec![entity.kind.as_str().into(), entity.id.as_str().into()];
        let mut rows = self.sql.lookup(&schema::RESOURCE, &["kind", "id"], &["state"], &[key])?;
        let row = rows.pop().flatten().ok_or_else(|| StoreError::NotFound(entity.to_string()))?;
        sent.includes(row.blob(0)?)
    }
}

impl Records {
    /// What of the ops that this replica has to send is acknowledged, as the view sees it. Head office has nothing to send.
    ///
    /// # Errors
    /// The database. Cost: the replicas below.
    pub fn sent(&self, view: &mut View<'_>) -> Result<Sent> {
        let mut sent = Sent::default();
        if self.clinic().is_empty() {
            return Ok(sent);
        }
        let own = self.actor();
        // Earlier incarnations of this database have said again, under the present one, what was not acknowledged.
        let text = "SELECT a.actor, a.replica, k.lane, MAX(k.seq) FROM actor a LEFT JOIN acked k ON k.actor_no = a.no \
                    WHERE a.replica IS NOT NULL GROUP BY a.actor, a.replica, k.lane";
        for row in view.sql.query(text, &[])? {
            let actor = ActorId(row.array(0)?);
            let is_acked = !row.is_null(2);
            if actor != own && row.text(1)? == "self" {
                continue;
            }
            let lanes = sent.through.entry(actor).or_default();
            if let Some(slot) =
                is_acked.then(|| row.int(2)).transpose()?.and_then(|lane| lanes.get_mut(lane as usize))
            {
                *slot = row.uint(3)?;
            }
        }
        Ok(sent)
    }
}
