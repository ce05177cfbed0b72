//! The upstream's end of a session over HTTP/2: `POST /sync` takes one message and gives one message.
//!
//! Pushes are opened in parallel and committed together; a push that overtook its predecessor waits for it. A pull
//! with nothing to give waits for news up to the time it named.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response as HttpResponse};
use axum::routing::post;
use holdfast_core::message::{Request, Response};
use holdfast_store::upstream::{Peer as StorePeer, refusal};
use holdfast_store::writer::Writer;
use holdfast_store::{LogError, StoreError};
use http::StatusCode;
use tokio::time::{Instant, timeout_at};

use crate::server::{Peer, SyncPolicy, SyncRoutes};

/// The path of the one sync route.
pub const PATH: &str = "/sync";
/// A message of a replica: a segment of one large resource is the largest.
pub const MAX_MESSAGE_BYTES: usize = 32 << 20;
const _: () = assert!(
    MAX_MESSAGE_BYTES > holdfast_core::codec::MAX_OP_BYTES + 16 * holdfast_core::codec::MAX_CHANGES,
    "the segment of the largest op can be pushed"
);
/// How long a push may wait for the one before it, which travels beside it.
const PREDECESSOR_WITHIN: Duration = Duration::from_secs(5);
/// The longest a pull may wait: below every time-out between the two.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The sync route over a store. Every request needs a client certificate; who asks is what it says.
pub fn routes(writer: Writer) -> SyncRoutes {
    let sync = post(answer).layer(DefaultBodyLimit::max(MAX_MESSAGE_BYTES)).with_state(writer);
    SyncRoutes::new().route(PATH, SyncPolicy::Replica, sync)
}

async fn answer(State(writer): State<Writer>, Peer(certificate): Peer, body: Bytes) -> HttpResponse {
    let identity = &certificate.identity;
    let peer = StorePeer {
        replica: identity.replica().to_owned(),
        clinic: identity.clinic().to_owned(),
        kind: identity.kind().to_string(),
    };
    let response = match Request::decode(&body) {
        Ok(Request::Push { segment }) => push(&writer, peer, segment).await,
        Ok(request) => ask(&writer, peer, request).await,
        Err(error) => Err(StoreError::Wire(error)),
    };
    let response = response.unwrap_or_else(|error| {
        tracing::warn!(error.code = error.code(), peer.id = %identity, error = %error, "refused");
        refusal(&error)
    });
    if let Response::Refused { code, .. } = &response {
        metrics::counter!("sync_refused_total", "code" => code.clone()).increment(1);
    }
    match response.encode() {
        Ok(bytes) => bytes.into_response(),
        Err(error) => {
            tracing::error!(error = %error, "an answer could not be encoded");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn push(writer: &Writer, peer: StorePeer, bytes: Vec<u8>) -> Result<Response, StoreError> {
    let bytes = Arc::new(bytes);
    let (for_check, who) = (bytes.clone(), peer.clone());
    let pushed = match writer.call(move |records| records.verify_push(&who, &for_check)).await? {
        Some(pushed) => Arc::new(pushed),
        None => return writer.call(move |records| records.quarantine(&peer, &bytes)).await,
    };
    metrics::counter!("sync_ops_received_total").increment(pushed.segment.ops.len() as u64);
    let mut commits = writer.commits();
    let until = Instant::now() + PREDECESSOR_WITHIN;
    loop {
        let (peer, pushed, bytes) = (peer.clone(), pushed.clone(), bytes.clone());
        let outcome = writer.write(move |tx| tx.take_push(&peer, &pushed, &bytes)).await;
        match outcome {
            Err(StoreError::Log(LogError::Gap { .. })) => {
                if !matches!(timeout_at(until, commits.changed()).await, Ok(Ok(()))) {
                    return outcome;
                }
            }
            outcome => return outcome,
        }
    }
}

async fn ask(writer: &Writer, peer: StorePeer, request: Request) -> Result<Response, StoreError> {
    let wait = match &request {
        Request::Pull { wait_ms, .. } => Duration::from_millis(u64::from(*wait_ms)).min(LONGEST_WAIT),
        _ => Duration::ZERO,
    };
    let announces = matches!(request, Request::Hold { .. } | Request::Hello { .. });
    let until = Instant::now() + wait;
    let mut commits = writer.commits();
    let mut request = Arc::new(request);
    loop {
        commits.borrow_and_update();
        let (peer, asked) = (peer.clone(), request.clone());
        let response = writer.call(move |records| Ok(records.respond(&peer, &asked))).await?;
        let nothing = matches!(&response, Response::Page(page) if page.visits.is_empty());
        if announces {
            writer.announce();
        }
        if !nothing || !matches!(timeout_at(until, commits.changed()).await, Ok(Ok(()))) {
            return Ok(response);
        }
        if let Request::Pull { acked, .. } = Arc::make_mut(&mut request) {
            // Confirmed once is enough: again would be a write for every commit that anybody makes.
            acked.clear();
        }
    }
}
