//! `GET /api/conflicts?cursor=&count=`.

use std::collections::BTreeSet;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_clinical::url::parse_pairs;
use holdfast_core::op::DELETED;
use holdfast_store::conflict::OpenConflict;
use holdfast_store::view::View;
use serde::Serialize;
use utoipa::ToSchema;

use super::json;
use crate::access::Caller;
use crate::audit::look::patients_of;
use crate::audit::{Look, Looks};
use crate::error::{ApiError, RequestError};
use crate::refusal;
use crate::request::cursor::List;
use crate::request::limits::{DEFAULT_COUNT, MAX_COUNT};
use crate::state::ApiState;

/// One conflicted element of one record.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListedConflict)]
struct Listed {
    r#type: String,
    id: String,
    /// The element, or `@deleted` for "deleted beside an edit".
    element: String,
    /// How many values stand side by side; for `@deleted`, how many deletions.
    values: usize,
    /// Unix milliseconds at which the second value was written.
    since_ms: Option<u64>,
}

/// A page of conflicts.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Conflicts)]
pub(crate) struct Page {
    conflicts: Vec<Listed>,
    /// Send it as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Answers the records in conflict, a page of records at a time.
pub(crate) async fn list(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let (cursor, count) = page_of(query.as_deref().unwrap_or_default())?;
    let page = refusal::read(&state, caller.clone(), move |view| {
        let list = List { what: "conflicts".to_owned(), principal: &caller };
        let (conflicts, patients, next) = open(view, list.after(cursor.as_deref())?, count)?;
        Ok((Page { conflicts, next: next.map(|after| list.cursor(after)) }, patients))
    });
    let (page, patients) = page.await?;
    let mut response = json(&page);
    let look = Look { interaction: "operation", ..Look::default() };
    response.extensions_mut().insert(Looks(look.showing(&patients)));
    Ok(response)
}

fn page_of(query: &str) -> Result<(Option<String>, u32), RequestError> {
    let pairs = parse_pairs(query).map_err(|reason| RequestError::BadQuery { reason })?;
    let (mut cursor, mut count) = (None, DEFAULT_COUNT);
    for (name, value) in pairs {
        match name.as_str() {
            "cursor" => cursor = Some(value),
            "count" => {
                let bad = RequestError::BadQuery { reason: "count is not a number" };
                count = value.parse().map_err(|_| bad)?;
            }
            _ => return Err(RequestError::BadQuery { reason: "it may hold cursor and count only" }),
        }
    }
    Ok((cursor, count.clamp(1, MAX_COUNT)))
}

/// Conflicts, the patients whose records they are in, and where to go on.
type Open = (Vec<Listed>, BTreeSet<String>, Option<i64>);

fn open(view: &mut View<'_>, after: i64, count: u32) -> Result<Open, ApiError> {
    let (entities, next) = view.conflicted(after, count)?;
    let mut patients = BTreeSet::new();
    for entity in &entities {
        // One at a time: each may be large.
        let shown = view.get(entity)?;
        patients.append(&mut patients_of(shown.iter().map(|one| (&one.entity, one.json.as_str()))));
    }
    let mut listed = Vec::new();
    for entity in entities {
        listed.extend(view.conflicts_of(&entity)?.into_iter().map(of));
    }
    Ok((listed, patients, next))
}

fn of(conflict: OpenConflict) -> Listed {
    // A conflict begins when a second value is written; a deletion is itself the second thing.
    let second = usize::from(conflict.key != DELETED && conflict.values.len() > 1);
    Listed {
        r#type: conflict.entity.kind,
        id: conflict.entity.id,
        element: conflict.key,
        values: conflict.values.len(),
        since_ms: conflict.values.get(second).map(|value| value.at_ms),
    }
}
