//! Who is who: reading people off their records, finding them by what is typed, telling how likely two records are one
//! person, and the numbers that are given to them. Pure: a store supplies the index, and the caller the day.
//!
//! ```text
//! what is typed ─▶ query::Typed ─▶ clauses, words ─▶ (store finds) ─▶ person::Person ─▶ a line on the screen
//! a registration ─▶ likeness::Registration ─▶ clauses ─▶ (store finds) ─▶ likeness::compare ─▶ likely the same
//! ```

pub mod dates;
pub mod likeness;
pub mod links;
pub mod near;
pub mod number;
pub mod person;
pub mod query;
mod similar;
