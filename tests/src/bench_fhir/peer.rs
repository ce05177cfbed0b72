//! The peer: `helios-hfs`, a FHIR server in Rust over SQLite, as its makers publish it.

use crate::load::Target;
use crate::process::Spec;
use crate::served::Served;
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The name by which it looks for R4's search parameters.
const DEFINITIONS: &str = "search-parameters-r4.json";
/// Its database's file.
pub(super) const DATABASE: &str = "hfs.db";

/// What is needed of it.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its program.
    pub program: PathBuf,
    /// R4's search parameters, as a Bundle; without them it searches by a few alone.
    pub definitions: PathBuf,
}

impl Peer {
    /// Starts it on an empty folder.
    pub(super) fn start(&self, folder: &Path) -> Result<Served> {
        let data = folder.join("definitions");
        std::fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
        std::fs::copy(&self.definitions, data.join(DEFINITIONS))
            .with_context(|| format!("cannot copy {}", self.definitions.display()))?;
        // It prints no port, so one is chosen that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        let url = format!("http://127.0.0.1:{port}");
        let spec = Spec::program("hfs", &self.program, folder)
            .args(["--host", "127.0.0.1", "--port", &port, "--log-level", "error"])
            .arg("--database-url")
            .arg(folder.join(DATABASE))
            .env("HFS_DATA_DIR", data)
            .env("HFS_BASE_URL", &url)
            .env("HFS_UI_ENABLED", "false")
            .env("HFS_NL_SEARCH_ENABLED", "false")
            .env("HFS_REQUEST_TIMEOUT", "120");
        Served::other(&spec, Target::new(&url, None)?, "/health", folder)
    }
}
