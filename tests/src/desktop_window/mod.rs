//! `make e2e-desktop`: the package as a machine installs it, its real window in a display of its own, driven by WebKit's driver
//! as a person uses it, at a real node that is killed and started again.
//!
//! ```text
//! .deb ─dpkg▶ scratch root ─▶ holdfast-desktop ◀─WebDriver─ steps ─▶ holdfast-node (people, records, authors)
//!                                  └─ Xvfb ─ screenshots
//! opening ─▶ charting (node killed, program killed, another person) ─▶ arrival (node again) ─▶ keyring ─▶ update
//! ```

mod arrival;
mod charting;
mod clinic;
pub(crate) mod display;
pub(crate) mod driver;
mod entering;
mod http;
mod keyring;
mod ledger;
mod opening;
mod package;
pub(crate) mod page;
mod session;
mod steps;
mod update;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::figure;
use display::Display;
use package::Package;
use steps::Steps;

/// What is opened.
#[derive(Debug, Clone)]
pub enum Subject {
    /// The package, installed first.
    Deb(PathBuf),
    /// A program that was built already.
    Program(PathBuf),
}

/// What the run is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// What is opened.
    pub subject: Subject,
    /// Where screenshots go.
    pub shots: PathBuf,
}

/// Runs every step; how many failed, and how many records were lost.
///
/// # Errors
/// The display or the package cannot be had.
pub fn run(options: &Options) -> Result<usize> {
    let work = tempfile::Builder::new()
        .prefix("holdfast-desktop-")
        .tempdir()
        .context("cannot make a work folder")?;
    std::fs::create_dir_all(&options.shots)
        .with_context(|| format!("cannot make {}", options.shots.display()))?;
    let (package, program) = match &options.subject {
        Subject::Program(program) => (None, program.clone()),
        Subject::Deb(deb) => {
            let package = Package::install(deb, &work.path().join("root"))?;
            let program = package.program();
            (Some(package), program)
        }
    };
    let display = Display::start(work.path())?;
    let mut steps = Steps::new(work.path(), &options.shots, display, program);
    steps.opening();
    steps.charting();
    steps.arrival();
    steps.keyring();
    if let (Some(package), Subject::Deb(deb)) = (package, &options.subject) {
        steps.update(&package, deb);
        steps.step("the package is removed and leaves nothing", |_| package.remove());
    }
    let lost = steps.lost();
    figure::print("desktop_lost", lost, "count");
    figure::print("desktop_charted", steps.ledger.len(), "count");
    figure::print("desktop_steps", steps.done + steps.failed.len(), "count");
    figure::print("desktop_steps_failed", steps.failed.len(), "count");
    Ok(lost + steps.failed.len())
}
