//! `POST /api/book/mine/{link}/cancel`: gives the time back.

use axum::extract::{Path, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::{cancelled, replaced_by, with_reminders};
use holdfast_clinical::scheduling::span::Minute;
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_store::Tx;
use serde_json::Value;

use super::error::BookError;
use super::mine::{Found, follow, link, shown};
use super::parts::parts;
use super::person::AUTHOR;
use super::shown::Status;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_write;
use crate::schedule::ScheduleError;
use crate::schedule::records::exchange;
use crate::state::ApiState;

/// HL7's code of a patient who cancels by a page.
const BY_PATIENT: &str = "pat-cpp";

/// Cancels an appointment, or takes a request back.
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    Path(text): Path<String>,
) -> Result<Response, ApiError> {
    parts(&state)?;
    let link = link(&text)?;
    let (entity, now) = (link.appointment(), minute_of_ms(state.writer().records().now_ms()));
    let done = own_write(&state, move |tx| {
        let found = follow(&mut tx.view()?, &entity)?.ok_or(BookError::NotFound)?;
        match found.status(now) {
            Status::Cancelled => Ok(()),
            Status::Unsettled => Err(BookError::Unsettled.into()),
            _ if found.change_until(now).is_none() => Err(BookError::TooLate.into()),
            _ => free(tx, &found, now, None),
        }
    });
    done.await?;
    Ok(json(&shown(&state, &link).await?))
}

/// Writes that an appointment does not take place, and which one does in its place.
pub(super) fn free(
    tx: &mut Tx<'_>,
    found: &Found,
    now: Minute,
    successor: Option<&str>,
) -> Result<(), ApiError> {
    let mut elements = cancelled(&found.record, BY_PATIENT, None).map_err(ScheduleError::from)?;
    let extensions = elements.get("extension").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut extensions = with_reminders(extensions, None, now, &found.clinic.zone);
    extensions.extend(successor.map(replaced_by));
    elements.insert("extension".to_owned(), extensions.into());
    exchange(tx, &found.stored, &elements, AUTHOR)?;
    Ok(())
}
