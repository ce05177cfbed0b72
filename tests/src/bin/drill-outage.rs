//! `make drill-outage`: see `holdfast_tests::outage`.
//!
//! ```text
//! drill-outage [--edits N] [--concurrent N] [--patients N] [--clients N] [--seed S]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::outage::{Options, run};
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a number"))?;
        let number = || value.parse::<usize>().with_context(|| format!("{word} needs a number, not {value}"));
        match word.as_str() {
            "--edits" => options.edits = number()?,
            "--concurrent" => options.concurrent = number()?,
            "--patients" => options.patients = number()?,
            "--clients" => options.clients = number()?,
            "--seed" => options.seed = number()? as u64,
            other => {
                bail!("no such argument: {other}; use --edits, --concurrent, --patients, --clients or --seed")
            }
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(report) if report.print() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("drill-outage: {error:#}");
            ExitCode::FAILURE
        }
    }
}
