//! What time it is for sign-ins: the highest time ever seen, so that a clock that is set back confirms nobody for longer, and
//! shortens no wait. While the replica above is connected its clock counts, since its certificate vouches for it: so a clock that
//! was once far ahead shuts nobody out for longer than until then.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use holdfast_store::StoreError;
use holdfast_store::writer::Writer;

use crate::link::{LinkState, LinkStatus};

/// Under which it is kept.
const NAME: &str = "highest-ms";
/// A time further ahead than what is kept is believed at once; it is written down when it has moved so far.
const KEPT_EVERY_MS: u64 = 60_000;

/// The highest time that this process has seen, and what it knows of earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    highest_ms: AtomicU64,
    kept_ms: AtomicU64,
    /// How far this machine's clock is ahead of that of the replica above, as far as is known.
    ahead_ms: AtomicI64,
}

impl Clock {
    /// The time now, in Unix milliseconds: never before one that was seen and not since found wrong.
    pub(crate) fn now_ms(&self, writer: &Writer) -> u64 {
        let now_ms = self.told_ms(writer);
        self.highest_ms.fetch_max(now_ms, Relaxed).max(now_ms)
    }

    /// What this machine's clock says, less what it is known to be ahead.
    fn told_ms(&self, writer: &Writer) -> u64 {
        writer.records().now_ms().saturating_add_signed(self.ahead_ms.load(Relaxed).saturating_neg())
    }

    /// Takes the time from the replica above, while it is connected. Nothing is known of a clock that was set since its last answer:
    /// else somebody could set it back, and cut the cable before the next.
    pub(crate) fn hear(&self, link: &LinkStatus, writer: &Writer) {
        let (LinkState::Connected, Some(ahead_ms)) = (link.state, link.clock_ahead_ms) else { return };
        if self.ahead_ms.swap(ahead_ms, Relaxed) != ahead_ms && ahead_ms != 0 {
            tracing::warn!(
                ahead_s = ahead_ms / 1000,
                "this computer's clock differs from that of the replica above: sign-ins go by the latter; set this one right"
            );
        }
        let told_ms = self.told_ms(writer);
        if self.highest_ms.load(Relaxed).saturating_sub(told_ms) >= KEPT_EVERY_MS {
            self.highest_ms.store(told_ms, Relaxed);
        }
    }

    /// Takes over what was kept, and keeps what was seen since, now and then.
    ///
    /// # Errors
    /// The store.
    pub(crate) async fn keep(&self, writer: &Writer) -> Result<(), StoreError> {
        let kept_ms = self.kept_ms.load(Relaxed);
        if kept_ms == 0 {
            let kept = writer.read(|view| view.local(NAME)).await?;
            let kept_ms = kept.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
            self.highest_ms.fetch_max(kept_ms, Relaxed);
        }
        let now_ms = self.now_ms(writer);
        if now_ms.abs_diff(kept_ms) < KEPT_EVERY_MS {
            return Ok(());
        }
        writer.write(move |tx| tx.set_local(NAME, Some(&now_ms.to_le_bytes()))).await?;
        self.kept_ms.store(now_ms, Relaxed);
        Ok(())
    }
}
