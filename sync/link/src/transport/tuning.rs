//! Sizes and times of a sync connection, and why.
//!
//! **What an urgent request waits for.** On a 256 kbit/s link (32 KB/s) with four bulk requests in flight, the bytes
//! ahead of a new request are: what the network has queued, which congestion control decides
//! ([`CONGESTION_CONTROL`]), about 4 KB; what the socket holds unsent ([`NOTSENT_LOWAT_BYTES`], kept to by
//! [`super::PromptStream`]), 2 to 4 KiB; what rustls holds ([`crate::tls::TLS_BUFFER_BYTES`]), 2 KiB; and, twice, one
//! chunk of each bulk stream ([`CHUNK_BYTES`]), for h2 serves its streams in turn, one frame each, and a request is
//! a HEADERS and a DATA frame: 8 KiB. That is half a second; 0.5 to 0.75 s were measured, there and back.
//!
//! **What a fast link needs.** Flow control never delays an urgent request, since the connection's window
//! ([`CONNECTION_WINDOW_BYTES`]) is larger than that of all bulk streams in flight together. A stream's window
//! ([`STREAM_WINDOW_BYTES`]) times four streams is 1 MiB a round trip: 160 Mbit/s at 50 ms.

use std::time::Duration;

/// One DATA frame of a body, in bytes. Its overhead is 31 bytes (9 of HTTP/2, 22 of TLS): 3 %.
pub const CHUNK_BYTES: usize = 1024;

/// Unsent bytes in a socket above which it takes no more (Linux `TCP_NOTSENT_LOWAT`); it takes more again below half
/// of it. Where the option is missing the connection works, and urgent requests wait longer.
pub const NOTSENT_LOWAT_BYTES: u32 = 4 * 1024;

/// Linux's congestion control for these sockets, where the system allows it: BBR keeps the queue of a thin link short,
/// while CUBIC lets it grow until it overflows. Measured over the first 5 s of a bulk transfer at 256 kbit/s: an
/// urgent upload waits 595 ms rather than 695 ms.
pub const CONGESTION_CONTROL: &[u8] = b"bbr";

/// Flow-control window of one stream, in bytes, each way (RFC 9113 §5.2).
pub const STREAM_WINDOW_BYTES: u32 = 256 * 1024;

/// Flow-control window of a whole connection, in bytes, each way: eight bulk streams' worth.
pub const CONNECTION_WINDOW_BYTES: u32 = 8 * STREAM_WINDOW_BYTES;

/// Bytes of one stream that h2 buffers while the socket is full.
pub const STREAM_SEND_BUFFER_BYTES: usize = 16 * 1024;

/// Largest header list that is accepted, in bytes (SETTINGS_MAX_HEADER_LIST_SIZE).
pub const MAX_HEADER_LIST_BYTES: u32 = 16 * 1024;

/// Largest answer that is taken, in bytes: a snapshot part is at most 32 MiB, with room to spare.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;

/// Slowest upload that is waited for, in bytes a second: a 256 kbit/s link shared by eight requests.
const SLOWEST_UPLOAD_BYTES_PER_S: usize = 4 * 1024;

/// How long a client waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From dialling to the end of the TLS handshake.
    pub connect: Duration,
    /// From the request to the head of its answer, beyond the time that a slow upload takes.
    pub answer: Duration,
    /// Longest pause inside an answer's body.
    pub body_idle: Duration,
    /// Pause between HTTP/2 PINGs, by which a frozen peer is found, also on an idle connection.
    pub keep_alive_interval: Duration,
    /// How long a PING may stay unanswered before the connection is given up.
    pub keep_alive_timeout: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            body_idle: Duration::from_secs(30),
            keep_alive_interval: Duration::from_secs(15),
            keep_alive_timeout: Duration::from_secs(10),
        }
    }
}

impl Timeouts {
    /// How long the answer to a request of `body_bytes` may take to begin.
    pub fn answer_within(&self, body_bytes: usize) -> Duration {
        self.answer + Duration::from_secs((body_bytes / SLOWEST_UPLOAD_BYTES_PER_S) as u64)
    }
}
