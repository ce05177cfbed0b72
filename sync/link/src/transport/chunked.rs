//! A body that goes out in small DATA frames.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::CHUNK_BYTES;

/// Splits the data of `inner` into frames of at most [`CHUNK_BYTES`], so that h2, which serves streams in turn
/// frame by frame, comes soon to another stream.
pub struct ChunkedBody<B> {
    inner: B,
    rest: Bytes,
}

impl<B> ChunkedBody<B> {
    /// Wraps a body.
    pub fn new(inner: B) -> Self {
        Self { inner, rest: Bytes::new() }
    }

    fn take_chunk(&mut self) -> Frame<Bytes> {
        let chunk = self.rest.split_to(self.rest.len().min(CHUNK_BYTES));
        Frame::data(chunk)
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for ChunkedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(self.take_chunk())));
        }
        let frame = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            end_or_error => return Poll::Ready(end_or_error),
        };
        match frame.into_data() {
            Ok(data) => {
                self.rest = data;
                Poll::Ready(Some(Ok(self.take_chunk())))
            }
            Err(trailers) => Poll::Ready(Some(Ok(trailers))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let inner = self.inner.size_hint();
        let rest = self.rest.len() as u64;
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    #[tokio::test]
    async fn frames_are_small_and_nothing_is_lost() {
        for len in [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 10 * CHUNK_BYTES + 7] {
            let data: Bytes = (0..len).map(|i| i as u8).collect();
            let mut body = ChunkedBody::new(Full::new(data.clone()));
            assert_eq!(body.size_hint().exact(), Some(len as u64));
            let mut seen = Vec::new();
            while let Some(frame) = body.frame().await {
                let part = frame.unwrap().into_data().unwrap();
                assert!(part.len() <= CHUNK_BYTES);
                seen.extend_from_slice(&part);
                assert_eq!(body.size_hint().exact(), Some((len - seen.len()) as u64));
            }
            assert!(body.is_end_stream());
            assert_eq!(seen, data);
        }
    }
}
