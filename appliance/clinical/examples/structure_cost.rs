//! What R4's tables cost once, and how fast resources are validated by them.
//!
//! `cargo run --release -p holdfast-clinical --example structure_cost [file of resources, one a line]`

#![allow(clippy::print_stdout, reason = "it prints figures")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use holdfast_clinical::structure::element;
use holdfast_clinical::tree::Node;
use holdfast_clinical::validate::validate;

/// Counts the bytes that are held.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it is.
#[expect(unsafe_code, reason = "an allocator cannot be counted otherwise")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> std::io::Result<()> {
    let (held, start) = (HELD.load(Ordering::Relaxed), Instant::now());
    let found = element("Observation", "status").is_some();
    let (time, held) = (start.elapsed(), HELD.load(Ordering::Relaxed) - held);
    println!("tables: {found}, {time:?}, {held} bytes held");
    let Some(file) = std::env::args().nth(1) else { return Ok(()) };
    let text = std::fs::read_to_string(file)?;
    let speed = |start: Instant| text.len() as f64 / 1e6 / start.elapsed().as_secs_f64();
    let start = Instant::now();
    let read = text.lines().filter(|line| Node::parse(line).is_ok()).count();
    println!("parsed: {read} texts, {:.0} MB/s", speed(start));
    let start = Instant::now();
    let refused = text.lines().filter(|line| validate(line).iter().any(|issue| issue.is_error())).count();
    println!("parsed and validated: {refused} refused, {:.0} MB/s", speed(start));
    Ok(())
}
