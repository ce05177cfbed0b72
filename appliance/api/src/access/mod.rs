//! Who may do what: policies, the routes that carry them, and the guard that enforces them before a handler runs.

pub mod doc;
mod guard;
pub mod policy;
pub mod proxies;
pub mod rate;
mod roles;
pub mod routes;
pub mod scopes;
pub mod token;
pub mod tokens;

pub(crate) use guard::{Caller, Signed};
