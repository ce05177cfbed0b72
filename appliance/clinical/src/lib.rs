//! What FHIR R4 means to Holdfast: how each element merges, which lane and scopes a resource belongs to, how it
//! is found, whether it may be stored, and what a bundle asks for. Pure: no file, socket, clock or random source;
//! ids and search results arrive as arguments.
//!
//! ```text
//! resource ─▶ validate ─▶ split ─▶ (core merges registers) ─▶ scopes, index rows
//! bundle ───▶ bundle::Plan ─▶ conditions ─▶ (store searches) ─▶ steps
//! query ────▶ search::query::parse_query ─▶ clauses ─▶ (store scans the index)
//! errors ───▶ outcome::operation_outcome
//! ```
//!
//! It does not: store, serve, check profiles or terminology beyond R4's required codes, or resolve references against a
//! store.
//!
//! ```
//! use holdfast_clinical::FhirRules;
//! use holdfast_core::rules::Rules;
//!
//! let json = r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"HbA1c"},"valueQuantity":{"value":6.30}}"#;
//! assert_eq!(holdfast_clinical::validate::validate(json), []);
//! let registers = FhirRules.split("Observation", json)?;
//! assert_eq!(registers["valueQuantity"], r#"{"value":6.30}"#);
//! # Ok::<(), holdfast_core::rules::SplitError>(())
//! ```
//!
//! Invariants: every byte of an element's value stays as written; every sibling of a conflicted element counts for
//! scopes and index; a resource has at least one scope; a search parameter's number never changes.

pub mod audit;
pub mod bundle;
pub mod codes;
pub mod compartment;
pub mod downtime;
pub mod files;
pub mod identity;
pub mod ips;
pub mod lane;
pub mod lifecycle;
pub mod medicines;
pub mod notes;
pub mod outcome;
pub mod patch;
pub mod people;
pub mod policy;
pub mod projection;
pub mod reference;
pub mod resource;
mod rules;
pub mod scheduling;
pub mod scope;
pub mod search;
pub mod split;
pub mod structure;
#[cfg(test)]
mod testing;
pub mod tree;
pub mod types;
pub mod url;
pub mod validate;
pub mod vitals;

pub use rules::FhirRules;
