//! `make import-check`: real bundles into a real node through its HTTP API, and every resource read back and compared
//! element by element.
//!
//! ```text
//! data sets ─▶ holdfast-node import (receipts) ─▶ node
//!      └─────▶ expected resources ◀── compare ◀── GET /fhir/{type}/{id}
//! ```
//!
//! It shares no code with the product: its own JSON (numbers keep their digits), its own HTTP client, its own rule of what
//! a reference in a bundle stands for. What may differ: `meta.versionId`, `meta.lastUpdated`, the id of a resource that
//! was POSTed, and a reference that was `urn:uuid:`, a bundle's `fullUrl` or a condition, which must then name the right
//! resource. Order of arrays counts, order of members does not. Control: resources damaged on purpose must be found.

mod bundle;
mod compare;
mod control;
mod http;
mod json;
mod receipts;
mod refusals;
mod report;
mod run;
mod sets;
mod world;

pub use run::run;

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The small sets alone, for CI.
    pub sample: bool,
    /// Only sets whose name contains this.
    pub only: Option<String>,
    /// Print every difference, not the first few.
    pub verbose: bool,
}
