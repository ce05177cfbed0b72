//! The peer of the reconcile benchmarks: PouchDB 9 against express-pouchdb 4.2, run as Node processes.
//!
//! `tests/load/pouchdb/peer.mjs` says how it measures: LevelDB on disk and a process of its own at each end,
//! loopback, TCP payload bytes counted at the server's sockets, the fastest of several batch sizes. In the peer's
//! favour: no TLS, no authorisation, and its adapter does not sync to disk.

use crate::process::{Spec, run};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A first `npm ci` on a slow line.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// How to run the peer.
#[derive(Debug, Clone)]
pub struct Options {
    /// Batch sizes to try, in documents; the fastest counts.
    pub batch_sizes: Vec<u32>,
    /// The most that the whole run may take, preparation included.
    pub limit: Duration,
    /// Where the databases and the log (`peer.log`) go; on the disk that our own side is measured on.
    pub work_dir: PathBuf,
}

impl Options {
    /// Batches of 100, 500 and 1000 documents, half an hour at most.
    #[must_use]
    pub fn new(work_dir: &Path) -> Self {
        let limit = Duration::from_secs(1800);
        Self { batch_sizes: vec![100, 500, 1000], limit, work_dir: work_dir.to_owned() }
    }
}

/// One measured replication, the fastest of those tried.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Replication {
    /// Documents that came over.
    pub docs: u64,
    /// From the call to its completion, in milliseconds.
    pub ms: u64,
    /// TCP payload bytes from the client to the server.
    pub bytes_up: u64,
    /// TCP payload bytes from the server to the client.
    pub bytes_down: u64,
    /// Documents a batch.
    pub batch_size: u64,
    /// CPU time of the server process meanwhile, in milliseconds.
    pub server_cpu_ms: u64,
    /// CPU time of the client process meanwhile, in milliseconds.
    pub client_cpu_ms: u64,
}

impl Replication {
    /// Bytes both ways.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes_up + self.bytes_down
    }
}

/// Both ends hold `base`, the client alone has `changes` (one FHIR resource a line in each): replicates them up.
///
/// # Errors
/// Node or npm is missing, the peer fails or takes more than the limit; the text quotes its log.
pub fn push(base: &Path, changes: &Path, options: &Options) -> Result<Replication> {
    measure(&["push", "--base", text(base)?, "--changes", text(changes)?], options)
}

/// The server holds `docs` (one FHIR resource a line): replicates them down to an empty client.
///
/// # Errors
/// As [`push`].
pub fn pull(docs: &Path, options: &Options) -> Result<Replication> {
    measure(&["pull", "--docs", text(docs)?], options)
}

fn measure(command: &[&str], options: &Options) -> Result<Replication> {
    let package = install(&options.work_dir)?;
    let batches: Vec<String> = options.batch_sizes.iter().map(u32::to_string).collect();
    let spec = Spec::program("peer", Path::new("node"), &options.work_dir)
        .arg(package.join("peer.mjs"))
        .args(command)
        .args([
            "--batch",
            &batches.join(","),
            "--limit-s",
            &options.limit.as_secs().to_string(),
            "--work",
            ".",
        ]);
    let printed = run(&spec, options.limit).context("the PouchDB peer did not finish")?;
    let line = printed.lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| format!("the PouchDB peer printed no figures but: {line}"))
}

/// The npm project, with its packages installed as its lock file says.
fn install(work_dir: &Path) -> Result<PathBuf> {
    let package = crate::workspace::root().join("tests/load/pouchdb");
    // npm writes this file last, so a broken-off install is done again.
    if !package.join("node_modules/.package-lock.json").is_file() {
        let spec = Spec::program("npm-ci", Path::new("npm"), work_dir).args(["ci", "--prefix"]).arg(&package);
        run(&spec, INSTALL_LIMIT).context("cannot install the PouchDB peer; run `make setup`")?;
    }
    Ok(package)
}

fn text(path: &Path) -> Result<&str> {
    match path.to_str() {
        Some(text) if path.is_absolute() => Ok(text),
        _ => bail!("cannot give {} to the PouchDB peer: use an absolute path in UTF-8", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Generator;

    fn write(path: &Path, lines: impl Iterator<Item = String>) {
        std::fs::write(path, lines.fold(String::new(), |all, line| all + &line + "\n")).unwrap();
    }

    #[test]
    fn the_peer_replicates_every_document_both_ways() {
        let dir = tempfile::tempdir().unwrap();
        let made = Generator::new(1);
        let (base, changes) = (dir.path().join("base.ndjson"), dir.path().join("changes.ndjson"));
        write(&base, (0..50).map(|i| made.patient(i).json));
        let edits = (0..50).map(|i| {
            let patient = made.patient(i).json;
            made.edit(i, &patient).applied_to(&patient)
        });
        write(&changes, edits.chain((0..50).map(|i| made.vital(i, "p").json)));
        let options = Options { batch_sizes: vec![100], ..Options::new(dir.path()) };
        let up = push(&base, &changes, &options).unwrap();
        assert_eq!(up.docs, 100);
        assert!(up.bytes_up > 50_000 && up.bytes_down > 0 && up.ms > 0, "{up:?}");
        let down = pull(&base, &options).unwrap();
        assert_eq!(down.docs, 50);
        assert!(down.bytes() > 5_000, "{down:?}");
    }

    #[test]
    fn a_relative_path_is_refused_before_anything_runs() {
        let message = pull(Path::new("x"), &Options::new(Path::new("/"))).unwrap_err().to_string();
        assert!(message.contains("absolute path"), "{message}");
    }
}
