//! What `/metrics` says of the node, refreshed every few seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_link::driver::{LinkPhase, LinkState};
use holdfast_store::StoreError;
use holdfast_store::sqlite::Sqlite;
use metrics::gauge;
use tokio::sync::watch;

use super::{Running, api, eviction, shutdown};

const EVERY: Duration = Duration::from_secs(3);
/// Counting records walks an index over all of them.
const RECORDS_EVERY: u32 = 10;

/// What is measured at one time.
struct Measured {
    lanes: Vec<(&'static str, u64, f64)>,
    patients: u64,
    database: [(&'static str, u64); 3],
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
        let measured = running.writer.call(move |records| measure(records, &db, count_records)).await;
        match measured {
            Ok(measured) => show(&measured),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the gauges are not fresh")
            }
        }
        show_link(running.link.as_ref().and_then(|link| link.state()).as_ref());
        if let Some(free) = eviction::disk_free(running.dir.path()) {
            gauge!("disk_free_bytes").set(free as f64);
        }
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
    db: &Sqlite,
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
    let now_ms = records.now_ms();
    let age_s = |since: Option<u64>| since.map_or(0.0, |at| now_ms.saturating_sub(at) as f64 / 1000.0);
    let lanes =
        own.lanes.iter().map(|lane| (lane.lane.name(), lane.unsent, age_s(lane.unsent_since_ms))).collect();
    let notices = holdfast_store::notice::counts(db)?;
    let size = |suffix: &str| db.file_bytes(suffix);
    let database = [("database", size("")), ("write-ahead-log", size("-wal")), ("free", db.free_bytes()?)];
    let (held_scopes, patients) = (own.held_scopes, records.patients_held()?);
    Ok(Measured { lanes, patients, database, conflicts, held_scopes, records: held, notices })
}

/// Conflicts counted one by one: there is a small index of them alone, and few of them.
fn conflicts_in(view: &mut holdfast_store::view::View<'_>) -> Result<u64, StoreError> {
    const MOST: u32 = 10_000;
    Ok(view.conflicted(0, MOST)?.0.len() as u64)
}

fn show(measured: &Measured) {
    for (lane, unsent, age_s) in &measured.lanes {
        gauge!("sync_unsent_ops", "lane" => *lane).set(*unsent as f64);
        gauge!("sync_oldest_unsent_seconds", "lane" => *lane).set(*age_s);
    }
    for (part, bytes) in &measured.database {
        gauge!("store_bytes", "part" => *part).set(*bytes as f64);
    }
    gauge!("patients_held").set(measured.patients as f64);
    gauge!("conflicts_open").set(measured.conflicts as f64);
    gauge!("sync_held_scopes").set(measured.held_scopes as f64);
    if let Some(records) = measured.records {
        gauge!("records_held").set(records as f64);
    }
    for (code, count) in &measured.notices {
        gauge!("store_notices", "code" => code.clone()).set(*count as f64);
    }
}

/// The link's phase as one gauge a phase, so that a rule needs no number to be explained.
fn show_link(state: Option<&LinkState>) {
    let phases = [
        (LinkPhase::Connected, "connected"),
        (LinkPhase::Connecting, "connecting"),
        (LinkPhase::Waiting, "waiting"),
    ];
    for (phase, name) in phases {
        let is_in = state.is_some_and(|state| state.phase == phase);
        gauge!("sync_link_phase", "phase" => name).set(f64::from(u8::from(is_in)));
    }
    let is_up = state.is_some_and(|state| state.phase == LinkPhase::Connected);
    gauge!("sync_link_up").set(f64::from(u8::from(is_up)));
    gauge!("sync_waiting_scopes").set(state.map_or(0.0, |state| state.waiting as f64));
}

/// Resident memory of this process (proc(5)).
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
