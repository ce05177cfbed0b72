//! What a condition finds.

use holdfast_clinical::bundle::Gone;
use holdfast_clinical::search::query::Query;
use holdfast_store::StoreError;
use holdfast_store::view::View;

/// Two show that a condition is ambiguous.
const ENOUGH: u32 = 2;

/// The ids that a condition finds; two are enough to show that it is ambiguous.
///
/// # Errors
/// [`StoreError::IndexBehind`] if one that is there might not be found yet, or the database.
pub(crate) fn ids(view: &mut View<'_>, query: &Query) -> Result<Vec<String>, StoreError> {
    ids_beside(view, query, &Gone::new())
}

/// The same, where a transaction deletes some: two beside those are looked for. Those that are met on the way are told too,
/// for a condition may be what deletes one.
///
/// # Errors
/// As [`ids`].
pub(crate) fn ids_beside(view: &mut View<'_>, query: &Query, gone: &Gone) -> Result<Vec<String>, StoreError> {
    if view.may_miss(&query.clauses, &[])? {
        return Err(StoreError::IndexBehind);
    }
    let (mut ids, mut left, mut next) = (Vec::new(), 0, Some(0));
    while let Some(after) = next.filter(|_| left < ENOUGH) {
        let found = view.search(&query.kind, &query.clauses, after, ENOUGH)?;
        next = found.next;
        for stored in found.resources {
            left += u32::from(!gone.contains(&stored.entity.to_string()));
            ids.push(stored.entity.id);
        }
    }
    Ok(ids)
}
