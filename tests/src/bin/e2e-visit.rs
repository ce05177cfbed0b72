//! `make e2e-visit`: see `holdfast_tests::visit_app`.
//!
//! ```text
//! e2e-visit --shots DIR [--only PARTS]
//! ```

use holdfast_tests::staff_app::command;
use holdfast_tests::visit_app::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Node and relay are killed on the way: it starts its own, whatever runs already.
    command::main("e2e-visit", run, run)
}
