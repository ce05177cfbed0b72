//! How long the desk waits for a day: in Chromium, from the key to the frame that shows it.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::clinic::Clinic;
use crate::load::Target;
use crate::staff_app::clinic::{LOGIN, PIN};

/// From so many days ahead on days are looked at.
const FROM: i64 = 1;

pub(super) fn measure(node: &Target, clinic: &Clinic, rounds: u32) -> Result<()> {
    let person = json!({ "login": LOGIN, "name": "Amina Rahimi", "pin": PIN, "roles": ["front-desk"] });
    let made = node.ask(&node.post("/api/people", &person.to_string()))?;
    ensure!(made.status == 201, "the front desk is not taken: {}", made.body);
    let first = clinic.days().find(|ahead| *ahead >= FROM).context("there are no days to come")?;
    let mut bench = Command::new("node");
    bench.arg("e2e/bench-schedule.mjs").current_dir(crate::workspace::root().join("desktop-app"));
    bench.envs([("HOLDFAST_LOGIN", LOGIN), ("HOLDFAST_PIN", PIN)]).env("HOLDFAST_URL", node.url());
    bench.env("DAY", clinic.date(first)).env("ROUNDS", rounds.to_string());
    let status = bench.status().context("cannot run node; install Node.js")?;
    ensure!(status.success(), "the day sheet was not measured: node ended with {status}");
    Ok(())
}
