//! A server under measurement: our node, or a peer.

use crate::load::{Measured, Target, Until, run};
use crate::process::{Process, Spec, Usage};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A start on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);
/// An end, with its checkpoint.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How often it is asked whether it is ready.
const LOOK: Duration = Duration::from_millis(1);

/// A running server.
#[derive(Debug)]
pub struct Served {
    process: Process,
    /// How it is asked.
    pub target: Target,
    /// From the start of the process until it said by HTTP that it is ready, in milliseconds.
    pub ready_ms: f64,
    /// Where its records are: a folder.
    pub data: PathBuf,
}

impl Served {
    /// Starts our node on a data folder, which may hold records already.
    ///
    /// # Errors
    /// The binary is missing, or it is not ready in a minute.
    pub fn node(work: &Path, data: &Path) -> Result<Self> {
        let spec = Spec::binary("holdfast-node", work)?;
        let spec = spec.args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data);
        let started = Instant::now();
        let mut process = Process::spawn(&spec)?;
        let url = process.wait_ready(START_LIMIT)?;
        let token = std::fs::read_to_string(data.join("dev-token")).context("the node wrote no dev-token")?;
        Self::once_ready(process, Target::new(&url, Some(&token))?, "/readyz", started, data)
    }

    /// Starts any server that has been told to listen at `target` and answers 200 under `ready` once it can work.
    ///
    /// # Errors
    /// It ends, or is not ready in a minute.
    pub fn other(spec: &Spec, target: Target, ready: &str, data: &Path) -> Result<Self> {
        let started = Instant::now();
        Self::once_ready(Process::spawn(spec)?, target, ready, started, data)
    }

    fn once_ready(
        mut process: Process,
        target: Target,
        ready: &str,
        started: Instant,
        data: &Path,
    ) -> Result<Self> {
        let question = target.get(ready);
        while !target.ask(&question).is_ok_and(|answer| answer.status == 200) {
            ensure!(process.is_running(), "the server ended; its log ends with:\n{}", process.log_tail());
            ensure!(
                started.elapsed() < START_LIMIT,
                "the server is not ready after a minute; its log ends with:\n{}",
                process.log_tail()
            );
            std::thread::sleep(LOOK);
        }
        let ready_ms = started.elapsed().as_secs_f64() * 1e3;
        Ok(Self { process, target, ready_ms, data: data.to_owned() })
    }

    /// Asks for these paths on so many connections, round and round; every answer must be 200.
    ///
    /// # Errors
    /// An answer is none, or another than 200.
    pub fn measure(&self, paths: &[String], connections: usize, until: &Until) -> Result<Measured> {
        let requests = Arc::new(paths.iter().map(|path| self.target.get(path)).collect());
        let before = self.usage()?;
        let mut measured = run(&self.target, &requests, connections, until)?;
        let cpu_ms = self.usage()?.cpu_ms - before.cpu_ms;
        ensure!(measured.failed == 0, "{} answers were not 200", measured.failed);
        measured.cpu_us = cpu_ms as f64 * 1e3 / measured.answered.max(1) as f64;
        Ok(measured)
    }

    /// CPU time and memory.
    ///
    /// # Errors
    /// It has ended.
    pub fn usage(&self) -> Result<Usage> {
        self.process.usage()
    }

    /// Ends it as an operator would, and waits for that.
    ///
    /// # Errors
    /// It does not end.
    pub fn stop(mut self) -> Result<()> {
        self.process.terminate(STOP_LIMIT).map(drop)
    }
}

/// Bytes of the files in a folder whose names begin with one of these: databases and what stands beside them.
///
/// # Errors
/// The folder cannot be read.
pub fn bytes_of(folder: &Path, names: &[&str]) -> Result<u64> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if names.iter().any(|wanted| name.starts_with(wanted)) {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}
