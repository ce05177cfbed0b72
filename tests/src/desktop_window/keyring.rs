//! Where the session has a keyring, the secret of the device is in it, and in no file.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::session::Session;
use super::steps::Steps;
use crate::process::{Process, Spec};

const READY_WITHIN: Duration = Duration::from_secs(60);

impl Steps {
    pub(super) fn keyring(&mut self) {
        self.step("with a keyring the secret of the device is there, and in no file", Self::keep_in_keyring);
    }

    fn keep_in_keyring(&mut self) -> Result<()> {
        let home = self.work.join("keyring");
        std::fs::create_dir_all(home.join("data"))?;
        let vault = home.join("data/holdfast-desktop/vault");
        for _ in 0..2 {
            let session = Session::start(&self.work)?;
            let _keyring = session.start_keyring(&self.work, &home)?;
            let mut desktop = self.start_headless(&session, &home, "with-keyring")?;
            desktop.wait_ready(READY_WITHIN)?;
            let made = vault.join("device-secret-entry").is_file() && !vault.join("device-secret").exists();
            let log = std::fs::read_to_string(home.join("data/holdfast-desktop/logs/desktop.log"))?;
            ensure!(made, "the secret is in a file; the log says {log}");
            desktop.terminate(READY_WITHIN)?;
        }
        let session = Session::start(&self.work)?;
        let mut desktop = self.start_headless(&session, &home, "without-keyring")?;
        let ended = desktop.wait(READY_WITHIN)?.context("it starts without its keyring")?;
        ensure!(!ended.success() && desktop.log_tail().contains("keyring"), "it says {}", desktop.log_tail());
        Ok(())
    }

    fn start_headless(&self, session: &Session, home: &Path, name: &str) -> Result<Process> {
        let spec = Spec::program(name, &self.program, &self.work).arg("--headless").env("HOME", home);
        Process::spawn(&session.with(spec.env("XDG_DATA_HOME", home.join("data"))))
    }
}
