//! Processes that are started, measured and ended by their own handle, so that nobody else's is ever hit.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often an end is looked for.
const POLL: Duration = Duration::from_millis(10);

/// A process that ends when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
}

/// What a process said before it ended.
#[derive(Clone, Debug)]
pub struct Said {
    /// Whether it ended with 0.
    pub is_success: bool,
    /// All of its output, errors after the rest.
    pub text: String,
}

impl Process {
    /// Starts a program that nobody listens to.
    ///
    /// # Errors
    /// There is no such program.
    pub fn quiet(program: &str, args: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self::start(command, program)
    }

    /// Starts a program whose input and output are pipes.
    ///
    /// # Errors
    /// There is no such program.
    pub fn piped(program: &Path, args: &[String]) -> Result<(Self, ChildStdin, BufReader<ChildStdout>)> {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = Self::start(command, &program.display().to_string())?;
        let pipes = process.child.stdin.take().zip(process.child.stdout.take());
        let (input, output) = pipes.context("it has no pipes")?;
        Ok((process, input, BufReader::new(output)))
    }

    fn start(mut command: Command, name: &str) -> Result<Self> {
        let child = command.spawn().with_context(|| format!("cannot start {name}; run `.ci/setup media`"))?;
        Ok(Self { child, name: name.to_owned() })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails if it has ended.
    ///
    /// # Errors
    /// It has.
    pub fn must_run(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} has ended: {status}", self.name),
        }
    }

    /// Processor time that it has used so far, all threads together, in nanoseconds.
    ///
    /// # Errors
    /// It has ended.
    pub fn cpu_ns(&self) -> Result<u64> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.id())).context("it is gone")?;
        let of_task = |path: PathBuf| -> Option<u64> {
            std::fs::read_to_string(path.join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()
        };
        Ok(tasks.filter_map(|task| of_task(task.ok()?.path())).sum())
    }

    /// Its resident memory now, in KiB.
    ///
    /// # Errors
    /// It has ended.
    pub fn rss_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).context("it is gone")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("it has ended")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program to its end.
///
/// # Errors
/// There is no such program, or it took longer than `at_most`.
pub fn run(program: &str, args: &[String], at_most: Duration) -> Result<Said> {
    let out = tempfile::tempfile()?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out.try_clone()?);
    let mut process = Process::start(command, program)?;
    let started = Instant::now();
    let status = loop {
        if let Some(status) = process.child.try_wait()? {
            break status;
        }
        if started.elapsed() > at_most {
            bail!("{program} {} did not end within {at_most:?}", args.join(" "));
        }
        std::thread::sleep(POLL);
    };
    let mut text = String::new();
    let mut out = out;
    std::io::Seek::rewind(&mut out)?;
    std::io::Read::read_to_string(&mut out, &mut text)?;
    Ok(Said { is_success: status.success(), text })
}

/// Asks a process for a line.
///
/// # Errors
/// It has ended.
pub fn ask(input: &mut ChildStdin, output: &mut BufReader<ChildStdout>) -> Result<String> {
    input.write_all(b"\n")?;
    next_line(output)
}

/// The next line that a process says.
///
/// # Errors
/// It has ended.
pub fn next_line(output: &mut BufReader<ChildStdout>) -> Result<String> {
    let mut line = String::new();
    if output.read_line(&mut line)? == 0 {
        bail!("it ended without a word");
    }
    Ok(line)
}
