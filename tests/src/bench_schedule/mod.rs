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
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::figure;
use crate::load::Target;
use crate::process::{Process, Spec, run as run_program};
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
    /// Bookings, a minute's worth.
    pub bookings: u32,
    /// Days that are opened.
    pub rounds: u32,
    /// Where real appointments are, if that is not where they mostly are.
    pub data: Option<PathBuf>,
}

impl Default for Options {
    /// The sizes that the figures are stated for.
    fn default() -> Self {
        Self { practitioners: 50, searches: 300, bookings: 2_000, rounds: 40, data: None }
    }
}

/// Measures everything; the figures are printed as they come. Answers whether nothing was lost or sold twice.
///
/// # Errors
/// Something does not start, or does not answer as it must.
pub fn run(options: &Options, folder: &Path) -> Result<bool> {
    let data = options.data.clone().or_else(|| crate::data::folder("the forecast is not judged"));
    if let Some(data) = data {
        forecast::judge_real(&data)?;
    }
    let clinic = Clinic::new(options.practitioners, clinic::today()?);
    let (node, _process) = start(&clinic, folder)?;
    search::measure(&node, &clinic, options.searches)?;
    let booked = book::measure(&node, &clinic, options.bookings)?;
    sheet::measure(&node, &clinic, options.rounds)?;
    Ok(booked.is_good())
}

/// A node that holds the clinic.
fn start(clinic: &Clinic, folder: &Path) -> Result<(Target, Process)> {
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
    let said = run_program(&import, IMPORTED).context("cannot import the clinic")?;
    ensure!(said.contains(" 0 lines refused"), "the node does not take the clinic: {said}");
    figure::print("schedule_appointments", written, "count");
    let token = std::fs::read_to_string(data.join("dev-token")).context("there is no token")?;
    Ok((Target::new(&url, Some(token.trim()))?, process))
}
