//! What a session costs by what is held and by how long the history is: it should depend on neither.

use super::replica::Session;
use super::work::Work;
use super::{Hub, Replica};
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};

/// Repetitions; the median counts.
const ROUNDS: u64 = 7;
/// How long the hub may take to note what a replica has confirmed.
const NOTED_LIMIT: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// `author` changes `changed` of its patients and sends them; `holder`, a second node that holds all of them,
/// then has one session. Returns the holder's median session.
///
/// # Errors
/// The holder does not get exactly what was changed.
pub async fn news(
    hub: &Hub,
    author: &Replica,
    holder: &Replica,
    work: Work,
    changed: u64,
) -> Result<Session> {
    let mut sessions = Vec::new();
    for round in 0..ROUNDS {
        author.save(work.edits(round, changed))?;
        author.session().await?;
        ensure!(marks(hub)? == changed, "{} scopes are marked, not {changed}", marks(hub)?);
        let started = Instant::now();
        let link = holder.connect();
        let state = super::replica::settled(&link).await?;
        let ms = started.elapsed().as_secs_f64() * 1e3;
        let (bytes_up, bytes_down) = (state.traffic.bytes_out, state.traffic.bytes_in);
        sessions.push(Session { ms, bytes_up, bytes_down });
        wait_noted(hub).await?;
        drop(link);
        check_same(author, holder, work, changed)?;
    }
    median(sessions)
}

/// The median session of a replica that has nothing to send and nothing to get.
///
/// # Errors
/// A session fails.
pub async fn nothing(replica: &Replica) -> Result<Session> {
    let mut sessions = Vec::new();
    for _ in 0..ROUNDS {
        sessions.push(replica.session().await?);
    }
    median(sessions)
}

/// Lets the hub note everything that a replica has taken over.
///
/// # Errors
/// It does not within a minute.
pub async fn wait_noted(hub: &Hub) -> Result<()> {
    let until = Instant::now() + NOTED_LIMIT;
    while marks(hub)? > 0 {
        ensure!(Instant::now() < until, "{} scopes are still marked after a minute", marks(hub)?);
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

fn marks(hub: &Hub) -> Result<u64> {
    Ok(hub.psql("select count(*) from dirty")?.parse()?)
}

fn check_same(author: &Replica, holder: &Replica, work: Work, changed: u64) -> Result<()> {
    for patient in work.patients().take(usize::try_from(changed)?) {
        let entity = holdfast_core::id::Entity::new(patient.resource_type, patient.id.as_str());
        let [wrote, has] = [author, holder].map(|r| r.records().read(|view| Ok(view.read(&entity)?.json)));
        ensure!(wrote? == has?, "{entity} differs between its author and its holder");
    }
    Ok(())
}

fn median(mut sessions: Vec<Session>) -> Result<Session> {
    sessions.sort_by(|a, b| a.ms.total_cmp(&b.ms));
    let middle = sessions.get(sessions.len() / 2).copied();
    sessions.sort_by_key(Session::bytes);
    let bytes = sessions.get(sessions.len() / 2).context("there was no session")?;
    Ok(Session { ms: middle.map_or(0.0, |s| s.ms), ..*bytes })
}
