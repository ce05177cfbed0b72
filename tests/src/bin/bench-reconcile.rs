//! `make bench-reconcile`: what reconciling costs after an outage and for a fresh node, beside PouchDB.
//!
//! ```text
//! bench-reconcile [--changes N] [--patients N] [--each N] [--only push|urgent|fresh] [--no-peer]
//! ```

use anyhow::{Context, Result, bail};
use holdfast_tests::figure;
use holdfast_tests::reconcile::work::Work;
use holdfast_tests::reconcile::{CLINIC, Hub, Replica, fresh, outage, urgent};
use std::path::Path;

/// As the node has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The peer's batch sizes when it pulls; smaller ones were slower.
const PULL_BATCHES: [u32; 2] = [500, 1000];

struct Arguments {
    changes: u64,
    patients: u64,
    each: usize,
    only: Option<String>,
    peer: bool,
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut parsed = Arguments { changes: 50_000, patients: 10_000, each: 29, only: None, peer: true };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--changes" => parsed.changes = value()?.parse().context("--changes needs a number")?,
            "--patients" => parsed.patients = value()?.parse().context("--patients needs a number")?,
            "--each" => parsed.each = value()?.parse().context("--each needs a number")?,
            "--only" => parsed.only = Some(value()?),
            "--no-peer" => parsed.peer = false,
            other => {
                bail!("no such argument: {other}; use --changes, --patients, --each, --only or --no-peer")
            }
        }
    }
    Ok(parsed)
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = parse(std::env::args().skip(1))?;
    figure::machine();
    let folder = tempfile::Builder::new().prefix("holdfast-bench-").tempdir()?;
    let wanted = |part: &str| arguments.only.as_deref().is_none_or(|only| only == part);
    if wanted("push") || wanted("urgent") {
        after_outage(&arguments, folder.path(), wanted("push"), wanted("urgent")).await?;
    }
    if wanted("fresh") {
        fresh_node(&arguments, folder.path()).await?;
    }
    figure::machine();
    Ok(())
}

async fn after_outage(arguments: &Arguments, folder: &Path, push: bool, urgent: bool) -> Result<()> {
    // Each patient is edited once: both sides then carry the same number of documents.
    let work = Work::new(arguments.changes / 2);
    let hub = Hub::start(&folder.join("push"))?;
    let replica = Replica::create(&folder.join("push/a"), hub.enrol("a", CLINIC).await?, &hub.sync)?;
    let ours = outage::ours(&hub, &replica, work, arguments.changes).await?;
    figure::print("reconcile_ms", ms(ours.mixed.ms), "ms");
    figure::print("reconcile_bytes_up", ours.mixed.bytes_up, "bytes");
    figure::print("reconcile_bytes_down", ours.mixed.bytes_down, "bytes");
    figure::print("reconcile_indexed_after_ms", ms(ours.indexed_ms), "ms");
    figure::print("reconcile_hub_cpu_ms", ours.hub_cpu_ms.0, "ms");
    figure::print("reconcile_postgres_cpu_ms", ours.hub_cpu_ms.1, "ms");
    figure::print("reconcile_bytes_per_edit", format!("{:.1}", ours.bytes_per_edit), "bytes");
    figure::print("reconcile_bytes_per_observation", format!("{:.1}", ours.bytes_per_observation), "bytes");
    if urgent {
        let from = arguments.changes;
        let seen = urgent::measure(&hub, &replica, work, arguments.changes, from).await?;
        figure::print("reconcile_urgent_after_outage_ms", ms(seen.after_outage_ms), "ms");
        figure::print("reconcile_urgent_amid_backlog_ms", ms(seen.amid_backlog_ms), "ms");
        figure::print("reconcile_urgent_ops_still_waiting", seen.still_waiting, "count");
        let worst = seen.after_outage_ms.max(seen.amid_backlog_ms);
        figure::print("reconcile_urgent_first_ms", ms(worst), "ms");
    }
    drop((replica, hub));
    if push && arguments.peer {
        let changes = arguments.changes;
        let at = folder.join("push");
        let peer = tokio::task::spawn_blocking(move || outage::peer(&at, work, changes)).await??;
        figure::print("reconcile_pouchdb_ms", peer.ms, "ms");
        figure::print("reconcile_pouchdb_bytes", peer.bytes(), "bytes");
        figure::print("reconcile_speedup", ratio(peer.ms as f64, ours.mixed.ms), "ratio");
        figure::print(
            "reconcile_bytes_ratio",
            ratio(peer.bytes() as f64, ours.mixed.bytes() as f64),
            "ratio",
        );
    }
    Ok(())
}

async fn fresh_node(arguments: &Arguments, folder: &Path) -> Result<()> {
    let (work, each) = (Work::new(arguments.patients), arguments.each);
    let at = folder.join("fresh");
    let hub = Hub::start(&at)?;
    let old = Replica::create(&at.join("old"), hub.enrol("old", CLINIC).await?, &hub.sync)?;
    let new = Replica::create(&at.join("new"), hub.enrol("new", CLINIC).await?, &hub.sync)?;
    let ours = fresh::ours(&hub, &old, &new, work, each).await?;
    figure::print("fresh_docs", ours.docs, "count");
    figure::print("fresh_ms", ms(ours.ms), "ms");
    figure::print("fresh_docs_per_s", format!("{:.0}", per_second(ours.docs, ours.ms)), "1/s");
    figure::print("fresh_bytes_per_doc", format!("{:.1}", ours.bytes as f64 / ours.docs as f64), "bytes");
    figure::print("fresh_first_chart_ms", ms(ours.first_chart_ms), "ms");
    drop((old, new, hub));
    if arguments.peer {
        let peer = tokio::task::spawn_blocking(move || fresh::peer(&at, work, each, &PULL_BATCHES)).await??;
        let theirs = per_second(peer.docs, peer.ms as f64);
        figure::print("fresh_pouchdb_docs_per_s", format!("{theirs:.0}"), "1/s");
        figure::print("fresh_pull_speedup", ratio(per_second(ours.docs, ours.ms), theirs), "ratio");
    }
    Ok(())
}

fn ms(value: f64) -> String {
    format!("{value:.0}")
}

fn ratio(above: f64, below: f64) -> String {
    format!("{:.2}", above / below)
}

fn per_second(count: u64, ms: f64) -> f64 {
    count as f64 / ms * 1e3
}
