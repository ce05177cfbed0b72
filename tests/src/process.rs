//! Real processes: start a binary, wait until it is ready, kill it in mid-work, read what it cost.
//!
//! A [`Process`] owns its child and signals it by the child's own handle, so it can never hit a process that this one
//! has not started, not even after the kernel reuses a pid.

mod binary;
mod lines;
mod usage;

pub use binary::find_binary;
pub use usage::{Usage, children_of};

use anyhow::{Context, Result, anyhow, bail};
use lines::Lines;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often an exit is looked for: short against a start, long against a busy loop.
const POLL: Duration = Duration::from_millis(5);
/// How long the last lines of an ended child may take to arrive.
const END_OF_STREAM: Duration = Duration::from_secs(2);
/// Bytes of a log that an error quotes: enough for a panic with its message.
const LOG_TAIL_BYTES: usize = 4096;

/// What to start, with what, and where its log goes.
#[derive(Debug, Clone)]
pub struct Spec {
    name: String,
    program: PathBuf,
    args: Vec<OsString>,
    envs: Vec<(OsString, OsString)>,
    work_dir: PathBuf,
    identity: Option<(u32, u32)>,
}

impl Spec {
    /// One of the workspace's own binaries (see [`find_binary`]); its log goes to `work_dir/NAME.log`.
    ///
    /// # Errors
    /// The binary has not been built.
    pub fn binary(name: &str, work_dir: &Path) -> Result<Self> {
        Ok(Self::program(name, &find_binary(name)?, work_dir))
    }

    /// Any program by path; `name` is the stem of its log file.
    #[must_use]
    pub fn program(name: &str, program: &Path, work_dir: &Path) -> Self {
        Self {
            name: name.to_owned(),
            program: program.to_owned(),
            args: Vec::new(),
            envs: Vec::new(),
            work_dir: work_dir.to_owned(),
            identity: None,
        }
    }

    /// Renames the log file, for two processes of one binary in one work folder.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds several arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets one environment variable.
    #[must_use]
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.envs.push((key.into(), value.into()));
        self
    }

    /// Runs it as another user and group (numeric ids); only root can.
    #[must_use]
    pub fn identity(mut self, uid: u32, gid: u32) -> Self {
        self.identity = Some((uid, gid));
        self
    }

    /// Where its stderr goes.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.work_dir.join(format!("{}.log", self.name))
    }

    fn log(&self) -> Result<File> {
        std::fs::create_dir_all(&self.work_dir)
            .with_context(|| format!("cannot create the work folder {}", self.work_dir.display()))?;
        let path = self.log_path();
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("cannot open the log {}", path.display()))
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.envs.iter().cloned()).current_dir(&self.work_dir);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(self.log()?);
        if let Some((uid, gid)) = self.identity {
            use std::os::unix::process::CommandExt;
            command.uid(uid).gid(gid);
        }
        Ok(command)
    }
}

/// A running child. Dropping it kills it (SIGKILL) and reaps it.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    out: Lines,
}

impl Process {
    /// Starts the child: stdin closed, stdout read line by line, stderr appended to the log file.
    ///
    /// # Errors
    /// The log cannot be opened or the program cannot be started.
    pub fn spawn(spec: &Spec) -> Result<Self> {
        let mut child = spec
            .command()?
            .spawn()
            .with_context(|| format!("cannot start {} ({})", spec.name, spec.program.display()))?;
        let stdout = child.stdout.take().context("a child with a piped stdout has one")?;
        Ok(Self { name: spec.name.clone(), child, log: spec.log_path(), out: Lines::read(stdout) })
    }

    /// Waits for the line `ready URL` and returns the URL.
    ///
    /// # Errors
    /// It exits first, or `limit` passes; either quotes the end of its log.
    pub fn wait_ready(&mut self, limit: Duration) -> Result<String> {
        self.wait_line("ready ", limit)
    }

