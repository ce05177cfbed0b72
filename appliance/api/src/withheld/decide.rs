//! `POST /api/withheld/{no}/accept` and `…/drop`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::people::glass::{MAX_TEXT, is_text};
use holdfast_store::quarantine::Taken;
use holdfast_store::{StoreError, Tx};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::provenance::{self, Decided};
use crate::refusal::own_write;
use crate::request::body;
use crate::state::ApiState;

/// Why it was decided so.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WithheldDecision)]
pub(crate) struct Decision {
    /// For whoever asks later.
    reason: String,
}

/// Saves it in the name of who decides; a Provenance names both.
pub(crate) async fn adopt(
    State(state): State<ApiState>,
    no: Result<Path<u64>, PathRejection>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let Path(no) = no.map_err(|_| RequestError::BadPath)?;
    let reason = reason(request).await?;
    decide(&state, caller.id.clone(), reason, "amend", move |tx, by| tx.adopt_withheld(no, by)).await
}

/// Drops it: it stays in nobody's chart. A Provenance says who decided so.
pub(crate) async fn drop(
    State(state): State<ApiState>,
    no: Result<Path<u64>, PathRejection>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let Path(no) = no.map_err(|_| RequestError::BadPath)?;
    let reason = reason(request).await?;
    decide(&state, caller.id.clone(), reason, "destroy", move |tx, _| tx.drop_withheld(no)).await
}

async fn reason(request: Request) -> Result<String, ApiError> {
    let (parts, body) = request.into_parts();
    let Decision { reason } = body::own(&parts.headers, body).await?;
    if !is_text(&reason) {
        return Err(RequestError::NoReason { most: MAX_TEXT }.into());
    }
    Ok(reason.trim().to_owned())
}

/// Carries a decision out and writes down who had written it, who decided and why.
async fn decide(
    state: &ApiState,
    by: String,
    reason: String,
    activity: &'static str,
    mut take: impl FnMut(&mut Tx<'_>, &str) -> Result<Taken, StoreError> + Send + 'static,
) -> Result<Response, ApiError> {
    let (id, at_ms) = (Uuid::new_v4().to_string(), state.writer().records().now_ms());
    let work = move |tx: &mut Tx<'_>| {
        let taken = take(tx, &by)?;
        let decided = Decided {
            id: &id,
            targets: &[&taken.entity],
            activity,
            reason: &reason,
            at_ms,
            by: &by,
            author: Some(&taken.author),
        };
        Ok(provenance::write_down(tx, &decided)?)
    };
    own_write(state, work).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
