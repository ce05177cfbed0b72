//! The connection between a replica and a hub: real sockets, a real CA, no mocks. One file per behaviour.
#![allow(clippy::unwrap_used, reason = "a failed step fails the test, also inside a helper")]

mod enrolment;
mod expired;
mod frozen;
mod giving_back;
mod heard;
mod idle;
mod peers;
mod resumption;
#[path = "../../../store/tests/common/mod.rs"]
mod store;
mod support;
mod urgent;
