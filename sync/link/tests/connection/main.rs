//! The connection between a replica and a hub: real sockets, a real CA, no mocks. One file per behaviour.

mod enrolment;
mod frozen;
mod peers;
mod resumption;
mod support;
mod urgent;
