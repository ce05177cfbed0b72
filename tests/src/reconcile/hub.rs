//! A real hub on a PostgreSQL cluster of its own, and the certificates it gives out.

use crate::postgres::Cluster;
use crate::process::{Process, Spec, Usage, run};
use anyhow::{Context, Result, ensure};
use holdfast_link::enrol::{EnrolToken, enrol};
use holdfast_link::keys::PrivateKey;
use holdfast_link::tls::client_config;
use holdfast_link::transport::Endpoint;
use rustls::ClientConfig;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A start with migrations on a busy machine, or a token.
const STEP_LIMIT: Duration = Duration::from_secs(60);

/// A million resources, and how often that is looked at.
const INDEX_LIMIT: Duration = Duration::from_secs(1800);
const LOOK: Duration = Duration::from_millis(100);

/// The database that the hub uses.
const DATABASE: &str = "hub";

/// A running hub. Dropping it ends the process and its cluster.
#[derive(Debug)]
pub struct Hub {
    process: Process,
    cluster: Cluster,
    database_url: String,
    folder: PathBuf,
    /// Where it answers people, as `http://…`.
    pub url: String,
    /// Where it answers replicas.
    pub sync: Endpoint,
}

impl Hub {
    /// Starts a cluster and a hub over it; its files and log go to `folder`.
    ///
    /// # Errors
    /// PostgreSQL or the binary is missing, or the hub does not serve in time; the text quotes its log.
    pub fn start(folder: &Path) -> Result<Self> {
        let cluster = Cluster::start()?;
        let database_url = cluster.create_database(DATABASE)?;
        let spec = Spec::binary("holdfast-hub", folder)?
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--database", &database_url, "--data-dir"])
            .arg(folder.join("hub"));
        let mut process = Process::spawn(&spec)?;
        let url = process.wait_ready(STEP_LIMIT)?;
        let sync = process.line("sync ").context("the hub names no address for replicas")?;
        let sync = Endpoint::parse(&sync)?;
        Ok(Self { process, cluster, database_url, folder: folder.to_owned(), url, sync })
    }

    /// A one-time token with which a replica of a clinic enrols.
    ///
    /// # Errors
    /// The hub refuses.
    pub async fn enrol_token(&self, replica: &str, clinic: &str) -> Result<String> {
        let spec = Spec::binary("holdfast-hub", &self.folder)?
            .named("enrol-token")
            .args(["enrol-token", "--replica", replica, "--clinic", clinic])
            .args(["--database", &self.database_url, "--data-dir"])
            .arg(self.folder.join("hub"));
        let token = tokio::task::spawn_blocking(move || run(&spec, STEP_LIMIT)).await??;
        Ok(token.trim().to_owned())
    }

    /// Enrols a replica of a clinic and returns its TLS settings, which resume sessions.
    ///
    /// # Errors
    /// The hub refuses.
    pub async fn enrol(&self, replica: &str, clinic: &str) -> Result<Arc<ClientConfig>> {
        let token = EnrolToken::parse(&self.enrol_token(replica, clinic).await?)?;
        let key = PrivateKey::generate()?;
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let enrolled = enrol(&self.sync, &token, &key, u64::try_from(now_ms)?).await?;
        Ok(client_config(&enrolled.ca_pem, &enrolled.cert_pem, &key)?)
    }

    /// The developer's token for [`Hub::url`].
    ///
    /// # Errors
    /// The hub has written none.
    pub fn token(&self) -> Result<String> {
        let path = self.folder.join("hub/dev-token");
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// Runs SQL in the hub's database; see [`Cluster::psql`].
    ///
    /// # Errors
    /// The server refuses the statement.
    pub fn psql(&self, sql: &str) -> Result<String> {
        self.cluster.psql(DATABASE, sql)
    }

    /// Ops of the first four lanes that are here as sealed segments, everybody's together.
    ///
    /// # Errors
    /// The database fails.
    pub fn logged(&self) -> Result<u64> {
        Ok(self.psql("select coalesce(sum(seq), 0) from log_head where lane < 4")?.parse()?)
    }

    /// Scopes that have something for a replica.
    ///
    /// # Errors
    /// The database fails.
    pub fn marks(&self, replica: &str) -> Result<u64> {
        let marks = "select count(*) from dirty d join replica r on r.no = d.replica_no where r.name";
        Ok(self.psql(&format!("{marks} = '{replica}'"))?.parse()?)
    }

    /// Waits until every index row is made that a large push left for later; how long that took.
    ///
    /// # Errors
    /// The database fails, or it takes minutes.
    pub async fn indexed(&self) -> Result<Duration> {
        let since = Instant::now();
        while self.psql("select count(*) from unindexed")? != "0" {
            ensure!(since.elapsed() < INDEX_LIMIT, "the hub's index stays behind");
            tokio::time::sleep(LOOK).await;
        }
        Ok(since.elapsed())
    }

    /// CPU time and memory of the hub's process and of its PostgreSQL.
    ///
    /// # Errors
    /// One of them has ended.
    pub fn usage(&self) -> Result<(Usage, Usage)> {
        Ok((self.process.usage()?, self.cluster.usage()?))
    }
}
