//! What a page makes of resources that are new here, worked out beside the transaction that stores the page before it. The
//! transaction then only looks whether they are still new, and writes.

use std::collections::{HashMap, HashSet};

use holdfast_core::hlc::Hlc;
use holdfast_core::id::{Entity, Lane};
use holdfast_core::message::{Page, StateItem};

use crate::draft::Draft;
use crate::error::Result;
use crate::loaded::{Event, Loaded};
use crate::parallel;
use crate::records::Records;
use crate::schema;
use crate::sql::{Sql, Value};
use crate::tx::{Tx, taken_apart};
use crate::unindexed::Indexing;

/// A page's new resources, ready to be written.
#[derive(Default)]
pub struct PreparedPage {
    resources: Vec<Ahead>,
}

impl std::fmt::Debug for PreparedPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreparedPage").field("resources", &self.resources.len()).finish()
    }
}

struct Ahead {
    entity: Entity,
    lane: Lane,
    /// Through which number it holds ops of this very actor.
    claimed: u64,
    last_hlc: Hlc,
    draft: Draft,
}

impl Records {
    /// Works out what a page's whole resources become where they are new here, for [`Records::take_prepared_page`]. Blocks;
    /// needs no turn at writing.
    ///
    /// # Errors
    /// The database.
    pub fn prepare_page(&self, page: &Page) -> Result<PreparedPage> {
        if self.clinic().is_empty() {
            // Whose each resource is has to be looked up.
            return Ok(PreparedPage::default());
        }
        // How often the page speaks of each resource: of those ahead it must say nothing else.
        let mut told: HashMap<&Entity, u32> = HashMap::new();
        for entity in page.states.iter().map(|item| &item.entity).chain(page.ops.iter().map(|op| &op.entity))
        {
            *told.entry(entity).or_default() += 1;
        }
        let is_alone = |item: &&StateItem| told.get(&item.entity) == Some(&1) && !item.is_held_back();
        let items: Vec<&StateItem> = page.states.iter().filter(is_alone).collect();
        let names: Vec<&Entity> = items.iter().map(|item| &item.entity).collect();
        let is_known = self.read(|view| are_known(view.sql, &names))?;
        let mut new: Vec<&StateItem> = items
            .into_iter()
            .zip(is_known)
            .filter_map(|(item, is_known)| (!is_known).then_some(item))
            .collect();
        let indexing = Indexing::of_many(new.len());
        let made = parallel::slices(&mut new, |slice| {
            slice.iter().filter_map(|item| self.ahead(item, indexing)).collect::<Vec<_>>()
        });
        Ok(PreparedPage { resources: made.into_iter().flatten().collect() })
    }

    /// `None`: it cannot be taken apart, which is told when the page is stored.
    fn ahead(&self, item: &StateItem, indexing: Indexing) -> Option<Ahead> {
        let state = taken_apart(&item.entity, &item.json, &item.state).ok()?;
        let (lane, claimed, last_hlc) = (state.lane, state.vv.get(&self.actor()), state.last_hlc);
        let mut loaded = Loaded::new(&item.entity, self.rules(), &self.clinic().into());
        loaded.state = state;
        loaded.events.push(Event { actor_no: None, lane, seq: 0, content: None });
        let draft = Draft::of(&mut loaded, self.rules(), false, indexing);
        Some(Ahead { entity: item.entity.clone(), lane, claimed, last_hlc, draft })
    }
}

impl Tx<'_> {
    /// Takes over what was worked out of a page and still holds, and says for which resources. They are not loaded: nothing
    /// else in the page is about them.
    ///
    /// # Errors
    /// As [`Tx::refuse_early`].
    pub(crate) fn take_prepared_states(&mut self, prepared: PreparedPage) -> Result<HashSet<Entity>> {
        let names: Vec<&Entity> = prepared.resources.iter().map(|one| &one.entity).collect();
        let is_known = are_known(self.sql, &names)?;
        let mut taken = HashSet::with_capacity(prepared.resources.len());
        for (one, is_known) in prepared.resources.into_iter().zip(is_known) {
            if is_known || self.is_loaded(&one.entity) {
                continue;
            }
            self.refuse_early(one.lane, one.claimed)?;
            self.records.observe(one.last_hlc);
            taken.insert(one.entity.clone());
            self.drafts.push((one.entity, one.draft));
        }
        Ok(taken)
    }
}

/// Of each resource, whether it was ever here.
fn are_known(sql: &mut dyn Sql, entities: &[&Entity]) -> Result<Vec<bool>> {
    let key = |entity: &&Entity| vec![entity.kind.as_str().into(), entity.id.as_str().into()];
    let keys: Vec<Vec<Value>> = entities.iter().map(key).collect();
    let rows = sql.lookup(&schema::RESOURCE, &["kind", "id"], &["no"], &keys)?;
    Ok(rows.into_iter().map(|row| row.is_some()).collect())
}
