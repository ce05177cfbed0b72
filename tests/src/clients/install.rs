//! The clients as their lock files name them.

use super::peers::{Peer, Runtime};
use crate::process::{Spec, run};
use crate::workspace;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A first installation on a slow line.
const INSTALL_LIMIT: Duration = Duration::from_secs(600);

/// Where the installed clients are.
#[derive(Debug)]
pub(super) struct Installed {
    scripts: PathBuf,
    /// The virtual environment's programs.
    programs: PathBuf,
}

impl Installed {
    /// Installs what is not there yet, as `make setup` does.
    pub(super) fn get(work: &Path) -> Result<Self> {
        let root = workspace::root();
        let setup = Spec::program("setup", &root.join(".ci/setup"), work).arg("clients");
        let printed =
            run(&setup, INSTALL_LIMIT).context("cannot install the FHIR clients; run `make setup`")?;
        let programs = printed.lines().find_map(|line| line.strip_prefix("venv: "));
        let programs =
            Path::new(programs.context("the setup did not say where the Python packages are")?).join("bin");
        Ok(Self { scripts: root.join("tests/clients"), programs })
    }

    /// The command that runs a client's script; its stderr goes to `work`.
    pub(super) fn command(&self, peer: &Peer, work: &Path) -> Spec {
        let (program, folder) = match peer.runtime {
            Runtime::Python => (self.programs.join("python"), "python"),
            Runtime::Node => (PathBuf::from("node"), "node"),
        };
        // Python would leave its compiled files beside the scripts.
        let spec =
            Spec::program(&peer.name.replace('/', "-"), &program, work).env("PYTHONDONTWRITEBYTECODE", "1");
        spec.arg(self.scripts.join(folder).join(peer.script))
    }

    /// The command `schemathesis`.
    pub(super) fn schemathesis(&self, work: &Path) -> Spec {
        Spec::program("schemathesis", &self.programs.join("schemathesis"), work)
    }
}
