//! Taking a request apart: what it is about, its body, its preconditions, its place in a list.

pub(crate) mod body;
pub(crate) mod condition;
pub(crate) mod cursor;
mod encoding;
pub mod limits;
pub(crate) mod listing;
pub(crate) mod media;
pub(crate) mod origin;
pub(crate) mod parameters;
pub(crate) mod prefer;
pub(crate) mod query;
pub(crate) mod target;
