//! `make e2e-visit` and `make drill-visit`: visits in Chromium, at a real node and at a real relay in a process of its own.
//!
//! ```text
//! desktop-app/e2e/visit.mjs        ─▶ Chromium: patient, clinician, interpreter ─┬─▶ node, clinic role (API, signalling)
//! desktop-app/e2e/drill-visit.mjs  ─▶ the same, and a path that is made bad    ──┴─▶ relay role (media, TURN), which is killed
//!          │                          └─▶ a second clinic, of `holdfast-run`: its link to the hub is cut during a visit
//!          └─▶ figure: join_p95_ms, visit_axe_violations, visit_steps_failed, relay_kill_p95_ms, visit_success_pct, …
//! ```
//!
//! The scripts start node and relay themselves, since they kill them.

use anyhow::{Context, Result};

use crate::process::find_binary;
use crate::staff_app::clinic::{LOGIN, PIN, Supervisor};
use crate::staff_app::walk::{Walk, figure, said, walk};
use crate::staff_app::{Figures, Options};

/// Patients of the clinic whose link is cut: it needs none.
const PATIENTS: u64 = 2;

/// How much is done, by the names that the scripts know: `JOINS`, `KILLS`, `SESSIONS`, … What is not named is done in full.
pub type Sizes<'a> = &'a [(&'static str, &'a str)];

/// What came of the drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drilled {
    /// Steps that ended otherwise than they should.
    pub failed: u64,
    /// Freezes that were counted on a path that was made to freeze. If that is none, the others say nothing.
    pub control: u64,
}

impl Drilled {
    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failed == 0 && self.control > 0
    }
}

/// Walks through visits as patients and clinicians do, and says what came of it.
///
/// # Errors
/// Something cannot be started, or the steps end without their figures.
pub fn run(options: &Options) -> Result<Figures> {
    run_sized(options, &[])
}

/// The same, in another size.
///
/// # Errors
/// As [`run`].
pub fn run_sized(options: &Options, sizes: Sizes<'_>) -> Result<Figures> {
    walk(&of("visit.mjs", "visit", environment(sizes)?, options))
}

/// Does to running visits what a bad day does.
///
/// # Errors
/// As [`run`].
pub fn drill(options: &Options, sizes: Sizes<'_>) -> Result<Drilled> {
    let work =
        tempfile::Builder::new().prefix("holdfast-visit-").tempdir().context("cannot make a folder")?;
    let mut environment = environment(sizes)?;
    let cuts = options.only.as_deref().is_none_or(|only| only.split(',').any(|part| part == "cloud"));
    let mut supervisor = None;
    if cuts {
        let folder = work.path().join("run");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let started = Supervisor::start(work.path(), &folder, PATIENTS, &[])?;
        let (url, _) = started.node(&folder)?;
        supervisor = Some(started);
        environment.extend([
            ("HOLDFAST_URL", url),
            ("HOLDFAST_LOGIN", LOGIN.to_owned()),
            ("HOLDFAST_PIN", PIN.to_owned()),
            ("HOLDFAST_RUN", find_binary("holdfast-run")?.display().to_string()),
            ("HOLDFAST_RUN_DIR", folder.display().to_string()),
        ]);
    }
    let (lines, status) = said(&of("drill-visit.mjs", "visit_drill", environment, options))?;
    drop(supervisor);
    let told = |name| {
        figure(&lines, name)
            .with_context(|| format!("the drill ended with {status} before it had told {name}"))
    };
    Ok(Drilled { failed: told("visit_drill_steps_failed")?, control: told("visit_drill_control")? })
}

fn of<'a>(
    script: &'a str,
    figures: &'a str,
    environment: Vec<(&'static str, String)>,
    options: &'a Options,
) -> Walk<'a> {
    Walk { script, figures, environment, shots: options.shots.as_path(), only: options.only.as_deref() }
}

fn environment(sizes: Sizes<'_>) -> Result<Vec<(&'static str, String)>> {
    let mut all = vec![("NODE", find_binary("holdfast-node")?.display().to_string())];
    all.extend(sizes.iter().map(|(name, value)| (*name, (*value).to_owned())));
    Ok(all)
}
