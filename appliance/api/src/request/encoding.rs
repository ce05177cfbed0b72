//! Bodies that come compressed: unpacked as they come, and never beyond the bound of the body.

use std::io::{self, Write};

use bytes::{BufMut, Bytes, BytesMut};
use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::error::RequestError;

/// Takes the frames of a body in, and holds what they say.
pub(super) enum Unpacker {
    /// As it came.
    Plain(Bounded),
    /// By gzip (RFC 1952).
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

impl Unpacker {
    /// For a body of at most `limit_bytes`, unpacked.
    ///
    /// # Errors
    /// [`RequestError::UnsupportedEncoding`].
    pub(super) fn new(
        headers: &HeaderMap,
        announced_bytes: usize,
        limit_bytes: usize,
    ) -> Result<Self, RequestError> {
        let mut codings = headers.get_all(CONTENT_ENCODING).iter();
        let whole = BytesMut::with_capacity(announced_bytes);
        let bounded = Bounded { whole, limit_bytes, is_over: false };
        match (codings.next().map(|coding| coding.as_bytes().to_ascii_lowercase()).as_deref(), codings.next())
        {
            (None | Some(b"identity"), None) => Ok(Self::Plain(bounded)),
            (Some(b"gzip" | b"x-gzip"), None) => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(bounded)))),
            _ => Err(RequestError::UnsupportedEncoding),
        }
    }

    /// Takes a frame in.
    ///
    /// # Errors
    /// [`RequestError::TooLarge`], or [`RequestError::BadBody`] if it is not gzip.
    pub(super) fn push(&mut self, frame: &[u8]) -> Result<(), RequestError> {
        let written = match self {
            Self::Plain(bounded) => bounded.write_all(frame),
            Self::Gzip(decoder) => decoder.write_all(frame),
        };
        written.map_err(|_| self.refusal())
    }

    /// The whole body.
    ///
    /// # Errors
    /// As [`Unpacker::push`], also if the packed data ends early.
    pub(super) fn finish(mut self) -> Result<Bytes, RequestError> {
        let refusal = |unpacker: &Self| Err(unpacker.refusal());
        if let Self::Gzip(decoder) = &mut self
            && decoder.try_finish().is_err()
        {
            return refusal(&self);
        }
        Ok(match self {
            Self::Plain(bounded) => bounded.whole.freeze(),
            Self::Gzip(decoder) => match decoder.finish() {
                Ok(bounded) => bounded.whole.freeze(),
                Err(_) => return Err(not_gzip()),
            },
        })
    }

    fn refusal(&self) -> RequestError {
        let bounded = match self {
            Self::Plain(bounded) => bounded,
            Self::Gzip(decoder) => decoder.get_ref(),
        };
        if bounded.is_over { RequestError::too_large(bounded.limit_bytes) } else { not_gzip() }
    }
}

fn not_gzip() -> RequestError {
    RequestError::BadBody { reason: "it is not whole gzip, as its content encoding says".to_owned() }
}

/// Grows up to a bound: a small packed body may unpack to a thousand times as much.
pub(super) struct Bounded {
    whole: BytesMut,
    limit_bytes: usize,
    is_over: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.whole.len() + bytes.len() > self.limit_bytes {
            self.is_over = true;
            return Err(io::Error::other("beyond the bound"));
        }
        self.whole.put_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
