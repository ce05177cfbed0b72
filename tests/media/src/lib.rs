//! Drills and benchmarks of the relay (`appliance/media`), beside programs of others, apart from the other tests so that they build in
//! little time.
//!
//! ```text
//! drill-turn, bench-turn ─start─▶ turn-server (ours), turnserver, turnutils_peer, turnutils_uclient (coturn's)
//! ```
//!
//! Everything is on loopback and ends with the process that began it.

pub mod cost;
pub mod coturn;
pub mod counting;
#[path = "../../src/figure.rs"]
pub mod figure;
pub mod heap;
pub mod load;
pub mod ours;
pub mod process;
pub mod turn_bench;
pub mod turn_drill;
pub mod turn_server;
