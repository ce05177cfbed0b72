//! `POST /api/conflicts/{type}/{id}/resolve`: a person's decision.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_core::op::DELETED;
use holdfast_store::{StoreError, Tx};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::json;
use super::show::{self, Shown};
use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::fhir::check;
use crate::refusal;
use crate::request::body;
use crate::request::condition::if_match;
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::target::Target;
use crate::state::ApiState;

/// The body: an element and one of `value` (`null` removes the element), `choose` (the number of one of the values
/// shown) or, for `@deleted`, `keep`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    element: String,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = serde_json::Value, required = false)]
    value: Option<Box<RawValue>>,
    choose: Option<usize>,
    keep: Option<bool>,
}

/// Tells `"value": null` from no `value`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

/// What a decision asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Choice {
    /// This JSON; `None` removes the element.
    Value(Option<String>),
    /// The value with this number.
    Index(usize),
    /// The record stays, or goes.
    Keep(bool),
}

/// Settles one element; answers what is left.
pub(crate) async fn resolve(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    FhirBase(address): FhirBase,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let seen = if_match(&parts.headers)?.ok_or(RequestError::VersionRequired)?;
    let text = body::text(&parts.headers, body, Media::Json, RESOURCE_BODY_BYTES).await?;
    let (element, choice) = read(&check::to_relative(text, &address))?;
    let settled = refusal::write(&state, caller.clone(), move |tx| {
        check_seen(tx, &entity, &seen)?;
        settle(tx, &entity, &element, &choice, &caller.id)
    });
    Ok(json(&settled.await?))
}

fn read(text: &str) -> Result<(String, Choice), RequestError> {
    let bad = |reason: String| RequestError::BadBody { reason };
    let decision: Decision = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    let choice = match (decision.element.as_str(), decision.value, decision.choose, decision.keep) {
        (DELETED, None, None, Some(keep)) => Choice::Keep(keep),
        (element, Some(value), None, None) if element != DELETED => {
            let text = holdfast_core::json::compact(value.get());
            Choice::Value(Some(text).filter(|text| text != "null"))
        }
        (element, None, Some(index), None) if element != DELETED => Choice::Index(index),
        _ => {
            let reason = "it needs an element and one of value and choose, or \"@deleted\" and keep";
            return Err(bad(reason.to_owned()));
        }
    };
    Ok((decision.element, choice))
}

/// A decision on a picture that is not current is refused: it would take away a value that nobody has seen.
fn check_seen(tx: &mut Tx<'_>, entity: &Entity, seen: &str) -> Result<(), ApiError> {
    let current = tx.view()?.get(entity)?.ok_or_else(|| StoreError::NotFound(entity.to_string()))?.version;
    if seen == current {
        return Ok(());
    }
    Err(RequestError::ChangedMeanwhile { entity: entity.to_string(), current }.into())
}

fn settle(
    tx: &mut Tx<'_>,
    entity: &Entity,
    element: &str,
    choice: &Choice,
    author: &str,
) -> Result<Shown, ApiError> {
    let value = match choice {
        Choice::Value(value) => value.clone(),
        Choice::Index(index) => chosen(tx, entity, element, *index)?,
        // The store writes what the deletion has seen; any text stands for "deleted".
        Choice::Keep(keep) => (!keep).then(|| "true".to_owned()),
    };
    tx.resolve(entity, element, value, author)?;
    let stored = tx.written(entity)?;
    if matches!(choice, Choice::Value(_)) && !stored.deleted {
        check::element(&entity.kind, element, &stored.json)?;
    }
    Ok(show::of(&mut tx.view()?, entity)?)
}

fn chosen(tx: &mut Tx<'_>, entity: &Entity, element: &str, index: usize) -> Result<Option<String>, ApiError> {
    let open = tx.view()?.conflicts_of(entity)?.into_iter().find(|conflict| conflict.key == element);
    let none = || StoreError::NoConflict { entity: entity.to_string(), key: element.to_owned() };
    let values = open.ok_or_else(none)?.values;
    let count = values.len();
    let value = values.into_iter().nth(index).ok_or(RequestError::NoSuchChoice { index, count })?;
    Ok(value.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_read() {
        for (text, expected) in [
            (
                r#"{"element":"name","value":[ {"family":"A"} ]}"#,
                Some(Choice::Value(Some(r#"[{"family":"A"}]"#.into()))),
            ),
            (r#"{"element":"name","value":null}"#, Some(Choice::Value(None))),
            (r#"{"element":"v","value":1.50}"#, Some(Choice::Value(Some("1.50".into())))),
            (r#"{"element":"name","choose":1}"#, Some(Choice::Index(1))),
            (r#"{"element":"@deleted","keep":false}"#, Some(Choice::Keep(false))),
            (r#"{"element":"@deleted","choose":0}"#, None),
            (r#"{"element":"name","keep":true}"#, None),
            (r#"{"element":"name","choose":1,"value":2}"#, None),
            (r#"{"element":"name"}"#, None),
            (r#"{"element":"name","choice":1}"#, None),
            ("[]", None),
        ] {
            assert_eq!(read(text).ok().map(|(_, choice)| choice), expected, "{text}");
        }
    }
}
