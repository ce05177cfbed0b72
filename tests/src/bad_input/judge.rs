//! Two validators that others wrote: PyPI `fhirkit-rs` and npm `fhir`, each a process that reads a file of resources.

use crate::process::{Spec, run};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Some ten thousand resources on a busy machine.
const LIMIT: Duration = Duration::from_secs(600);
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// An error that somebody found in a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Finding {
    /// The element, as it is named there.
    pub(super) at: String,
    pub(super) says: String,
}

/// A judge.
pub(super) struct Judge {
    pub(super) name: &'static str,
    spec: Spec,
}

/// Both, installed.
///
/// # Errors
/// Python, Node or npm is missing, or the packages cannot be installed; the text says what to do.
pub(super) fn judges(work: &Path) -> Result<[Judge; 2]> {
    let folder = crate::workspace::root().join("tests/judges");
    let python = python(&folder.join("python"), work)?;
    let node = folder.join("node");
    if !node.join("node_modules/.package-lock.json").is_file() {
        let spec = Spec::program("npm-ci", Path::new("npm"), work).args(["ci", "--prefix"]).arg(&node);
        run(&spec, INSTALL_LIMIT).context("cannot install the judge of npm; run `.ci/setup`")?;
    }
    let fhirkit = Spec::program("fhirkit", &python, work).arg(folder.join("python/judge.py"));
    let fhir = Spec::program("fhir", Path::new("node"), work).arg(node.join("judge.mjs"));
    Ok([Judge { name: "fhirkit", spec: fhirkit }, Judge { name: "fhir", spec: fhir }])
}

/// The interpreter of the virtual environment that `.ci/setup` makes; made here if it is not there.
fn python(project: &Path, work: &Path) -> Result<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let folder = cache.context("there is no HOME")?.join("holdfast/judges-python");
    let python = folder.join("bin/python");
    if !folder.join("holdfast-requirements").is_file() {
        let make = Spec::program("venv", Path::new("python3"), work).args(["-m", "venv"]).arg(&folder);
        run(&make, INSTALL_LIMIT).context("cannot make a Python environment; run `.ci/setup`")?;
        let wanted = project.join("requirements.txt");
        let pip =
            Spec::program("pip", &python, work).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&wanted);
        run(&pip, INSTALL_LIMIT).context("cannot install the judge of PyPI; run `.ci/setup`")?;
        std::fs::copy(&wanted, folder.join("holdfast-requirements"))?;
    }
    Ok(python)
}

impl Judge {
    /// What it finds in each resource of a file, one a line.
    ///
    /// # Errors
    /// It fails, or answers for fewer or more than there are.
    pub(super) fn findings(&self, resources: &Path, count: usize) -> Result<Vec<Vec<Finding>>> {
        let said =
            run(&self.spec.clone().arg(resources), LIMIT).with_context(|| format!("{} failed", self.name))?;
        let all: Vec<Vec<Finding>> = said.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        ensure!(all.len() == count, "{} judged {} of {count} resources", self.name, all.len());
        Ok(all)
    }
}
