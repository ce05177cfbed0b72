//! `make drill-turn`: see `holdfast_media_tests::turn_drill`.
//!
//! ```text
//! drill-turn [--hostile N] [--flood N] [--clients N] [--messages N] [--seed S]
//! ```

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use holdfast_media_tests::turn_drill::{Options, run};

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options::default();
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a number"))?;
        let number = value.parse::<u64>().with_context(|| format!("{word} needs a number, not {value}"))?;
        match word.as_str() {
            "--hostile" => options.hostile = number,
            "--flood" => options.flood = number,
            "--clients" => options.clients = number.try_into()?,
            "--messages" => options.messages = number.try_into()?,
            "--seed" => options.seed = number,
            other => {
                bail!("no such argument: {other}; use --hostile, --flood, --clients, --messages or --seed")
            }
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(report) if report.print() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("drill-turn: {error:#}");
            ExitCode::FAILURE
        }
    }
}
