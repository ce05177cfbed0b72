//! What a server wants done.

use std::net::SocketAddr;
use std::ops::Range;

use super::five_tuple::FiveTuple;

/// How long an answer can be. The longest is a challenge with a realm of 127 bytes.
const REPLY_BYTES: usize = 512;

/// Memory for one answer.
pub struct Reply {
    pub(crate) bytes: [u8; REPLY_BYTES],
}

impl Reply {
    /// Empty memory.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; REPLY_BYTES] }
    }
}

impl Default for Reply {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reply(…)")
    }
}

/// What came of what a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Nothing is to be sent.
    Nothing,
    /// These bytes go back to the client.
    Reply(&'a [u8]),
    /// These bytes are for our own SFU, as if `relayed` had sent them to `peer`.
    ToSfu {
        /// Whom they come from.
        relayed: SocketAddr,
        /// Which of the SFU's addresses they are for.
        peer: SocketAddr,
        /// The payload.
        bytes: &'a [u8],
    },
    /// These bytes go through the socket that was lent for `relayed`.
    ToPeer {
        /// Whose socket.
        relayed: SocketAddr,
        /// Where to.
        peer: SocketAddr,
        /// The payload.
        bytes: &'a [u8],
    },
}

/// What a peer sent, as the client gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToClient {
    /// Which client.
    pub client: FiveTuple,
    /// Where in the buffer it is: a datagram, or a part of the stream that stays together.
    pub part: Range<usize>,
}
