//! The node comes back: everything goes up by itself, whoever is signed in.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use super::clinic::{DOCTOR, NURSE};
use super::steps::Steps;

/// A link that has waited tries again within half a minute.
const WITHIN: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(250);

impl Steps {
    pub(super) fn arrival(&mut self) {
        self.step("the node starts again; the window says that all is there", Self::node_again);
        self.step("every record is at the node under its true author", Self::arrived);
        self.step("what the nurse left unfinished is at the node, for the nurse alone", Self::drafts_arrived);
        self.step("nothing of a patient lies in the clear on the desktop's disk", Self::nothing_in_the_clear);
        self.step("closed and opened with the node there, it is locked", Self::close_and_open);
        self.driver = None;
    }

    /// How many records did not arrive; all of them if nothing could be asked.
    pub(super) fn lost(&self) -> usize {
        let missing = self.clinic().and_then(|clinic| self.ledger.missing(clinic));
        missing.map_or(self.ledger.len(), |missing| missing.len())
    }

    fn node_again(&mut self) -> Result<()> {
        self.clinic_mut()?.begin()?;
        let page = self.page()?;
        let until = Instant::now() + WITHIN;
        while !page.has("says('All sent')")? {
            ensure!(Instant::now() < until, "the window does not say that all is sent");
            std::thread::sleep(LOOK_AGAIN);
        }
        self.photograph("node-back")
    }

    fn arrived(&mut self) -> Result<()> {
        ensure!(self.ledger.len() > 0, "nothing was charted");
        let until = Instant::now() + WITHIN;
        loop {
            let missing = self.ledger.missing(self.clinic()?)?;
            if missing.is_empty() {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("{}", missing.join("; "));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn drafts_arrived(&mut self) -> Result<()> {
        let clinic = self.clinic()?;
        let nurses = clinic.drafts_of(&NURSE)?;
        let has = |text: &str| nurses.iter().any(|draft| draft.to_string().contains(text));
        ensure!(has(Self::unfinished()), "the nurse has {nurses:?}");
        let doctors = clinic.drafts_of(&DOCTOR)?;
        ensure!(doctors.is_empty(), "the doctor has {doctors:?}");
        Ok(())
    }

    fn nothing_in_the_clear(&mut self) -> Result<()> {
        let mut folders = vec![self.work.join("home")];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                // Files come and go while the window runs.
                let Ok(bytes) = std::fs::read(&path) else { continue };
                seen += 1;
                for mark in ["ckner-Essa", "Penicillin", "Cough and fever", Self::unfinished()] {
                    let has = bytes.windows(mark.len()).any(|part| part == mark.as_bytes());
                    ensure!(!has, "{} holds {mark:?}", path.display());
                }
            }
        }
        ensure!(seen > 5, "there are {seen} files only");
        Ok(())
    }

    fn close_and_open(&mut self) -> Result<()> {
        self.driver_mut()?.close()?;
        self.open()?;
        let setup = self.setup()?;
        ensure!(setup["locked"] == true, "it says {setup}");
        let page = self.page()?;
        page.see(NURSE.name)?;
        self.photograph("opened-again")
    }
}
