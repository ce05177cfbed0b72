//! `POST /api/visits/{id}/end`: it is over, and what the patient takes home.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_visits::ids::VisitId;
use holdfast_visits::limits::SUMMARY_CHARS;
use holdfast_visits::session::Order;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{VisitError, hall, parts, record, shown};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::write;
use crate::request::body;
use crate::request::origin::Origin;
use crate::state::ApiState;

/// How it ends.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitEnd)]
pub(crate) struct EndAsked {
    /// In the clinician's words; may be empty.
    summary: String,
    /// What comes next.
    next: Option<String>,
}

/// Ends it; if it is over already, a summary that was not there is added.
pub(crate) async fn end(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    Origin(origin): Origin,
    request: Request,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    let (heads, body) = request.into_parts();
    let EndAsked { summary, next } = body::own(&heads.headers, body).await?;
    for text in [Some(&summary), next.as_ref()].into_iter().flatten() {
        if text.chars().count() > SUMMARY_CHARS {
            return Err(VisitError::Bad { what: "the summary", expected: "20,000 characters at most" }.into());
        }
    }
    let visit = id.clone();
    write(&state, caller.clone(), move |tx| record::seen(tx, &visit).map(drop)).await?;
    let visit = VisitId::new(&id).map_err(|_| VisitError::Unknown)?;
    let some = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let order = Order::End { summary: some(summary), next: next.and_then(some) };
    hall::order(&state, &visit, order).await?;
    Ok(json(&shown::shown(&state, &caller, &id, &origin).await?))
}
