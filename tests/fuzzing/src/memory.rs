//! How much memory a target takes: an allocator that counts, and the bound.
#![allow(unsafe_code, reason = "an allocator is unsafe by its trait; it only counts and passes on")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What any input may take at once: an inflated block, what is read out of it, and growing vectors twice.
const BASE: usize = 24 << 20;
/// And this much more for each byte of it.
const EACH: usize = 1024;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting what a thread holds. Install it with `#[global_allocator]`.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counting;

fn taken(bytes: usize) {
    // A thread that is ending has no counters any more; what it takes then is not a decoder's.
    let _ = LIVE.try_with(|live| {
        live.set(live.get().saturating_add(bytes));
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

fn given_back(bytes: usize) {
    let _ = LIVE.try_with(|live| live.set(live.get().saturating_sub(bytes)));
}

// SAFETY: every call goes to `System` unchanged; the counters are plain cells that allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        given_back(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        taken(size);
        given_back(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// The most that an input of this length may take.
pub fn limit(input: usize) -> usize {
    BASE + EACH * input
}

/// The most that `work` held at once on this thread; 0 if [`Counting`] is not installed.
pub fn peak_of(work: impl FnOnce()) -> usize {
    let before = LIVE.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    work();
    PEAK.with(Cell::get) - before
}

/// Runs `work` and panics if it took more than [`limit`].
///
/// # Panics
/// If it took more.
pub fn bounded(input: usize, work: impl FnOnce()) {
    let peak = peak_of(work);
    assert!(peak <= limit(input), "{input} bytes of input took {peak} bytes of memory");
}
