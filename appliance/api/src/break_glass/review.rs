//! `/api/break-glass`: what waits for those who look after it.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::people::HOLDFAST_BREAK_GLASS;
use holdfast_clinical::people::glass::{Glass, MAX_TEXT, Review, is_text};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use holdfast_store::view::View;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::{own_read, own_write};
use crate::request::body;
use crate::state::ApiState;

/// The most that are listed: those that wait first.
const MOST: usize = 500;
/// Read in one go.
const AT_ONCE: u32 = 200;

/// One breaking of the glass.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BreakGlass)]
pub(crate) struct GlassShown {
    id: String,
    /// As records name the person: `Practitioner/ID`, or `HoldfastUser/ID`.
    who: String,
    /// The id of the person.
    user: String,
    name: String,
    /// The patient's id.
    patient: String,
    reason: String,
    /// When, in Unix milliseconds.
    at_ms: u64,
    /// Until when it stayed open.
    until_ms: u64,
    /// Absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<ReviewShown>,
}

/// What was said of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BreakGlassReview)]
struct ReviewShown {
    by: String,
    at_ms: u64,
    note: String,
}

/// The queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BreakGlasses)]
pub(crate) struct Glasses {
    /// Those that wait first, the newest before older ones.
    entries: Vec<GlassShown>,
}

/// What is said of it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BreakGlassNote)]
pub(crate) struct GlassNote {
    note: String,
}

impl GlassShown {
    fn of(id: String, glass: Glass) -> Self {
        let Glass { who, user, name, patient, reason, at_ms, until_ms, review } = glass;
        let review = review.map(|Review { by, at_ms, note }| ReviewShown { by, at_ms, note });
        Self { id, who, user, name, patient, reason, at_ms, until_ms, review }
    }
}

/// Answers the queue.
pub(crate) async fn list(State(state): State<ApiState>) -> Result<Response, ApiError> {
    let mut entries = own_read(&state, |view| Ok(all(view)?)).await?;
    entries.sort_by_key(|one| (one.review.is_some(), std::cmp::Reverse(one.at_ms)));
    entries.truncate(MOST);
    Ok(json(&Glasses { entries }))
}

fn all(view: &mut View<'_>) -> Result<Vec<GlassShown>, StoreError> {
    let (mut out, mut next) = (Vec::new(), Some(0));
    while let Some(after) = next {
        let found = view.search(HOLDFAST_BREAK_GLASS, &[], after, AT_ONCE)?;
        let shown = found.resources.into_iter().filter_map(|stored| {
            Glass::read(&stored.json).map(|glass| GlassShown::of(stored.entity.id, glass))
        });
        out.extend(shown);
        next = found.next;
    }
    Ok(out)
}

/// Notes what was said of one; by somebody else than who broke it.
pub(crate) async fn review(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    if !is_id(&id) {
        return Err(RequestError::BadId.into());
    }
    let (parts, body) = request.into_parts();
    let GlassNote { note } = body::own(&parts.headers, body).await?;
    if !is_text(&note) {
        return Err(RequestError::NoReason { most: MAX_TEXT }.into());
    }
    let at_ms = state.sign_ins().clock.now_ms(state.writer());
    let entity = Entity::new(HOLDFAST_BREAK_GLASS, id);
    let reviewed = own_write(&state, move |tx| {
        let stored = tx.view()?.read(&entity)?;
        let found = Glass::read(&stored.json).filter(|glass| glass.who != caller.id);
        let mut glass = found.ok_or(RequestError::OwnGlass)?;
        glass.review = Some(Review { by: caller.id.clone(), at_ms, note: note.trim().to_owned() });
        tx.put(&entity, &glass.resource(&entity.id), &Base::Blind, &caller.id)?;
        Ok(GlassShown::of(entity.id.clone(), glass))
    });
    Ok(json(&reviewed.await?))
}
