//! The installed program is brought up to date: a newer package lies at the node, the window fetches it and hands it over, and root's
//! installer takes it from there, as systemd starts it.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use minisign::KeyPair;

use super::clinic::DOCTOR;
use super::driver::Driver;
use super::package::{Package, output};
use super::page::LINK;
use super::steps::Steps;

/// Newer than whatever was built.
const NEWER: &str = "99.0.0";
/// Fetching and verifying some tens of megabytes on a busy machine.
const HERE_WITHIN: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(250);

impl Steps {
    pub(super) fn update(&mut self, package: &Package, deb: &Path) {
        self.step("a newer package, signed, lies at the node", |steps| steps.publish(deb));
        self.step("the window fetches it, and says that it waits for the installer", |steps| {
            steps.fetch(package)
        });
        self.step("the installer installs it, and the window says when it starts", |steps| {
            steps.install(package)
        });
        self.driver = None;
    }

    /// The same program under a higher version. What is copied under another name first is offered by nobody.
    fn publish(&mut self, deb: &Path) -> Result<()> {
        let arch = output(Command::new("dpkg-deb").arg("-f").arg(deb).arg("Architecture"))?;
        let name = format!("holdfast-desktop_{NEWER}_{}.deb", arch.trim());
        let packages = self.clinic()?.data().join("packages");
        let unfinished = packages.join(format!(".{name}"));
        repack(deb, &self.work.join("newer"), &unfinished)?;
        let keys = KeyPair::generate_unencrypted_keypair().context("no keys can be made")?;
        let public = keys.pk.to_box().context("the key has no text")?.to_string();
        for file in [self.clinic()?.data().join("release.pub"), self.release_keys()] {
            std::fs::write(&file, &public).with_context(|| format!("cannot write {}", file.display()))?;
        }
        let bytes = std::fs::read(&unfinished)?;
        let comment = format!("timestamp:0\tfile:{name}\thashed");
        let signature = minisign::sign(None, &keys.sk, Cursor::new(bytes), Some(&comment), None);
        let signature = signature.context("the package cannot be signed")?.into_string();
        std::fs::write(packages.join(format!("{name}.minisig")), signature)?;
        std::fs::rename(&unfinished, packages.join(&name))?;
        Ok(())
    }

    fn fetch(&mut self, package: &Package) -> Result<()> {
        let home = self.work.join("home");
        let settings = format!(
            "[updates]\nrelease_keys = {:?}\nincoming = {:?}\n",
            self.release_keys(),
            package.incoming()
        );
        std::fs::write(home.join("data/holdfast-desktop/settings.toml"), settings)?;
        self.driver = Some(Driver::start(&self.work, &home, &self.display)?);
        self.open()?;
        self.sign_in(DOCTOR)?;
        self.page()?.press(LINK, "Link")?;
        self.says(&format!("Version {NEWER} is here and is about to be installed."))?;
        self.photograph("update-ready")
    }

    fn install(&mut self, package: &Package) -> Result<()> {
        // By the program that runs, as the service of systemd does.
        let mut installer = Command::new(package.program());
        installer
            .arg("install-update")
            .arg("--root")
            .arg(package.root())
            .arg("--keys")
            .arg(self.release_keys());
        output(&mut installer)?;
        let installed = package.version()?;
        ensure!(installed == NEWER, "dpkg says that {installed} is installed");
        self.says(&format!("Version {NEWER} is installed. It starts when the app is opened again."))?;
        let left = std::fs::read_dir(package.incoming())?.count();
        ensure!(left == 0, "{left} files are left in the incoming folder");
        self.photograph("update-installed")
    }

    fn release_keys(&self) -> PathBuf {
        self.work.join("release.pub")
    }

    fn says(&self, text: &str) -> Result<()> {
        let until = Instant::now() + HERE_WITHIN;
        while !self.page()?.has(&format!("says({text:?})"))? {
            if Instant::now() > until {
                // Says what stands there instead.
                return self.page()?.see(text);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }
}

/// Packs a package again under the newer version; quickly, since nobody sends it far.
fn repack(deb: &Path, folder: &Path, to: &Path) -> Result<()> {
    output(Command::new("dpkg-deb").arg("--raw-extract").arg(deb).arg(folder))?;
    let control = folder.join("DEBIAN/control");
    let text = std::fs::read_to_string(&control)?;
    let lines = text.lines().map(|line| match line.strip_prefix("Version:") {
        Some(_) => format!("Version: {NEWER}\n"),
        None => format!("{line}\n"),
    });
    std::fs::write(&control, lines.collect::<String>())?;
    output(
        Command::new("dpkg-deb").args(["--root-owner-group", "-Zgzip", "-z1", "--build"]).arg(folder).arg(to),
    )?;
    Ok(())
}
