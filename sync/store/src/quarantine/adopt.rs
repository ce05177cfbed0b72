//! Decisions at a replica that serves people: what somebody wrote after they were not to write any more is written again by
//! whoever answers for it, under their own name. So the decision travels as any save does, and every replica that held the
//! ops for the same reason comes to read the same.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::Entity;
use holdfast_core::op::{Change, EntityDot, Op};

use super::{Held, WITHDRAWN, held, row, settle};
use crate::error::Result;
use crate::schema;
use crate::tx::Tx;
use crate::view::View;

/// What a decision was about.
#[derive(Clone, PartialEq, Debug)]
pub struct Taken {
    /// The record.
    pub entity: Entity,
    /// Who had written it.
    pub author: String,
    /// The numbers that wait no more, ascending.
    pub numbers: Vec<u64>,
}

impl View<'_> {
    /// What waits after a number because its author was not to write any more, oldest first, `most` of it.
    ///
    /// # Errors
    /// The database.
    pub fn withheld(&mut self, after: u64, most: u32) -> Result<Vec<Held>> {
        let text = "SELECT no, at_ms, replica, code, bytes FROM quarantine WHERE no > $1 AND code = $2 ORDER BY no LIMIT $3";
        let rows = self.sql.query(text, &[after.into(), WITHDRAWN.into(), i64::from(most).into()])?;
        rows.iter().map(held).collect()
    }
}

impl Tx<'_> {
    /// Writes what waits under a number again in the name of `author`, with everything else that its author wrote on that
    /// record and that waits. It replaces what its author had seen, and stands beside what others saved meanwhile.
    ///
    /// # Errors
    /// [`crate::StoreError::Refused`] (`quarantine-unknown`), [`crate::StoreError::SaveTooLarge`], or the database.
    pub fn adopt_withheld(&mut self, no: u64, author: &str) -> Result<Taken> {
        let (taken, ops) = self.take_withheld(no)?;
        self.author_op(&taken.entity, folded(&ops), author)?;
        Ok(taken)
    }

    /// Forgets what waits under a number, with everything else that its author wrote on that record and that waits.
    ///
    /// # Errors
    /// [`crate::StoreError::Refused`] (`quarantine-unknown`), or the database.
    pub fn drop_withheld(&mut self, no: u64) -> Result<Taken> {
        Ok(self.take_withheld(no)?.0)
    }

    /// Takes the ops on one record by one author out of the queue, in the order they were written.
    fn take_withheld(&mut self, no: u64) -> Result<(Taken, Vec<Op>)> {
        let asked = held(&row(self.sql, no)?)?;
        let of = |held: &Held| held.ops.first().map(|op| (op.entity.clone(), op.author.clone()));
        let Some((entity, author)) = of(&asked).filter(|_| asked.code == WITHDRAWN) else {
            return Err(super::unknown(no));
        };
        let text = "SELECT no, at_ms, replica, code, bytes FROM quarantine WHERE replica = $1 AND code = $2 ORDER BY no";
        let rows = self.sql.query(text, &[asked.replica.as_str().into(), WITHDRAWN.into()])?;
        let (mut numbers, mut ops) = (Vec::new(), Vec::new());
        for one in rows.iter().map(held).collect::<Result<Vec<_>>>()? {
            if of(&one).as_ref() != Some(&(entity.clone(), author.clone())) {
                continue;
            }
            self.sql.delete(&schema::QUARANTINE, vec![vec![one.no.into()]])?;
            numbers.push(one.no);
            ops.extend(one.ops.clone());
            settle(self, one, "quarantine-dropped")?;
        }
        Ok((Taken { entity, author, numbers }, ops))
    }
}

/// What the ops say together: of each element the last value, in place of all that any of them had seen, and of their own.
fn folded(ops: &[Op]) -> Vec<Change> {
    let mut out: BTreeMap<String, (BTreeSet<EntityDot>, Option<String>)> = BTreeMap::new();
    for op in ops {
        for change in &op.changes {
            let (seen, value) = out.entry(change.key.clone()).or_default();
            seen.extend(change.pred.iter().copied());
            seen.insert(EntityDot { actor: op.dot.actor, seq: op.dot.seq });
            value.clone_from(&change.value);
        }
    }
    out.into_iter()
        .map(|(key, (seen, value))| Change { key, pred: seen.into_iter().collect(), value })
        .collect()
}
