//! Pure work on many items, spread over the processors. The order of the results is that of the items.

use std::num::NonZero;
use std::thread;

/// Fewer items than this for each thread are not worth starting one: a start takes about as long as ten items.
const WORTH_A_THREAD: usize = 64;

fn threads(items: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.min(items / WORTH_A_THREAD).max(1)
}

/// Runs `work` on slices of `items`, one a processor, and returns what each made, in order.
pub(crate) fn slices<T: Send, R: Send>(items: &mut [T], work: impl Fn(&mut [T]) -> R + Sync) -> Vec<R> {
    let threads = threads(items.len());
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
