//! `make sim`: seeded histories of a simulated fleet, and broken variants that must be caught. Arguments: [`holdfast_tests::seeded::command`].

use std::process::ExitCode;

use holdfast_tests::figure;
use holdfast_tests::seeded::command::{Arguments, run};
use holdfast_tests::simulation::history::GAME;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(&GAME, std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::from(2);
        }
    };
    let good = run(&GAME, &arguments);
    figure::machine();
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
