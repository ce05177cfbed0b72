//! `make bench-scopes`: whether a session's cost grows with what is held, and what it costs when there is nothing
//! to do after a long history.
//!
//! ```text
//! bench-scopes [--held N] [--beside N] [--changed N] [--history N]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::figure;
use holdfast_tests::reconcile::replica::Session;
use holdfast_tests::reconcile::scopes::{Plan, ROUNDS, held};

/// As the node has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Arguments {
    held: u64,
    beside: u64,
    changed: u64,
    history: u64,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut parsed = Arguments { held: 100_000, beside: 1000, changed: 100, history: 1_000_000 };
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        let value = value.parse().with_context(|| format!("{word} needs a number"))?;
        match word.as_str() {
            "--held" => parsed.held = value,
            "--beside" => parsed.beside = value,
            "--changed" => parsed.changed = value,
            "--history" => parsed.history = value,
            other => bail!("no such argument: {other}; use --held, --beside, --changed or --history"),
        }
    }
    Ok(parsed)
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = parse(std::env::args().skip(1))?;
    figure::machine();
    let folder = tempfile::Builder::new().prefix("holdfast-bench-").tempdir()?;
    let plan = |held, history| Plan { held, changed: arguments.changed, history, rounds: ROUNDS };
    let few = held(&folder.path().join("few"), plan(arguments.beside, 0)).await?.0;
    let (many, nothing) = held(&folder.path().join("many"), plan(arguments.held, arguments.history)).await?;
    tell("few", &few);
    tell("many", &many);
    figure::print("scopes_bytes_growth", format!("{:.2}", many.bytes() as f64 / few.bytes() as f64), "ratio");
    figure::print("scopes_time_growth", format!("{:.2}", many.ms / few.ms), "ratio");
    figure::print("noop_session_ms", format!("{:.1}", nothing.ms), "ms");
    figure::print("noop_session_bytes", nothing.bytes(), "bytes");
    figure::machine();
    Ok(())
}

fn tell(name: &str, session: &Session) {
    figure::print(&format!("scopes_{name}_ms"), format!("{:.1}", session.ms), "ms");
    figure::print(&format!("scopes_{name}_bytes"), session.bytes(), "bytes");
}
