//! A buffer of samples of how the node does, kept over restarts and outages until somebody fetches them.
//!
//! It is on sled, which may lose or damage what it holds, so nothing is here that matters: on any error or panic the
//! folder is deleted and begun anew. It is capped in samples and in bytes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// A sample on disk, with sled's own overhead: for the cap in samples.
const SAMPLE_BYTES: u64 = 512;
/// How often, in samples, the size on disk is looked at.
const LOOK_EVERY: u64 = 64;
/// Page cache of sled: it holds hardly anything.
const CACHE_BYTES: u64 = 1 << 20;
/// Samples in one answer: three days of them.
const MAX_READ: usize = 30_000;

/// How the node does at one time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Unix milliseconds, by the node's clock.
    pub at_ms: u64,
    /// Whether a session with the hub stood.
    pub link_up: bool,
    /// Saves that the hub had not acknowledged.
    pub unsent: u64,
    /// When the oldest of them was made.
    pub unsent_since_ms: Option<u64>,
    /// Scopes that waited at the hub.
    pub waiting_scopes: u64,
    /// Bytes sent since the link was started.
    pub bytes_out: u64,
    /// Bytes received since the link was started.
    pub bytes_in: u64,
}

/// The buffer. Nothing here ever fails for its caller.
#[derive(Debug)]
pub struct Telemetry {
    folder: PathBuf,
    max_bytes: u64,
    db: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    db: Option<sled::Db>,
    writes: u64,
}

impl Telemetry {
    /// Names the folder; it is opened when first used.
    pub fn new(folder: PathBuf, max_bytes: u64) -> Self {
        Self { folder, max_bytes, db: Mutex::default() }
    }

    /// Keeps a sample, and drops the oldest ones past the cap.
    pub fn record(&self, sample: &Sample) {
        let Ok(json) = serde_json::to_vec(sample) else { return };
        self.with(|state, db| {
            db.insert(sample.at_ms.to_be_bytes(), json.as_slice())?;
            state.writes += 1;
            while db.len() as u64 > self.max_bytes / SAMPLE_BYTES {
                db.pop_min()?;
            }
            if state.writes % LOOK_EVERY == 0 && db.size_on_disk()? > self.max_bytes {
                return Err(sled::Error::Unsupported("it takes more space than it may".to_owned()));
            }
            Ok(())
        });
    }

    /// The samples after this time as JSON objects, oldest first.
    pub fn since(&self, after_ms: u64) -> Vec<String> {
        let read = self.with(|_, db| {
            let from = after_ms.saturating_add(1).to_be_bytes();
            let range = db.range(from..).take(MAX_READ);
            range.map(|one| Ok(String::from_utf8_lossy(&one?.1).into_owned())).collect()
        });
        read.unwrap_or_default()
    }

    /// Closes the buffer; it opens again when used.
    pub fn close(&self) {
        let mut state = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(db) = state.db.take() {
            let _lost = catch_unwind(AssertUnwindSafe(|| db.flush().map(|_| drop(db))));
        }
    }

    /// Runs `work`; if it fails or panics, everything is deleted and it is tried once more on an empty buffer.
    fn with<T>(&self, work: impl Fn(&mut State, &sled::Db) -> sled::Result<T>) -> Option<T> {
        let mut state = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        for attempt in 0..2 {
            let done = catch_unwind(AssertUnwindSafe(|| {
                let db = match state.db.clone() {
                    Some(db) => db,
                    None => open(&self.folder)?,
                };
                state.db = Some(db.clone());
                work(&mut state, &db)
            }));
            match done {
                Ok(Ok(value)) => return Some(value),
                Ok(Err(error)) => tracing::warn!(error = %error, attempt, "the telemetry is begun anew"),
                Err(_) => tracing::warn!(attempt, "the telemetry broke and is begun anew"),
            }
            self.discard(&mut state);
        }
        None
    }

    fn discard(&self, state: &mut State) {
        let db = state.db.take();
        let _broken = catch_unwind(AssertUnwindSafe(|| drop(db)));
        if let Err(error) = std::fs::remove_dir_all(&self.folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            // Something else than a folder may be in its place.
            let _gone = std::fs::remove_file(&self.folder);
        }
    }
}

fn open(folder: &Path) -> sled::Result<sled::Db> {
    let config = sled::Config::new().path(folder).cache_capacity(CACHE_BYTES);
    config.mode(sled::Mode::LowSpace).flush_every_ms(Some(5_000)).open()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at_ms: u64) -> Sample {
        Sample {
            at_ms,
            link_up: true,
            unsent: 3,
            unsent_since_ms: None,
            waiting_scopes: 0,
            bytes_out: 1,
            bytes_in: 2,
        }
    }

    fn damage(folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let length = std::fs::metadata(&path).unwrap().len() as usize;
                std::fs::write(&path, vec![0xa5; length.max(64)]).unwrap();
            }
        }
    }

    #[test]
    fn samples_are_kept_over_a_restart_and_capped() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("telemetry");
        let telemetry = Telemetry::new(folder.clone(), 10 * SAMPLE_BYTES);
        (1..=25).for_each(|at| telemetry.record(&sample(at)));
        assert_eq!(telemetry.since(0).len(), 10);
        assert!(telemetry.since(23)[0].contains("\"atMs\":24"));
        telemetry.close();
        drop(telemetry);
        let again = Telemetry::new(folder, 10 * SAMPLE_BYTES);
        assert_eq!(again.since(20).len(), 5);
    }

    #[test]
    fn damaged_buffer_is_begun_anew() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("telemetry");
        let telemetry = Telemetry::new(folder.clone(), 1 << 20);
        (1..=50).for_each(|at| telemetry.record(&sample(at)));
        telemetry.close();
        damage(&folder);
        telemetry.record(&sample(99));
        assert!(telemetry.since(98)[0].contains("\"atMs\":99"));
        telemetry.close();
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::write(&folder, "no folder at all").unwrap();
        telemetry.record(&sample(100));
        assert_eq!(telemetry.since(0).len(), 1);
    }
}
