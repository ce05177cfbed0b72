//! Visits by video, as this process takes part in them: the clinic role (who is in which visit), the relay role (sound and pictures),
//! or both (decision 36).
//!
//! ```text
//! clinic role ── HTTP, control port, relay-key ──▶ relay role
//!             ◀── lines of GET /events ───────────
//! ```
//! The relay may be another process, on this machine or beside it, and may be killed: it keeps nothing.

mod check;
mod client;
mod daily;
mod events;
mod follow;
mod keys;
mod relay;
mod roles;

pub use roles::{Roles, RolesError};

pub(crate) use check::check;
pub(crate) use client::RelayClient;
pub(crate) use daily::{daily, is_time};
pub(crate) use follow::follow;
pub(crate) use keys::link_key;
pub(crate) use relay::{alone, beside, media_from};
