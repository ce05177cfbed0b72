//! `make drill-visit`: see `holdfast_tests::visit_app`.
//!
//! ```text
//! drill-visit --shots DIR [--only PARTS]
//! ```

use holdfast_tests::staff_app::command;
use holdfast_tests::visit_app::drill;
use std::process::ExitCode;

fn main() -> ExitCode {
    let drilled = command::options().and_then(|options| drill(&options, &[]));
    match drilled {
        Ok(drilled) if drilled.is_good() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("drill-visit: {error:#}");
            ExitCode::FAILURE
        }
    }
}
