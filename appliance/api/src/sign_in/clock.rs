//! The highest time ever seen: a clock that is set back confirms nobody for longer, and shortens no wait.

use std::sync::atomic::{AtomicU64, Ordering};

use holdfast_store::StoreError;
use holdfast_store::writer::Writer;

/// Under which it is kept.
const NAME: &str = "highest-ms";
/// A time further ahead than what is kept is believed at once; it is written down when it has moved so far.
const KEPT_EVERY_MS: u64 = 60_000;

/// The highest time that this process has seen, and what it knows of earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    highest_ms: AtomicU64,
    kept_ms: AtomicU64,
}

impl Clock {
    /// The time now, in Unix milliseconds: never before one that was seen.
    pub(crate) fn now_ms(&self, writer: &Writer) -> u64 {
        let now_ms = writer.records().now_ms();
        self.highest_ms.fetch_max(now_ms, Ordering::Relaxed).max(now_ms)
    }

    /// Takes over what was kept, and keeps what was seen since, now and then.
    ///
    /// # Errors
    /// The store.
    pub(crate) async fn keep(&self, writer: &Writer) -> Result<(), StoreError> {
        let kept_ms = self.kept_ms.load(Ordering::Relaxed);
        if kept_ms == 0 {
            let kept = writer.read(|view| view.local(NAME)).await?;
            let kept_ms = kept.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
            self.highest_ms.fetch_max(kept_ms, Ordering::Relaxed);
        }
        let now_ms = self.now_ms(writer);
        if now_ms < kept_ms.saturating_add(KEPT_EVERY_MS) {
            return Ok(());
        }
        writer.write(move |tx| tx.set_local(NAME, Some(&now_ms.to_le_bytes()))).await?;
        self.kept_ms.fetch_max(now_ms, Ordering::Relaxed);
        Ok(())
    }
}
