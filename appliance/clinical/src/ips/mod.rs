//! The International Patient Summary of a record: a document Bundle (<http://hl7.org/fhir/uv/ips>, 2.0.0).
//!
//! ```text
//! patient, record ─▶ Choice (what belongs into which section) ─▶ wants (what it refers to) ─▶ document
//! ```
//!
//! Pure: resources come in as text and stand in the document byte for byte; id and time are arguments. A section that must be there
//! and has nothing says that no information is held (`emptyReason` `unavailable`), never that there is nothing: what nobody
//! recorded is not known to be absent. An explicit "no known allergies" is a record, and stands there as one.
//!
//! ```
//! use holdfast_clinical::ips::{Choice, Frame};
//!
//! let patient = r#"{"resourceType":"Patient","id":"p","birthDate":"1950"}"#;
//! let allergy = r#"{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/p"},"code":{"text":"Penicillin"}}"#;
//! let choice = Choice::of(patient, [allergy]).expect("both are JSON");
//! let frame = Frame { id: "0b9c…", at: "2026-11-27T10:40:00Z", base: "http://clinic/fhir" };
//! assert!(choice.document(&frame, &[]).contains("48765-2"));
//! ```

mod choose;
mod describe;
mod document;
mod section;

pub use choose::Choice;
pub use describe::Said;
pub use document::Frame;

#[cfg(test)]
mod tests;
