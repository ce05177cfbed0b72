//! Pure work on many items, spread over the processors. The order of the results is that of the items.

use std::num::NonZero;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Fewer items than this for each thread are not worth starting one: a start takes about as long as ten items.
const WORTH_A_THREAD: usize = 64;

static PROCESSORS: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));

/// Threads of this process that are at such work now. Where several pushes are worked out side by side, each on a thread
/// of its own, more threads would only take turns, and fill and empty caches and heaps of their own.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);

/// Threads counted as at work until it is dropped.
struct Claim(usize);

impl Claim {
    /// As many threads for `items` as there are processors with nothing to do, at least the caller's own.
    fn for_items(items: usize) -> Self {
        let wanted = (items / WORTH_A_THREAD).max(1);
        let busy = AT_WORK.load(Ordering::Relaxed);
        let claimed = wanted.min(PROCESSORS.saturating_sub(busy)).max(1);
        AT_WORK.fetch_add(claimed, Ordering::Relaxed);
        Self(claimed)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        AT_WORK.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// Runs `work` on slices of `items`, one a processor that has nothing to do, and returns what each made, in order.
pub(crate) fn slices<T: Send, R: Send>(items: &mut [T], work: impl Fn(&mut [T]) -> R + Sync) -> Vec<R> {
    let claim = Claim::for_items(items.len());
    let threads = claim.0;
    if threads == 1 {
        return vec![work(items)];
    }
    let size = items.len().div_ceil(threads);
    thread::scope(|scope| {
        let mut slices = items.chunks_mut(size);
        let first = slices.next();
        let others: Vec<_> = slices.map(|slice| scope.spawn(|| work(slice))).collect();
        let own = first.map(&work);
        own.into_iter()
            .chain(others.into_iter().map(|thread| match thread.join() {
                Ok(made) => made,
                Err(panic) => std::panic::resume_unwind(panic),
            }))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        for count in [0, 1, WORTH_A_THREAD, 10 * WORTH_A_THREAD + 7] {
            let mut items: Vec<usize> = (0..count).collect();
            let made = slices(&mut items, |slice| slice.iter().map(|n| n * 2).collect::<Vec<_>>());
            assert_eq!(made.concat(), (0..count).map(|n| n * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    #[should_panic(expected = "item 600")]
    fn a_panic_in_a_thread_is_not_swallowed() {
        let mut items: Vec<usize> = (0..WORTH_A_THREAD * 16).collect();
        slices(&mut items, |slice| assert!(!slice.contains(&600), "item 600"));
    }
}
