//! `make drill-booking`: seeded histories of a clinic that books on both sides of every outage, and broken variants that must be caught.
//!
//! ```text
//! drill-booking [--histories N] [--seed S] [--threads T] [--variant NAME] [--no-variants]
//! ```
//! `--seed S` alone plays that one history again and prints its trace if it breaks a promise.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use holdfast_store::sabotage::Sabotage;
use holdfast_tests::booking::campaign::{self, Findings, Promise, Violation};
use holdfast_tests::figure;

/// Histories within which a broken variant must be caught.
const CATCH_WITHIN: u64 = 20_000;

struct Arguments {
    histories: Option<u64>,
    seed: Option<u64>,
    threads: usize,
    variant: Option<Sabotage>,
    variants: bool,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut parsed = Arguments { histories: None, seed: None, threads: 2, variant: None, variants: true };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--histories" => parsed.histories = Some(value()?.parse().context("--histories needs a number")?),
            "--seed" => parsed.seed = Some(value()?.parse().context("--seed needs a number")?),
            "--threads" => parsed.threads = value()?.parse().context("--threads needs a number")?,
            "--variant" => {
                let name = value()?;
                let known: Vec<&str> = Sabotage::RIGHTS.iter().map(|s| s.name()).collect();
                let found = Sabotage::RIGHTS.into_iter().find(|s| s.name() == name);
                parsed.variant =
                    Some(found.with_context(|| format!("no variant {name}; there are {known:?}"))?);
            }
            "--no-variants" => parsed.variants = false,
            other => bail!(
                "no such argument: {other}; use --histories, --seed, --threads, --variant or --no-variants"
            ),
        }
    }
    Ok(parsed)
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn tell(violation: &Violation, sabotage: Option<Sabotage>) {
    let variant = sabotage.map(|s| format!(" --variant {}", s.name())).unwrap_or_default();
    say(&format!("VIOLATION, again by: drill-booking --seed {}{variant}", violation.seed));
    violation.trace.iter().for_each(|line| say(&format!("    {line}")));
    say(&format!("  {}", violation.fault));
}

fn histories(arguments: &Arguments) -> bool {
    let count = arguments.histories.unwrap_or(1);
    let began = Instant::now();
    let listener = |played: u64| {
        if played.is_multiple_of(2_000) {
            say(&format!(
                "{played} histories, {:.0} a second",
                played as f64 / began.elapsed().as_secs_f64()
            ));
        }
    };
    let first = arguments.seed.unwrap_or(0);
    let found: Findings = campaign::run(first, count, arguments.threads, arguments.variant, &listener);
    found.violations.iter().for_each(|violation| tell(violation, arguments.variant));
    say(&format!("refusals by code: {:?}", found.refusals));
    figure::print("booking_histories", found.histories, "count");
    figure::print("booking_confirmations", found.confirmed, "count");
    figure::print("double_bookings", found.broken(Promise::SoldOnce), "count");
    figure::print("confirmations_broken", found.broken(Promise::Honoured), "count");
    figure::print("booking_stranded", found.broken(Promise::NotStranded), "count");
    figure::print("booking_other_violations", found.broken(Promise::Works), "count");
    found.violations.is_empty()
}

fn variants(first: u64) -> bool {
    let mut missed = 0;
    for sabotage in Sabotage::RIGHTS {
        match campaign::catch(first, CATCH_WITHIN, sabotage) {
            Some((after, fault)) => {
                let what: String = fault.to_string().chars().take(160).collect();
                say(&format!("variant {}: caught after {after} histories ({what})", sabotage.name()));
            }
            None => {
                say(&format!("variant {}: MISSED in {CATCH_WITHIN} histories", sabotage.name()));
                missed += 1;
            }
        }
    }
    figure::print("booking_variants_missed", missed, "count");
    missed == 0
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error:#}");
            return ExitCode::from(2);
        }
    };
    // Panics inside a history are findings; they are told with their seed.
    std::panic::set_hook(Box::new(|_| {}));
    let mut good = histories(&arguments);
    if arguments.variants && arguments.variant.is_none() && arguments.histories.is_some() {
        good &= variants(arguments.seed.unwrap_or(0));
    }
    figure::machine();
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
