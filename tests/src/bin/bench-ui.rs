//! `make bench-ui`: see `holdfast_tests::bench_ui`.
//!
//! ```text
//! bench-ui [--patients N] [--rounds N] [--window PROGRAM]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::bench_ui::{Options, run};
use holdfast_tests::figure;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut parsed = Options::default();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        let number = || value.parse().with_context(|| format!("{word} needs a number"));
        match word.as_str() {
            "--patients" => parsed.patients = number()?,
            "--rounds" => parsed.rounds = number()?,
            "--window" => parsed.window = Some(value.into()),
            other => bail!("no such argument: {other}; use --patients, --rounds or --window"),
        }
    }
    Ok(parsed)
}

fn main() -> Result<()> {
    let options = parse(std::env::args().skip(1))?;
    figure::machine();
    let folder = tempfile::Builder::new().prefix("holdfast-bench-").tempdir()?;
    run(&options, folder.path())?;
    figure::machine();
    Ok(())
}
