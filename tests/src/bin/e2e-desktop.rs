//! `make e2e-desktop`: see `holdfast_tests::desktop_window`.
//!
//! ```text
//! e2e-desktop --deb FILE --shots DIR
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::desktop_window::{Options, run};
use std::path::PathBuf;
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let (mut deb, mut shots) = (None, None);
    while let Some(word) = words.next() {
        let value = words.next().map(PathBuf::from).with_context(|| format!("{word} needs a path"))?;
        match word.as_str() {
            "--deb" => deb = Some(value),
            "--shots" => shots = Some(value),
            other => bail!("no such argument: {other}; use --deb and --shots"),
        }
    }
    let deb = deb.context("--deb is missing: name the package that `make desktop` has made")?;
    Ok(Options { deb, shots: shots.context("--shots is missing: name a folder for the pictures")? })
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
