//! How a server stands, for others in the process.

use crate::turn::Counters;

/// How a server stands; brought up to date every second, and when it stops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Allocations now.
    pub allocations: usize,
    /// Streams now.
    pub streams: usize,
    /// Streams that were refused or closed because there were too many.
    pub streams_refused: u64,
    /// Streams that were closed because nobody signed in on them.
    pub streams_idle: u64,
    /// Packets that were lost because a client did not read its stream.
    pub unread: u64,
    /// Packets that were lost because the SFU did not take them.
    pub untaken: u64,
    /// What the server has done.
    pub counters: Counters,
}
