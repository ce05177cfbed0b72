//! One direction of a link: its count, and the pace that all connections share.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What the bucket holds: timers are late by up to about a millisecond, and the line makes up for it.
const SLACK: Duration = Duration::from_millis(2);
/// Waits shorter than this are left to add up: the timer is no finer.
const TICK: Duration = Duration::from_millis(1);

/// One direction: the line is free at `free_at`, and a chunk takes `bits / rate` of it.
#[derive(Debug, Default)]
pub(super) struct Lane {
    carried: AtomicU64,
    free_at: Mutex<Option<Instant>>,
}

impl Lane {
    /// Waits until `bytes` have gone through a line of `rate_bps` bits a second (0: no wait).
    pub(super) async fn pace(&self, bytes: usize, rate_bps: u64) {
        if rate_bps == 0 {
            return;
        }
        let takes = Duration::from_nanos((bytes as u64).saturating_mul(8_000_000_000) / rate_bps);
        let sent_at = {
            let mut free_at = super::lock(&self.free_at);
            let now = Instant::now();
            let sent_at = free_at.map_or(now, |free| free.max(now.checked_sub(SLACK).unwrap_or(now))) + takes;
            *free_at = Some(sent_at);
            sent_at
        };
        if sent_at > Instant::now() + TICK {
            tokio::time::sleep_until(sent_at).await;
        }
    }

    pub(super) fn count(&self, bytes: usize) {
        self.carried.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn carried(&self) -> u64 {
        self.carried.load(Ordering::Relaxed)
    }

    pub(super) fn take(&self) -> u64 {
        self.carried.swap(0, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn two_connections_share_one_rate() {
        let lane = Lane::default();
        let start = Instant::now();
        for _ in 0..5 {
            tokio::join!(lane.pace(1000, 80_000), lane.pace(1000, 80_000));
        }
        let took = start.elapsed();
        assert!(took >= Duration::from_secs(1) && took < Duration::from_millis(1020), "{took:?}");
    }
}
