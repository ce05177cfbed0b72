//! Runs a session between two replicas over a connection: mTLS, HTTP/2, resumption, back-off; and what an upstream needs
//! to let replicas in: its certificate authority, enrolment by one-time tokens, revocation. The hub is an upstream of
//! nodes, a node one of its clinic's desktops.
//!
//! It holds no rule of merging or of the protocol, which are in `sync/core` and `sync/store`.
//!
//! ```text
//! downstream: enrol ─▶ driver (Session) ─▶ transport ══ TLS ══▶ server ─▶ serve (Records) :upstream
//!                                                              └▶ enrolment ─▶ ca
//! ```
#![allow(missing_docs)]
pub mod ca;
pub mod driver;
pub mod enrol;
pub mod enrolment;
pub mod identity;
pub mod keys;
pub mod revocation;
pub mod serve;
pub mod server;
pub mod tls;
pub mod transport;
