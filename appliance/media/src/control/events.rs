//! `GET /events`: what happens, a line at a time.

use crate::sfu::Event;
use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, Stream};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

/// How often an empty line is sent, so that either side notices that the other is gone.
const BEAT: Duration = Duration::from_secs(10);

/// The body.
pub(super) fn body(events: broadcast::Receiver<Event>, stop: watch::Receiver<bool>) -> Body {
    Body::from_stream(lines(events, stop))
}

fn lines(
    events: broadcast::Receiver<Event>,
    stop: watch::Receiver<bool>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((events, stop), |(mut events, mut stop)| async move {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = tokio::time::sleep(BEAT) => return Some((Ok(Bytes::from_static(b"\n")), (events, stop))),
            _ = stop.changed() => return None,
        };
        let event = match event {
            Ok(event) => event,
            Err(RecvError::Lagged(count)) => Event::Missed { count },
            Err(RecvError::Closed) => return None,
        };
        let mut line = serde_json::to_vec(&event).unwrap_or_default();
        line.push(b'\n');
        Some((Ok(line.into()), (events, stop)))
    })
}
