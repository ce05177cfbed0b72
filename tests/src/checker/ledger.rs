//! The ledger file: one JSON object a line, appended and synced.

use super::Acked;
use anyhow::{Context, Result};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// An open ledger; it may be shared between threads.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    counted: u64,
}

impl Ledger {
    /// Opens or creates a ledger. What it holds already is counted; a torn last line, which was never counted, goes.
    ///
    /// # Errors
    /// The file cannot be opened, read or synced.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = || format!("cannot open the ledger {}", path.display());
        let file = OpenOptions::new().create(true).read(true).append(true).open(path).with_context(failed)?;
        let whole = whole_lines(&std::fs::read(path).with_context(failed)?);
        file.set_len(whole as u64).with_context(failed)?;
        file.sync_all().with_context(failed)?;
        if let Some(folder) = path.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).with_context(failed)?;
        }
        let counted = read(path)?.len() as u64;
        Ok(Self { path: path.to_owned(), inner: Mutex::new(Inner { file, counted }) })
    }

    /// Writes one acknowledged write, syncs, and only then counts it. Returns the count. Cost: one `fdatasync`.
    ///
    /// # Errors
    /// The disk refuses; the write is then not counted.
    pub fn record(&self, acked: &Acked) -> Result<u64> {
        self.record_all(std::slice::from_ref(acked))
    }

    /// As [`Ledger::record`], for several with one sync.
    ///
    /// # Errors
    /// As [`Ledger::record`]; none of them is then counted.
    pub fn record_all(&self, acked: &[Acked]) -> Result<u64> {
        let mut lines = String::new();
        for one in acked {
            lines.push_str(&serde_json::to_string(one)?);
            lines.push('\n');
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner
            .file
            .write_all(lines.as_bytes())
            .and_then(|()| inner.file.sync_data())
            .with_context(|| format!("cannot write the ledger {}", self.path.display()))?;
        inner.counted += acked.len() as u64;
        Ok(inner.counted)
    }

    /// How many writes are counted.
    #[must_use]
    pub fn counted(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).counted
    }
}

/// Every write in a ledger file, in the order of acknowledgement; a torn last line was never counted and is left out.
///
/// # Errors
/// The file cannot be read, or a whole line is no record.
pub fn read(path: &Path) -> Result<Vec<Acked>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the ledger {}", path.display()))?;
    let mut all = Vec::new();
    for (number, line) in bytes[..whole_lines(&bytes)].split(|byte| *byte == b'\n').enumerate() {
        if !line.is_empty() {
            let one = serde_json::from_slice(line);
            all.push(one.with_context(|| format!("{} line {} is no record", path.display(), number + 1))?);
        }
    }
    Ok(all)
}

/// The length in bytes up to and with the last newline.
fn whole_lines(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1)
}
