//! The package: what it says of itself, and its files in a root of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// An unpacked package.
#[derive(Debug)]
pub(super) struct Package {
    root: PathBuf,
}

impl Package {
    /// Unpacks a package, after checking that this machine has all that it asks for.
    pub(super) fn unpack(deb: &Path, root: &Path) -> Result<Self> {
        let name = field(deb, "Package")?;
        ensure!(name == "holdfast", "{} is the package {name:?}, not holdfast", deb.display());
        for needed in field(deb, "Depends")?.split(", ") {
            let package = needed.split([' ', '(']).next().unwrap_or(needed);
            let known = output(Command::new("dpkg-query").args(["-W", "-f", "${Status}", package]));
            ensure!(
                known.is_ok_and(|text| text.contains("ok installed")),
                "{} needs {package}, which is not here; run .ci/setup desktop",
                deb.display()
            );
        }
        output(Command::new("dpkg-deb").arg("-x").arg(deb).arg(root))?;
        let package = Self { root: root.to_owned() };
        for file in [package.program(), root.join("usr/share/applications/Holdfast.desktop")] {
            ensure!(file.is_file(), "the package holds no {}", file.display());
        }
        Ok(package)
    }

    /// The program in it.
    pub(super) fn program(&self) -> PathBuf {
        self.root.join("usr/bin/holdfast-desktop")
    }
}

fn field(deb: &Path, name: &str) -> Result<String> {
    Ok(output(Command::new("dpkg-deb").arg("-f").arg(deb).arg(name))?.trim().to_owned())
}

/// What a command says, or why it failed.
pub(super) fn output(command: &mut Command) -> Result<String> {
    let done = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !done.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
