//! What a condition finds.

use holdfast_clinical::search::query::Query;
use holdfast_store::StoreError;
use holdfast_store::view::View;

/// The ids that a condition finds; two are enough to show that it is ambiguous.
///
/// # Errors
/// [`StoreError::IndexBehind`] if one that is there might not be found yet, or the database.
pub(crate) fn ids(view: &mut View<'_>, query: &Query) -> Result<Vec<String>, StoreError> {
    if view.may_miss(&query.clauses, &[])? {
        return Err(StoreError::IndexBehind);
    }
    let found = view.search(&query.kind, &query.clauses, 0, 2)?;
    Ok(found.resources.into_iter().map(|stored| stored.entity.id).collect())
}
