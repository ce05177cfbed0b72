//! `make e2e-desktop`: see `holdfast_tests::desktop_window`.
//!
//! ```text
//! e2e-desktop (--deb FILE | --program FILE) --shots DIR
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::desktop_window::{Options, Subject, run};
use std::path::PathBuf;
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let (mut subject, mut shots) = (None, None);
    while let Some(word) = words.next() {
        let value = words.next().map(PathBuf::from).with_context(|| format!("{word} needs a path"))?;
        match word.as_str() {
            "--deb" => subject = Some(Subject::Deb(value)),
            "--program" => subject = Some(Subject::Program(value)),
            "--shots" => shots = Some(value),
            other => bail!("no such argument: {other}; use --deb or --program, and --shots"),
        }
    }
    let subject = subject.context(
        "nothing to open: name with --deb the package that `make desktop` has made, or with --program the built program",
    )?;
    Ok(Options { subject, shots: shots.context("--shots is missing: name a folder for the pictures")? })
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("e2e-desktop: {error:#}");
            ExitCode::FAILURE
        }
    }
}
