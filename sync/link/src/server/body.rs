//! A request body that must keep coming.

use std::{
    error::Error,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// Fails when the next bytes do not come in time.
pub(super) struct TimedBody {
    inner: Incoming,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
}

/// The peer stopped in the middle of a body.
#[derive(Debug, thiserror::Error)]
#[error(
    "the request's body stopped coming: the peer is frozen or the link is cut; it is tried again by itself"
)]
pub(super) struct BodyStalled;

impl TimedBody {
    pub(super) fn new(inner: Incoming, idle: Duration) -> Self {
        Self { inner, idle, timer: Box::pin(sleep(idle)) }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                let next = Instant::now() + self.idle;
                self.timer.as_mut().reset(next);
                Poll::Ready(frame.map(|f| f.map_err(Into::into)))
            }
            Poll::Pending => {
                let stalled = self.timer.as_mut().poll(cx);
                stalled.map(|()| Some(Err(BodyStalled.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
