//! The hub as a real process, met by replicas over real TLS: whatever it refuses, it says why in its answer, in its log
//! and in its metrics.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod booking;
mod booking_clinic;
mod enrolment;
mod one_database;
mod refusals;
mod replica;
mod revocation;
mod sign_in;
mod support;
