//! One of our replicas: a store on disk and the link that a node uses.

use super::CLINIC;
use crate::generate::Resource;
use anyhow::{Context, Result, bail, ensure};
use holdfast_clinical::FhirRules;
use holdfast_core::id::Entity;
use holdfast_link::driver::{Link, LinkConfig, LinkState};
use holdfast_link::transport::Endpoint;
use holdfast_store::author::Base;
use holdfast_store::identity::Identity;
use holdfast_store::reindex;
use holdfast_store::sidecar::FileSidecar;
use holdfast_store::sqlite::{Sqlite, SqliteOptions};
use holdfast_store::writer::Writer;
use holdfast_store::{Place, Records, Surroundings};
use rustls::ClientConfig;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Saves in one transaction while work is prepared.
const BATCH: usize = 1000;
/// As the node asks for.
const PAGE_BYTES: u32 = 1 << 20;
/// How long the store may take to note what was acknowledged, and how often it is asked.
const NOTED_LIMIT: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(10);
/// Longer than any measured session; what takes longer is an error and not a figure.
const SESSION_LIMIT: Duration = Duration::from_secs(1800);

/// A replica that is enrolled, and offline until [`Replica::connect`].
#[derive(Debug)]
pub struct Replica {
    writer: Writer,
    tls: Arc<ClientConfig>,
    endpoint: Endpoint,
    /// Dropped, it ends the worker that keeps the index up, as a node has one.
    _index: watch::Sender<bool>,
}

/// What one session took.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Session {
    /// From the start of the link until everything was settled, in milliseconds.
    pub ms: f64,
    /// Bytes to the hub, TLS included.
    pub bytes_up: u64,
    /// Bytes from the hub, TLS included.
    pub bytes_down: u64,
}

impl Session {
    /// Bytes both ways.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes_up + self.bytes_down
    }
}

impl Replica {
    /// Makes an empty replica in `folder` that will reach its hub at `endpoint`.
    ///
    /// # Errors
    /// The folder or the store cannot be made.
    pub fn create(folder: &Path, tls: Arc<ClientConfig>, endpoint: &Endpoint) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let db = Sqlite::open(&folder.join("records.sqlite"), SqliteOptions::default())?;
        let identity = Identity::beside(Arc::new(FileSidecar::open(folder)?));
        let place = Place { clinic: CLINIC.to_owned(), schema: 1 };
        let records =
            Records::open(Arc::new(db), Arc::new(FhirRules), identity, place, Surroundings::default())?;
        let writer = Writer::start(Arc::new(records))?;
        let (stop, told) = watch::channel(false);
        tokio::spawn(reindex::run(writer.clone(), told));
        Ok(Self { writer, tls, endpoint: endpoint.clone(), _index: stop })
    }

    /// Its records.
    #[must_use]
    pub fn records(&self) -> &Records {
        self.writer.records()
    }

    /// Saves resources as they are, as a blind PUT does.
    ///
    /// # Errors
    /// The store refuses one.
    pub fn save(&self, resources: impl IntoIterator<Item = Resource>) -> Result<()> {
        let mut resources = resources.into_iter().peekable();
        while resources.peek().is_some() {
            let batch: Vec<Resource> = resources.by_ref().take(BATCH).collect();
            self.records().write(|tx| {
                for resource in &batch {
                    let entity = Entity::new(resource.resource_type, resource.id.as_str());
                    tx.put(&entity, &resource.json, &Base::Blind, "Practitioner/1")?;
                }
                Ok(())
            })?;
        }
        self.writer.announce();
        Ok(())
    }

    /// Has every index row made that a large save left for later.
    ///
    /// # Errors
    /// The store fails, or it takes longer than a session may.
    pub async fn index(&self) -> Result<()> {
        self.writer.catch_up_index(SESSION_LIMIT).await?;
        ensure!(
            !self.records().read(|view| view.is_index_behind())?,
            "the index of the replica stays behind"
        );
        Ok(())
    }

    /// Brings the link up. It ends when the last handle is dropped.
    #[must_use]
    pub fn connect(&self) -> Link {
        self.connect_through(self.endpoint.clone())
    }

    /// As [`Replica::connect`], by another address.
    #[must_use]
    pub fn connect_through(&self, endpoint: Endpoint) -> Link {
        let config = LinkConfig { endpoints: vec![endpoint], tls: self.tls.clone(), page_bytes: PAGE_BYTES };
        Link::start(self.writer.clone(), config)
    }

    /// One whole session: connects, exchanges everything, and takes the link down again.
    ///
    /// # Errors
    /// It is not settled within half an hour; the text says why the link waits.
    pub async fn session(&self) -> Result<Session> {
        let started = Instant::now();
        let link = self.connect();
        let state = settled(&link).await?;
        let traffic = state.traffic;
        Ok(Session {
            ms: started.elapsed().as_secs_f64() * 1e3,
            bytes_up: traffic.bytes_out,
            bytes_down: traffic.bytes_in,
        })
    }

    /// Waits until nothing written here reads as unsent: the store notes acknowledgements a moment after they came.
    ///
    /// # Errors
    /// Something is still unsent after some seconds, or the store fails.
    pub async fn check_all_sent(&self) -> Result<()> {
        let until = Instant::now() + NOTED_LIMIT;
        loop {
            let unsent: u64 = self.records().continuity()?.lanes.iter().map(|lane| lane.unsent).sum();
            if unsent == 0 {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("{unsent} ops are unsent though the session called itself settled");
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Waits until everything is acknowledged and nothing waits at the hub.
///
/// # Errors
/// It takes more than half an hour, or the link ends.
pub async fn settled(link: &Link) -> Result<LinkState> {
    let mut states = link.watch();
    let waited = tokio::time::timeout(SESSION_LIMIT, states.wait_for(|state| state.settled)).await;
    match waited {
        Ok(state) => Ok(state.context("the link ended")?.clone()),
        Err(_) => bail!("not settled in {} s: {:?}", SESSION_LIMIT.as_secs(), link.state()),
    }
}
