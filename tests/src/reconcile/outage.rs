//! Changes after an outage: how fast and in how many bytes they reach the hub.

use super::work::{Work, by_turns, write_ndjson};
use super::{Hub, Replica, replica::Session};
use crate::pouchdb;
use anyhow::{Result, ensure};
use std::path::Path;

/// What our side took.
#[derive(Debug, Clone, Copy)]
pub struct Ours {
    /// The mixed backlog.
    pub mixed: Session,
    /// Bytes both ways for each edit of one element.
    pub bytes_per_edit: f64,
    /// Bytes both ways for each new Observation.
    pub bytes_per_observation: f64,
    /// CPU of the hub and of its database during the mixed backlog, in milliseconds.
    pub hub_cpu_ms: (u64, u64),
    /// Until the hub had indexed the whole of the mixed backlog after it had all of it, in milliseconds.
    pub indexed_ms: f64,
}

/// Sends `changes` changes, half edits and half vital signs, and then as many of each kind alone, half as many at a
/// time. The hub knows the patients beforehand.
///
/// # Errors
/// Something does not arrive whole.
pub async fn ours(hub: &Hub, replica: &Replica, work: Work, changes: u64) -> Result<Ours> {
    let half = changes / 2;
    replica.save(work.patients())?;
    replica.session().await?;
    replica.save(by_turns(work.edits(0, half), work.vitals(0, half)))?;
    // An outage is long enough for that.
    replica.index().await?;
    hub.indexed().await?;
    let before = hub.usage()?;
    let mixed = whole(hub, replica, half).await?;
    let after = hub.usage()?;
    let indexed_ms = hub.indexed().await?.as_secs_f64() * 1e3;
    replica.save(work.edits(1, half))?;
    let edits = whole(hub, replica, half).await?;
    replica.save(work.vitals(half, half))?;
    let vitals = whole(hub, replica, 2 * half).await?;
    let each = |session: Session| session.bytes() as f64 / half as f64;
    Ok(Ours {
        mixed,
        bytes_per_edit: each(edits),
        bytes_per_observation: each(vitals),
        indexed_ms,
        hub_cpu_ms: (after.0.cpu_ms - before.0.cpu_ms, after.1.cpu_ms - before.1.cpu_ms),
    })
}

/// One session, after which the hub must have every op and this many Observations.
async fn whole(hub: &Hub, replica: &Replica, observations: u64) -> Result<Session> {
    let session = replica.session().await?;
    let found: u64 = hub.psql("select count(*) from resource where kind = 'Observation'")?.parse()?;
    ensure!(found == observations, "the hub has {found} Observations of {observations}");
    let heads = hub.logged()?;
    let written: u64 = replica.records().continuity()?.lanes.iter().map(|lane| lane.written).sum();
    ensure!(heads == written, "the hub has {heads} ops of {written}");
    Ok(session)
}

/// The same documents from PouchDB to express-pouchdb.
///
/// # Errors
/// As [`pouchdb::push`].
pub fn peer(folder: &Path, work: Work, changes: u64) -> Result<pouchdb::Replication> {
    let (base, changed) = (folder.join("base.ndjson"), folder.join("changes.ndjson"));
    write_ndjson(&base, work.patients())?;
    let half = changes / 2;
    write_ndjson(&changed, by_turns(work.edits(0, half), work.vitals(0, half)))?;
    let measured = pouchdb::push(&base, &changed, &pouchdb::Options::new(folder))?;
    ensure!(measured.docs == changes, "PouchDB brought {} documents of {changes}", measured.docs);
    Ok(measured)
}
