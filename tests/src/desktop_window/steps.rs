//! Runs steps one after the other. Each goes on from the last, so that after one that fails the others are not tried and count as
//! failed.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::clinic::Clinic;
use super::display::Display;
use super::driver::Driver;
use super::ledger::Ledger;
use super::page::Page;
use crate::figure::say;

const SEEN_WITHIN: Duration = Duration::from_secs(30);
/// A picture of a page has text in it, and that has many shades.
const FEWEST_COLOURS: usize = 8;

/// What the steps work on.
pub(super) struct Steps {
    pub(super) work: PathBuf,
    pub(super) display: Display,
    pub(super) program: PathBuf,
    pub(super) clinic: Option<Clinic>,
    pub(super) driver: Option<Driver>,
    pub(super) ledger: Ledger,
    /// The id of the patient whose chart is written in.
    pub(super) patient: String,
    shots: PathBuf,
    /// Steps done.
    pub(super) done: usize,
    /// Steps that failed or were not tried, in words.
    pub(super) failed: Vec<String>,
}

impl Steps {
    pub(super) fn new(work: &Path, shots: &Path, display: Display, program: PathBuf) -> Self {
        Self {
            work: work.to_owned(),
            display,
            program,
            clinic: None,
            driver: None,
            ledger: Ledger::default(),
            patient: String::new(),
            shots: shots.to_owned(),
            done: 0,
            failed: Vec::new(),
        }
    }

    /// Does a step, unless an earlier one has failed.
    pub(super) fn step(&mut self, name: &str, work: impl FnOnce(&mut Self) -> Result<()>) {
        if !self.failed.is_empty() {
            self.failed.push(format!("{name}: not tried"));
            return;
        }
        let began = Instant::now();
        match work(self) {
            Ok(()) => {
                self.done += 1;
                say(&format!("ok    {name} ({} ms)", began.elapsed().as_millis()));
            }
            Err(error) => {
                // What was on the screen tells more than the error; a display that is gone has nothing to show.
                let _gone = self.display.photograph(&self.shots.join("failed.png"));
                say(&format!("FAIL  {name}: {error:#}"));
                self.failed.push(format!("{name}: {error:#}"));
            }
        }
    }

    /// Opens the window and waits until its page is there.
    pub(super) fn open(&mut self) -> Result<()> {
        let program = self.program.clone();
        self.driver_mut()?.open(&program)
    }

    /// What the host says before anybody has signed in.
    pub(super) fn setup(&self) -> Result<Value> {
        self.driver()?.script("return await (await fetch('/api/setup')).json()")
    }

    /// Keeps a picture of the display.
    pub(super) fn photograph(&self, name: &str) -> Result<()> {
        let path = self.shots.join(format!("{name}.png"));
        let until = Instant::now() + SEEN_WITHIN;
        loop {
            self.display.photograph(&path)?;
            if self.display.colours(&path)? >= FEWEST_COLOURS {
                return Ok(());
            }
            ensure!(Instant::now() < until, "nothing is drawn on the display: {}", path.display());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    pub(super) fn page(&self) -> Result<Page<'_>> {
        Ok(Page(self.driver()?))
    }

    pub(super) fn driver(&self) -> Result<&Driver> {
        self.driver.as_ref().context("there is no window")
    }

    pub(super) fn driver_mut(&mut self) -> Result<&mut Driver> {
        self.driver.as_mut().context("there is no window")
    }

    pub(super) fn clinic(&self) -> Result<&Clinic> {
        self.clinic.as_ref().context("there is no node")
    }

    pub(super) fn clinic_mut(&mut self) -> Result<&mut Clinic> {
        self.clinic.as_mut().context("there is no node")
    }
}
