//! schemathesis on `/api/openapi.json` (<https://schemathesis.readthedocs.io/>).

use super::Options;
use super::install::Installed;
use super::traffic::Traffic;
use crate::process::run_to_end;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::time::Duration;

/// The one seed of every run, so that a finding comes again.
const SEED: &str = "20260901";
/// A stream of events does not end, and schemathesis waits for the end of an answer.
pub(super) const ENDLESS: &str = "/api/continuity/events";
/// The longest that one answer may take, in seconds.
const ANSWER_WITHIN_S: &str = "60";
/// 50 examples of each operation take some two minutes.
const RUN_LIMIT: Duration = Duration::from_secs(1800);
/// Its exit codes: all checks passed, or some did not.
const DONE: [i32; 2] = [0, 1];

/// Sends what the document of `url` allows, and what it does not. `name` tells the reports of one run from another's.
///
/// # Errors
/// schemathesis does not come to its end.
pub(super) fn run(
    name: &str,
    url: &str,
    token: Option<&str>,
    options: &Options,
    installed: &Installed,
    work: &Path,
) -> Result<Traffic> {
    let report = |kind: &str| work.join(format!("schemathesis-{name}.{kind}"));
    let (har, json) = (report("har"), report("json"));
    let spec = installed.schemathesis(work).arg("run").arg(format!("{url}/api/openapi.json"));
    let spec = spec.args(["--seed", SEED, "--max-examples", &options.examples.to_string()]);
    let spec = spec.args(["--phases", options.phases, "--checks", "all", "--exclude-path", ENDLESS]);
    let spec =
        spec.args(["--continue-on-failure", "--no-shrink", "--generation-database", "none", "--no-color"]);
    let spec = spec.args(["--request-timeout", ANSWER_WITHIN_S, "--report", "har,json"]);
    let spec = spec.arg("--report-har-path").arg(&har).arg("--report-json-path").arg(&json);
    let spec = match token {
        Some(token) => spec.arg("--header").arg(format!("Authorization: Bearer {token}")),
        None => spec,
    };
    let (status, printed) = run_to_end(&spec, RUN_LIMIT)?;
    std::fs::write(report("txt"), &printed)?;
    if !status.code().is_some_and(|code| DONE.contains(&code)) {
        bail!("schemathesis ended with {status}:\n{printed}");
    }
    Traffic::read(&har, &json)
        .with_context(|| format!("the run {name} of schemathesis came to no end:\n{printed}"))
}
