//! The command line of a campaign.
//!
//! ```text
//! PROGRAM [--histories N] [--seed S] [--threads T] [--variant NAME] [--no-variants]
//! ```
//! `--seed S` alone plays that one history again and prints its trace if it breaks a promise.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use holdfast_store::sabotage::Sabotage;

use super::Game;
use super::campaign::{self, Violation};
use crate::figure::{self, say};

/// Histories after which it is said how many there were.
const SAY_EVERY: u64 = 2_000;

/// What to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    histories: Option<u64>,
    seed: Option<u64>,
    threads: usize,
    variant: Option<Sabotage>,
    variants: bool,
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// What is unknown or lacks its value, with the names that there are.
    pub fn parse(game: &Game, mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut parsed = Self { histories: None, seed: None, threads: 2, variant: None, variants: true };
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            let mut number = || value()?.parse::<u64>().with_context(|| format!("{word} needs a number"));
            match word.as_str() {
                "--histories" => parsed.histories = Some(number()?),
                "--seed" => parsed.seed = Some(number()?),
                "--threads" => parsed.threads = usize::try_from(number()?)?,
                "--variant" => parsed.variant = Some(variant(game, &value()?)?),
                "--no-variants" => parsed.variants = false,
                other => bail!(
                    "no such argument: {other}; use --histories, --seed, --threads, --variant or --no-variants"
                ),
            }
        }
        Ok(parsed)
    }

    /// Whether a whole campaign is wanted, and not one history again.
    pub fn is_campaign(&self) -> bool {
        self.histories.is_some() && self.variant.is_none()
    }
}

fn variant(game: &Game, name: &str) -> Result<Sabotage> {
    let known: Vec<&str> = game.variants.iter().map(|s| s.name()).collect();
    let found = game.variants.iter().find(|s| s.name() == name);
    found.copied().with_context(|| format!("no variant {name}; there are {known:?}"))
}

/// Plays what is wanted and prints the figures; whether all was well.
pub fn run(game: &Game, arguments: &Arguments) -> bool {
    // Panics inside a history are findings; they are told with their seed.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut good = histories(game, arguments);
    if arguments.variants && arguments.is_campaign() {
        good &= variants(game, arguments.seed.unwrap_or(0));
    }
    std::panic::set_hook(hook);
    good
}

fn tell(game: &Game, violation: &Violation, sabotage: Option<Sabotage>) {
    let variant = sabotage.map(|s| format!(" --variant {}", s.name())).unwrap_or_default();
    say(&format!("VIOLATION, again by: {} --seed {}{variant}", game.program, violation.seed));
    violation.trace.iter().for_each(|line| say(&format!("    {line}")));
    say(&format!("  {}", violation.fault));
}

fn histories(game: &Game, arguments: &Arguments) -> bool {
    let range = (arguments.seed.unwrap_or(0), arguments.histories.unwrap_or(1));
    let began = Instant::now();
    let listener = |played: u64, violation: Option<&Violation>| {
        violation.iter().for_each(|violation| tell(game, violation, arguments.variant));
        if played.is_multiple_of(SAY_EVERY) {
            let rate = played as f64 / began.elapsed().as_secs_f64();
            say(&format!("{played} histories, {rate:.0} a second"));
        }
    };
    let found = campaign::run(game, range, arguments.threads, arguments.variant, &listener);
    (game.print)(&found, began.elapsed().as_secs_f64());
    found.violations.is_empty()
}

fn variants(game: &Game, first: u64) -> bool {
    let mut missed = 0;
    for sabotage in game.variants {
        let name = sabotage.name();
        match campaign::catch(game, first, game.catch_within, *sabotage) {
            Some(caught) => {
                let what: String = caught.fault.to_string().chars().take(160).collect();
                let (after, seed) = (caught.after, caught.seed);
                say(&format!("variant {name}: caught after {after} histories, by seed {seed} ({what})"));
            }
            None => {
                say(&format!("variant {name}: MISSED in {} histories", game.catch_within));
                missed += 1;
            }
        }
    }
    figure::print(game.missed_figure, missed, "count");
    missed == 0
}
