//! A replica's link to its upstream, for the two programs that host the API on a replica: the clinic's node, whose
//! upstream is the hub, and the desktop, whose upstream is the node.
//!
//! It joins `sync/link` (sessions, certificates) with what `appliance/api` asks of a link (how it stands, what is found
//! elsewhere). It opens no store and serves nothing.
//!
//! ```text
//! data folder: key, certificate ─▶ Enrolment ─▶ Uplink (session) ─▶ LinkReport ┬▶ API
//!                                     ▲ renewal ─────┘     └─ UpstreamFinder ─▶ Finder ┘
//! ```
//!
//! Invariants: the certificate is renewed long before its end, and one that ended is renewed as soon as the upstream
//! refuses it; a reader never waits for an upstream that was slow just now.

pub mod enrolment;
pub mod error;
pub mod finder;
pub mod link;
pub mod renewal;

pub use enrolment::Enrolment;
pub use error::UplinkError;
pub use finder::UpstreamFinder;
pub use link::Uplink;
