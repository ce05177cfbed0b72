//! Runs the steps and reads their figures.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};

use crate::figure::say;

/// A run of a script of `desktop-app/e2e`.
pub(crate) struct Walk<'a> {
    /// Its name.
    pub(crate) script: &'a str,
    /// What its figures begin with.
    pub(crate) figures: &'a str,
    /// Where the nodes are and who signs in.
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) shots: &'a Path,
    pub(crate) only: Option<&'a str>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Rules of WCAG that a screen breaks.
    pub violations: u64,
    /// Steps that could not be done, or ended otherwise than they should.
    pub failed: u64,
    /// Violations that are seen on a page which was spoilt on purpose. If that is none, the others say nothing.
    pub control: u64,
}

impl Figures {
    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.violations == 0 && self.failed == 0 && self.control > 0
    }
}

/// Runs the steps; what they say goes to stdout as they say it.
pub(crate) fn walk(walk: &Walk<'_>) -> Result<Figures> {
    let (lines, status) = said(walk)?;
    read(&lines, walk.figures)
        .with_context(|| format!("the steps ended with {status} before they had told their figures"))
}

/// The same, for steps with figures of their own: all that they said, and how they ended.
pub(crate) fn said(walk: &Walk<'_>) -> Result<(Vec<String>, ExitStatus)> {
    let front = super::front();
    ensure!(
        front.join("node_modules").is_dir(),
        "the packages of {} are not installed: run .ci/setup front",
        front.display()
    );
    let mut command = Command::new("node");
    command.arg(format!("e2e/{}", walk.script)).current_dir(front);
    command.envs(walk.environment.iter().map(|(name, value)| (name, value))).env("SHOTS", walk.shots);
    if let Some(only) = walk.only {
        command.env("ONLY", only);
    }
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot run node; install Node.js")?;
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.take().context("the steps have no stdout")?).lines() {
        let line = line?;
        say(&line);
        lines.push(line);
    }
    Ok((lines, child.wait()?))
}

/// A whole number that the steps told by this name.
pub(crate) fn figure(lines: &[String], name: &str) -> Option<u64> {
    let value =
        lines.iter().find_map(|line| line.strip_prefix("figure: ")?.strip_prefix(name)?.strip_prefix(' '));
    value?.split_whitespace().next()?.parse().ok()
}

fn read(lines: &[String], prefix: &str) -> Option<Figures> {
    let figure = |name: &str| figure(lines, &format!("{prefix}{name}"));
    Some(Figures {
        violations: figure("_axe_violations")?,
        failed: figure("_steps_failed")?,
        control: figure("_axe_control")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_a_walk_without_them_has_none() {
        let lines =
            ["ok    sign in", "figure: staff_axe_control 1 count", "figure: staff_axe_violations 0 count"]
                .map(str::to_owned);
        assert_eq!(read(&lines, "staff"), None);
        let all = [&lines[..], &["figure: staff_steps_failed 2 count".to_owned()]].concat();
        assert_eq!(read(&all, "other"), None);
        assert_eq!(read(&all, "staff"), Some(Figures { violations: 0, failed: 2, control: 1 }));
    }

    #[test]
    fn a_check_that_cannot_fail_is_not_good() {
        assert!(Figures { violations: 0, failed: 0, control: 1 }.is_good());
        assert!(!Figures { violations: 0, failed: 0, control: 0 }.is_good());
        assert!(!Figures { violations: 0, failed: 1, control: 1 }.is_good());
    }
}
