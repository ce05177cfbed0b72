//! Takes an answer apart: the body of a 200, or the problem that any other status tells.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use serde::Deserialize;
use tokio::time::timeout;

use super::MAX_RESPONSE_BYTES;

/// Largest problem body that is read, in bytes.
const MAX_PROBLEM_BYTES: usize = 64 * 1024;

/// The code of a refusal that did not bring one: a proxy's error page, say.
const NO_CODE: &str = "http-error";

/// Longest refusal text that is kept, in characters: it goes into logs and status pages.
const MAX_MESSAGE_CHARS: usize = 500;

/// Why there is no body to hand on.
pub(super) enum Failed {
    Body(hyper::Error),
    Idle,
    TooLarge,
    Refused { status: u16, code: String, message: String },
}

/// The parts of problem+json (RFC 9457) that matter here.
#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    code: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

pub(super) async fn read(response: Response<Incoming>, idle: Duration) -> Result<Bytes, Failed> {
    let status = response.status();
    if status == StatusCode::OK {
        return collect(response.into_body(), MAX_RESPONSE_BYTES, idle).await;
    }
    let body = match collect(response.into_body(), MAX_PROBLEM_BYTES, idle).await {
        Err(Failed::Body(_)) | Err(Failed::TooLarge) => Bytes::new(),
        other => other?,
    };
    Err(refused(status, &body))
}

async fn collect(mut body: Incoming, limit: usize, idle: Duration) -> Result<Bytes, Failed> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Failed::TooLarge);
    }
    let mut all = BytesMut::new();
    while let Some(frame) = timeout(idle, body.frame()).await.map_err(|_| Failed::Idle)? {
        let Ok(data) = frame.map_err(Failed::Body)?.into_data() else { continue };
        if all.len() + data.len() > limit {
            return Err(Failed::TooLarge);
        }
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

fn refused(status: StatusCode, body: &[u8]) -> Failed {
    let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    let plain_code = |c: &str| !c.is_empty() && c.len() <= 64 && c.bytes().all(|b| b.is_ascii_graphic());
    let code = if plain_code(&problem.code) { problem.code } else { NO_CODE.to_owned() };
    let text = if problem.detail.is_empty() { problem.title } else { problem.detail };
    let message = text.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE_CHARS).collect();
    Failed::Refused { status: status.as_u16(), code, message }
}
