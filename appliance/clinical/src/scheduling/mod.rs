//! The rules of the schedule. Stub.

pub mod booking;
pub mod fhir;
pub mod find;
pub mod flow;
pub mod hours;
pub mod recur;
pub mod span;
pub mod waitlist;
pub mod zone;
