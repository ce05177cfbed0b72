#![allow(missing_docs)]
pub mod ca;
pub mod enrolment;
