//! Stretches of time in whole minutes: those whose owners the rights know (`holdfast_core::rights`).

pub use holdfast_core::rights::span::{DAY_MIN, Minute, Span, Spans, common};
