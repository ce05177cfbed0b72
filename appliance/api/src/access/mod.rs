//! Who may do what: policies, the routes that carry them, and the guard that enforces them before a handler runs.

mod guard;
pub mod policy;
pub mod routes;
pub mod token;
pub mod tokens;

pub(crate) use guard::Caller;
