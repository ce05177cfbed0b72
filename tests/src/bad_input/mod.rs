//! `make check-bad-input`: bad requests into a real node, and mutated official examples before judges that others wrote.
//!
//! ```text
//! cases/    made by hand ─▶ wire ─▶ node ─▶ verdict: a 4xx OperationOutcome that names element and reason?
//!                                     └──▶ picture: is anything stored, even in part?
//! examples ─▶ mutation ─▶ judges (PyPI fhirkit-rs, npm fhir) ─┐
//!                    └──▶ node ($validate, PUT) ──────────────┴─▶ dispute: who is right (explained.tsv)?
//! ```
//!
//! Nothing of the product's code is used. Control: a server that answers 201 to everything must be found wanting.

mod case;
mod cases;
mod control;
mod dispute;
mod hand;
mod judge;
mod mutation;
mod node;
mod picture;
mod run;
mod tally;
mod trial;
mod verdict;
mod wire;

pub use run::run;

/// What to check.
#[derive(Debug, Clone)]
pub struct Options {
    /// The share that CI can afford: no slow client, fewer mutations.
    pub sample: bool,
    /// Only hand-made cases whose kind contains this, and no mutations; or `judges`: only these.
    pub only: Option<String>,
    /// Which mutations are made.
    pub seed: u64,
    /// Print every case and every disagreement.
    pub verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { sample: false, only: None, seed: 20_260_901, verbose: false }
    }
}
