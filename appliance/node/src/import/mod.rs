//! `holdfast-node import`: sends FHIR files to a node through its API, several requests at a time, facilities first.
//!
//! ```text
//! files ─▶ lines ─▶ jobs (a bundle as it is; a collection as a transaction of PUTs; a resource as a PUT)
//!       ─▶ order (what writes the same resource with other content waits) ─▶ API ─▶ tally, receipts
//! ```
//!
//! Importing the same files again changes nothing: resources go under their own ids, those without one under an id made
//! of their content.

mod client;
mod files;
mod job;
mod lines;
mod order;
mod outcome;
mod progress;
mod receipts;
mod wrap;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use holdfast_link::keys::read_private;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::data_dir::DataDir;
use crate::failure::{EXIT_IMPORT, Failure};
use crate::say::say;
use client::Client;
use job::{Job, Prepared};
use order::InFlight;
use outcome::{Outcome, Tally};
use progress::Progress;
use receipts::Receipts;

/// Requests in flight: two keep a two-core node busy, four hide the waiting for its commits.
const WIDTH: usize = 4;
/// Jobs read ahead: the largest bundles have 30 MiB.
const AHEAD: usize = 4;

/// Which node, and who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// `http://host:port`, without a slash at the end.
    pub url: String,
    /// The bearer token.
    pub token: String,
}

impl Target {
    /// From the flags, else from what the node has left in its data folder.
    ///
    /// # Errors
    /// [`Failure::Other`] if there is no token.
    pub fn find(
        dir: &DataDir,
        listen: SocketAddr,
        url: Option<String>,
        token: Option<String>,
    ) -> Result<Self, Failure> {
        let noted = || std::fs::read_to_string(dir.url()).ok().map(|url| url.trim().to_owned());
        let url = url.or_else(noted).unwrap_or_else(|| format!("http://{listen}"));
        let dev = || read_private(&dir.dev_token()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let token = token.or_else(dev).map(|token| token.trim().to_owned()).ok_or_else(|| {
            let text = "cannot import without a token: none is given, and the data folder has no dev-token; give one \
                        with --token (`holdfast-node token add import --role system`)";
            Failure::other("no-token", text)
        })?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), token })
    }
}

/// Imports a folder or a file.
///
/// # Errors
/// [`Failure::Other`]: nothing to import, the node cannot be reached, or something was refused (after all else is
/// imported).
pub async fn run(from: &Path, target: Target, receipts: Option<&Path>) -> Result<(), Failure> {
    let files = files::find(from)?;
    let mut receipts = receipts.map(Receipts::create).transpose()?;
    let client = Client::new(target)?;
    client.greet().await?;
    let progress = Arc::new(Progress::new(&files));
    let (send, jobs) = mpsc::channel(AHEAD);
    let reading = {
        let progress = progress.clone();
        tokio::task::spawn_blocking(move || lines::prepare_all(&files, &progress, &send))
    };
    let mut tally = Tally::default();
    let mut take = |outcome: Outcome| {
        progress.count(&outcome);
        if let Some(receipts) = &mut receipts {
            receipts.write(&outcome)?;
        }
        tally.add(outcome);
        Ok(())
    };
    let sent = send_all(&client, jobs, &progress, &mut take).await;
    progress.end();
    // What was imported is told even if the rest could not be.
    say(&tally.summary(progress.elapsed()));
    sent?;
    let _reader_has_said_all = reading.await;
    receipts.map_or(Ok(()), Receipts::finish)?;
    complete(&tally)
}

fn complete(tally: &Tally) -> Result<(), Failure> {
    let count = tally.refused();
    if count == 0 {
        return Ok(());
    }
    let text = format!(
        "the import is incomplete: {count} lines were refused (above); correct them and import again"
    );
    Err(Failure::with_exit("import-incomplete", EXIT_IMPORT, text))
}

/// Sends every job; at a barrier, and before a resource is written that is being written with other content, it waits.
async fn send_all(
    client: &Client,
    mut jobs: mpsc::Receiver<Prepared>,
    progress: &Progress,
    take: &mut dyn FnMut(Outcome) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut requests: JoinSet<Result<Outcome, Failure>> = JoinSet::new();
    let mut in_flight = InFlight::default();
    let mut ticks = tokio::time::interval(progress.pause());
    let mut waiting: Option<Job> = None;
    loop {
        let is_full = requests.len() >= WIDTH;
        tokio::select! {
            _ = ticks.tick() => progress.show(),
            Some(done) = requests.join_next() => {
                let outcome = done.map_err(|_| defect())??;
                in_flight.remove(outcome.serial);
                take(outcome)?;
            }
            next = jobs.recv(), if waiting.is_none() && !is_full => match next {
                Some(Prepared::Job(job)) => waiting = Some(job),
                Some(Prepared::Refused(outcome)) => take(outcome)?,
                None if requests.is_empty() => return Ok(()),
                None => drain(&mut requests, take).await?,
            },
        }
        if requests.len() < WIDTH
            && let Some(job) = waiting.take_if(|job| in_flight.may_start(job))
        {
            in_flight.add(&job);
            let client = client.clone();
            requests.spawn(async move { client.send(job).await });
        }
    }
}

async fn drain(
    requests: &mut JoinSet<Result<Outcome, Failure>>,
    take: &mut dyn FnMut(Outcome) -> Result<(), Failure>,
) -> Result<(), Failure> {
    while let Some(done) = requests.join_next().await {
        take(done.map_err(|_| defect())??)?;
    }
    Ok(())
}

fn defect() -> Failure {
    Failure::other(
        "defect",
        "cannot go on importing: a request stopped on a defect of this program; tell its makers",
    )
}
