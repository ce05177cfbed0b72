//! `GET /api/files/{id}/content`: the bytes of a file, whole or in part, one chunk in memory at a time.

use std::ops::Range;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::stream::{self, StreamExt, TryStreamExt};
use holdfast_clinical::files::{File, is_shown};
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, IF_RANGE, RANGE, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::error::FileError;
use super::find::{self, FileTarget};
use super::range::{Part, part};
use super::reach;
use super::show::looked;
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::error::ApiError;
use crate::refusal;
use crate::request::query::encode;
use crate::state::ApiState;

/// Nothing in a file runs, or loads anything.
const CONFINED: &str = "sandbox; default-src 'none'; frame-ancestors 'self'";
/// The same of what the staff app shows in a frame, which holds no programs. No sandbox: viewers of PDF are pages of their own that
/// would not start in one, and whoever checks the page with its frames would wait for ever.
const CONFINED_IN_FRAME: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'";

/// Answers the bytes.
pub(crate) async fn content(
    State(state): State<ApiState>,
    FileTarget(entity): FileTarget,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let reach = reach::to_read(&caller)?;
    let file = find::file(&state, &reach, &entity).await?;
    let Some(hash) = &file.hash else {
        return Err(
            FileError::Unfinished { missing: file.untaken().len() as u64, count: file.count() }.into()
        );
    };
    let tag = format!("\"{hash}\"");
    if text(&headers, IF_NONE_MATCH)
        .is_some_and(|known| known == "*" || known.split(',').any(|one| one.trim() == tag))
    {
        return Ok(with_looks((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response(), &file));
    }
    let is_same = text(&headers, IF_RANGE).is_none_or(|known| known == tag);
    let (status, bytes) = match part(text(&headers, RANGE).filter(|_| is_same), file.size) {
        Part::Whole => (StatusCode::OK, 0..file.size),
        Part::Some(bytes) => (StatusCode::PARTIAL_CONTENT, bytes),
        Part::PastTheEnd => return Ok(past_the_end(file.size)),
    };
    must_be_here(&state, &reach, &file, &bytes).await?;
    let head = head(&file, status, &bytes, &tag);
    let mut rest = Box::pin(pieces(state, reach, file.clone(), bytes));
    // What is wrong with the first piece can still be said.
    let first = rest.try_next().await?;
    let body = Body::from_stream(stream::iter(first.map(Ok)).chain(rest));
    Ok(with_looks((status, head, body).into_response(), &file))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn with_looks(mut response: Response, file: &File) -> Response {
    response.extensions_mut().insert(looked("read", file));
    response
}

fn past_the_end(size: u64) -> Response {
    let mut response = ApiError::from(FileError::PastTheEnd { size }).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

/// Before the first byte is sent: an answer that has begun cannot be refused any more.
async fn must_be_here(
    state: &ApiState,
    reach: &Arc<Principal>,
    file: &Arc<File>,
    bytes: &Range<u64>,
) -> Result<(), ApiError> {
    let of = file.clone();
    let (first, last) = (bytes.start / file.chunk_bytes, (bytes.end - 1) / file.chunk_bytes);
    let missing =
        refusal::read(state, reach.clone(), move |view| Ok(find::missing(view, &of, first..=last)?)).await?;
    match missing.len() as u64 {
        0 => Ok(()),
        missing => Err(FileError::Incomplete { missing, count: last - first + 1 }.into()),
    }
}

fn head(file: &File, status: StatusCode, bytes: &Range<u64>, tag: &str) -> HeaderMap {
    let media = file.content_type.as_str();
    let (place, policy) =
        if is_shown(media) { ("inline", CONFINED_IN_FRAME) } else { ("attachment", CONFINED) };
    let name = encode(file.name.as_deref().unwrap_or("file"));
    let mut lines = vec![
        (CONTENT_TYPE, with_charset(media)),
        (CONTENT_LENGTH, (bytes.end - bytes.start).to_string()),
        (CONTENT_DISPOSITION, format!("{place}; filename*=UTF-8''{name}")),
        (CONTENT_SECURITY_POLICY, policy.to_owned()),
        (X_FRAME_OPTIONS, "SAMEORIGIN".to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (ETAG, tag.to_owned()),
    ];
    if status == StatusCode::PARTIAL_CONTENT {
        lines.push((CONTENT_RANGE, format!("bytes {}-{}/{}", bytes.start, bytes.end - 1, file.size)));
    }
    let lines = lines.into_iter().filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text).ok()?)));
    lines.collect()
}

/// A text without a charset would be read as the browser's country has it.
fn with_charset(media: &str) -> String {
    if media == "text/plain" { format!("{media}; charset=utf-8") } else { media.to_owned() }
}

/// The bytes, a chunk at a time, as they are taken off.
fn pieces(
    state: ApiState,
    reach: Arc<Principal>,
    file: Arc<File>,
    bytes: Range<u64>,
) -> impl futures::Stream<Item = Result<Bytes, ApiError>> + Send {
    stream::try_unfold(bytes.start, move |at| {
        let (state, reach, file, end) = (state.clone(), reach.clone(), file.clone(), bytes.end);
        async move {
            if at >= end {
                return Ok(None);
            }
            let n = at / file.chunk_bytes;
            let begins = n * file.chunk_bytes;
            let read = refusal::read(&state, reach, move |view| find::bytes(view, &file, n)).await;
            let chunk = Bytes::from(read.inspect_err(|error| {
                tracing::error!(error.code = error.code(), "a file broke off while it was sent");
            })?);
            let until = (end - begins).min(chunk.len() as u64);
            let piece = chunk.slice((at - begins) as usize..until as usize);
            Ok(Some((piece, begins + until)))
        }
    })
}
