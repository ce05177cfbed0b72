//! Reading a body: bounded in size and patience, of the right type, unpacked if it came by gzip.

use axum::body::{Body, Bytes, HttpBody};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::BodyExt;

use super::encoding::Unpacker;
use super::limits::{BODY_IDLE, BODY_WITHIN, OWN_BODY_BYTES};
use super::media::{Media, check_content_type};
use crate::error::RequestError;

/// Reads a whole body as text.
///
/// # Errors
/// [`RequestError`] if it is of another type or encoding, too large, too slow, cut off or not UTF-8.
pub(crate) async fn text(
    headers: &HeaderMap,
    body: Body,
    media: Media,
    limit_bytes: usize,
) -> Result<String, RequestError> {
    check_content_type(headers, media)?;
    let bytes = bytes(headers, body, limit_bytes).await?;
    String::from_utf8(bytes.into()).map_err(|error| {
        let reason = format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to());
        RequestError::BadBody { reason }
    })
}

/// Reads a body of our own: JSON, read as a type.
///
/// # Errors
/// As [`text`], or [`RequestError::BadBody`].
pub(crate) async fn own<T: serde::de::DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
) -> Result<T, RequestError> {
    let text = text(headers, body, Media::Json, OWN_BODY_BYTES).await?;
    // What a refusal repeats of the text may hold a PIN.
    serde_json::from_str(&text).map_err(|error| RequestError::BadBody { reason: error.to_string() })
}

/// As [`text`], where there may be no body at all: then it is empty, and of no type.
///
/// # Errors
/// As [`text`].
pub(crate) async fn optional(
    headers: &HeaderMap,
    body: Body,
    media: Media,
    limit_bytes: usize,
) -> Result<String, RequestError> {
    if !headers.contains_key(CONTENT_TYPE) && body.is_end_stream() {
        return Ok(String::new());
    }
    text(headers, body, media, limit_bytes).await
}

/// Reads a whole body as it is, of whatever type.
///
/// # Errors
/// As [`text`], but for its type and what is in it.
pub(crate) async fn bytes(
    headers: &HeaderMap,
    mut body: Body,
    limit_bytes: usize,
) -> Result<Bytes, RequestError> {
    let announced: Option<usize> = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    if announced.is_some_and(|length| length > limit_bytes) {
        return Err(RequestError::too_large(limit_bytes));
    }
    let mut unpacker = Unpacker::new(headers, announced.unwrap_or(0), limit_bytes)?;
    let whole = async {
        while let Some(frame) = next_frame(&mut body).await? {
            unpacker.push(&frame)?;
        }
        Ok::<(), RequestError>(())
    };
    let dripped = |_| RequestError::DrippedBody { within_s: BODY_WITHIN.as_secs() };
    tokio::time::timeout(BODY_WITHIN, whole).await.map_err(dripped)??;
    unpacker.finish()
}

async fn next_frame(body: &mut Body) -> Result<Option<Bytes>, RequestError> {
    let slow = |_| RequestError::SlowBody { waited_s: BODY_IDLE.as_secs() };
    match tokio::time::timeout(BODY_IDLE, body.frame()).await.map_err(slow)? {
        None => Ok(None),
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(_)) => Err(RequestError::BrokenBody),
    }
}
