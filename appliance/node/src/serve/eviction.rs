//! Letting patients go by the configured rules: only what the hub has acknowledged, only after it knows, and only while
//! nothing is under way on the link.

use std::path::Path;

use holdfast_core::id::{ActorId, Scope};
use holdfast_core::message::{Request, Response};
use holdfast_store::{Records, StoreError};
use metrics::counter;
use tokio::sync::watch;

use super::{Running, shutdown};
use crate::config::EvictionConfig;
use holdfast_uplink::Uplink;

/// Patients let go in one look; the next look goes on.
const AT_ONCE: u32 = 200;

/// Looks every so often, as long as the node runs.
pub(super) async fn run(running: Running, rules: EvictionConfig, mut stop: watch::Receiver<bool>) {
    let Some(link) = running.link.clone() else { return };
    while shutdown::sleep(&mut stop, rules.check_every).await {
        match look(&running, &link, &rules).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(patients = gone, "patients were let go; the hub keeps them"),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "no patient could be let go");
            }
        }
    }
}

/// How many were let go.
async fn look(running: &Running, link: &Uplink, rules: &EvictionConfig) -> Result<u32, StoreError> {
    let now = running.writer.call(Records::note_visits).await?;
    counter!("eviction_looks_total").increment(1);
    // A page on its way may speak of a patient just let go.
    let settled = link.state().filter(|state| state.settled);
    let Some(upstream) = settled.and_then(|state| state.upstream) else { return Ok(0) };
    undo(running, link, upstream).await?;
    let (rules, free) = (*rules, free_bytes(running));
    let chosen = running.writer.call(move |records| choose(records, &rules, upstream, now, free)).await?;
    if chosen.is_empty() {
        return Ok(0);
    }
    let marked = chosen.clone();
    running.writer.call(move |records| records.begin_release(&marked)).await?;
    let request = Request::Release { actor: running.opened.records.actor(), scopes: chosen.clone() };
    match link.ask(request).await {
        Ok(answer) if matches!(answer.response, Response::Done { .. }) && answer.upstream == upstream => {}
        Ok(_) => {
            undo(running, link, upstream).await?;
            return Ok(0);
        }
        Err(error) => {
            tracing::info!(error.code = error.code(), "the hub may not have heard, so nobody is let go");
            undo(running, link, upstream).await?;
            return Ok(0);
        }
    }
    purge(running, link, chosen).await
}

/// Has the hub hold again whatever it may have been told to forget and is still here. If it cannot be told now either,
/// the next look or the next session does it.
async fn undo(running: &Running, link: &Uplink, upstream: ActorId) -> Result<(), StoreError> {
    let scopes = running.writer.call(move |records| records.unfinished_releases(upstream)).await?;
    if scopes.is_empty() {
        return Ok(());
    }
    let kept: Vec<Scope> = scopes.iter().map(|position| position.scope.clone()).collect();
    let request = Request::Hold { actor: running.opened.records.actor(), scopes, urgent: false };
    match link.ask(request).await {
        Ok(answer) if matches!(answer.response, Response::Done { .. }) && answer.upstream == upstream => {
            running.writer.call(move |records| records.keep(&kept)).await
        }
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::info!(error.code = error.code(), "patients are held again when the hub answers");
            Ok(())
        }
    }
}

async fn purge(running: &Running, link: &Uplink, chosen: Vec<Scope>) -> Result<u32, StoreError> {
    let (mut gone, mut kept) = (0, Vec::new());
    for scope in chosen {
        let name = scope.clone();
        // A patient who cannot be removed is held again, so that its news goes on coming.
        match running.writer.call(move |records| records.purge(&name)).await {
            Ok(true) => gone += 1,
            Ok(false) => kept.push(scope),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "a patient let go could not be removed");
                kept.push(scope);
            }
        }
    }
    if !kept.is_empty() {
        link.want(kept).await;
    }
    counter!("eviction_patients_total").increment(u64::from(gone));
    running.writer.announce();
    Ok(gone)
}

/// Whom the rules let go, longest unvisited first.
fn choose(
    records: &Records,
    rules: &EvictionConfig,
    upstream: ActorId,
    now_ms: u64,
    free: Option<u64>,
) -> Result<Vec<Scope>, StoreError> {
    let before = rules.unvisited.and_then(|age| now_ms.checked_sub(age.as_millis() as u64));
    let held = records.patients_held()?;
    let beyond = rules.max_patients.map_or(0, |most| held.saturating_sub(most));
    let is_short = rules.min_free_bytes.zip(free).is_some_and(|(floor, free)| free < floor);
    let any_age = if is_short { AT_ONCE } else { u32::try_from(beyond).unwrap_or(AT_ONCE).min(AT_ONCE) };
    let mut chosen = match before {
        Some(before) => records.evictable(upstream, before, AT_ONCE)?,
        None => Vec::new(),
    };
    if chosen.len() < any_age as usize {
        chosen = records.evictable(upstream, u64::MAX >> 1, any_age)?;
    }
    Ok(chosen)
}

/// Room for the database: on the disk, and inside its file.
fn free_bytes(running: &Running) -> Option<u64> {
    let on_disk = disk_free(running.dir.path())?;
    Some(on_disk + running.opened.db.free_bytes().unwrap_or(0))
}

/// What the disk of a folder has left for this process (statvfs(3)).
pub(super) fn disk_free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}
