//! `/api/drafts`: what is unfinished on somebody's screen, theirs alone. It is kept here within seconds, so that it outlives the
//! window, the machine and a change of user, and goes when it is signed.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::people::draft::{self, Draft, MAX_BODY_BYTES};
use holdfast_clinical::people::{HOLDFAST_DRAFT, of_draft_author};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use holdfast_store::view::{Stored, View};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::access::{Caller, Signed};
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::{own_read, own_write};
use crate::request::body;
use crate::request::condition::{if_match, must_be_new};
use crate::state::ApiState;

/// Drafts that one person may have: past that they are asked to finish some.
const MOST: usize = 500;

/// A draft as its author sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Draft)]
pub(crate) struct DraftShown {
    key: String,
    /// The id of the patient whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
    form: String,
    /// What the form holds.
    #[schema(value_type = serde_json::Value)]
    body: Box<RawValue>,
    /// When it was kept, in Unix milliseconds.
    saved_ms: u64,
    /// Which text this is: sent back as `If-Match`, it says upon which one the next goes on.
    version: String,
}

/// One's own drafts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Drafts {
    /// The newest first.
    drafts: Vec<DraftShown>,
}

/// What is to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftSaved {
    patient: Option<String>,
    form: String,
    #[schema(value_type = serde_json::Value)]
    body: Box<RawValue>,
}

impl DraftShown {
    fn of(draft: Draft, version: String) -> Self {
        let Draft { key, patient, form, body, saved_ms, .. } = draft;
        Self { key, patient, form, body, saved_ms, version }
    }
}

/// Answers one's own drafts.
pub(crate) async fn list(
    State(state): State<ApiState>,
    Signed(signed): Signed,
) -> Result<Response, ApiError> {
    let author = signed.user.id.clone();
    let mut drafts = own_read(&state, move |view| Ok(of(view, &author)?)).await?;
    drafts.sort_by_key(|draft| std::cmp::Reverse(draft.saved_ms));
    Ok(json(&Drafts { drafts }))
}

fn of(view: &mut View<'_>, author: &str) -> Result<Vec<DraftShown>, StoreError> {
    let (mut out, mut next) = (Vec::new(), Some(0));
    while let Some(after) = next.filter(|_| out.len() < MOST) {
        let found = view.search(HOLDFAST_DRAFT, &[of_draft_author(author)], after, 100)?;
        let read = |stored: Stored| Some((Draft::read(&stored.json)?, stored.version));
        let drafts = found.resources.into_iter().filter_map(read);
        let own = drafts.filter(|(draft, _)| draft.author == author);
        out.extend(own.map(|(draft, version)| DraftShown::of(draft, version)));
        next = found.next;
    }
    Ok(out)
}

/// Keeps a draft, in place of what its author kept under the key before. With `If-Match` or `If-None-Match: *`, only if that is
/// what the author's window has seen: somebody may have the same form open twice.
pub(crate) async fn save(
    State(state): State<ApiState>,
    Path(key): Path<String>,
    Caller(caller): Caller,
    Signed(signed): Signed,
    request: Request,
) -> Result<Response, ApiError> {
    check_key(&key)?;
    let (parts, body) = request.into_parts();
    let base = base(&parts.headers)?;
    let DraftSaved { patient, form, body } = body::own(&parts.headers, body).await?;
    if body.get().len() > MAX_BODY_BYTES {
        return Err(RequestError::BadDraft { what: "the body", expected: "256 KiB at most" }.into());
    }
    if form.is_empty() || form.len() > 100 {
        return Err(
            RequestError::BadDraft { what: "the form's name", expected: "1 to 100 characters" }.into()
        );
    }
    if patient.as_deref().is_some_and(|id| !is_id(id)) {
        return Err(RequestError::BadDraft { what: "the patient", expected: "a FHIR id" }.into());
    }
    let body = RawValue::from_string(holdfast_core::json::compact(body.get())).unwrap_or(body);
    let saved_ms = state.writer().records().now_ms();
    let draft = Draft { author: signed.user.id.clone(), key, patient, form, body, saved_ms };
    let entity = Entity::new(HOLDFAST_DRAFT, draft::id(&draft.author, &draft.key));
    let text = draft.resource();
    let saved = own_write(&state, move |tx| Ok(tx.put(&entity, &text, &base, &caller.id)?)).await?;
    Ok(json(&DraftShown::of(draft, saved.version)))
}

fn base(headers: &HeaderMap) -> Result<Base, RequestError> {
    let unseen = if must_be_new(headers) { Base::Absent } else { Base::Blind };
    Ok(if_match(headers)?.map_or(unseen, Base::Exactly))
}

/// Lets a draft go, with `If-Match` only the text that was seen; one that is not there is gone already.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    Path(key): Path<String>,
    Caller(caller): Caller,
    Signed(signed): Signed,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    check_key(&key)?;
    let base = base(&headers)?;
    let entity = Entity::new(HOLDFAST_DRAFT, draft::id(&signed.user.id, &key));
    let gone = own_write(&state, move |tx| {
        if tx.view()?.get(&entity)?.is_some_and(|stored| !stored.deleted) {
            tx.delete(&entity, &base, &caller.id)?;
        }
        Ok(())
    });
    gone.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn check_key(key: &str) -> Result<(), RequestError> {
    let bad = RequestError::BadDraft { what: "the key", expected: "1 to 200 characters" };
    if draft::is_key(key) { Ok(()) } else { Err(bad) }
}
