//! `GET /api/continuity/events`: the report again and again, as server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>). Read it with `fetch`, which can send a token.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{sleep, timeout};

use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::request::limits::{EVENT_BEAT, EVENT_PAUSE, EVENT_TICK, MAX_STREAMS};
use crate::state::ApiState;

/// Answers a stream: one event now, and one whenever the report has changed.
pub(crate) async fn events(
    State(state): State<ApiState>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    super::check(&caller)?;
    let permit = state.streams().clone().try_acquire_owned();
    let permit = permit.map_err(|_| RequestError::TooManyStreams { limit: MAX_STREAMS })?;
    if *state.closing().borrow() {
        return Err(RequestError::Closing.into());
    }
    let watching = Watching {
        commits: state.writer().commits(),
        closing: state.closing(),
        state,
        last: String::new(),
        _permit: permit,
    };
    Ok(Sse::new(stream(watching)).keep_alive(KeepAlive::new().interval(EVENT_BEAT)).into_response())
}

/// One page that watches.
struct Watching {
    state: ApiState,
    commits: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
    /// What was sent last, without the time of the report.
    last: String,
    _permit: OwnedSemaphorePermit,
}

fn stream(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(watching, async |mut watching| {
        let text = watching.next().await?;
        Some((Ok(Event::default().event("continuity").data(&*text)), watching))
    })
}

impl Watching {
    /// The next report that differs; `None` when the server is going down or the store fails.
    async fn next(&mut self) -> Option<Arc<str>> {
        loop {
            if !self.last.is_empty() {
                self.wait().await;
            }
            if *self.closing.borrow() {
                return None;
            }
            let text = self.state.continuity().text(&self.state).await.ok()?;
            let news = without_time(&text);
            if news != self.last {
                self.last = news.to_owned();
                return Some(text);
            }
        }
    }

    /// Until something is committed, the link may have changed, or the server is going down.
    async fn wait(&mut self) {
        let news = async {
            sleep(EVENT_PAUSE).await;
            let _changed = timeout(EVENT_TICK - EVENT_PAUSE, self.commits.changed()).await;
        };
        tokio::select! {
            () = news => {}
            _ = self.closing.changed() => {}
        }
    }
}

/// The report's time stands first.
fn without_time(text: &str) -> &str {
    text.split_once(',').map_or(text, |(_, rest)| rest)
}
