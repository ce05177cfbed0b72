//! The connection between a replica and a hub: real sockets, a real CA, no mocks. One file per behaviour.
#![allow(clippy::unwrap_used, reason = "a failed step fails the test, also inside a helper")]

mod enrolment;
mod expired;
mod frozen;
mod peers;
mod resumption;
mod support;
mod urgent;
