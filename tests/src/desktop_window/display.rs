//! A display of its own for the window, and what is seen on it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::package::output;
use crate::process::{Process, Spec};

const START_WITHIN: Duration = Duration::from_secs(20);
/// The smallest screen that the app is drawn for.
const SCREEN: &str = "1366x768x24";

#[derive(Debug)]
pub(crate) struct Display {
    _server: Process,
    number: String,
}

impl Display {
    pub(crate) fn start(work: &Path) -> Result<Self> {
        let server = Spec::program("xvfb", Path::new("/usr/bin/Xvfb"), work);
        let server = server.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]);
        let mut server = Process::spawn(&server).context("cannot start a display; run .ci/setup desktop")?;
        let number = format!(":{}", server.wait_line("", START_WITHIN)?.trim());
        Ok(Self { _server: server, number })
    }

    /// What goes into `DISPLAY`.
    pub(super) fn number(&self) -> &str {
        &self.number
    }

    /// Photographs the whole display. The driver's own picture can be an old one.
    pub(crate) fn photograph(&self, to: &Path) -> Result<()> {
        let mut import = Command::new("import");
        import.env("DISPLAY", &self.number).args(["-silent", "-window", "root"]).arg(to);
        output(&mut import).map(drop)
    }

    /// How many colours the display shows: one means that no window is drawn.
    pub(super) fn colours(&self, of: &Path) -> Result<usize> {
        let counted = output(Command::new("identify").args(["-format", "%k"]).arg(of))?;
        counted.trim().parse().with_context(|| format!("{counted:?} is no number of colours"))
    }
}
