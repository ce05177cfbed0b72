//! The harness that every Holdfast drill, benchmark and end-to-end test stands on.
//!
//! Purpose: start the real binaries, a real PostgreSQL and a link that can be cut; make believable FHIR; keep an
//! independent ledger of what was acknowledged; print figures. It holds no product rule: a check that used the
//! product's own merge code could not find a fault in it.
//!
//! ```text
//! generate / data ──► drill or bench ──► process (hub, node) ◄── proxy (the WAN) ──► postgres
//!                          │
//!                          └──► checker (fsync, then count) ──► figure (`figure: NAME VALUE UNIT`)
//! ```
//!
//! ```
//! use holdfast_tests::generate::Generator;
//! let made = Generator::new(7);
//! assert_eq!(made.patient(0).json, Generator::new(7).patient(0).json, "the seed is the whole input");
//! ```
//!
//! Invariants: everything listens on loopback; nothing is killed that this process has not started; a generator
//! reads no clock; an acknowledged write is on disk before it is counted.

pub mod bad_input;
pub mod bench_fhir;
pub mod bench_schedule;
pub mod bench_store;
pub mod bench_ui;
#[cfg(feature = "sabotage")]
pub mod booking;
pub mod checker;
pub mod clients;
pub mod clinic;
pub mod crash_images;
pub mod data;
pub mod desktop_window;
pub mod figure;
pub mod generate;
pub mod import_check;
pub mod load;
pub mod outage;
pub mod postgres;
pub mod pouchdb;
pub mod process;
pub mod proxy;
pub mod reconcile;
pub mod schedule_app;
#[cfg(feature = "sabotage")]
pub mod seeded;
pub mod served;
pub mod sign_in_drill;
#[cfg(feature = "sabotage")]
pub mod simulation;
pub mod staff_app;
pub mod supervisor;
pub mod visit_app;
pub mod workspace;
