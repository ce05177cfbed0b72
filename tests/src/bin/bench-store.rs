//! `make bench-store`: see `holdfast_tests::bench_store`.
//!
//! ```text
//! bench-store [--ops N] [--patients N] [--seconds N] [--connections N] [--arriving N]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::bench_store::{Options, run};
use holdfast_tests::figure;
use std::time::Duration;

/// As the node has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut parsed = Options::default();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        let value: u64 = value.parse().with_context(|| format!("{word} needs a number"))?;
        match word.as_str() {
            "--ops" => parsed.ops = value,
            "--patients" => parsed.patients = value,
            "--seconds" => parsed.load = Duration::from_secs(value),
            "--connections" => parsed.connections = usize::try_from(value)?,
            "--arriving" => parsed.arriving = value,
            other => bail!(
                "no such argument: {other}; use --ops, --patients, --seconds, --connections or --arriving"
            ),
        }
    }
    Ok(parsed)
}

fn main() -> Result<()> {
    let options = parse(std::env::args().skip(1))?;
    figure::machine();
    let folder = tempfile::Builder::new().prefix("holdfast-bench-").tempdir()?;
    run(&options, folder.path())?.print();
    figure::machine();
    Ok(())
}
