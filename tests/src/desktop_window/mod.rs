//! `make e2e-desktop`: the package as a machine would install it, its real window in a display of its own, driven by
//! WebKit's driver, at a real node.
//!
//! ```text
//! .deb ─dpkg-deb▶ scratch root ─▶ holdfast-desktop ◀─WebDriver─ this ─▶ holdfast-node
//!                                      └─ Xvfb ─ screenshots
//! ```

mod display;
mod driver;
mod package;
mod steps;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::figure;
use display::Display;
use package::Package;
use steps::Steps;

/// What the run is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// The package.
    pub deb: PathBuf,
    /// Where screenshots go.
    pub shots: PathBuf,
}

/// Runs every step; how many failed.
///
/// # Errors
/// The display, the package, the driver or the node cannot be had.
pub fn run(options: &Options) -> Result<usize> {
    let work = tempfile::tempdir().context("cannot make a work folder")?;
    std::fs::create_dir_all(&options.shots)
        .with_context(|| format!("cannot make {}", options.shots.display()))?;
    let package = Package::unpack(&options.deb, &work.path().join("root"))?;
    let display = Display::start(work.path())?;
    let mut steps = Steps::new(work.path(), &options.shots, display, package);
    steps.run_all();
    figure::print("desktop_steps", steps.done + steps.failed.len(), "count");
    figure::print("desktop_steps_failed", steps.failed.len(), "count");
    for failure in &steps.failed {
        eprintln!("failed: {failure}");
    }
    Ok(steps.failed.len())
}
