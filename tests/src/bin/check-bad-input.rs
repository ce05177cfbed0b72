//! `make check-bad-input`: see `holdfast_tests::bad_input`.
//!
//! ```text
//! check-bad-input [--sample] [--only KIND] [--seed N] [--verbose]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::bad_input::{Options, run};
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--sample" => options.sample = true,
            "--verbose" => options.verbose = true,
            "--only" => options.only = Some(words.next().context("--only needs a kind")?),
            "--seed" => options.seed = words.next().context("--seed needs a number")?.parse()?,
            other => bail!("no such argument: {other}; use --sample, --only KIND, --seed N or --verbose"),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("check-bad-input: {error:#}");
            ExitCode::FAILURE
        }
    }
}
