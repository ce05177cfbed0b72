//! What page and node say over the one socket of a visit: text frames, one JSON object a frame. The contract is
//! `desktop-app/packages/visit-room/src/messages.ts`, and a test holds these types against it, field by field.
//!
//! Times are milliseconds since 1970 by the node's clock (`…Ms`). What is not there is left out, and never null, but in the
//! places of `slots`. A field or a type that is not known is passed over, so that either end may be newer.

mod figures;
mod from_clinician;
mod from_node;
mod from_page;
mod parts;
mod read;

pub use figures::*;
pub use from_clinician::*;
pub use from_node::*;
pub use from_page::*;
pub use parts::*;
pub use read::{Frame, Problem, read_frame};

/// The version of the contract.
pub const VERSION: u32 = 1;

/// An enum over messages, with the names that they have on the wire: told once, so that neither can be behind.
macro_rules! messages {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $wire:literal => $variant:ident($of:ty),)* } $($extra:tt)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "type")]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $wire)] $variant($of),)*
            $($extra)*
        }

        impl $name {
            /// The types there are, as they stand in `type`.
            pub const TYPES: &'static [&'static str] = &[$($wire),*];
        }
    };
}
pub(crate) use messages;
