//! The bounds of a server.

use std::time::Duration;

/// Bounds in count and time. A limit is per server unless its text says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Handshakes at a time: about 1 ms of CPU each, so a herd after a restart passes in a second.
    pub handshakes: usize,
    /// Connections at a time, at 50 to 100 KiB each.
    pub connections: usize,
    /// Connections of one identity: one in use, and a few that a broken link left behind until PINGs find them dead.
    pub connections_per_peer: usize,
    /// Connections without a certificate: enrolments under way.
    pub anonymous_connections: usize,
    /// Requests in progress on one connection (SETTINGS_MAX_CONCURRENT_STREAMS).
    pub streams_per_connection: u32,
    /// From accepting to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the handshake to the first whole request head.
    pub first_request: Duration,
    /// Life of a connection without a certificate.
    pub anonymous_life: Duration,
    /// Longest pause inside a request's body.
    pub body_idle: Duration,
    /// Pause between PINGs to a peer.
    pub keep_alive_interval: Duration,
    /// How long a PING may stay unanswered.
    pub keep_alive_timeout: Duration,
    /// How long requests in progress may take to finish at shutdown, or after a refusal.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshakes: 256,
            connections: 8192,
            connections_per_peer: 8,
            anonymous_connections: 64,
            streams_per_connection: 64,
            handshake: Duration::from_secs(10),
            first_request: Duration::from_secs(15),
            anonymous_life: Duration::from_secs(60),
            body_idle: Duration::from_secs(30),
            keep_alive_interval: Duration::from_secs(20),
            keep_alive_timeout: Duration::from_secs(20),
            drain: Duration::from_secs(10),
        }
    }
}
