//! `make drill-signin`: every route × role × another patient's id against a real node, with expectations written down by hand.
//!
//! ```text
//! records.tsv (role × type) ─┐
//! routes.tsv (role × route) ─┴─▶ cases ─▶ node ─▶ verdict: shown what must not be (a leak), or refused what must be served?
//! ```
//!
//! Beside it a desktop is played that is away from its node while somebody is deactivated ([`away`]).
//!
//! Nothing of the product's code is used: the tables say what each role's work takes, not what the product grants. Every record
//! holds a mark of its own, and any answer that holds the mark of a record out of sight is a leak, whatever was asked for.
//! Control: asked with a program's token instead of each person's sign-in, the same cases must leak.

mod away;
mod cases;
mod clinic;
mod http;
mod tables;
mod verdict;

use anyhow::{Result, ensure};

use crate::figure::{print, say};
use clinic::Clinic;
use verdict::Tally;

/// The fewest cases that count as having looked.
const FEWEST_CASES: usize = 500;
/// The fewest leaks that the control must show.
const FEWEST_CONTROL_LEAKS: usize = 100;

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Print every case.
    pub verbose: bool,
    /// A share of the record types, as CI can afford; every route and role all the same.
    pub sample: bool,
}

/// Runs the drill; whether nothing leaked, nothing was refused that must be served, and the control was caught.
///
/// # Errors
/// The node cannot be started or does not answer.
pub fn run(options: &Options) -> Result<bool> {
    let clinic = Clinic::start()?;
    let records = cases::of_records(options.sample)?;
    let routes = cases::of_routes(&clinic)?;
    let mut tally = Tally::default();
    for case in records.iter().chain(&routes) {
        tally.count(&clinic, case, false, options.verbose)?;
    }
    clinic.check_glass(&mut tally)?;
    away::check(&mut tally)?;
    // The control changes records, so it comes last.
    let mut control = Tally::default();
    for case in &records {
        control.count(&clinic, case, true, false)?;
    }
    for line in tally.lines() {
        say(&line);
    }
    print("authz_cases", tally.cases, "cases");
    print("authz_leaks", tally.leaks.len(), "leaks");
    print("authz_wrongly_refused", tally.refused.len(), "cases");
    print("authz_control_leaks", control.leaks.len(), "leaks");
    ensure!(tally.cases >= FEWEST_CASES, "only {} cases were made; the tables have shrunk", tally.cases);
    ensure!(
        control.leaks.len() >= FEWEST_CONTROL_LEAKS,
        "the control shows {} leaks: the drill would not see one",
        control.leaks.len()
    );
    Ok(tally.leaks.is_empty() && tally.refused.is_empty())
}
