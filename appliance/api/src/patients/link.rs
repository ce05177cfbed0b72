//! `POST /api/patients/{id}/link` and `/unlink`: two records of one person are joined, and taken apart again. Links are all that
//! is written; nothing is copied, nothing is deleted, and both records stay what they were.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::identity::links::{REPLACED_BY, REPLACES, with_link, without_link};
use holdfast_clinical::identity::person::{Link, Person};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::author::Base;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::conflicts;
use crate::error::{ApiError, RequestError};
use crate::provenance::{self, Decided};
use crate::refusal;
use crate::request::body;
use crate::request::limits::FORM_BODY_BYTES;
use crate::request::media::Media;
use crate::request::target::PatientTarget;
use crate::state::ApiState;

/// The longest reason, in characters.
const MAX_REASON: usize = 1_000;

/// Which records are one person's.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LinkAsked)]
pub(crate) struct Asked {
    /// Id of the record that the one of the address stands for.
    other: String,
    /// Why both are one person, or are not.
    reason: String,
}

/// Where both records are now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct Linked {
    /// Version of the record that stands for both.
    version: String,
    /// Version of the other.
    other: String,
    /// Whether anything changed: what is asked again changes nothing.
    changed: bool,
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    Join,
    Part,
}

/// From now on the record of the address stands for the other one.
pub(crate) async fn link(
    state: State<ApiState>,
    target: PatientTarget,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    change(state, target, caller, request, Change::Join).await
}

/// From now on each stands for itself again.
pub(crate) async fn unlink(
    state: State<ApiState>,
    target: PatientTarget,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    change(state, target, caller, request, Change::Part).await
}

async fn change(
    State(state): State<ApiState>,
    PatientTarget(survivor): PatientTarget,
    Caller(caller): Caller,
    request: Request,
    change: Change,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let text = body::text(&parts.headers, body, Media::Json, FORM_BODY_BYTES).await?;
    let bad = |reason: String| RequestError::BadBody { reason };
    let asked: Asked = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let reason = asked.reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(bad(format!("reason is empty, or longer than {MAX_REASON} characters")).into());
    }
    if !is_id(&asked.other) || asked.other == survivor.id {
        return Err(bad("other is not the id of another patient".to_owned()).into());
    }
    let (reason, other, author) =
        (reason.to_owned(), Entity::new("Patient", &asked.other), caller.id.clone());
    let id = uuid::Uuid::new_v4().to_string();
    let at_ms = state.writer().records().now_ms();
    let work = move |tx: &mut Tx<'_>| {
        let linked = store(tx, &survivor, &other, change, &author)?;
        if linked.changed {
            let decided = Decided {
                id: &id,
                targets: &[&survivor, &other],
                activity: if change == Change::Join { "link" } else { "unlink" },
                reason: &reason,
                at_ms,
                by: &author,
                author: None,
            };
            provenance::write_down(tx, &decided)?;
        }
        Ok(linked)
    };
    Ok(conflicts::json(&refusal::write(&state, caller, work).await?))
}

fn store(
    tx: &mut Tx<'_>,
    survivor: &Entity,
    other: &Entity,
    change: Change,
    author: &str,
) -> Result<Linked, ApiError> {
    if change == Change::Join {
        check_no_ring(tx, survivor, other)?;
    }
    let (version, first) = edit(tx, survivor, other, REPLACES, change, author)?;
    let (other, second) = edit(tx, other, survivor, REPLACED_BY, change, author)?;
    Ok(Linked { version, other, changed: first || second })
}

/// Refuses a link that leads back to where it comes from, or a second record that stands for one.
fn check_no_ring(tx: &mut Tx<'_>, survivor: &Entity, other: &Entity) -> Result<(), ApiError> {
    const FAR: usize = 16;
    let mut view = tx.view()?;
    let replaced_by = |json: &str| Person::read(json).linked(REPLACED_BY).next().map(str::to_owned);
    if let Some(already) = replaced_by(&view.read(other)?.json).filter(|id| *id != survivor.id) {
        return Err(RequestError::LinkedElsewhere { entity: other.to_string(), to: already }.into());
    }
    let mut at = survivor.clone();
    for _ in 0..FAR {
        let Some(next) = replaced_by(&view.read(&at)?.json) else { return Ok(()) };
        if next == other.id {
            break;
        }
        at = Entity::new("Patient", next);
    }
    Err(RequestError::LinkedElsewhere { entity: survivor.to_string(), to: other.id.clone() }.into())
}

/// Adds or takes away one link; the version of the record, and whether it changed.
fn edit(
    tx: &mut Tx<'_>,
    entity: &Entity,
    to: &Entity,
    kind: &str,
    change: Change,
    author: &str,
) -> Result<(String, bool), ApiError> {
    let stored = tx.view()?.read(entity)?;
    let link = Link { other: to.id.clone(), kind: kind.to_owned() };
    let edited = match change {
        Change::Join => with_link(&stored.json, &link),
        Change::Part => without_link(&stored.json, &link),
    };
    let Some(edited) = edited else { return Ok((stored.version, false)) };
    let saved = tx.put(entity, &edited, &Base::Exactly(stored.version), author)?;
    Ok((saved.version, saved.changed))
}
