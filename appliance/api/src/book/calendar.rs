//! `GET /api/book/mine/{link}/calendar.ics`: one's own appointment as a calendar file. It goes to telephones, so nobody's name is in it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::scheduling::ical::{Calendar, domain_of, event_of, write};
use holdfast_clinical::scheduling::zone::minute_of_ms;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::error::BookError;
use super::mine::{link, look};
use super::parts::parts;
use crate::error::ApiError;
use crate::state::ApiState;

/// Answers the file.
pub(crate) async fn calendar(
    State(state): State<ApiState>,
    Path(text): Path<String>,
) -> Result<Response, ApiError> {
    parts(&state)?;
    let found = look(&state, &link(&text)?).await?.ok_or(BookError::NotFound)?;
    let domain = domain_of(&found.clinic.clinic);
    // What it is for may be nobody else's business who looks at the telephone.
    let (name, stamp) = (&found.clinic.name, minute_of_ms(found.stored.updated_ms));
    let event = event_of(&found.booked, &domain, name, stamp, &found.clinic.zone);
    let file = write(&Calendar { method: None, organizer: None, events: vec![event] });
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, file).into_response())
}
