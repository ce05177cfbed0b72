//! `make clients`: see `holdfast_tests::clients`.
//!
//! ```text
//! clients [--sample] [--examples N]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::clients::{Options, run};
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--sample" => options = Options::sample(),
            "--examples" => {
                options.examples = words.next().context("--examples needs a number")?.parse()?;
            }
            other => bail!("no such argument: {other}; use --sample or --examples N"),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("clients: {error:#}");
            ExitCode::FAILURE
        }
    }
}
