//! Drills and benchmarks of the relay (`appliance/media`), beside programs of others.
//!
//! ```text
//! drill-turn, bench-turn ─start─▶ turn-server (ours), turnserver, turnutils_peer, turnutils_uclient (coturn's)
//! ```
//!
//! Everything is on loopback and ends with the process that began it.

pub mod coturn;
#[path = "../../src/figure.rs"]
pub mod figure;
pub mod heap;
pub mod ours;
pub mod process;
pub mod turn_bench;
pub mod turn_drill;
pub mod turn_server;
