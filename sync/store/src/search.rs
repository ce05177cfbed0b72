//! Search over the index: every clause narrows, alternatives within a clause widen.

mod by_value;
mod condition;
mod narrowed;
mod sorted;

use holdfast_core::search::Clause;
use holdfast_core::state::EntityState;

pub use by_value::{Placed, Room, Stretch};
pub use sorted::{Place, Sorted, TOO_MANY_TO_SORT};

use crate::error::Result;
use crate::sql::Rows;
use crate::view::{Stored, View, stored};
pub(crate) use condition::Conditions;
use narrowed::Narrowed;

/// Resources on which [`Clause::Check`] is tried for one page: more are gone through page by page.
const MAX_CHECKED: usize = 5_000;
/// Resources read at a time to be checked.
const CHECKED_AT_ONCE: u32 = 500;
/// Resources on one page take no more bytes than that, but for a single one that does.
pub const PAGE_BYTES: usize = 8 << 20;

/// A page of results.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The resources, in order of their number here.
    pub resources: Vec<Stored>,
    /// Where to go on; `None` at the end.
    pub next: Option<i64>,
}

/// The columns of a [`Stored`], then the number.
const COLUMNS: &str = "r.kind, r.id, r.json, r.version, r.updated, r.deleted, r.conflicts, r.no";

impl View<'_> {
    /// Resources of a type that meet every clause, deleted ones left out. A page is short of `count` though there are more
    /// where they are large ([`PAGE_BYTES`]) or something has to be checked on many ([`Clause::Check`]).
    ///
    /// # Errors
    /// [`crate::error::StoreError::OutOfSight`], or the database. Cost: the rows of the first clause, and one index probe a row for each further one.
    pub fn search(&mut self, kind: &str, clauses: &[Clause], after: i64, count: u32) -> Result<Found> {
        let clauses = &*self.narrowed(kind, clauses)?;
        let mut out = Found { resources: Vec::new(), next: Some(after) };
        let has_checks = clauses.iter().any(is_check);
        let clauses = &self.fewest_first(clauses)?;
        let (mut looked_at, mut room) = (0, PAGE_BYTES);
        while let Some(after) = out.next {
            let wanted = count - out.resources.len() as u32;
            if wanted == 0 || looked_at >= MAX_CHECKED || room == 0 {
                return Ok(out);
            }
            let step = if has_checks { CHECKED_AT_ONCE } else { wanted };
            let Rows { rows, is_cut } = self.step(kind, clauses, after, step, room)?;
            looked_at += rows.len();
            let mut has_more = is_cut || rows.len() > step as usize;
            out.next = None;
            for row in rows.into_iter().take(step as usize) {
                out.next = Some(row.int(7)?);
                let found = stored(row)?;
                if has_checks && !self.is_checked(&found, clauses)? {
                    continue;
                }
                room = room.saturating_sub(found.json.len());
                out.resources.push(found);
                if has_checks && out.resources.len() as u32 == count {
                    has_more = true;
                    break;
                }
            }
            if is_cut && !has_checks {
                room = 0;
            }
            out.next = out.next.filter(|_| has_more);
        }
        Ok(out)
    }

    /// How many resources of a type meet every clause; `None` if that would have to be checked on each.
    ///
    /// # Errors
    /// The database. Cost grows with the number of those found.
    pub fn count_found(&mut self, kind: &str, clauses: &[Clause]) -> Result<Option<u64>> {
        if clauses.iter().any(is_check) {
            return Ok(None);
        }
        let clauses = &*self.narrowed(kind, clauses)?;
        let Narrowed { params, tables, conditions, .. } = Narrowed::of(kind, &self.fewest_first(clauses)?);
        let text = format!("SELECT COUNT(*) FROM {tables} WHERE {conditions}");
        let rows = self.sql.query(&text, &params)?;
        rows.first().map(|row| row.uint(0)).transpose()
    }

    /// The resources behind a number that meet what the index can tell, one more than `count` if there are more, and as
    /// many as `bytes` hold.
    fn step(&mut self, kind: &str, clauses: &[Clause], after: i64, count: u32, bytes: usize) -> Result<Rows> {
        let mut narrowed = Narrowed::of(kind, clauses);
        let after = narrowed.bind(after);
        let Narrowed { params, tables, conditions, no } = narrowed;
        let text = format!(
            "SELECT {COLUMNS} FROM {tables} WHERE {conditions} AND {no} > {after} ORDER BY {no} LIMIT {}",
            u64::from(count) + 1
        );
        self.sql.query_within(&text, &params, bytes)
    }

    /// The registers behind a resource that this view has found, and that was in sight as it was found.
    ///
    /// # Errors
    /// The database.
    pub fn siblings(&mut self, found: &Stored) -> Result<EntityState> {
        self.state_of_found(&found.entity)
    }

    /// Whether what has to be checked holds: of what a read shows, and of every sibling where there is a conflict.
    fn is_checked(&mut self, found: &Stored, clauses: &[Clause]) -> Result<bool> {
        let state = if found.conflicts > 0 { Some(self.siblings(found)?) } else { None };
        let holds = |clause: &Clause| match (clause, &state) {
            (Clause::Check { param, text }, None) => self.rules.check(&found.json, *param, text),
            (Clause::Check { param, text }, Some(state)) => self.rules.check_siblings(state, *param, text),
            _ => true,
        };
        Ok(clauses.iter().all(|clause| match clause {
            Clause::Any(any) if is_check(clause) => any.iter().any(holds),
            clause => holds(clause),
        }))
    }
}

/// Whether the clause is about nothing but what has to be checked.
fn is_check(clause: &Clause) -> bool {
    match clause {
        Clause::Check { .. } => true,
        Clause::Any(any) => any.iter().any(|one| matches!(one, Clause::Check { .. })),
        _ => false,
    }
}
