//! `make e2e-staff`: see `holdfast_tests::staff_app`.
//!
//! ```text
//! e2e-staff --shots DIR [--only PARTS]
//! ```
//!
//! With `HOLDFAST_URL` in the environment nothing is started: the steps are done at that node, by `HOLDFAST_LOGIN` with
//! `HOLDFAST_PIN`.

use anyhow::{Context, Result, bail};
use holdfast_tests::staff_app::{Options, run, run_there};
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let (mut shots, mut only) = (None, None);
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--shots" => shots = Some(value.into()),
            "--only" => only = Some(value),
            other => bail!("no such argument: {other}; use --shots and --only"),
        }
    }
    Ok(Options { shots: shots.context("--shots is missing: name a folder for the pictures")?, only })
}

fn main() -> ExitCode {
    let is_there = std::env::var_os("HOLDFAST_URL").is_some();
    let start = if is_there { run_there } else { run };
    match parse(std::env::args().skip(1)).and_then(|options| start(&options)) {
        Ok(figures) if figures.is_good() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("e2e-staff: {error:#}");
            ExitCode::FAILURE
        }
    }
}
