//! Counts what is taken from the heap: a relayed packet is to take nothing.
#![allow(unsafe_code, reason = "an allocator is unsafe by its trait; it only counts and passes on")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

static TAKEN: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static IS_LEFT_OUT: Cell<bool> = const { Cell::new(false) };
}

/// The system's allocator, counting. Install it with `#[global_allocator]`.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counting;

/// How often anything was taken or moved, by threads that are counted.
#[must_use]
pub fn taken() -> u64 {
    TAKEN.load(Ordering::Relaxed)
}

/// What this thread takes is no longer counted.
pub fn leave_out_this_thread() {
    IS_LEFT_OUT.with(|left_out| left_out.set(true));
}

fn count() {
    // A thread that is ending has no mark any more, and is counted.
    if !IS_LEFT_OUT.try_with(Cell::get).unwrap_or(false) {
        TAKEN.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: every call goes to `System` unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}
