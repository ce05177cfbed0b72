//! The desktop without its window, as a real process, at a real node.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cable;
mod crash;
mod disk_full;
mod gate;
mod locked;
mod people;
mod schedule;
mod support;
mod update;
