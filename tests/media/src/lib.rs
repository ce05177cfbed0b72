//! Drills and benchmarks of the relay, apart from the other tests so that they build in little time.

pub mod counting;
pub mod load;
pub mod process;
