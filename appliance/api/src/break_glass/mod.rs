//! Breaking the glass: whoever needs a record that is kept from them opens it for an hour, says why, and is asked about it by who
//! looks after it. What a role does not read at all, it does not read so either.

mod review;

pub(crate) use review::{GlassNote, GlassShown, Glasses, list, review};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::people::HOLDFAST_BREAK_GLASS;
use holdfast_clinical::people::glass::{Glass, MAX_TEXT, is_text};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::author::Base;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{Caller, Signed};
use crate::audit::Look;
use crate::error::{ApiError, RequestError};
use crate::refusal::own_write;
use crate::request::body;
use crate::sign_in::{OPEN_MS, note};
use crate::state::ApiState;

/// Which record, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GlassBroken {
    /// The patient's id.
    patient: String,
    /// Why it is needed now; who looks after it reads this.
    reason: String,
}

/// Opens one patient's record in this session.
pub(crate) async fn break_glass(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    Signed(signed): Signed,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let GlassBroken { patient, reason } = body::own(&parts.headers, body).await?;
    if !is_id(&patient) {
        return Err(RequestError::BadId.into());
    }
    if !is_text(&reason) {
        return Err(RequestError::NoReason { most: MAX_TEXT }.into());
    }
    caller.sight.check("Patient", May::READ).map_err(holdfast_store::StoreError::from)?;
    let now_ms = state.sign_ins().clock.now_ms(state.writer());
    let glass = Glass {
        who: caller.id.clone(),
        user: signed.user.id.clone(),
        name: signed.user.name.clone(),
        patient: patient.clone(),
        reason: reason.clone(),
        at_ms: now_ms,
        until_ms: now_ms + OPEN_MS,
        review: None,
    };
    let (of, author) = (Entity::new("Patient", &patient), caller.id.clone());
    let kept = own_write(&state, move |tx| {
        if tx.view()?.get(&of)?.is_none() {
            return Err(RequestError::NotFound { entity: of.to_string() }.into());
        }
        let id = Uuid::new_v4().to_string();
        tx.put(&Entity::new(HOLDFAST_BREAK_GLASS, &id), &glass.resource(&id), &Base::Absent, &author)?;
        Ok(())
    });
    kept.await?;
    // Only once it is written down.
    state.sign_ins().sessions.open(signed.key, &patient, now_ms);
    let what = Some(format!("Patient/{patient}"));
    note(
        &state,
        &caller.id,
        Look { interaction: "$break-glass", what, query: Some(reason), ..Look::default() },
    );
    Ok(StatusCode::NO_CONTENT.into_response())
}
