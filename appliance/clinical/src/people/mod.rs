//! The people of a clinic: who they are, what opens for them and until when. A person is a record of the type
//! [`HOLDFAST_USER`], so that it travels with everything else; what is unfinished on their screens is one of [`HOLDFAST_DRAFT`].
//!
//! Conflicts close, they do not open: of two values of an element that grants something, what both grant is granted
//! ([`User::read`]).

pub mod confirmed;
pub mod draft;
pub mod glass;
pub(crate) mod kept;
pub mod pin;
mod rows;
mod user;
pub mod wait;

pub(crate) use rows::{ELEMENTS, has_rows, is_row, rows};

pub use crate::types::{HOLDFAST_BREAK_GLASS, HOLDFAST_DRAFT, HOLDFAST_USER};
pub use rows::{of_author, of_draft_author, of_login};
pub use user::{User, is_login, login_key, withdrawn_since};
