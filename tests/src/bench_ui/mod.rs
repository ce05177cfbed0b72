//! `make bench-ui`: how long staff wait for the screen, at a clinic of 100,000 patients.
//!
//! ```text
//! generator ─▶ data folder ─▶ holdfast-node ◀── two desktops, which hold whom they open
//!                                  ▲                 ▲       ▲
//!      the desktop's window ─────┤                 ▲       ▲     figure: window_search_p95_ms, window_chart_p95_ms, window_save_p95_ms
//!      desktop-app/e2e/bench.mjs ──┴─ Chromium ──────┴───────┘ ─▶ figure: search_p95_ms, save_p95_ms, chart_p95_ms, follow_p95_ms
//! ```
//!
//! Every time runs in the page, from the key that was pressed to the frame that shows what came of it.

mod clinic;
mod record;
mod window;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::bench_store::fill;
use crate::reconcile::work::Work;
use clinic::Clinic;

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// Patients that the node holds, beside the one with the long record.
    pub patients: u64,
    /// Of each kind of step.
    pub rounds: u64,
    /// The desktop's program, to measure its window too.
    pub window: Option<PathBuf>,
}

impl Default for Options {
    /// The sizes that the figures are stated for.
    fn default() -> Self {
        Self { patients: 100_000, rounds: 40, window: None }
    }
}

/// Measures everything; the figures are printed as they come.
///
/// # Errors
/// Something does not start, or a screen does not show what it must.
pub fn run(options: &Options, folder: &Path) -> Result<()> {
    let (work, data) = (Work::new(options.patients), folder.join("clinic"));
    fill(&data, work, &record::long())?;
    let clinic = Clinic::start(folder, &data)?;
    let mut bench = Command::new("node");
    bench.arg("e2e/bench.mjs").current_dir(crate::workspace::root().join("desktop-app"));
    bench.envs(clinic.environment(work)).env("ROUNDS", options.rounds.to_string());
    let status = bench.status().context("cannot run node; install Node.js")?;
    ensure!(status.success(), "the screens were not measured: node ended with {status}");
    if let Some(program) = &options.window {
        window::measure(program, folder, &clinic, work, options)?;
    }
    Ok(())
}
