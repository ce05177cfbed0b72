//! `POST /fhir`: batch and transaction.
//!
//! ```text
//! text ─▶ plan (off the writer's thread: parse, search conditions, resolve, check) ─▶ one store transaction:
//!         the conditions still find the same? ─▶ steps ─▶ answers
//! ```
//! Searching twice keeps the writer's thread free of parsing, and still decides inside the transaction: if a condition
//! finds something else by then, nothing is stored and the bundle is planned again.
//!
//! A transaction is refused whole if one of its reads fails (R4 http.html#trules: each entry succeeds, or all are rejected),
//! so they are made before it is committed; one that only reads never meets the writer. In a batch, operations go to the
//! handlers of their own addresses ([`operation`]). How many reads there may be is bounded
//! ([`holdfast_clinical::bundle::MAX_READS`]), and so is what the answer holds ([`budget`]).

mod batch;
mod budget;
mod look;
mod operation;
mod patch_entry;
mod plan;
mod step;
mod transaction;
pub(crate) mod writer;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::bundle::Method;
use http::header::HOST;
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::access::routes::Asked;
use crate::audit::{Look, Looks};
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::request::body;
use crate::request::limits::BUNDLE_BODY_BYTES;
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::prefer::{Prefer, Return};
use crate::state::ApiState;
use plan::Mode;

/// What is not held here is looked for at head office before it is read or changed.
const LOOKED_FOR: [Method; 5] = [Method::Get, Method::Head, Method::Put, Method::Patch, Method::Delete];

/// Who sent a bundle, and where answers' links begin.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    caller: Arc<Principal>,
    base: Arc<str>,
    /// When it came (Unix milliseconds).
    now_ms: u64,
    /// What the client prefers to see of what is saved; by default no more than its version.
    returns: Option<Return>,
    /// `Prefer` and `Host` as they came, and no other header.
    headers: HeaderMap,
}

/// Carries out a batch or a transaction.
pub(crate) async fn post(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    Extension(routes): Extension<Asked>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let text: Arc<str> = body::text(&parts.headers, body, Media::Json, BUNDLE_BODY_BYTES).await?.into();
    let now_ms = state.writer().records().now_ms();
    let mut headers = Prefer::alone(&parts.headers);
    headers.extend(parts.headers.get(HOST).map(|host| (HOST, host.clone())));
    let returns = Prefer::of(&headers).returns;
    let sender = Sender { caller, base: base.into(), now_ms, returns, headers };
    if state.parts().finder.is_some() {
        lookup::bring(&state, &sender.caller, plan::named(&text, &LOOKED_FOR)).await?;
        lookup::be_sure(&state, &sender.caller, plan::named(&text, &[Method::Delete])).await?;
    }
    let answer = match plan::mode(&text)? {
        Mode::Transaction => transaction::carry_out(&state, &text, &sender).await?,
        Mode::Batch => batch::carry_out(&state, &routes, &text, &sender).await?,
    };
    let mut response = answer::fhir_json(StatusCode::OK, answer.bundle);
    response.extensions_mut().insert(Looks(answer.looks));
    Ok(response)
}

/// The response to a bundle.
struct Carried {
    bundle: String,
    /// What its entries looked at.
    looks: Vec<Look>,
}

/// Whether a plan was overtaken by other writes and is worth making again.
fn is_overtaken(error: &ApiError) -> bool {
    matches!(error, ApiError::Request(RequestError::Overtaken))
}
