//! `make bench-schedule`: the schedule at a clinic of 50 practitioners with a year of appointments.
//!
//! ```text
//! generator ─▶ holdfast-node import ─▶ holdfast-node ◀── searches for free times, a booking before each  ▶ slot_search_p95_ms
//!                                           ▲  ▲─────── bookings at a steady rate, some twice            ▶ bookings_lost
//!    desktop-app/e2e/bench-schedule.mjs ────┘           the day sheet, painted                           ▶ daysheet_p95_ms
//! ../shared/data/appointments ─▶ forecast, weeks held back, beside last week's value                     ▶ forecast_error_ratio
//! ```

mod book;
mod clinic;
mod forecast;
mod search;
mod sheet;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::figure;
use crate::load::Target;
use crate::process::{Process, Spec, run as run_program};
pub use book::{Booked, RIVAL};
use clinic::Clinic;

const READY: Duration = Duration::from_secs(120);
const IMPORTED: Duration = Duration::from_secs(3_600);

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// Who works at the clinic; each has a room.
    pub practitioners: usize,
    /// Searches for free times.
    pub searches: u32,
    /// Bookings.
    pub bookings: u32,
    /// In how long they come.
    pub within: Duration,
    /// Days that are opened in Chromium; none: it is not started.
    pub rounds: u32,
    /// Where real appointments are, if that is not where they mostly are.
    pub data: Option<PathBuf>,
}

impl Default for Options {
    /// The sizes that the figures are stated for.
    fn default() -> Self {
        let within = Duration::from_secs(60);
        Self { practitioners: 50, searches: 300, bookings: 2_000, within, rounds: 40, data: None }
    }
}

/// What was counted; times are printed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Appointments that were imported.
    pub imported: usize,
    /// What came of the bookings.
    pub booked: Booked,
}

/// Measures everything; the figures are printed as they come.
///
/// # Errors
/// Something does not start, or does not answer as it must.
pub fn run(options: &Options, folder: &Path) -> Result<Counted> {
    let data = options.data.clone().or_else(|| crate::data::folder("the forecast is not judged"));
    if let Some(data) = data {
        forecast::judge_real(&data)?;
    }
    let clinic = Clinic::new(options.practitioners, clinic::today()?);
    let (node, _process, imported) = start(&clinic, folder)?;
    search::measure(&node, &clinic, options.searches)?;
    let booked = book::measure(&node, &clinic, options.bookings, options.within)?;
    if options.rounds > 0 {
        sheet::measure(&node, &clinic, options.rounds)?;
    }
    Ok(Counted { imported, booked })
}

/// A node that holds the clinic, and how many appointments that is.
fn start(clinic: &Clinic, folder: &Path) -> Result<(Target, Process, usize)> {
    let (bundles, data) = (folder.join("bundles"), folder.join("node"));
    let written = clinic.write(&bundles)?;
    let spec = Spec::binary("holdfast-node", folder)?.args([
        "serve",
        "--dev",
        "--listen",
        "127.0.0.1:0",
        "--data-dir",
    ]);
    let mut process = Process::spawn(&spec.arg(&data))?;
    let url = process.wait_ready(READY)?;
    let import = Spec::binary("holdfast-node", folder)?.named("import").arg("import").arg(&bundles);
    let import = import.args(["--node", &url, "--receipts", "receipts", "--data-dir"]).arg(&data);
    let began = Instant::now();
    let said = run_program(&import, IMPORTED).context("cannot import the clinic")?;
    ensure!(said.contains(" 0 lines refused"), "the node does not take the clinic: {said}");
    let per_second = written as f64 / began.elapsed().as_secs_f64();
    figure::print("schedule_appointments", written, "count");
    figure::print("schedule_imported_per_second", format!("{per_second:.0}"), "count");
    let token = std::fs::read_to_string(data.join("dev-token")).context("there is no token")?;
    Ok((Target::new(&url, Some(token.trim()))?, process, written))
}
