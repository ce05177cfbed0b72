//! The honest state: what is unsent and since when, what has been acknowledged by whom, what is still coming, and why
//! it waits.

mod cache;
mod events;
mod report;

pub(crate) use cache::Cache;
pub(crate) use events::events;
pub(crate) use report::report;
