//! How the hub and the node are called: the one place to change when their flags do.

use super::folder::Folder;
use crate::process::{Spec, find_binary, run};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A start with migrations on a busy machine.
pub(super) const READY_LIMIT: Duration = Duration::from_secs(60);
/// A token or an enrolment.
const STEP_LIMIT: Duration = Duration::from_secs(60);
/// An import of every develop bundle on a busy machine.
const IMPORT_LIMIT: Duration = Duration::from_secs(3600);
/// The names that the one node of `make run` enrols under.
const REPLICA: &str = "clinic-node";
const CLINIC: &str = "dev-clinic";

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
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(self.folder.data("hub"))
    }

    /// `holdfast-node serve`: prints `ready URL`.
    pub(super) fn node_serve(&self, listen: SocketAddr) -> Spec {
        self.spec("node", &self.node)
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

    /// `holdfast-node import DIR` against the running node; returns what it printed.
    pub(super) fn import(&self, data: &Path, node_url: &str) -> Result<String> {
        let import = self
            .spec("import", &self.node)
            .arg("import")
            .arg(data)
            .args(["--node", node_url, "--data-dir"])
            .arg(self.folder.data("node"));
        run(&import, IMPORT_LIMIT).with_context(|| format!("cannot import {}", data.display()))
    }

    fn spec(&self, name: &str, program: &Path) -> Spec {
        Spec::program(name, program, self.folder.path())
    }
}
