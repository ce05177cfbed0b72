//! What is to be written of a changed resource: its row, its index, what its scopes' feeds say. Worked out from the
//! registers, without the database, so that all processors share the work and a push can have it done beforehand.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use holdfast_core::id::{Lane, Scope};
use holdfast_core::rules::{IndexRow, Rules};
use holdfast_core::state::EntityState;
use holdfast_core::view;

use crate::home;
use crate::loaded::{Event, Loaded};
use crate::sql::Value;
use crate::unindexed::{Indexing, Unindexed};
use crate::view::{content_sum, row_sum};

/// A resource ready to be written, once it has a number.
pub(crate) struct Draft {
    /// Its number, if it has one already.
    pub(crate) no: Option<i64>,
    content: Content,
    search: Vec<IndexRow>,
    unsearch: Vec<IndexRow>,
    /// Rows to be made later ([`crate::unindexed`]): with those that may have to go.
    later: Option<Vec<IndexRow>>,
    /// Scopes that have it already: their feeds name the ops.
    told: Vec<Scope>,
    /// Scopes in which the whole resource is new.
    pub(crate) entered: Vec<Scope>,
    events: Vec<Event>,
    home: Option<Arc<str>>,
    /// The scope of the patient whom this makes.
    made: Option<Scope>,
}

/// A resource's row without its number, and the sum over it.
struct Content {
    cells: Vec<Value>,
    sum: i64,
}

/// The rows that drafts become.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) resources: Vec<Vec<Value>>,
    pub(crate) search: Vec<Vec<Value>>,
    /// Those of resources that had no number before: nothing can be there.
    pub(crate) new_resources: Vec<Vec<Value>>,
    pub(crate) new_search: Vec<Vec<Value>>,
    pub(crate) unsearch: Vec<Vec<Value>>,
    /// Resources whose other rows are made later.
    pub(crate) unindexed: Vec<Unindexed>,
    pub(crate) feed: Vec<FeedEntry>,
    /// Clinics that resources belong to, where that has to be known.
    pub(crate) homes: Vec<(i64, Arc<str>)>,
    /// Scopes of the patients who are made.
    pub(crate) made: Vec<Scope>,
}

/// One entry for a scope's feed.
pub(crate) struct FeedEntry {
    pub(crate) scope: Scope,
    pub(crate) resource_no: i64,
    /// `None`: the whole resource is new in this scope.
    pub(crate) op: Option<(i64, Lane, u64)>,
    pub(crate) content: Option<Vec<u8>>,
}

impl Content {
    fn of(state: &EntityState, rules: &dyn Rules) -> Self {
        let cells = vec![
            state.entity.kind.as_str().into(),
            state.entity.id.as_str().into(),
            view::render(state, rules).into(),
            view::encode(state).into(),
            state.version().into(),
            state.last_hlc.0.into(),
            i64::from(state.is_deleted()).into(),
            (state.conflicts(rules).len() as i64).into(),
        ];
        Self { sum: content_sum(&cells), cells }
    }

    fn into_row(self, no: i64) -> Vec<Value> {
        let mut row = Vec::with_capacity(self.cells.len() + 2);
        row.push(no.into());
        row.extend(self.cells);
        row.push(row_sum(no, self.sum).into());
        row
    }
}

/// The row of a resource as [`crate::schema::RESOURCE`] has it.
pub(crate) fn resource_row(no: i64, state: &EntityState, rules: &dyn Rules) -> Vec<Value> {
    Content::of(state, rules).into_row(no)
}

impl Draft {
    /// Drafts what a loaded resource has become, which then counts as unchanged. `serves_clinics`: at an upstream of
    /// several clinics the resource's own has to be remembered.
    pub(crate) fn of(
        loaded: &mut Loaded,
        rules: &dyn Rules,
        serves_clinics: bool,
        indexing: Indexing,
    ) -> Self {
        let scopes = rules.scopes(&loaded.state, &loaded.clinic);
        let before = std::mem::take(&mut loaded.before);
        let (search, unsearch, later) = match (indexing, loaded.no) {
            (Indexing::Later, None) => (rules.prompt_index(&loaded.state), Vec::new(), Some(Vec::new())),
            (indexing, _) => {
                let (search, unsearch) =
                    differences(&before.rows, &before.touched.rows(rules, &loaded.state));
                indexing.part(rules, search, unsearch)
            }
        };
        let before = before.scopes.unwrap_or_else(|| scopes.clone());
        let events = std::mem::take(&mut loaded.events);
        let (entered, told) = split_scopes(&scopes, &before, events.is_empty());
        loaded.changed = false;
        let is_made = std::mem::take(&mut loaded.is_made);
        let is_home =
            serves_clinics && !loaded.clinic.is_empty() && home::is_in_clinic_scope(rules, &loaded.state);
        Self {
            no: loaded.no,
            content: Content::of(&loaded.state, rules),
            search,
            unsearch,
            later,
            told,
            entered,
            events,
            home: is_home.then(|| loaded.clinic.clone()),
            made: Scope::of_patient(&loaded.state.entity).filter(|_| is_made),
        }
    }

    /// Adds its rows.
    pub(crate) fn write(self, no: i64, rows: &mut Rows) {
        let (resources, search) = match self.no {
            Some(_) => (&mut rows.resources, &mut rows.search),
            None => (&mut rows.new_resources, &mut rows.new_search),
        };
        resources.push(self.content.into_row(no));
        let row = |r: IndexRow| vec![i64::from(r.param).into(), r.value.into(), no.into()];
        search.extend(self.search.into_iter().map(row));
        rows.unsearch.extend(self.unsearch.into_iter().map(row));
        rows.unindexed.extend(self.later.map(|gone| Unindexed { no, gone }));
        for scope in self.entered {
            rows.feed.push(FeedEntry { scope, resource_no: no, op: None, content: None });
        }
        for scope in self.told {
            for event in &self.events {
                let op = event.actor_no.map(|actor_no| (actor_no, event.lane, event.seq));
                let content = event.content.clone();
                rows.feed.push(FeedEntry { scope: scope.clone(), resource_no: no, op, content });
            }
        }
        rows.homes.extend(self.home.map(|clinic| (no, clinic)));
        rows.made.extend(self.made);
    }
}

/// Rows to add and rows to remove.
fn differences(before: &[IndexRow], after: &[IndexRow]) -> (Vec<IndexRow>, Vec<IndexRow>) {
    let missing = |from: &[IndexRow], of: &[IndexRow]| {
        let of: HashSet<&IndexRow> = of.iter().collect();
        from.iter().filter(|row| !of.contains(row)).cloned().collect()
    };
    (missing(after, before), missing(before, after))
}

/// The scopes in which the whole resource is new, and those that are told its ops; a scope that it has left is told too.
fn split_scopes(
    after: &BTreeSet<Scope>,
    before: &BTreeSet<Scope>,
    is_whole: bool,
) -> (Vec<Scope>, Vec<Scope>) {
    let is_new_here = |scope: &Scope| !before.is_empty() && !before.contains(scope);
    after.union(before).cloned().partition(|scope| is_whole || is_new_here(scope))
}
