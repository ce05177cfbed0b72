#![no_main]
#[global_allocator]
static ALLOCATOR: holdfast_fuzzing::memory::Counting = holdfast_fuzzing::memory::Counting;

libfuzzer_sys::fuzz_target!(|data: &[u8]| holdfast_fuzzing::run("visit", data));
