//! `GET /api/conflicts/{type}/{id}`: every value of every element in conflict.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_core::op::DELETED;
use holdfast_store::StoreError;
use holdfast_store::conflict::{ConflictValue, OpenConflict, Place};
use holdfast_store::view::View;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::json;
use crate::access::Caller;
use crate::error::ApiError;
use crate::refusal;
use crate::request::target::Target;
use crate::sign_in::name_of;
use crate::state::ApiState;

/// One value that stands beside others.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConflictValue)]
struct ShownValue {
    /// The element's JSON, byte for byte; absent if the author removed the element, and for deletions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = serde_json::Value, required = false)]
    value: Option<Box<RawValue>>,
    /// The author removed the element, or deleted the record.
    removed: bool,
    /// Who wrote it, as records name the author: `Practitioner/ID`, or `HoldfastUser/ID`.
    author: String,
    /// The author's name, as the clinic knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// In which database, 32 hex digits.
    actor: String,
    /// Where that is: `here`, `below`, `above` (head office), or `elsewhere`, on a replica that this one does not talk to.
    place: &'static str,
    /// Which one is meant by `below`, by clinic and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    replica: Option<String>,
    /// Unix milliseconds, by the author's clock.
    at_ms: u64,
}

/// One element in conflict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConflictElement)]
struct Element {
    /// The element, or `@deleted` for "deleted beside an edit".
    element: String,
    /// Oldest first; `choose` counts from 0. For `@deleted`, the deletions alone.
    values: Vec<ShownValue>,
}

/// A record in conflict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conflict)]
pub(crate) struct Shown {
    r#type: String,
    id: String,
    /// Send it back as `If-Match` with a decision, so that one made on an old picture is refused.
    version: String,
    /// Empty if nothing is in conflict (any more).
    conflicts: Vec<Element>,
}

/// Answers one record's conflicts.
pub(crate) async fn show(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    let mut shown = refusal::read(&state, caller.clone(), move |view| Ok(of(view, &entity)?)).await?;
    let authors: BTreeSet<String> = shown.values().map(|value| value.author.clone()).collect();
    let names = refusal::own_read(&state, move |view| Ok(names(view, &authors)?)).await?;
    shown.values().for_each(|value| value.name = names.get(&value.author).cloned());
    Ok(json(&shown))
}

impl Shown {
    fn values(&mut self) -> impl Iterator<Item = &mut ShownValue> {
        self.conflicts.iter_mut().flat_map(|element| &mut element.values)
    }
}

/// What these authors are called; whoever is not known here is left out.
fn names(view: &mut View<'_>, authors: &BTreeSet<String>) -> Result<BTreeMap<String, String>, StoreError> {
    let mut names = BTreeMap::new();
    for author in authors {
        if let Some(name) = name_of(view, author)? {
            names.insert(author.clone(), name);
        }
    }
    Ok(names)
}

/// A record's conflicts as they are now.
///
/// # Errors
/// [`StoreError::NotFound`], or the database.
pub(super) fn of(view: &mut View<'_>, entity: &Entity) -> Result<Shown, StoreError> {
    let stored = view.get(entity)?.ok_or_else(|| StoreError::NotFound(entity.to_string()))?;
    let conflicts = view.conflicts_of(entity)?.into_iter().map(element).collect();
    let Entity { kind, id } = stored.entity;
    Ok(Shown { r#type: kind, id, version: stored.version, conflicts })
}

fn element(conflict: OpenConflict) -> Element {
    let is_deletion = conflict.key == DELETED;
    let values = conflict.values.into_iter().map(|value| shown(value, is_deletion)).collect();
    Element { element: conflict.key, values }
}

fn shown(value: ConflictValue, is_deletion: bool) -> ShownValue {
    // What a deletion holds is the store's own; that somebody deleted is all there is to see.
    let text = value.value.filter(|_| !is_deletion);
    let removed = text.is_none();
    let (place, replica) = match value.place {
        Place::Here => ("here", None),
        Place::Below(name) => ("below", Some(name)),
        Place::Above => ("above", None),
        Place::Elsewhere => ("elsewhere", None),
    };
    let value_json = text.and_then(|text| RawValue::from_string(text).ok());
    ShownValue {
        value: value_json,
        removed,
        author: value.author,
        name: None,
        actor: value.actor.to_hex(),
        place,
        replica,
        at_ms: value.at_ms,
    }
}
