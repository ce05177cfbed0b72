//! What a pushed segment makes of the resources it touches, worked out ahead of its transaction.
//!
//! Only one transaction writes at a time, so whatever is done in it holds everybody up. Decoding, merging and rendering
//! need no transaction: they are done beside it, on what the database said a moment before. The transaction compares the
//! checksums of the rows that were built on, and does again itself what has changed in between.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use holdfast_core::id::Entity;
use holdfast_core::segment::Segment;

use crate::draft::Draft;
use crate::error::Result;
use crate::grant;
use crate::loaded::{self, Loaded};
use crate::parallel;
use crate::records::Records;
use crate::schema;
use crate::sql::{Sql, Value};
use crate::tx::Tx;
use crate::unindexed::Indexing;
use crate::upstream::Peer;

/// What a segment makes of its resources, to be used once.
pub(crate) struct Prepared {
    drafts: Vec<Ahead>,
}

struct Ahead {
    entity: Entity,
    /// Checksum of the row that was built on; `None`: there was none.
    base: Option<i64>,
    draft: Draft,
}

impl Records {
    /// Works out what the segment makes of its resources. `actor_no` is its actor's number here.
    pub(crate) fn prepare(&self, peer: &Peer, actor_no: i64, segment: &Segment) -> Result<Prepared> {
        let rules = self.rules();
        let clinics = self.clinic().is_empty();
        let clinic: Arc<str> = if clinics { peer.clinic.as_str() } else { self.clinic() }.into();
        let wanted: BTreeSet<Entity> = segment.ops.iter().map(|op| op.entity.clone()).collect();
        let mut resources =
            self.read(|view| loaded::load(view.sql, rules, &clinic, clinics, wanted.clone()))?;
        let mut doubtful = BTreeSet::new();
        for op in &segment.ops {
            let loaded = resources.get_mut(&op.entity).expect("every resource of the segment was loaded");
            let is_anew = loaded.no.is_some() && grant::is_anew(&loaded.state, op);
            if is_anew
                || !rules.may_write(&op.entity, op.dot.actor)
                || loaded.lane().is_some_and(|lane| lane != op.dot.lane)
                || loaded.would_leave_too_many_unseen(op)
                || loaded.would_be_too_heavy(op, rules)
            {
                doubtful.insert(&op.entity);
            }
            loaded.take(op, actor_no, None, rules);
            #[cfg(feature = "sabotage")]
            crate::sabotage::after_apply(self, &mut loaded.state);
        }
        // A resource that took in nothing new is not written.
        let mut changed: Vec<(Entity, Loaded)> =
            resources.into_iter().filter(|(_, loaded)| !loaded.events.is_empty()).collect();
        // In one order always, so that a history of the simulation replays exactly.
        changed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let indexing = Indexing::of_many(changed.len());
        let drafts = parallel::slices(&mut changed, |slice| {
            let draft = |(entity, loaded): &mut (Entity, Loaded)| Ahead {
                entity: entity.clone(),
                base: loaded.base,
                draft: Draft::of(loaded, rules, clinics, indexing),
            };
            slice.iter_mut().map(draft).collect::<Vec<_>>()
        });
        // What may have to be put aside is judged op by op, in the transaction.
        let is_plain = |one: &Ahead| !doubtful.contains(&one.entity) && one.draft.entered.is_empty();
        let mut plain = Vec::with_capacity(changed.len());
        plain.extend(drafts.into_iter().flatten().filter(is_plain));
        Ok(Prepared { drafts: plain })
    }
}

impl Prepared {
    /// The drafts whose resources are still as they were. The others' ops are to be applied anew.
    fn still_valid(self, sql: &mut dyn Sql) -> Result<Vec<(Entity, Draft)>> {
        let (known, new): (Vec<Ahead>, Vec<Ahead>) =
            self.drafts.into_iter().partition(|one| one.draft.no.is_some());
        // By number where there is one: a shorter key to compare.
        let by_number = |one: &Ahead| vec![one.draft.no.map_or(Value::Null, Value::Int)];
        let by_name = |one: &Ahead| vec![one.entity.kind.as_str().into(), one.entity.id.as_str().into()];
        let mut out = unchanged(sql, &["no"], known, by_number)?;
        out.extend(unchanged(sql, &["kind", "id"], new, by_name)?);
        Ok(out)
    }
}

fn unchanged(
    sql: &mut dyn Sql,
    by: &[&'static str],
    drafts: Vec<Ahead>,
    key: impl Fn(&Ahead) -> Vec<Value>,
) -> Result<Vec<(Entity, Draft)>> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<Vec<Value>> = drafts.iter().map(key).collect();
    let rows = sql.lookup(&schema::RESOURCE, by, &["checksum"], &keys)?;
    let mut out = Vec::with_capacity(drafts.len());
    for (one, row) in drafts.into_iter().zip(rows) {
        if row.map(|row| row.int(0)).transpose()? == one.base {
            out.push((one.entity, one.draft));
        }
    }
    Ok(out)
}

impl Tx<'_> {
    /// Takes what was worked out ahead and still holds, and says for which resources. They are not loaded: flush before
    /// anything else is done to them. Not of those in `waiting`, of which an earlier op may not be merged yet.
    pub(crate) fn take_prepared(
        &mut self,
        prepared: Option<Prepared>,
        waiting: &BTreeSet<Entity>,
    ) -> Result<HashSet<Entity>> {
        let Some(mut prepared) = prepared else { return Ok(HashSet::new()) };
        prepared.drafts.retain(|one| !waiting.contains(&one.entity));
        let mut valid = prepared.still_valid(self.sql)?;
        valid.retain(|(entity, _)| !self.is_loaded(entity));
        let taken = valid.iter().map(|(entity, _)| entity.clone()).collect();
        self.drafts.extend(valid);
        Ok(taken)
    }
}
