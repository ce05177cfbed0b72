//! One clinic's node: enrolled once, started, killed, started again.

use super::plan::Side;
use crate::process::{Process, Spec, run};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A start on a busy machine, recovery included.
pub(super) const READY: Duration = Duration::from_secs(60);
/// A command that ends by itself.
pub(super) const STEP: Duration = Duration::from_secs(60);

/// Environment variables, beside the defaults.
pub(super) type Variables = &'static [(&'static str, &'static str)];

/// Where a server can be reached now; a new start may have another port.
#[derive(Debug, Clone, Default)]
pub(super) struct Place(Arc<Mutex<String>>);

impl Place {
    pub(super) fn url(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, url: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }
}

/// A node of the drill.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) side: Side,
    pub(super) place: Place,
    /// The token of the nurse who writes here.
    pub(super) token: String,
    work: PathBuf,
    /// The link's near end.
    hub: SocketAddr,
    /// What is set beside the defaults.
    settings: Variables,
    process: Option<Process>,
}

impl Node {
    /// Enrols a new node over its link and gives its nurse a token. It does not run yet.
    pub(super) fn enrol(
        side: Side,
        work: &Path,
        hub: SocketAddr,
        settings: Variables,
        enrol_token: &str,
    ) -> Result<Self> {
        let (place, work, token) = (Place::default(), work.to_owned(), String::new());
        let mut node = Self { side, place, token, work, hub, settings, process: None };
        let url = format!("https://{hub}");
        run(&node.spec(&["enrol", "--hub", &url, "--token", enrol_token])?, STEP)
            .with_context(|| format!("cannot enrol node {}", side.name()))?;
        node.token = node.new_token(side.author(), "clinician")?;
        Ok(node)
    }

    /// A token for somebody else who works here.
    pub(super) fn new_token(&self, name: &str, role: &str) -> Result<String> {
        let made = run(&self.spec(&["token", "add", name, "--role", role])?, STEP);
        Ok(made.context("cannot make a token")?.trim().to_owned())
    }

    /// Starts it, or starts it again.
    pub(super) fn start(&mut self) -> Result<()> {
        let mut process = Process::spawn(&self.spec(&["serve", "--listen", "127.0.0.1:0"])?)?;
        self.place.set(process.wait_ready(READY)?);
        self.process = Some(process);
        Ok(())
    }

    /// SIGKILL.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.process.take().map_or(Ok(()), |mut process| process.kill_hard())
    }

    fn spec(&self, words: &[&str]) -> Result<Spec> {
        let name = format!("node-{}", self.side.name());
        let data = self.work.join(&name);
        let spec = Spec::binary("holdfast-node", &self.work)?.named(&name);
        let spec = spec.env("HOLDFAST_HUB__ENDPOINTS", format!("https://{}", self.hub));
        let spec = self.settings.iter().fold(spec, |spec, (name, value)| spec.env(name, value));
        Ok(spec.args(words).arg("--data-dir").arg(data))
    }
}
