//! `POST /api/book/clinic/{clinic}/code`: sends a one-time code to whoever wants to book. The answer is the same whoever it is.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::scheduling::zone::minute_of_ms;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::clinic::clinic;
use super::error::BookError;
use super::parts::parts;
use super::pending::{self, Wanted};
use super::secret::Key;
use super::who::{Who, WhoAsked, language};
use crate::error::ApiError;
use crate::refusal::own_write;
use crate::request::body;
use crate::state::ApiState;

/// Characters of an id that a page makes.
const ID: std::ops::RangeInclusive<usize> = 16..=64;

/// What is needed to send a code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BookingCodeAsked)]
pub(crate) struct CodeAsked {
    /// Made by the page, random: the same again sends the same code again.
    id: String,
    who: WhoAsked,
    /// `en`, `es`, `fr` or `ar`.
    language: String,
}

/// What a booking is known by here.
///
/// # Errors
/// [`BookError::Bad`] of an id that no page makes.
pub(super) fn booking(key: &Key, clinic: &str, id: &str) -> Result<String, BookError> {
    if !ID.contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(BookError::Bad { what: "the id", expected: "16 to 64 letters and digits" });
    }
    Ok(key.name("booking", &[clinic, id]))
}

/// Sends a code.
pub(crate) async fn send(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let ours = parts(&state)?;
    let (parts, body) = request.into_parts();
    let asked: CodeAsked = body::own(&parts.headers, body).await?;
    let at = clinic(&state, name).await?;
    let now_ms = state.writer().records().now_ms();
    let who = Who::read(&asked.who, at.zone.local(minute_of_ms(now_ms)).date())?;
    let (language, booking) = (language(&asked.language)?, booking(&ours.key, &at.clinic, &asked.id)?);
    ours.limits.by_address(&state, &parts)?;
    ours.limits.by_contact(ours.key.name("contact", &[who.contact.text()]))?;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| crate::error::RequestError::Defect)?;
    let wanted = Wanted {
        booking,
        who: who.hash(&ours.key),
        clinic: at.clinic,
        contact: who.contact.text().to_owned(),
        language,
        salt: salt.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    let asked = own_write(&state, move |tx| Ok(pending::ask(tx, &ours.key, &wanted, now_ms)?)).await?;
    asked?;
    Ok(StatusCode::ACCEPTED.into_response())
}
