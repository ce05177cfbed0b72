//! The command line of the programs that do steps in a browser.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::{Figures, Options};

/// Does the steps: where `HOLDFAST_URL` is in the environment by `there`, else by `run`, which starts what they need.
#[must_use]
pub fn main(
    name: &str,
    run: fn(&Options) -> Result<Figures>,
    there: fn(&Options) -> Result<Figures>,
) -> ExitCode {
    let start = if std::env::var_os("HOLDFAST_URL").is_some() { there } else { run };
    match options().and_then(|options| start(&options)) {
        Ok(figures) if figures.is_good() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What the command line says.
///
/// # Errors
/// It cannot be read.
pub fn options() -> Result<Options> {
    parse(std::env::args().skip(1))
}

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
