//! What a session costs: our replica against a real hub process on PostgreSQL over TLS, beside PouchDB.
//!
//! The replica runs in this process as a node embeds it: [`holdfast_store::Records`] on SQLite with full syncs, and the
//! link driver that the node uses. Bytes are what the link counts at its socket, TLS and HTTP/2 included. Times run
//! from the start of the link (the end of the outage) until everything is acknowledged as durable by the hub.
//!
//! ```text
//! work (documents) ─┬─► replica (SQLite + link) ══ TLS ══► holdfast-hub ──► PostgreSQL
//!                   └─► NDJSON ─► PouchDB ──────── HTTP ─► express-pouchdb
//! ```

pub mod fresh;
pub mod hub;
pub mod outage;
pub mod replica;
pub mod scopes;
pub mod urgent;
pub mod work;

pub use hub::Hub;
pub use replica::Replica;

/// The clinic whose replicas are measured.
pub const CLINIC: &str = "north";

#[cfg(test)]
mod tests;
