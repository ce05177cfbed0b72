//! The central hub: takes segments of the fleet in, tells replicas what is new in the scopes they hold, certifies
//! them, and serves the central FHIR API. It keeps nothing in memory that its database does not have.
//!
//! ```text
//! replicas ─▶ sync port (TLS, client certificates): /enrol /renew /sync ─▶ Writer ─▶ PostgreSQL or embedded SQLite
//! people   ─▶ API port: /fhir /api / ─────────────────────────────────────────┘
//! ```

pub mod config;
mod gauges;
pub mod postgres;
mod rights;
pub mod serve;
pub mod sign_in;
pub mod storage;
