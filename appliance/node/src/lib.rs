//! The clinic node: the appliance's program. It reads its configuration, opens the clinic's records, keeps the link to
//! the hub, serves the API, and does the console's work (enrol, import, backup, restore, scrub, status).
//!
//! It holds no rule of FHIR, of merging or of the protocol: those are in `appliance/clinical`, `sync/core`,
//! `sync/store` and `sync/link`; the HTTP interface is `appliance/api`'s.
//!
//! ```text
//! arguments ─▶ config (default, file, environment, flags) ─▶ serve ─┬─ api ◀── HTTP
//!                                                                   ├─ link ──▶ hub
//!                                                                   ├─ desktops ◀── desktops of the clinic
//! console ──▶ control socket in the data folder ───────────────────▶└─ workers: gauges, telemetry, tokens, renewal
//! ```
//!
//! ```
//! let config = holdfast_node::config::Config::parse(None, Vec::new(), &[]).expect("the default is valid");
//! assert!(config.node.listen.ip().is_loopback());
//! ```
//!
//! Invariants: two nodes never work on one data folder; nothing but one line `ready URL` goes to stdout of `serve`;
//! `--dev` never serves beyond this machine; a token is stored as a hash (but that of `--dev`); what sled holds can be
//! rebuilt; no patient's data is logged.

pub mod codes;
pub mod config;
pub mod control;
pub mod data_dir;
pub mod desktops;
pub mod enrolment;
pub mod failure;
pub mod import;
pub mod logging;
mod machine;
pub mod packages;
pub mod say;
pub mod serve;
pub mod store;
pub mod tasks;
pub mod telemetry;
pub mod tokens;
pub mod visits;
