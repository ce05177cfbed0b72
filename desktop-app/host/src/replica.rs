//! The open replica: the encrypted store, the API over it, the link to the node, and the workers that go with them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use holdfast_api::access::tokens::{self, Tokens};
use holdfast_api::link::{Above, LinkReport};
use holdfast_api::{ApiParts, ApiState, Host};
use holdfast_clinical::FhirRules;
use holdfast_core::rules::Rules;
use holdfast_link::keys::{KeyError, read_private};
use holdfast_store::identity::Identity;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::writer::Writer;
use holdfast_store::{Place, Records, Surroundings};
use holdfast_uplink::{Enrolment, Uplink, UpstreamFinder};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::key::DatabaseKey;
use crate::settings::Settings;

/// Version of the data in the segments that this build writes.
const SCHEMA: u16 = 1;
/// Workers that do not end in time are cut off.
const END_WITHIN: Duration = Duration::from_secs(5);

/// An open replica.
pub struct Replica {
    db: Arc<Sqlite>,
    writer: Writer,
    state: ApiState,
    link: Arc<Uplink>,
    /// The whole API.
    pub router: Router,
    stop: watch::Sender<bool>,
    workers: JoinSet<()>,
    auditing: JoinHandle<()>,
}

impl Replica {
    /// Opens the records of an enrolled desktop with their key, makes them if there are none, and starts the link.
    ///
    /// # Errors
    /// [`Failure::Store`] for another key or a damaged database, [`Failure::NotEnrolled`], [`Failure::Uplink`].
    pub async fn open(
        dir: &DataDir,
        settings: &Settings,
        key: &DatabaseKey,
        dev_token: Option<&str>,
    ) -> Result<Self, Failure> {
        let enrolment = Enrolment::load(&dir.enrolment())?.ok_or(Failure::NotEnrolled)?;
        let clinic = enrolment.enrolled.identity.clinic().to_owned();
        let (folder, key) = (dir.records(), key.clone());
        let opened = tokio::task::spawn_blocking(move || open_records(&folder, &key, clinic)).await;
        let (db, records) = opened
            .map_err(|error| Failure::System { what: "a step was cut off", why: error.to_string() })??;
        let writer = Writer::start(records)?;
        let folder = dir.enrolment();
        let link = Arc::new(Uplink::start(&enrolment, &settings.endpoints, &folder, Above::Node, &writer)?);
        let tokens = Tokens::new(known_tokens(dir)?, dev_token);
        let mut parts = ApiParts::new(writer.clone(), tokens);
        let report: Arc<dyn LinkReport> = link.clone();
        parts.link = report;
        parts.finder = Some(Arc::new(UpstreamFinder::new(link.clone(), writer.clone())));
        parts.host = Host::Desktop;
        parts.max_file_bytes = settings.file_bytes;
        let state = ApiState::new(parts);
        let (stop, stopped) = watch::channel(false);
        let mut workers = JoinSet::new();
        workers.spawn(holdfast_api::access::rate::run(state.clone(), stopped.clone()));
        workers.spawn(holdfast_api::people::run(state.clone(), false, stopped.clone()));
        workers.spawn(holdfast_store::reindex::run(writer.clone(), stopped.clone()));
        workers.spawn(holdfast_uplink::renewal::run(link.clone(), stopped.clone()));
        let auditing = tokio::spawn(holdfast_api::audit::run(state.clone(), stopped));
        let router = holdfast_api::router(state.clone());
        tracing::info!(actor = %writer.records().actor(), "the records are open");
        Ok(Self { db, writer, state, link, router, stop, workers, auditing })
    }

    /// Starts another worker, which is told when to end.
    pub(crate) fn work<W: Future<Output = ()> + Send + 'static>(
        &mut self,
        worker: impl FnOnce(watch::Receiver<bool>) -> W,
    ) {
        self.workers.spawn(worker(self.stop.subscribe()));
    }

    /// How the link to the node stands.
    pub fn link(&self) -> &Arc<Uplink> {
        &self.link
    }

    /// The store.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Ends the streams of events: the first step of a clean end.
    pub fn close_streams(&self) {
        self.state.close();
    }

    /// Ends the workers and the link, writes what waits, and moves the write-ahead log into the database.
    pub async fn close(mut self) {
        self.stop.send_replace(true);
        if let Err(error) = self.auditing.await {
            tracing::error!(error = %error, "the worker that keeps who looked at what has failed");
        }
        holdfast_api::audit::flush(&self.state).await;
        self.link.end();
        let all = async { while self.workers.join_next().await.is_some() {} };
        if tokio::time::timeout(END_WITHIN, all).await.is_err() {
            tracing::warn!("a worker did not end in time; it is cut off");
            self.workers.abort_all();
        }
        let Self { db, writer, state, link, router, .. } = self;
        drop((writer, state, link, router));
        match tokio::task::spawn_blocking(move || db.checkpoint()).await {
            Ok(Ok(())) => tracing::info!("the records are closed"),
            Ok(Err(error)) => {
                tracing::warn!(error.code = error.code(), error = %error, "closed without a checkpoint")
            }
            Err(error) => tracing::warn!(error = %error, "closed without a checkpoint"),
        }
    }
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replica").field("link", &self.link).finish_non_exhaustive()
    }
}

fn open_records(
    folder: &Path,
    key: &DatabaseKey,
    clinic: String,
) -> Result<(Arc<Sqlite>, Arc<Records>), Failure> {
    holdfast_link::keys::ensure_private_dir(folder)?;
    let options = SqliteOptions { key: Some(*key.bytes()), ..SqliteOptions::default() };
    let path = folder.join(holdfast_store::backup::DATABASE_FILE);
    let db = Arc::new(Sqlite::open(&path, options)?);
    let sidecar = Arc::new(FileSidecar::open(folder)?);
    let rules: Arc<dyn Rules> = Arc::new(FhirRules);
    let place = Place { clinic, schema: SCHEMA };
    let records =
        Records::open(db.clone(), rules, Identity::beside(sidecar), place, Surroundings::default())?;
    Ok((db, Arc::new(records)))
}

fn known_tokens(dir: &DataDir) -> Result<Vec<tokens::KnownToken>, Failure> {
    match read_private(&dir.tokens()) {
        Ok(bytes) => Ok(tokens::parse(&String::from_utf8_lossy(&bytes))?),
        Err(KeyError::Missing { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}
