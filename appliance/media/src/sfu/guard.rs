//! A mistake in a library costs one connection, not the visits of a shard.

/// Runs what may have a mistake of a library in it that panics. `None` if it did; then what it worked on is to be dropped.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_ends_what_panicked_and_nothing_else() {
        assert_eq!(guarded(|| 7), Some(7));
        assert_eq!(
            guarded(|| if std::hint::black_box(true) {
                panic!("a mistake")
            }),
            None
        );
    }
}
