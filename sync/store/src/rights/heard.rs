//! How far this incarnation has heard its upstreams: what was not heard of by then had not happened there.
//!
//! Kept under the incarnation that heard it: a restored database has forgotten what it heard since.

use std::collections::BTreeSet;

use holdfast_core::id::ActorId;
use holdfast_core::rights::{Act, rows};

use super::known::records_in;
use crate::error::Result;
use crate::identity::{meta, set_meta};
use crate::records::Records;
use crate::sql::Sql;

fn pulled_name(records: &Records, upstream: ActorId) -> String {
    format!("rights-heard/{}/{upstream}", records.actor())
}

fn settled_name(records: &Records, of: ActorId, by: ActorId) -> String {
    format!("rights-settled/{}/{of}/{by}", records.actor())
}

/// When the last pull began that has brought all that an upstream had by then, by this database's clock, Unix milliseconds.
pub(crate) fn pulled_ms(sql: &mut dyn Sql, records: &Records, upstream: ActorId) -> Result<Option<u64>> {
    let name = pulled_name(records, upstream);
    Ok(meta(sql, &name)?.and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes))
}

/// Whether all that an upstream had taken of a database before it said that it is gone has been heard here.
pub(crate) fn is_settled(sql: &mut dyn Sql, records: &Records, of: ActorId, by: ActorId) -> Result<bool> {
    Ok(meta(sql, &settled_name(records, of, by))?.is_some())
}

/// An upstream and those of whom it says that they were itself: what they said it has said.
fn former_selves(upstream: ActorId, said: &[(ActorId, ActorId, ActorId)]) -> BTreeSet<ActorId> {
    let mut selves = BTreeSet::from([upstream]);
    loop {
        let known = selves.len();
        let of_themselves = said.iter().filter(|(_, by, successor)| by == successor && selves.contains(by));
        let former: Vec<ActorId> = of_themselves.map(|(of, ..)| *of).collect();
        selves.extend(former);
        if selves.len() == known {
            return selves;
        }
    }
}

impl Records {
    /// A pull that began at `began_ms` (by this database's wall clock, Unix milliseconds) has brought all that the upstream had: the page
    /// says that nothing waits, and is durable here. Call it for every such page, an empty one too.
    ///
    /// # Errors
    /// The database.
    pub fn caught_up(&self, upstream: ActorId, began_ms: u64) -> Result<()> {
        self.write(|tx| {
            let known = pulled_ms(tx.sql, self, upstream)?;
            if known.is_none_or(|known| began_ms > known) {
                set_meta(tx.sql, &pulled_name(self, upstream), Some(&began_ms.to_le_bytes()))?;
            }
            let said = records_in(tx.sql, &rows::heads(self.clinic(), "gone"))?;
            let said = said.into_iter().filter_map(|record| match record.act {
                Act::Gone { of, by, successor } => Some((of, by, successor)),
                _ => None,
            });
            let said: Vec<(ActorId, ActorId, ActorId)> = said.collect();
            let selves = former_selves(upstream, &said);
            for (of, by, _) in said.iter().filter(|(_, by, _)| selves.contains(by)) {
                set_meta(tx.sql, &settled_name(self, *of, *by), Some(&[1]))?;
            }
            Ok(())
        })
    }
}