    /// Waits for a line of stdout that starts with `prefix` and returns the rest of that line. Lines printed before
    /// this call count.
    ///
    /// # Errors
    /// As [`Process::wait_ready`].
    pub fn wait_line(&mut self, prefix: &str, limit: Duration) -> Result<String> {
        if let Some(rest) = self.out.wait(prefix, limit) {
            return Ok(rest);
        }
        let why = match self.child.try_wait() {
            Ok(Some(status)) => format!("it ended with {status}"),
            _ => format!("{} ms passed", limit.as_millis()),
        };
        bail!(
            "{} did not print \"{}…\": {why}; its log {} ends with:\n{}",
            self.name,
            prefix,
            self.log.display(),
            self.log_tail()
        )
    }

    /// The rest of the first line so far that starts with `prefix`, without waiting.
    #[must_use]
    pub fn line(&self, prefix: &str) -> Option<String> {
        self.out.find(prefix)
    }

    /// The child's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The path of its log file.
    #[must_use]
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// The last 4 KiB of its log.
    #[must_use]
    pub fn log_tail(&self) -> String {
        tail_of(&self.log)
    }

    /// Whether the child still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL, as a power cut would; returns once the child is gone. A child that has already ended is no error.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn kill_hard(&mut self) -> Result<()> {
        self.child.kill().with_context(|| format!("cannot kill {}", self.name))?;
        self.child.wait().with_context(|| format!("cannot reap {}", self.name))?;
        Ok(())
    }

    /// SIGTERM, then waits at most `limit` for a graceful end.
    ///
    /// # Errors
    /// It still runs after `limit` (it is left running), or the kernel refuses.
    pub fn terminate(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.signal(rustix::process::Signal::TERM)?;
        self.wait(limit)?.ok_or_else(|| {
            anyhow!(
                "{} did not end within {} ms of SIGTERM; see {}",
                self.name,
                limit.as_millis(),
                self.log.display()
            )
        })
    }

    /// Sends one signal to the child, unless it has already ended.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn signal(&mut self, signal: rustix::process::Signal) -> Result<()> {
        if self.is_running() {
            rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal)
                .with_context(|| format!("cannot signal {}", self.name))?;
        }
        Ok(())
    }

    /// Waits at most `limit` for it to end; `None` when it still runs.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let until = Instant::now() + limit;
        loop {
            if let Some(status) =
                self.child.try_wait().with_context(|| format!("cannot reap {}", self.name))?
            {
                return Ok(Some(status));
            }
            if Instant::now() >= until {
                return Ok(None);
            }
            std::thread::sleep(POLL);
        }
    }

    /// CPU time and memory of the running child.
    ///
    /// # Errors
    /// It has ended.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(self.pid()).with_context(|| format!("cannot read what {} used", self.name))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.kill_hard();
    }
}

/// Runs a command to its end and returns its stdout.
///
/// # Errors
/// It does not end within `limit` (it is killed), or it ends with a failure; either quotes the end of its log.
pub fn run(spec: &Spec, limit: Duration) -> Result<String> {
    let (status, printed) = run_to_end(spec, limit)?;
    if !status.success() {
        bail!("{} failed with {status}; its log ends with:\n{}", spec.name, tail_of(&spec.log_path()));
    }
    Ok(printed)
}

/// Runs a command to its end, good or bad, and returns how it ended and its stdout.
///
/// # Errors
/// It does not end within `limit`; it is killed.
pub fn run_to_end(spec: &Spec, limit: Duration) -> Result<(ExitStatus, String)> {
    let mut process = Process::spawn(spec)?;
    let Some(status) = process.wait(limit)? else {
        bail!("{} did not end within {} ms and was killed", spec.name, limit.as_millis())
    };
    Ok((status, process.out.all(END_OF_STREAM)))
}

fn tail_of(log: &Path) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(LOG_TAIL_BYTES)..]).into_owned()
}

#[cfg(test)]
mod tests;
