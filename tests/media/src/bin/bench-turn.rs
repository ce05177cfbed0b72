//! `bench-turn`, the TURN half of `make bench-media`: see `holdfast_media_tests::turn_bench`.
//!
//! ```text
//! bench-turn [--rounds N] [--clients N] [--messages N] [--bytes N]
//! ```

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use holdfast_media_tests::turn_bench::{Options, run};

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a number"))?;
        let number = value.parse::<u32>().with_context(|| format!("{word} needs a number, not {value}"))?;
        match word.as_str() {
            "--rounds" => options.rounds = number,
            "--clients" => options.clients = number,
            "--messages" => options.messages = number,
            "--bytes" => options.bytes = number,
            other => bail!("no such argument: {other}; use --rounds, --clients, --messages or --bytes"),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(report) if report.print() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench-turn: {error:#}");
            ExitCode::FAILURE
        }
    }
}
