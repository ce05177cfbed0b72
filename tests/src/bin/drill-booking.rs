//! `make drill-booking`: seeded histories of a clinic that books on both sides of every outage, broken variants that must be caught, and
//! the same on real processes. Arguments: [`holdfast_tests::seeded::command`], and
//!
//! ```text
//! drill-booking --processes          only on processes
//! drill-booking … --no-processes     only in simulation
//! ```

use std::process::ExitCode;

use holdfast_tests::booking::history::GAME;
use holdfast_tests::figure;
use holdfast_tests::outage::booking::{Options, run as run_on_processes};
use holdfast_tests::seeded::command::{Arguments, run};

const ONLY: &str = "--processes";
const WITHOUT: &str = "--no-processes";

fn on_processes() -> bool {
    match run_on_processes(&Options::default()) {
        Ok(report) => report.print(),
        Err(error) => {
            eprintln!("drill-booking: {error:#}");
            false
        }
    }
}

fn main() -> ExitCode {
    let (own, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word == ONLY || word == WITHOUT);
    let arguments = match Arguments::parse(&GAME, words.into_iter()) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error:#}, {ONLY} or {WITHOUT}");
            return ExitCode::from(2);
        }
    };
    let is_only = own.iter().any(|word| word == ONLY);
    let is_without = own.iter().any(|word| word == WITHOUT) || !arguments.is_campaign();
    let mut good = is_only || run(&GAME, &arguments);
    if is_only || !is_without {
        good &= on_processes();
    }
    figure::machine();
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
