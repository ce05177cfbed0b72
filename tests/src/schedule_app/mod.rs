//! `make e2e-schedule`: the schedule in the staff app, in Chromium, at a real node behind a link that is cut and healed.
//!
//! ```text
//! desktop-app/e2e/schedule.mjs ─▶ Chromium, two desks ─▶ node ─▶ link (cut, healed) ─▶ hub
//!          └─▶ figure: schedule_axe_violations, schedule_steps_failed, schedule_axe_control
//! ```
//!
//! The clinic is in a zone whose clocks change, so that days of 23 and of 25 hours are on its sheet.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process::find_binary;
use crate::staff_app::clinic::{LOGIN, PIN, Supervisor, named, sign_in_of};
use crate::staff_app::walk::{Walk, walk};
use crate::staff_app::{Figures, Options, read};

/// Patients of the generated clinic: enough for full days.
const PATIENTS: u64 = 80;
/// The clinic that `holdfast-run` enrols.
const CLINIC: &str = "dev-clinic";
/// So far ahead time is shared with head office, where patients book.
const WEB_DAYS: &str = "28";
/// Its clocks go forward on the last Sunday of March, and back on that of October.
const ZONE: &str = "Europe/Berlin";

/// Starts everything, does the steps, and says what came of them.
///
/// # Errors
/// Something cannot be started, or the steps end without their figures.
pub fn run(options: &Options) -> Result<Figures> {
    let work =
        tempfile::Builder::new().prefix("holdfast-schedule-").tempdir().context("cannot make a folder")?;
    let folder = work.path().join("run");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let supervisor =
        Supervisor::start(work.path(), &folder, PATIENTS, &["--time-zone", ZONE, "--web-days", WEB_DAYS])?;
    let (url, _) = supervisor.node(&folder)?;
    walk(&of(environment(&folder, url)?, options))
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
    Walk { script: "schedule.mjs", figures: "schedule", environment, shots, only }
}

/// What `schedule.mjs` is told.
fn environment(folder: &Path, url: String) -> Result<Vec<(&'static str, String)>> {
    let (desk, desk_pin) = sign_in_of(folder, "front-desk")?;
    let (clinician, clinician_pin) = sign_in_of(folder, "clinician")?;
    let (pharmacist, pharmacist_pin) = sign_in_of(folder, "pharmacist")?;
    let mut all = vec![
        ("HOLDFAST_URL", url),
        ("HOLDFAST_LOGIN", LOGIN.to_owned()),
        ("HOLDFAST_PIN", PIN.to_owned()),
        ("HOLDFAST_DESK", format!("{desk}:{desk_pin}")),
        ("HOLDFAST_CLINICIAN", format!("{clinician}:{clinician_pin}")),
        ("HOLDFAST_PHARMACIST", format!("{pharmacist}:{pharmacist_pin}")),
        ("HOLDFAST_RUN", find_binary("holdfast-run")?.display().to_string()),
        ("HOLDFAST_RUN_DIR", folder.display().to_string()),
    ];
    // A hub at which patients book says where their one-time codes come to.
    let env = read(&folder.join("env"))?;
    if let (Ok(hub), Ok(codes)) = (named(&env, "HUB="), named(&env, "CODES=")) {
        all.push(("HOLDFAST_HUB_URL", format!("{hub}/book/{CLINIC}")));
        all.push(("HOLDFAST_CODES", codes));
    }
    Ok(all)
}
