//! `make drill-signin`: see `holdfast_tests::sign_in_drill`.
//!
//! ```text
//! drill-signin [--sample] [--verbose]
//! ```

use anyhow::{Result, bail};
use holdfast_tests::sign_in_drill::{Options, run};
use std::process::ExitCode;

fn parse(words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options::default();
    for word in words {
        match word.as_str() {
            "--sample" => options.sample = true,
            "--verbose" => options.verbose = true,
            other => bail!("no such argument: {other}; use --sample or --verbose"),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("drill-signin: {error:#}");
            ExitCode::FAILURE
        }
    }
}
