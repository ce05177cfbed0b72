//! One client's round: its script is run, and what it reports is held against what it must report.

use super::install::Installed;
use super::peers::Peer;
use crate::process::run_to_end;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// A round takes two seconds; a busy machine may take longer.
const ROUND_LIMIT: Duration = Duration::from_secs(180);

/// How a round is played.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    pub(super) url: &'a str,
    pub(super) token: &'a str,
    /// Resources that a search is expected to find beyond those that are there: 0, but in the control.
    pub(super) expect_more: u32,
}

/// Step → nothing, or why it failed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome(pub(super) BTreeMap<String, Option<String>>);

impl Outcome {
    pub(super) fn failed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(step, why)| Some((step.as_str(), why.as_deref()?)))
    }

    /// A step that must be there and is not reported counts as failed, and so does a script that ends with a failure
    /// which it has not reported.
    fn of<'s>(must: impl Iterator<Item = &'s str>, printed: &str, is_success: bool) -> Self {
        let unreported = || Some("it was not reported".to_owned());
        let mut steps: BTreeMap<_, _> = must.map(|step| (step.to_owned(), unreported())).collect();
        for line in printed.lines().filter_map(|line| line.strip_prefix("step: ")) {
            let Some((step, result)) = line.split_once(' ') else { continue };
            let why =
                if result == "ok" { None } else { Some(result.trim_start_matches("failed ").to_owned()) };
            steps.insert(step.to_owned(), why);
        }
        if !is_success && steps.values().all(Option::is_none) {
            steps.insert("the script".to_owned(), Some("it ended with a failure".to_owned()));
        }
        Self(steps)
    }
}

/// Runs a client's script.
///
/// # Errors
/// It cannot be started or does not end.
pub(super) fn play(peer: &Peer, installed: &Installed, table: Table<'_>, work: &Path) -> Result<Outcome> {
    let spec =
        installed.command(peer, work).env("HOLDFAST_URL", table.url).env("HOLDFAST_TOKEN", table.token);
    let spec = spec.env("HOLDFAST_EXPECT_MORE", table.expect_more.to_string());
    let (status, printed) = run_to_end(&spec, ROUND_LIMIT)?;
    Ok(Outcome::of(peer.steps(), &printed, status.success()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(printed: &str, is_success: bool) -> Vec<String> {
        let outcome = Outcome::of(["read", "search"].into_iter(), printed, is_success);
        outcome.failed().map(|(step, why)| format!("{step}: {why}")).collect()
    }

    #[test]
    fn silence_is_a_failure() {
        assert_eq!(failed("step: read ok\nstep: search ok\n", true), Vec::<String>::new());
        assert_eq!(failed("step: read ok\n", true), ["search: it was not reported"]);
        assert_eq!(failed("step: read failed Error: x\nstep: search ok\n", false), ["read: Error: x"]);
        assert_eq!(
            failed("step: read ok\nstep: search ok\n", false),
            ["the script: it ended with a failure"]
        );
    }
}
