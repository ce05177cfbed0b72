//! The node as a real process.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod booking;
mod config;
mod console;
mod damage;
mod desktop;
mod desktops;
mod disk_full;
mod eviction;
mod expected;
mod expired;
mod files;
mod first_run;
mod hub;
mod import;
mod lifecycle;
mod logs;
mod people;
mod revoked;
mod support;
mod visits;
