//! Conditions of creates, updates, patches and deletes: a search that must find at most one resource. It is made inside the
//! transaction that writes, so that of two callers only one creates.

use holdfast_clinical::search::query::{Asker, Query, parse_query_of};
use holdfast_core::id::Entity;
use holdfast_store::view::View;

use super::find;
use crate::error::{ApiError, RequestError};
use crate::request::query::Asked;

/// A search that must find at most one resource.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    query: Query,
    /// What is to be done, for refusals: `create`, `update` …
    does: &'static str,
}

impl Condition {
    /// Reads a query string, asked of the server at `base`; `None` if it searches for nothing.
    ///
    /// # Errors
    /// [`ApiError::Search`] that names the parameter, or a query that cannot be taken apart.
    pub(super) fn read(
        kind: &str,
        text: &str,
        does: &'static str,
        base: &str,
    ) -> Result<Option<Self>, ApiError> {
        let asker = Asker { now_ms: 0, base: Some(base) };
        let query = parse_query_of(kind, &Asked::read(&[text])?.pairs, asker)?;
        Ok((!query.clauses.is_empty()).then_some(Self { query, does }))
    }

    /// Reads the query of an address without an id, `/fhir/Type?search`.
    ///
    /// # Errors
    /// [`RequestError::NoCondition`], or as [`Condition::read`].
    pub(super) fn of_address(
        kind: &str,
        query: Option<&str>,
        does: &'static str,
        base: &str,
    ) -> Result<Self, ApiError> {
        let condition = Self::read(kind, query.unwrap_or_default(), does, base)?;
        Ok(condition.ok_or(RequestError::NoCondition { does })?)
    }

    /// The one resource that is found. Call it inside the transaction that acts on it.
    ///
    /// # Errors
    /// [`RequestError::ManyMatches`], or the database.
    pub(super) fn find(&self, view: &mut View<'_>) -> Result<Option<Entity>, ApiError> {
        match &find::ids(view, &self.query)?[..] {
            [] => Ok(None),
            [id] => Ok(Some(Entity::new(&*self.query.kind, id))),
            _ => Err(RequestError::ManyMatches { does: self.does }.into()),
        }
    }
}
