//! The hub over PostgreSQL: started, killed, started again, asked by its own commands.

use super::node::{Place, READY, STEP, Variables};
use crate::process::{Process, Spec, run};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Patients named in one call: far below what a command line may hold.
const SHARE_AT_A_TIME: usize = 1000;

/// The hub of the drill.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) place: Place,
    /// Where replicas reach it now.
    pub(super) sync: SocketAddr,
    work: PathBuf,
    database: String,
    settings: Variables,
    process: Option<Process>,
}

impl Hub {
    /// Starts a hub on an empty database.
    pub(super) fn start(work: &Path, database: &str, settings: Variables) -> Result<Self> {
        let sync = SocketAddr::from(([127, 0, 0, 1], 0));
        let (work, database) = (work.to_owned(), database.to_owned());
        let mut hub = Self { place: Place::default(), sync, work, database, settings, process: None };
        hub.start_again()?;
        Ok(hub)
    }

    /// Starts it after a kill; it may be on other ports then.
    pub(super) fn start_again(&mut self) -> Result<()> {
        let listen = ["serve", "--dev", "--listen", "127.0.0.1:0", "--sync-listen", "127.0.0.1:0"];
        let mut process = Process::spawn(&self.spec("hub", &listen)?)?;
        self.place.set(process.wait_ready(READY)?);
        let sync = process.line("sync https://").context("the hub named no address for sync")?;
        self.sync = sync.trim_end_matches('/').parse().with_context(|| format!("{sync} is no address"))?;
        self.process = Some(process);
        Ok(())
    }

    /// SIGKILL.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.process.take().map_or(Ok(()), |mut process| process.kill_hard())
    }

    /// The token to read with; each start makes a new one.
    pub(super) fn token(&self) -> Result<String> {
        std::fs::read_to_string(self.work.join("hub/dev-token")).context("the hub wrote no dev-token")
    }

    /// A one-time token for a clinic's node of the same name.
    pub(super) fn enrol_token(&self, name: &str) -> Result<String> {
        let words = ["enrol-token", "--replica", name, "--clinic", name];
        let token = run(&self.spec("enrol-token", &words)?, STEP).context("the hub gives no token")?;
        Ok(token.trim().to_owned())
    }

    /// Lets a clinic hold these patients.
    pub(super) fn share(&self, patients: &[&str], clinic: &str) -> Result<()> {
        for some in patients.chunks(SHARE_AT_A_TIME) {
            let spec = self.spec("share", &["share", "--clinic", clinic])?;
            let spec = spec.args(some.iter().flat_map(|id| ["--patient", id]));
            run(&spec, STEP).with_context(|| format!("cannot share patients with {clinic}"))?;
        }
        Ok(())
    }

    /// How many scopes have news that a node has not fetched and confirmed.
    pub(super) fn unfetched(&self) -> Result<u64> {
        let status = run(&self.spec("status", &["status"])?, STEP).context("the hub has no status")?;
        let line =
            status.lines().find_map(|line| line.trim().strip_suffix("scopes with news not yet fetched"));
        line.and_then(|count| count.trim().parse().ok()).with_context(|| format!("no count in {status:?}"))
    }

    fn spec(&self, name: &str, words: &[&str]) -> Result<Spec> {
        let spec = Spec::binary("holdfast-hub", &self.work)?.named(name);
        let spec = self.settings.iter().fold(spec, |spec, (name, value)| spec.env(name, value));
        let spec = spec.args(words).args(["--database", &self.database, "--data-dir"]);
        Ok(spec.arg(self.work.join("hub")))
    }
}
