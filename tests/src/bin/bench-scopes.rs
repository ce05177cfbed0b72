//! `make bench-scopes`: whether a session's cost grows with what is held, and what it costs when there is nothing
//! to do after a long history.
//!
//! ```text
//! bench-scopes [--held N] [--beside N] [--changed N] [--history N]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::figure;
use holdfast_tests::reconcile::replica::{Session, settled};
use holdfast_tests::reconcile::work::Work;
use holdfast_tests::reconcile::{CLINIC, Hub, Replica, scopes};
use std::path::Path;

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
    let few = held(&folder.path().join("few"), arguments.beside, &arguments, false).await?.0;
    let (many, nothing) = held(&folder.path().join("many"), arguments.held, &arguments, true).await?;
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

/// A node that holds `patients`, of which some are changed elsewhere; and, with a history, a session with nothing
/// to do after it.
async fn held(
    folder: &Path,
    patients: u64,
    arguments: &Arguments,
    history: bool,
) -> Result<(Session, Session)> {
    let work = Work::new(patients);
    let hub = Hub::start(folder)?;
    let author = Replica::create(&folder.join("author"), hub.enrol("author", CLINIC).await?, &hub.sync)?;
    let holder = Replica::create(&folder.join("holder"), hub.enrol("holder", CLINIC).await?, &hub.sync)?;
    author.save(work.patients())?;
    author.session().await?;
    let link = holder.connect();
    settled(&link).await?;
    scopes::wait_noted(&hub).await?;
    drop(link);
    let news = scopes::news(&hub, &author, &holder, work, arguments.changed).await?;
    let mut nothing = Session::default();
    if history {
        lengthen(&author, work, arguments.history)?;
        author.session().await?;
        author.check_all_sent().await?;
        nothing = scopes::nothing(&author).await?;
    }
    Ok((news, nothing))
}

/// Makes the author's history this many ops long.
fn lengthen(author: &Replica, work: Work, ops: u64) -> Result<()> {
    let written =
        || -> Result<u64> { Ok(author.records().continuity()?.lanes.iter().map(|lane| lane.written).sum()) };
    let mut from = 0;
    loop {
        let missing = ops.saturating_sub(written()?);
        if missing == 0 {
            return Ok(());
        }
        author.save(work.vitals(from, missing))?;
        from += missing;
    }
}
