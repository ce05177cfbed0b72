//! `make bench-schedule`: see `holdfast_tests::bench_schedule`.
//!
//! ```text
//! bench-schedule [--practitioners N] [--searches N] [--bookings N] [--rounds N] [--data DIR]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::bench_schedule::{Options, run};
use holdfast_tests::figure;
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut parsed = Options::default();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u32>().with_context(|| format!("{word} needs a number"));
        match word.as_str() {
            "--practitioners" => parsed.practitioners = number()? as usize,
            "--searches" => parsed.searches = number()?,
            "--bookings" => parsed.bookings = number()?,
            "--rounds" => parsed.rounds = number()?,
            "--data" => parsed.data = Some(value.into()),
            other => {
                bail!(
                    "no such argument: {other}; use --practitioners, --searches, --bookings, --rounds or --data"
                )
            }
        }
    }
    Ok(parsed)
}

fn main() -> Result<ExitCode> {
    let options = parse(std::env::args().skip(1))?;
    figure::machine();
    let folder = tempfile::Builder::new().prefix("holdfast-bench-").tempdir()?;
    let is_good = run(&options, folder.path())?.booked.is_good();
    figure::machine();
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
