//! `make e2e-staff`: the staff app in Chromium, served by real nodes, used as people use it.
//!
//! ```text
//! desktop-app/e2e/run.mjs ─▶ Chromium ─▶ first node ──┐
//!          │                        ├──▶ second node ─┴─▶ link (cut, healed) ─▶ hub
//!          │                        └──▶ a node that nobody has set up
//!          └─▶ figure: staff_axe_violations, staff_steps_failed, staff_axe_control
//! ```
//!
//! Both nodes belong to one clinic and hold the same patients: what is written at both while the link is cut is a conflict
//! once it heals.

pub(crate) mod clinic;
pub mod command;
pub(crate) mod walk;

pub use walk::Figures;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use clinic::Clinic;
use walk::{Walk, walk};

/// Patients of the generated clinic: enough that every screen has something to show.
const PATIENTS: u64 = 60;

/// How much is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where pictures of the screens go.
    pub shots: PathBuf,
    /// Names of the parts of `run.mjs`, with commas between; without it, all.
    pub only: Option<String>,
}

/// Starts everything, does the steps, and says what came of them.
///
/// # Errors
/// Something cannot be started, or the steps end without their figures.
pub fn run(options: &Options) -> Result<Figures> {
    let work =
        tempfile::Builder::new().prefix("holdfast-staff-").tempdir().context("cannot make a folder")?;
    let clinic = Clinic::start(work.path(), PATIENTS)?;
    walk(&of(clinic.environment()?, options))
}

/// Does the steps at a node that runs already; the environment names it and a sign-in (`HOLDFAST_URL` and others).
///
/// # Errors
/// The steps end without their figures.
pub fn run_there(options: &Options) -> Result<Figures> {
    walk(&of(Vec::new(), options))
}

fn of<'a>(environment: Vec<(&'static str, String)>, options: &'a Options) -> Walk<'a> {
    let (shots, only) = (options.shots.as_path(), options.only.as_deref());
    Walk { script: "run.mjs", figures: "staff", environment, shots, only }
}

/// `desktop-app` of the workspace, where the steps are.
fn front() -> PathBuf {
    crate::workspace::root().join("desktop-app")
}

/// Reads a small file, trimmed.
pub(crate) fn read(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.trim().to_owned())
}
