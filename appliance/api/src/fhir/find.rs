//! From the search language to the store's clauses.

use holdfast_clinical::search::query::{self, ClauseParam, Query};
use holdfast_store::StoreError;
use holdfast_store::search::{Clause, Match};
use holdfast_store::view::View;

/// The clauses that a store answers.
pub(crate) fn clauses(query: &Query) -> Vec<Clause> {
    query.clauses.iter().map(clause).collect()
}

fn clause(clause: &query::Clause) -> Clause {
    let texts = |one: &query::Match| match one {
        query::Match::Exact(value) | query::Match::Prefix(value) => value.clone(),
    };
    match clause.param {
        ClauseParam::Id => Clause::Id(clause.alternatives.iter().map(texts).collect()),
        ClauseParam::Index(param) => {
            Clause::Param { param, any: clause.alternatives.iter().map(matching).collect() }
        }
    }
}

fn matching(one: &query::Match) -> Match {
    match one {
        query::Match::Exact(value) => Match::Exact(value.clone()),
        query::Match::Prefix(value) => Match::Prefix(value.clone()),
    }
}

/// The ids that a condition finds; two are enough to show that it is ambiguous.
///
/// # Errors
/// The database.
pub(crate) fn ids(view: &mut View<'_>, query: &Query) -> Result<Vec<String>, StoreError> {
    let found = view.search(&query.kind, &clauses(query), 0, 2)?;
    Ok(found.resources.into_iter().map(|stored| stored.entity.id).collect())
}
