//! How the hub and the node are called: the one place to change when their flags do.

use super::folder::Folder;
use crate::process::{Process, Spec, find_binary, run};
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A start with migrations on a busy machine.
pub(super) const READY_LIMIT: Duration = Duration::from_secs(60);
/// A token or an enrolment.
const STEP_LIMIT: Duration = Duration::from_secs(60);
/// An import of every develop bundle on a busy machine.
const IMPORT_LIMIT: Duration = Duration::from_secs(3600);
/// How often the progress of an import is looked at.
const IMPORT_LOOK: Duration = Duration::from_secs(1);
/// What `import` exits with when it has refused some lines and imported the others.
const IMPORT_INCOMPLETE: i32 = 20;
/// What became of each imported line.
const RECEIPTS: &str = "import-receipts.ndjson";
/// The file to which the hub writes patients' one-time codes, in its folder.
pub(super) const CODES: &str = "codes";
/// The names that the one node of `make run` enrols under.
const REPLICA: &str = "clinic-node";
const CLINIC: &str = "dev-clinic";
/// What its patients call it.
const TITLE: &str = "Riverside Clinic";

/// The binaries, and the folder that they work in.
#[derive(Debug, Clone)]
pub(super) struct Commands {
    folder: Folder,
    hub: PathBuf,
    node: PathBuf,
}

impl Commands {
    /// Finds both binaries.
    pub(super) fn find(folder: &Folder) -> Result<Self> {
        Ok(Self {
            folder: folder.clone(),
            hub: find_binary("holdfast-hub")?,
            node: find_binary("holdfast-node")?,
        })
    }

    /// `holdfast-hub serve`: prints `sync URL` and then `ready URL`.
    pub(super) fn hub_serve(&self) -> Spec {
        self.spec("hub", &self.hub)
            .env("HOLDFAST_BOOKING__CODE_TO", self.folder.path().join(CODES))
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(self.folder.data("hub"))
    }

    /// `holdfast-node serve`: prints `ready URL`. It syncs over the link and not with the address that the hub names.
    pub(super) fn node_serve(
        &self,
        listen: SocketAddr,
        through_link: &str,
        time_zone: &str,
        web_days: Option<u32>,
    ) -> Spec {
        // The port beside the node's own, so that desktops find it again after a restart.
        let beside = listen.port().checked_add(1).filter(|port| *port > 1).unwrap_or(0);
        let web_days = web_days.map(|days| ("HOLDFAST_BOOKING__WEB_DAYS", days.to_string()));
        let spec = self.spec("node", &self.node);
        let spec = web_days.into_iter().fold(spec, |spec, (name, value)| spec.env(name, value));
        spec.env("HOLDFAST_DESKTOPS__LISTEN", super::address::free_or_any(beside).to_string())
            .env("HOLDFAST_HUB__ENDPOINTS", through_link)
            .env("HOLDFAST_CLINIC__TITLE", TITLE)
            .env("HOLDFAST_CLINIC__TIME_ZONE", time_zone)
            .args(["serve", "--dev", "--listen", &listen.to_string(), "--data-dir"])
            .arg(self.folder.data("node"))
    }

    /// Gets a one-time token from the hub and enrols the node with it.
    pub(super) fn enrol(&self, hub_url: &str) -> Result<()> {
        let token = self
            .spec("enrol-token", &self.hub)
            .args(["enrol-token", "--data-dir"])
            .arg(self.folder.data("hub"));
        let token = token.args(["--replica", REPLICA, "--clinic", CLINIC]);
        let token = run(&token, STEP_LIMIT).context("cannot get an enrolment token from the hub")?;
        let enrol = self
            .spec("enrol", &self.node)
            .args(["enrol", "--hub", hub_url, "--token", token.trim(), "--data-dir"])
            .arg(self.folder.data("node"));
        run(&enrol, STEP_LIMIT).context("cannot enrol the node").map(drop)
    }

    /// `holdfast-node import DIR` against the running node; `tell` hears how far it is. Returns its last words.
    pub(super) fn import(&self, data: &Path, node_url: &str, tell: impl Fn(&str)) -> Result<String> {
        let import = self
            .spec("import", &self.node)
            .arg("import")
            .arg(data)
            .args(["--node", node_url, "--receipts", RECEIPTS, "--data-dir"])
            .arg(self.folder.data("node"));
        let mut process = Process::spawn(&import)?;
        let until = Instant::now() + IMPORT_LIMIT;
        let status = loop {
            match process.wait(IMPORT_LOOK)? {
                Some(status) => break status,
                None if Instant::now() > until => bail!("the import did not end in an hour"),
                None => tell(process.log_tail().lines().last().unwrap_or_default()),
            }
        };
        let imported = process.wait_line("imported ", READY_LIMIT);
        match (status.code(), imported) {
            (Some(0), Ok(what)) => Ok(format!("imported {what}")),
            (Some(IMPORT_INCOMPLETE), Ok(what)) => {
                let receipts = self.folder.path().join(RECEIPTS);
                Ok(format!("imported {what}; why they were refused is in {}", receipts.display()))
            }
            _ => bail!("cannot import {} ({status}):\n{}", data.display(), process.log_tail()),
        }
    }

    fn spec(&self, name: &str, program: &Path) -> Spec {
        Spec::program(name, program, self.folder.path())
    }
}
