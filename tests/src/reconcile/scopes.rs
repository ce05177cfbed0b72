//! What a session costs by what is held and by how long the history is: it should depend on neither.

use super::replica::{Session, settled};
use super::work::Work;
use super::{CLINIC, Hub, Replica};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::time::{Duration, Instant};

/// Repetitions; the median counts.
pub const ROUNDS: u64 = 7;
/// How long the hub may take to note what a replica has confirmed.
const NOTED_LIMIT: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// What is held, what happens to it, and how often it is measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Patients that both nodes hold.
    pub held: u64,
    /// How many of them the author changes before each session.
    pub changed: u64,
    /// How many ops the author has written in the end; with 0, a session with nothing to do is not measured.
    pub history: u64,
    /// Sessions; the median counts.
    pub rounds: u64,
}

/// A node that holds patients of which another changes some, over a hub of their own: its median session; and the
/// author's with nothing to do after the history.
///
/// # Errors
/// The hub does not start, a session fails, or the holder does not get exactly what was changed.
pub async fn held(folder: &Path, plan: Plan) -> Result<(Session, Session)> {
    let work = Work::new(plan.held);
    let hub = Hub::start(folder)?;
    let author = Replica::create(&folder.join("author"), hub.enrol("author", CLINIC).await?, &hub.sync)?;
    let holder = Replica::create(&folder.join("holder"), hub.enrol("holder", CLINIC).await?, &hub.sync)?;
    author.save(work.patients())?;
    author.session().await?;
    let link = holder.connect();
    settled(&link).await?;
    wait_noted(&hub).await?;
    drop(link);
    quiet(&hub, &[&author, &holder]).await?;
    let news = news(&hub, &author, &holder, work, plan).await?;
    let mut idle = Session::default();
    if plan.history > 0 {
        lengthen(&author, work, plan.history)?;
        author.session().await?;
        author.check_all_sent().await?;
        quiet(&hub, &[&author]).await?;
        idle = nothing(&author, plan.rounds).await?;
    }
    Ok((news, idle))
}

/// Has everything indexed that was left for later, so that nothing else is done while a session is measured.
async fn quiet(hub: &Hub, replicas: &[&Replica]) -> Result<()> {
    for replica in replicas {
        replica.index().await?;
    }
    hub.indexed().await?;
    Ok(())
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

/// `author` changes some of its patients and sends them; `holder`, a second node that holds all of them,
/// then has one session. Returns the holder's median session.
///
/// # Errors
/// The holder does not get exactly what was changed.
pub async fn news(hub: &Hub, author: &Replica, holder: &Replica, work: Work, plan: Plan) -> Result<Session> {
    let Plan { changed, rounds, .. } = plan;
    let mut sessions = Vec::new();
    for round in 0..rounds {
        author.save(work.edits(round, changed))?;
        author.session().await?;
        ensure!(marks(hub)? == changed, "{} scopes are marked, not {changed}", marks(hub)?);
        let started = Instant::now();
        let link = holder.connect();
        let state = settled(&link).await?;
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
pub async fn nothing(replica: &Replica, rounds: u64) -> Result<Session> {
    let mut sessions = Vec::new();
    for _ in 0..rounds {
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
