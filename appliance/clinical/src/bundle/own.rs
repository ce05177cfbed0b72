//! What conditions find among the resources that the same transaction writes: they are there, for all that is asked, once
//! it is stored.
//!
//! Source: <https://hl7.org/fhir/R4/http.html#trules>.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use holdfast_core::rules::IndexRow;

use super::condition::Condition;
use super::entry::Entry;
use super::step::{Action, Step};
use crate::search::rows_of_text;

/// The resources of a transaction by type.
pub(super) struct Own<'e>(BTreeMap<&'e str, Vec<Written<'e>>>);

/// A resource that the transaction writes.
pub(super) struct Written<'e> {
    pub(super) entry: usize,
    pub(super) id: &'e str,
    is_new: bool,
    json: &'e str,
    /// What a search finds it by; worked out when first asked.
    rows: OnceCell<Vec<IndexRow>>,
}

impl<'e> Own<'e> {
    /// What the steps write, entry by entry.
    pub(super) fn of(entries: &[&Entry<'e>], steps: &'e [Step]) -> Self {
        let mut own = Self(BTreeMap::new());
        for (entry, step) in entries.iter().zip(steps) {
            let (id, is_new) = match &step.action {
                Action::Create { id, .. } => (id, true),
                Action::Update { id, .. } => (id, false),
                _ => continue,
            };
            let Some(json) = entry.resource else { continue };
            let written = Written { entry: entry.index, id, is_new, json, rows: OnceCell::new() };
            own.0.entry(&step.kind).or_default().push(written);
        }
        own
    }

    /// Those that meet a condition. One that leads through other resources finds none.
    ///
    /// Cost: grows with the resources of the type.
    pub(super) fn find(&self, condition: &Condition) -> Vec<&Written<'e>> {
        let query = &condition.query;
        if query.clauses.iter().any(|clause| clause.leads_elsewhere()) {
            return Vec::new();
        }
        let of_kind = self.0.get(query.kind.as_str()).map_or(&[][..], Vec::as_slice);
        let is_met = |one: &&Written<'e>| {
            let rows = one.rows.get_or_init(|| rows_of_text(&query.kind, one.json));
            query.clauses.iter().all(|clause| clause.holds(rows, one.id, 0))
        };
        of_kind.iter().filter(is_met).collect()
    }

    /// Another that is created, and that an entry's condition would find if it were there already.
    pub(super) fn another(&self, entry: &Entry<'_>, condition: &Condition) -> Option<usize> {
        let found = self.find(condition).into_iter().filter(|one| one.is_new).map(|one| one.entry);
        found.filter(|other| *other != entry.index).min()
    }
}
