//! The documents of a benchmark, the same for both sides.

use crate::generate::{Generator, Resource};
use anyhow::{Context, Result};
use std::io::{BufWriter, Write};
use std::path::Path;

/// The seed of everything measured.
const SEED: u64 = 20_261_122;

/// A clinic's patients and what is done to them.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    made: Generator,
    patients: u64,
}

impl Work {
    /// A clinic with so many patients.
    #[must_use]
    pub fn new(patients: u64) -> Self {
        Self { made: Generator::new(SEED), patients }
    }

    /// Every patient, before any edit.
    pub fn patients(self) -> impl Iterator<Item = Resource> {
        (0..self.patients).map(move |i| self.made.patient(i))
    }

    /// One element edited of each of the first `n` patients; `round` makes the edits differ from another round's.
    pub fn edits(self, round: u64, n: u64) -> impl Iterator<Item = Resource> {
        (0..n).map(move |i| {
            let mut patient = self.made.patient(i % self.patients);
            for past in 0..=round {
                let edit = self.made.edit(i + past * self.patients, &patient.json);
                patient.json = edit.applied_to(&patient.json);
            }
            patient
        })
    }

    /// New vital signs `from..from + n`, seven to an encounter of one patient.
    pub fn vitals(self, from: u64, n: u64) -> impl Iterator<Item = Resource> {
        (from..from + n).map(move |i| self.made.vital(i, &self.made.patient(i / 7 % self.patients).id))
    }

    /// The chart of patient `i`: the patient and `each` resources about them.
    #[must_use]
    pub fn chart(self, i: u64, each: usize) -> Vec<Resource> {
        self.made.chart(i, each)
    }

    /// How many patients there are.
    #[must_use]
    pub fn patient_count(self) -> u64 {
        self.patients
    }

    /// Every patient's chart: the patient and `each` resources about them, a patient after the other.
    pub fn charts(self, each: usize) -> impl Iterator<Item = Resource> {
        (0..self.patients).flat_map(move |i| self.chart(i, each))
    }
}

/// Edits and vital signs by turns, as a clinic's day brings them.
pub fn by_turns(
    edits: impl Iterator<Item = Resource>,
    vitals: impl Iterator<Item = Resource>,
) -> impl Iterator<Item = Resource> {
    edits.zip(vitals).flat_map(|(edit, vital)| [edit, vital])
}

/// Writes resources as NDJSON.
///
/// # Errors
/// The file cannot be written.
pub fn write_ndjson(path: &Path, resources: impl Iterator<Item = Resource>) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let mut file = BufWriter::new(std::fs::File::create(path).with_context(failed)?);
    for resource in resources {
        writeln!(file, "{}", resource.json).with_context(failed)?;
    }
    file.flush().with_context(failed)
}
