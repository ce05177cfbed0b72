//! The node that the clients talk to.

use crate::process::{Process, Spec};
use anyhow::{Context, Result};
use std::path::Path;
use std::time::Duration;

/// A start on a busy machine.
const READY: Duration = Duration::from_secs(60);

/// A running node with its ready token. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Node {
    process: Process,
    /// `http://127.0.0.1:PORT`.
    pub(super) url: String,
    /// The token of `--dev`: an administrator's.
    pub(super) token: String,
}

impl Node {
    pub(super) fn start(work: &Path) -> Result<Self> {
        let data = work.join("data");
        let spec = Spec::binary("holdfast-node", work)?.args(["serve", "--dev", "--listen", "127.0.0.1:0"]);
        let mut process = Process::spawn(&spec.arg("--data-dir").arg(&data))?;
        let url = process.wait_ready(READY)?;
        let token = std::fs::read_to_string(data.join("dev-token")).context("the node wrote no dev-token")?;
        Ok(Self { process, url, token: token.trim().to_owned() })
    }

    /// Whether it has survived what was sent to it.
    pub(super) fn is_running(&mut self) -> bool {
        self.process.is_running()
    }
}
