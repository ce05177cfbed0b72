//! A message bus of one's own, on which nothing starts by itself: the session of whoever runs this is left alone, and a keyring
//! is there only where one was started.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::package::output;
use crate::process::{Process, Spec};

const START_WITHIN: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const SECRETS: &str = "org.freedesktop.secrets";
const CONFIGURATION: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;
/// Opens the keyring by its password, as the sign-in to a machine does.
const KEYRING: &str = "exec gnome-keyring-daemon --foreground --unlock --components=secrets <<END\nheld\nEND";

/// A running bus.
#[derive(Debug)]
pub(super) struct Session {
    _bus: Process,
    address: String,
}

impl Session {
    pub(super) fn start(work: &Path) -> Result<Self> {
        let file = work.join("session.conf");
        std::fs::write(&file, CONFIGURATION).with_context(|| format!("cannot write {}", file.display()))?;
        let bus = Spec::program("bus", Path::new("/usr/bin/dbus-daemon"), work)
            .args(["--nofork", "--print-address", "--config-file"])
            .arg(file);
        let mut bus = Process::spawn(&bus).context("cannot start a message bus; run .ci/setup desktop")?;
        let address = bus.wait_line("unix:", START_WITHIN)?;
        Ok(Self { _bus: bus, address: format!("unix:{}", address.trim()) })
    }

    /// A program that finds this bus.
    pub(super) fn with(&self, spec: Spec) -> Spec {
        spec.env("DBUS_SESSION_BUS_ADDRESS", &self.address)
    }

    /// Starts a keyring, open, for whoever's home it is.
    pub(super) fn start_keyring(&self, work: &Path, home: &Path) -> Result<Process> {
        let spec =
            Spec::program("keyring", Path::new("/bin/sh"), work).args(["-c", KEYRING]).env("HOME", home);
        let spec = spec.env("XDG_DATA_HOME", home.join("data")).env("XDG_RUNTIME_DIR", home);
        let keyring = Process::spawn(&self.with(spec))?;
        let until = Instant::now() + START_WITHIN;
        while !self.has(SECRETS)? {
            ensure!(Instant::now() < until, "the keyring does not start: {}", keyring.log_tail());
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(keyring)
    }

    /// Whether somebody serves a name on the bus.
    fn has(&self, name: &str) -> Result<bool> {
        let mut ask = Command::new("dbus-send");
        ask.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        ask.args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/"]);
        ask.arg("org.freedesktop.DBus.NameHasOwner").arg(format!("string:{name}"));
        Ok(output(&mut ask)?.contains("true"))
    }
}
