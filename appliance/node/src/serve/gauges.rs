//! What `/metrics` says of the node, refreshed every few seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_store::StoreError;
use holdfast_store::sql::{Database, Sql};
use metrics::gauge;
use tokio::sync::watch;

use super::{Running, api, shutdown};

const EVERY: Duration = Duration::from_secs(3);
/// Counting records walks an index over all of them.
const RECORDS_EVERY: u32 = 10;

/// What is measured at one time.
struct Measured {
    lanes: Vec<(&'static str, u64)>,
    conflicts: u64,
    held_scopes: u64,
    records: Option<u64>,
    notices: BTreeMap<String, u64>,
}

pub(super) async fn run(running: Running, mut stop: watch::Receiver<bool>) {
    let mut round = 0;
    loop {
        let count_records = round % RECORDS_EVERY == 0;
        let db = running.opened.db.clone();
        let measured = running.writer.call(move |records| measure(records, &*db, count_records)).await;
        match measured {
            Ok(measured) => show(&measured),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the gauges are not fresh")
            }
        }
        let is_up = running.link.as_ref().is_some_and(|link| link.is_up());
        gauge!("sync_link_up").set(if is_up { 1.0 } else { 0.0 });
        if let Some(bytes) = resident_bytes() {
            gauge!("process_resident_memory_bytes").set(bytes as f64);
        }
        if let Some(recorder) = api::recorder() {
            recorder.run_upkeep();
        }
        round += 1;
        if !shutdown::sleep(&mut stop, EVERY).await {
            return;
        }
    }
}

fn measure(
    records: &holdfast_store::Records,
    db: &dyn Database,
    count_records: bool,
) -> Result<Measured, StoreError> {
    let own = records.continuity()?;
    let mut conflicts = 0;
    let mut held = None;
    records.read(|view| {
        (held, conflicts) = match count_records {
            true => view.counts().map(|(held, open)| (Some(held), open))?,
            false => (None, conflicts_in(view)?),
        };
        Ok(())
    })?;
    let lanes = own.lanes.iter().map(|lane| (lane.lane.name(), lane.unsent)).collect();
    let notices = notices(db)?;
    Ok(Measured { lanes, conflicts, held_scopes: own.held_scopes, records: held, notices })
}

/// Conflicts counted one by one: there is a small index of them alone, and few of them.
fn conflicts_in(view: &mut holdfast_store::view::View<'_>) -> Result<u64, StoreError> {
    const MOST: u32 = 10_000;
    Ok(view.conflicted(0, MOST)?.0.len() as u64)
}

fn notices(db: &dyn Database) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut out = BTreeMap::new();
    db.read(&mut |sql: &mut dyn Sql| {
        out.clear();
        for row in sql.query("SELECT code, COUNT(*) FROM notice GROUP BY code", &[])? {
            out.insert(row.text(0)?.to_owned(), row.uint(1)?);
        }
        Ok(())
    })?;
    Ok(out)
}

fn show(measured: &Measured) {
    for (lane, unsent) in &measured.lanes {
        gauge!("sync_unsent_ops", "lane" => *lane).set(*unsent as f64);
    }
    gauge!("conflicts_open").set(measured.conflicts as f64);
    gauge!("sync_held_scopes").set(measured.held_scopes as f64);
    if let Some(records) = measured.records {
        gauge!("records_held").set(records as f64);
    }
    for (code, count) in &measured.notices {
        gauge!("store_notices", "code" => code.clone()).set(*count as f64);
    }
}

/// Resident memory of this process (proc(5)).
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
