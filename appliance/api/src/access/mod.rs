//! Who may do what: policies, the routes that carry them, and the guard that enforces them before a handler runs.

pub mod doc;
mod guard;
pub mod policy;
pub mod routes;
pub mod token;
pub mod tokens;

pub(crate) use guard::Caller;
