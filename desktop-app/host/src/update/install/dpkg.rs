//! What Debian's own programs say of a package, and installing it by them.

use std::path::{Path, PathBuf};
use std::process::Command;

use holdfast_release::PackageName;
use semver::Version;

use super::depends::{FORMAT, Present, missing};
use super::error::InstallError;

/// What the package calls itself.
const PACKAGE: &str = "holdfast";

/// dpkg at a root.
pub(super) struct Dpkg {
    root: PathBuf,
}

impl Dpkg {
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Whether the package is what its name says, for this machine, and newer than what is installed. Without anything installed
    /// there is nothing to bring up to date.
    pub(super) fn must_be_newer(&self, package: &Path, name: &PackageName) -> Result<(), InstallError> {
        let field = |field: &str| say(Command::new("dpkg-deb").arg("-f").arg(package).arg(field));
        let inside = [field("Package")?, field("Version")?, field("Architecture")?];
        let expected = [PACKAGE.to_owned(), name.version.to_string(), name.arch.clone()];
        if inside != expected {
            return Err(InstallError::Inside { name: name.file_name(), inside: inside.join(" ") });
        }
        let own = say(Command::new("dpkg").arg("--print-architecture"))?;
        if own != name.arch {
            let inside = format!("a package for {}, and this machine is {own}", name.arch);
            return Err(InstallError::Inside { name: name.file_name(), inside });
        }
        let installed = say(self.show("${Version}").arg(PACKAGE))?;
        let is_newer = Version::parse(&installed).is_ok_and(|installed| name.version > installed);
        let (file, version) = (name.file_name(), name.version.to_string());
        if is_newer { Ok(()) } else { Err(InstallError::NotNewer { name: file, version, installed }) }
    }

    /// Whether all that the package needs is installed: dpkg itself notices only once the running version is replaced.
    pub(super) fn must_have_all_it_needs(
        &self,
        package: &Path,
        name: &PackageName,
    ) -> Result<(), InstallError> {
        let depends = say(Command::new("dpkg-deb").arg("-f").arg(package).arg("Depends"))?;
        let present = Present::parse(&say(&mut self.show(FORMAT))?);
        match missing(&depends, &present, &mut compare)? {
            None => Ok(()),
            Some(needs) => Err(InstallError::Needs { name: name.file_name(), needs: needs.to_owned() }),
        }
    }

    /// A question about what is installed here.
    fn show(&self, format: &str) -> Command {
        let mut query = Command::new("dpkg-query");
        query.arg("--admindir").arg(self.root.join("var/lib/dpkg")).args(["--show", "--showformat", format]);
        query
    }

    pub(super) fn install(&self, package: &Path) -> Result<(), InstallError> {
        let mut dpkg = Command::new("dpkg");
        if self.root != Path::new("/") {
            // In a scratch root there is nothing that scripts could run in.
            dpkg.arg("--root").arg(&self.root).args([
                "--force-not-root",
                "--force-script-chrootless",
                "--log=/dev/null",
            ]);
        }
        say(dpkg.arg("--install").arg(package)).map(drop)
    }
}

/// Whether a version stands so to another, by Debian's order.
fn compare(version: &str, operator: &str, other: &str) -> Result<bool, InstallError> {
    let compared = Command::new("dpkg").args(["--compare-versions", version, operator, other]).output();
    let compared = compared.map_err(|error| InstallError::Dpkg(error.to_string()))?;
    match compared.status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => Err(InstallError::Dpkg(format!("{version} cannot be compared with {operator} {other}"))),
    }
}

/// What a command says, in C's language, without the space around it.
fn say(command: &mut Command) -> Result<String, InstallError> {
    let done = command.env("LC_ALL", "C").output();
    let done = done.map_err(|error| InstallError::Dpkg(error.to_string()))?;
    if !done.status.success() {
        let text = String::from_utf8_lossy(&done.stderr);
        // Hints may follow the reason.
        let reason = text.lines().find(|line| line.contains("error")).or(text.lines().last());
        return Err(InstallError::Dpkg(reason.unwrap_or_default().trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}
