//! The package, installed by dpkg into a root of its own. That root knows this machine's packages, so that dpkg itself says whether
//! all is here that the package needs, and nothing of the machine is changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

const NAME: &str = "holdfast";
/// Where dpkg writes down what is installed, below a root.
const ADMIN: &str = "var/lib/dpkg";
const STATUS: &str = "/var/lib/dpkg/status";

/// An installed package.
#[derive(Debug)]
pub(super) struct Package {
    root: PathBuf,
}

impl Package {
    /// Installs a package in a root.
    ///
    /// # Errors
    /// dpkg refuses, or a file is missing that a desktop session needs.
    pub(super) fn install(deb: &Path, root: &Path) -> Result<Self> {
        let name = output(Command::new("dpkg-deb").arg("-f").arg(deb).arg("Package"))?;
        ensure!(name.trim() == NAME, "{} is the package {name:?}, not {NAME}", deb.display());
        for folder in ["info", "updates", "triggers"] {
            std::fs::create_dir_all(root.join(ADMIN).join(folder))?;
        }
        std::fs::copy(STATUS, root.join(ADMIN).join("status")).context("this machine has no dpkg")?;
        let package = Self { root: root.to_owned() };
        output(package.dpkg().arg("--install").arg(deb)).context("run .ci/setup desktop")?;
        for file in [package.program(), root.join("usr/share/applications/Holdfast.desktop")] {
            ensure!(file.is_file(), "the package holds no {}", file.display());
        }
        Ok(package)
    }

    /// The program in it.
    pub(super) fn program(&self) -> PathBuf {
        self.root.join("usr/bin/holdfast-desktop")
    }

    /// Where it is installed.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where newer versions are handed over; the package makes it.
    pub(super) fn incoming(&self) -> PathBuf {
        self.root.join("var/lib/holdfast-desktop/incoming")
    }

    /// The version that is installed, as dpkg says.
    ///
    /// # Errors
    /// It is not installed.
    pub(super) fn version(&self) -> Result<String> {
        let mut query = Command::new("dpkg-query");
        query.arg("--admindir").arg(self.root.join(ADMIN)).args([
            "--show",
            "--showformat",
            "${Version}",
            NAME,
        ]);
        output(&mut query)
    }

    /// Removes it.
    ///
    /// # Errors
    /// dpkg refuses, or a file stays.
    pub(super) fn remove(&self) -> Result<()> {
        output(self.dpkg().args(["--purge", NAME]))?;
        let left = self.root.join("usr");
        ensure!(!left.exists(), "{} is left behind", left.display());
        let state = self.incoming();
        ensure!(!state.exists(), "{} is left behind", state.display());
        Ok(())
    }

    fn dpkg(&self) -> Command {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg("--root").arg(&self.root).args([
            "--force-not-root",
            "--force-script-chrootless",
            "--log=/dev/null",
        ]);
        dpkg
    }
}

/// What a command says, or why it failed.
pub(super) fn output(command: &mut Command) -> Result<String> {
    let done = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !done.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
