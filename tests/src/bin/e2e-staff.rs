//! `make e2e-staff`: see `holdfast_tests::staff_app`.
//!
//! ```text
//! e2e-staff --shots DIR [--only PARTS]
//! ```
//!
//! With `HOLDFAST_URL` in the environment nothing is started: the steps are done at that node, by `HOLDFAST_LOGIN` with
//! `HOLDFAST_PIN`.

use holdfast_tests::staff_app::{command, run, run_there};
use std::process::ExitCode;

fn main() -> ExitCode {
    command::main("e2e-staff", run, run_there)
}
