//! Conditions: `Type?query` where a resource is named by what it is like.

use std::collections::{BTreeMap, BTreeSet};

use super::error::BundleError;
use crate::search::query::{Query, SearchError, parse_query};
use crate::types::is_resource_type;
use crate::url::parse_pairs;

/// What the caller found for each condition: `Condition::text` → the ids that match. Two ids that the bundle does not
/// delete are enough to show that a condition is ambiguous.
pub type Matches = BTreeMap<String, Vec<String>>;

/// `Type/id` of what a transaction deletes. Deletes come first, so no condition of another entry finds it.
///
/// Source: <https://hl7.org/fhir/R4/http.html#trules>.
pub type Gone = BTreeSet<String>;

/// A search that must find at most one resource (a reference: exactly one).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// `Type?query`, as written.
    pub text: String,
    /// The same, to be searched inside the store's transaction.
    pub query: Query,
}

impl Condition {
    /// Reads `Type?query`.
    pub(super) fn parse(entry: usize, text: &str) -> Result<Self, BundleError> {
        let wrong = |source| BundleError::BadCondition { entry, condition: text.to_owned(), source };
        let (kind, query) = text.split_once('?').unwrap_or((text, ""));
        let pairs = parse_pairs(query).map_err(|_| {
            let expected = "percent-encoded UTF-8";
            wrong(SearchError::BadValue { name: kind.to_owned(), value: query.to_owned(), expected })
        })?;
        let query = parse_query(kind, &pairs).map_err(wrong)?;
        if query.clauses.is_empty() {
            return Err(wrong(SearchError::EmptyValue { name: "condition".to_owned() }));
        }
        Ok(Self { text: text.to_owned(), query })
    }

    /// Whether a reference's text is a condition.
    pub(super) fn is_written_in(reference: &str) -> bool {
        reference.split_once('?').is_some_and(|(kind, _)| is_resource_type(kind))
    }

    /// The one id found that is not gone, none, or an error if there are several.
    pub(super) fn single<'m>(
        &self,
        entry: usize,
        matches: &'m Matches,
        gone: &Gone,
    ) -> Result<Option<&'m str>, BundleError> {
        let found = matches.get(&self.text).map_or(&[][..], Vec::as_slice);
        let is_left = |id: &&String| gone.is_empty() || !gone.contains(&format!("{}/{id}", self.query.kind));
        match found.iter().filter(is_left).collect::<Vec<_>>()[..] {
            [] => Ok(None),
            [id] => Ok(Some(id)),
            ref many => {
                Err(BundleError::ManyMatches { entry, condition: self.text.clone(), count: many.len() })
            }
        }
    }
}
