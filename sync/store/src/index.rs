//! Index values and search terms as every database can keep them: SQLite takes any text, PostgreSQL neither U+0000
//! nor an index row of more than a third of a page. Both sides of a comparison pass through here, so what is found on
//! one database is found on the other.

use std::borrow::Cow;

use holdfast_core::rules::{IndexRow, Rules};
use holdfast_core::state::EntityState;

/// The longest value indexed. Longer ones are found by their beginning. PostgreSQL's limit is 2704 bytes a row, of
/// which the numbers beside the value take some.
pub const MAX_VALUE_BYTES: usize = 2000;

/// Stands for U+0000, which FHIR forbids and PostgreSQL cannot hold.
const NUL_STAND_IN: &str = "\u{fffd}";

/// The rows under which a resource is found, storable, sorted and distinct.
pub(crate) fn rows(rules: &dyn Rules, state: &EntityState) -> Vec<IndexRow> {
    stored(rules.index(state))
}

/// Those of the [`rows`] that a change of these elements may change.
pub(crate) fn rows_of(rules: &dyn Rules, state: &EntityState, elements: &[&str]) -> Vec<IndexRow> {
    if elements.is_empty() { Vec::new() } else { stored(rules.index_of(state, elements)) }
}

fn stored(mut rows: Vec<IndexRow>) -> Vec<IndexRow> {
    let mut has_changed = false;
    for row in &mut rows {
        if let Cow::Owned(value) = storable(&row.value) {
            row.value = value;
            has_changed = true;
        }
    }
    if has_changed || !rows.is_sorted_by(|a, b| a < b) {
        rows.sort_unstable();
        rows.dedup();
    }
    rows
}

/// The value as it is kept and looked for: without U+0000, cut between characters.
pub(crate) fn storable(value: &str) -> Cow<'_, str> {
    let has_nul = value.as_bytes().contains(&0);
    if !has_nul && value.len() <= MAX_VALUE_BYTES {
        return Cow::Borrowed(value);
    }
    let mut out = without_nul(value).into_owned();
    out.truncate(out.floor_char_boundary(MAX_VALUE_BYTES));
    Cow::Owned(out)
}

/// The text with a stand-in for each U+0000.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&0) {
        Cow::Owned(text.replace('\0', NUL_STAND_IN))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_between_characters_and_hold_no_nul() {
        assert_eq!(storable("a\0b"), "a\u{fffd}b");
        let long = "é".repeat(MAX_VALUE_BYTES);
        assert_eq!(storable(&long), long[..MAX_VALUE_BYTES]);
        let odd = format!("a{long}");
        assert_eq!(storable(&odd).len(), MAX_VALUE_BYTES - 1);
        assert!(matches!(storable("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn beginning_of_a_value_is_the_beginning_of_what_is_kept() {
        let value = format!("\0{}", "é\0".repeat(MAX_VALUE_BYTES));
        for bytes in [1, 3, 1999, 2000, 2002, 4000] {
            let term = &value[..value.floor_char_boundary(bytes)];
            assert!(storable(&value).starts_with(&*storable(term)), "{bytes}");
        }
    }
}
