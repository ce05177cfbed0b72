//! Taking a request apart: what it is about, its body, its preconditions, its place in a list.

pub(crate) mod body;
pub(crate) mod condition;
pub(crate) mod cursor;
pub mod limits;
pub(crate) mod media;
pub(crate) mod origin;
pub(crate) mod query;
pub(crate) mod target;
