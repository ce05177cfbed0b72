//! What was charted in the window, by whom, and whether it arrived at the node under their name.

use anyhow::Result;
use serde_json::Value;

use super::clinic::{Clinic, Person};

/// One record that somebody was told is saved.
#[derive(Clone, Debug)]
struct Charted {
    kind: &'static str,
    /// Finds it and its like at the node.
    query: String,
    /// What tells it from its like.
    mark: String,
    by: Person,
}

/// Everything that was charted.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger(Vec<Charted>);

impl Ledger {
    /// Writes down a record of a patient that holds `mark` as its JSON would.
    pub(super) fn note(&mut self, by: Person, patient: &str, kind: &'static str, mark: &str) {
        let query = match kind {
            "Patient" => format!("Patient?_id={patient}"),
            _ => format!("{kind}?patient={patient}&_count=100"),
        };
        self.0.push(Charted { kind, query, mark: mark.to_owned(), by });
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Those that are not at the node, or not under the name of who charted them; each in words.
    ///
    /// # Errors
    /// The node does not answer.
    pub(super) fn missing(&self, clinic: &Clinic) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        for Charted { kind, query, mark, by } in &self.0 {
            let found = clinic.search(query)?;
            let record = found.iter().find(|record| record.to_string().contains(mark.as_str()));
            let authors = match record.and_then(|record| record["id"].as_str()) {
                Some(id) => clinic.authors(kind, id)?,
                None => {
                    missing.push(format!("{kind} with {mark:?} is not there"));
                    continue;
                }
            };
            if authors.is_empty() || authors.iter().any(|author| *author != by.author()) {
                missing.push(format!("{kind} with {mark:?} is by {authors:?}, not by {}", by.author()));
            }
        }
        Ok(missing)
    }
}

/// A number as it stands in a record.
pub(super) fn valued(value: u32) -> String {
    format!("\"value\":{}", Value::from(value))
}
