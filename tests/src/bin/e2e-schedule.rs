//! `make e2e-schedule`: see `holdfast_tests::schedule_app`.
//!
//! ```text
//! e2e-schedule --shots DIR [--only PARTS]
//! ```
//!
//! With `HOLDFAST_URL` in the environment nothing is started: the steps are done at that node, by `HOLDFAST_LOGIN` with
//! `HOLDFAST_PIN`.

use holdfast_tests::schedule_app::{run, run_there};
use holdfast_tests::staff_app::command;
use std::process::ExitCode;

fn main() -> ExitCode {
    command::main("e2e-schedule", run, run_there)
}
