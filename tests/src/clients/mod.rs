//! `make clients`: FHIR clients that nobody here wrote, against a real node, and the OpenAPI document under schemathesis.
//!
//! Every client (`tests/clients`) does the same round: create, read, search, update with and without `If-Match`,
//! conditional create, history, transaction, delete, and paging while another workstation writes. schemathesis then
//! sends what `/api/openapi.json` allows and what it does not, with the node's token and without any.
//!
//! The controls: a client that expects one resource more than there is must fail its searches and its paging and
//! nothing else; one with a wrong token must fail everything but the public statement; a server that answers 500 must
//! be counted by schemathesis.

mod control;
mod install;
mod node;
mod openapi;
mod peers;
mod round;
mod run;
mod traffic;

pub use run::run;

/// How much to try.
#[derive(Debug, Clone)]
pub struct Options {
    /// Examples that schemathesis makes up for each operation, in each of its two runs.
    pub examples: u32,
    /// Its phases, comma-separated. The phase `coverage` sends some 7,000 requests a run, whatever `examples` says.
    pub phases: &'static str,
}

impl Options {
    /// The share that CI can afford.
    #[must_use]
    pub fn sample() -> Self {
        Self { examples: 3, phases: "fuzzing" }
    }
}

impl Default for Options {
    /// What `make clients` does.
    fn default() -> Self {
        Self { examples: 50, phases: "examples,coverage,fuzzing" }
    }
}
