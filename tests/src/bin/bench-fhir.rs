//! `make bench-fhir`: see `holdfast_tests::bench_fhir`.
//!
//! ```text
//! bench-fhir [--peer PROGRAM --definitions FILE] [--seconds N] [--connections N] [--generated PATIENTS]
//! ```

use anyhow::{Context, Result, bail, ensure};
use holdfast_tests::bench_fhir::{Corpus, Options, Peer, run};
use holdfast_tests::{data, figure};
use std::time::Duration;

/// As the node has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Resources about each generated patient.
const EACH: usize = 300;

#[derive(Default)]
struct Arguments {
    options: Options,
    program: Option<String>,
    definitions: Option<String>,
    generated: Option<u64>,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut parsed = Arguments::default();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().with_context(|| format!("{word} needs a number"));
        match word.as_str() {
            "--peer" => parsed.program = Some(value),
            "--definitions" => parsed.definitions = Some(value),
            "--seconds" => parsed.options.load = Duration::from_secs(number()?),
            "--connections" => parsed.options.connections = usize::try_from(number()?)?,
            "--generated" => parsed.generated = Some(number()?),
            other => bail!(
                "no such argument: {other}; use --peer, --definitions, --seconds, --connections or --generated"
            ),
        }
    }
    let both = parsed.program.clone().zip(parsed.definitions.clone());
    ensure!(both.is_some() || parsed.program.is_none(), "--peer also needs --definitions");
    parsed.options.peer =
        both.map(|(program, definitions)| Peer { program: program.into(), definitions: definitions.into() });
    Ok(parsed)
}

fn main() -> Result<()> {
    let Arguments { options, generated, .. } = parse(std::env::args().skip(1))?;
    let corpus = match generated {
        Some(patients) => Corpus::generated(patients, EACH)?,
        None => {
            let folder = data::folder("bench-fhir").context("there are no bundles to measure with")?;
            Corpus::of_data(&folder)?
        }
    };
    if options.peer.is_none() {
        eprintln!("SKIPPED: the peer, because no --peer is named");
    }
    figure::machine();
    let folder = tempfile::Builder::new().prefix("holdfast-bench-").tempdir()?;
    run(&options, &corpus, folder.path())?.print();
    figure::machine();
    Ok(())
}
