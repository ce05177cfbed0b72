//! `make bench-ui`: see `holdfast_tests::bench_ui`.
//!
//! ```text
//! bench-ui [--patients N] [--rounds N]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::bench_ui::{Options, run};
use holdfast_tests::figure;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut parsed = Options::default();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        let value: u64 = value.parse().with_context(|| format!("{word} needs a number"))?;
        match word.as_str() {
            "--patients" => parsed.patients = value,
            "--rounds" => parsed.rounds = value,
            other => bail!("no such argument: {other}; use --patients or --rounds"),
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
