//! How a link behaves.

/// Rate, delay and unreliability of a link. The default is a perfect one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Settings {
    /// The rate of each way in bits a second, `(up, down)`; 0 is unlimited.
    pub rate_bps: (u64, u64),
    /// The one-way delay in milliseconds, added each way: the round trip grows by twice this.
    pub delay_ms: u64,
    /// The chance, 0 to 1, that a connection is reset for each KiB that it carries.
    pub reset_per_kib: f64,
    /// The seed of the resets.
    pub seed: u64,
}

/// Carried at a time on a thin link: one Ethernet segment's payload, so that connections share it fairly.
const THIN_CHUNK_BYTES: usize = 1460;
/// A thin link's socket buffers in bytes at least and at most; the kernel doubles them for its own books.
const THIN_BUFFER_BYTES_MIN: u32 = 4096;
const THIN_BUFFER_BYTES_MAX: u32 = 1 << 20;
/// Carried at a time on a fast link.
const WIDE_CHUNK_BYTES: usize = 64 * 1024;
/// Chunks in flight at most on a fast link with a delay: 16 MiB, far above what a test's windows fill.
const WIDE_CHUNKS_MAX: u64 = 256;

impl Settings {
    /// A thin line with the same rate each way (bits a second) and a one-way delay in milliseconds.
    #[must_use]
    pub fn thin(rate_bps: u64, delay_ms: u64) -> Self {
        Self { rate_bps: (rate_bps, rate_bps), delay_ms, ..Self::default() }
    }

    /// Whether a rate is set, so that sockets get small buffers and segments of 1460 bytes.
    #[must_use]
    pub fn is_thin(&self) -> bool {
        self.rate_bps != (0, 0)
    }

    /// The size of one read, in bytes: on a thin link a millisecond of it, which is as fine as the timer is, and at
    /// least a segment.
    pub(super) fn chunk_bytes(&self) -> usize {
        if self.is_thin() {
            self.line_bytes(1).clamp(THIN_CHUNK_BYTES, WIDE_CHUNK_BYTES)
        } else {
            WIDE_CHUNK_BYTES
        }
    }

    /// The size of each socket buffer of a thin link, in bytes: 5 ms of it, and at least 4 KiB.
    pub(super) fn buffer_bytes(&self) -> u32 {
        u32::try_from(self.line_bytes(5))
            .unwrap_or(u32::MAX)
            .clamp(THIN_BUFFER_BYTES_MIN, THIN_BUFFER_BYTES_MAX)
    }

    /// What the faster way carries in so many milliseconds.
    fn line_bytes(&self, ms: u64) -> usize {
        let rate_bps = self.rate_bps.0.max(self.rate_bps.1);
        usize::try_from(rate_bps.saturating_mul(ms) / 8000).unwrap_or(usize::MAX)
    }

    /// Chunks that may be on the line at once: what rate × delay holds, and one.
    pub(super) fn chunks_in_flight(&self) -> usize {
        let chunks = match (self.is_thin(), self.delay_ms) {
            (_, 0) => 1,
            (false, _) => WIDE_CHUNKS_MAX,
            (true, delay_ms) => 1 + (self.line_bytes(delay_ms) / self.chunk_bytes()) as u64,
        };
        usize::try_from(chunks).unwrap_or(usize::MAX).min(4096)
    }
}

/// How a link is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Connections are reset and new ones refused: the router is there, the line is not.
    Refuse,
    /// Connections are reset; new ones open and hear nothing until the link heals (then they are carried).
    BlackHole,
    /// Connections stay open and nothing moves until the link heals, then they go on; new ones wait with them.
    Freeze,
}
