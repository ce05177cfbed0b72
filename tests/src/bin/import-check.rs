//! `make import-check`: see `holdfast_tests::import_check`.
//!
//! ```text
//! import-check [--sample] [--only NAME] [--verbose]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::import_check::{Options, run};
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--sample" => options.sample = true,
            "--verbose" => options.verbose = true,
            "--only" => options.only = Some(words.next().context("--only needs a name")?),
            other => bail!("no such argument: {other}; use --sample, --only NAME or --verbose"),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("import-check: {error:#}");
            ExitCode::FAILURE
        }
    }
}
