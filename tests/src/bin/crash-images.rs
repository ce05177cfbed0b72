//! `make crash-images`: power-loss images of the store under a recording VFS, and controls that must lose.
//!
//! ```text
//! crash-images [--images N] [--seed S] [--threads T] [--workload W]
//! ```

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use holdfast_tests::crash_images::campaign::{Outcome, Trial, run};
use holdfast_tests::figure;

/// One image of a control for so many of the store.
const CONTROL_SHARE: u64 = 10;
/// Fewer would make a control's verdict a matter of luck.
const CONTROL_IMAGES: u64 = 200;

struct Arguments {
    images: u64,
    seed: u64,
    threads: usize,
    workload: u64,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut parsed = Arguments { images: 20_000, seed: 1, threads: cores, workload: 0 };
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().with_context(|| format!("{word} needs a number, not {value}"));
        match word.as_str() {
            "--images" => parsed.images = number()?,
            "--seed" => parsed.seed = number()?,
            "--threads" => parsed.threads = usize::try_from(number()?)?,
            "--workload" => parsed.workload = number()?,
            other => bail!("no such argument: {other}; use --images, --seed, --threads or --workload"),
        }
    }
    Ok(parsed)
}

fn tell(trial: &Trial, outcome: &Outcome, at_length: bool) {
    let rate = outcome.images as f64 / outcome.took.as_secs_f64();
    eprintln!(
        "{}: {} images, {} losing {:?}, {:.0} s, {rate:.0} images/s",
        trial.name,
        outcome.images,
        outcome.losing,
        outcome.kinds,
        outcome.took.as_secs_f64()
    );
    eprintln!("  {}", outcome.coverage);
    for line in outcome.described.iter().take(if at_length { usize::MAX } else { 1 }) {
        eprintln!("  {line}");
    }
}

/// Runs everything; whether the store lost nothing and every control lost.
fn check() -> Result<bool> {
    let arguments = parse(std::env::args().skip(1))?;
    let mut trial = Trial::of_the_store(arguments.images, arguments.seed, arguments.threads);
    trial.first_workload = arguments.workload;
    // A control may break the store so far that it panics; that is a finding like any other, and one line is enough.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    figure::machine();
    let outcome = run(trial)?;
    tell(&trial, &outcome, true);
    figure::print("crash_images", outcome.images, "count");
    figure::print("crash_images_losing", outcome.losing, "count");
    figure::print(
        "crash_images_rate",
        (outcome.images as f64 / outcome.took.as_secs_f64()).round(),
        "images/s",
    );
    let mut is_good = outcome.losing == 0;
    let names = ["", "_wal_folder", "_database_sync", "_early_acknowledgement"];
    for (control, name) in
        trial.controls((arguments.images / CONTROL_SHARE).max(CONTROL_IMAGES)).iter().zip(names)
    {
        let outcome = run(*control)?;
        tell(control, &outcome, false);
        figure::print(&format!("crash_control{name}_images"), outcome.images, "count");
        figure::print(&format!("crash_control{name}_losing"), outcome.losing, "count");
        is_good &= outcome.losing > 0;
    }
    Ok(is_good)
}

fn main() -> ExitCode {
    match check() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("crash-images: an image of the store loses, or a control does not; see above");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("crash-images: {error:#}");
            ExitCode::FAILURE
        }
    }
}
