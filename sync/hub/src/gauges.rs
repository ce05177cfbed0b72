//! What `/metrics` says of the hub and its fleet, refreshed every few seconds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use holdfast_store::fleet::{ReplicaState, replicas};
use holdfast_store::quarantine;
use holdfast_store::sql::Database;
use holdfast_store::writer::Writer;
use holdfast_store::{Result, notice};
use metrics::gauge;
use tokio::sync::watch;

const EVERY: Duration = Duration::from_secs(5);

struct Measured {
    fleet: Vec<ReplicaState>,
    quarantined: u64,
    notices: BTreeMap<String, u64>,
    conflicts: u64,
}

pub(crate) async fn run(db: Arc<dyn Database>, writer: Writer, mut stop: watch::Receiver<bool>) {
    loop {
        let db = db.clone();
        let measured = writer.call(move |records| {
            let (open, _) = records.read(|view| view.conflicted(0, MOST_CONFLICTS))?;
            measure(&*db, open.len() as u64)
        });
        match measured.await {
            Ok(measured) => show(&measured, writer.records().now_ms()),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the gauges are not fresh")
            }
        }
        if tokio::time::timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

/// Conflicts counted; more than anybody settles in a day.
const MOST_CONFLICTS: u32 = 10_000;

fn measure(db: &dyn Database, conflicts: u64) -> Result<Measured> {
    Ok(Measured {
        fleet: replicas(db)?,
        quarantined: quarantine::waiting(db)?,
        notices: notice::counts(db)?,
        conflicts,
    })
}

fn show(measured: &Measured, now_ms: u64) {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for replica in &measured.fleet {
        let state = if replica.revoked { "revoked" } else { "ok" };
        *counts.entry((&replica.kind, state)).or_default() += 1;
        let name = format!("{}/{}", replica.clinic, replica.name);
        let age_s = now_ms.saturating_sub(replica.seen_ms) as f64 / 1000.0;
        gauge!("sync_replica_seen_seconds_ago", "replica" => name.clone()).set(age_s);
        gauge!("sync_replica_waiting_scopes", "replica" => name).set(replica.waiting as f64);
    }
    for kind in ["node", "desktop", "hub"] {
        for state in ["ok", "revoked"] {
            let count = counts.get(&(kind, state)).copied().unwrap_or(0);
            gauge!("sync_replicas", "kind" => kind, "state" => state).set(count as f64);
        }
    }
    let waiting: u64 = measured.fleet.iter().map(|replica| replica.waiting).sum();
    gauge!("sync_dirty_scopes").set(waiting as f64);
    gauge!("sync_quarantined_segments").set(measured.quarantined as f64);
    gauge!("conflicts_open").set(measured.conflicts as f64);
    for (code, count) in &measured.notices {
        gauge!("store_notices", "code" => code.clone()).set(*count as f64);
    }
}
