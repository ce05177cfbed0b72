//! The HTTP API over one replica's store: FHIR R4, conflicts, continuity, the status page and the probes. The node
//! hosts it, later the desktop, and the hub as its central FHIR API.
//!
//! It does not bind a socket ([`listen`] serves one that the binary bound), terminate TLS, know a link or a peer, or hold any rule of FHIR: those come from the
//! binary, from [`finder::Finder`] and [`link::LinkReport`], and from `holdfast-clinical`.
//!
//! ```text
//! socket ─▶ edge (request id, span, time-out, panic, errors, headers) ─▶ guard (policy) ─▶ handler ─▶ Writer ─▶ store
//! ```
//!
//! ```no_run
//! use holdfast_api::{ApiParts, ApiState, router};
//! use holdfast_api::access::token::OneToken;
//! # fn example(writer: holdfast_store::writer::Writer) {
//! let parts = ApiParts::new(writer, std::sync::Arc::new(OneToken::developer("a token of the dev mode")));
//! let app: axum::Router = router(ApiState::new(parts));
//! # }
//! ```
//!
//! Invariants: a route has a policy and a description, or it does not compile ([`access::routes::Routes`]); a resource's bytes go from
//! the store to the socket unparsed; a refused transaction has stored nothing; no body, query string, id of a
//! resource or token is ever logged; every error has a stable code and says what failed, why and what to do.

pub mod access;
pub mod audit;
pub mod book;
mod break_glass;
mod checks;
pub mod codes;
pub mod config;
mod conflicts;
mod continuity;
#[doc(hidden)]
pub mod cursors;
mod docs;
mod drafts;
mod edge;
mod error;
mod fhir;
pub mod files;
pub mod finder;
pub mod link;
pub mod listen;
mod lookup;
mod openapi;
mod page;
pub mod patients;
pub mod people;
mod probe;
mod provenance;
mod records;
mod refusal;
mod request;
mod schedule;
pub mod sign_in;
pub mod staff_app;
mod state;
mod table;
pub mod visits;
mod withheld;

pub use book::{BookError, BookParts};
pub use error::{ApiError, RequestError};
pub use files::FileError;
pub use openapi::to_text as openapi;
pub use request::limits;
pub use schedule::{ExpectedVisits, FreeSlot, ScheduleError, expected_visits, to_grant};
pub use sign_in::SetupCode;
pub use state::{ApiParts, ApiState, Damage, Host, RenderMetrics};
pub use table::{router, routes};
pub use visits::{RelayPort, VisitError, VisitParts};
