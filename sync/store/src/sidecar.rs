//! The sidecar as two small files beside the database: `replica.id` (durable, 0600) and `replica.seq`.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use holdfast_core::id::ActorId;

use crate::error::{Result, StoreError};
use crate::identity::{Progress, Sidecar, SidecarRecord};

const RECORD_BYTES: usize = 16 + 32 + 8 + 16 + 16;
const PROGRESS_BYTES: usize = size_of::<Progress>() + 8;

/// A sidecar in files.
#[derive(Debug)]
pub struct FileSidecar {
    record: PathBuf,
    progress: File,
}

impl FileSidecar {
    /// Opens or creates the progress file in `folder`; the record is made by the store when it is first opened.
    ///
    /// # Errors
    /// [`StoreError::File`] if the folder cannot be written.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("replica.seq");
        let progress = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| file_error(&path, &error))?;
        Ok(Self { record: folder.join("replica.id"), progress })
    }
}

fn file_error(path: &Path, error: &std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::DiskFull;
    }
    StoreError::File { path: path.display().to_string(), reason: error.to_string() }
}

/// A checksum behind the bytes tells a torn or damaged file from a good one.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = *blake3::hash(&bytes).as_bytes();
    bytes.extend_from_slice(&sum[..8]);
    bytes
}

fn without_checksum(bytes: &[u8]) -> Option<&[u8]> {
    let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(8)?)?;
    (blake3::hash(body).as_bytes()[..8] == *sum).then_some(body)
}

impl Sidecar for FileSidecar {
    fn load(&self) -> Result<Option<SidecarRecord>> {
        let bytes = match std::fs::read(&self.record) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file_error(&self.record, &error)),
        };
        let mode =
            std::fs::metadata(&self.record).map_err(|error| file_error(&self.record, &error))?.permissions();
        if mode.mode() & 0o077 != 0 {
            let reason = format!(
                "it holds a signing key and others can read it; run `chmod 600 {}`",
                self.record.display()
            );
            return Err(StoreError::File { path: self.record.display().to_string(), reason });
        }
        let Some(body) = without_checksum(&bytes).filter(|body| body.len() == RECORD_BYTES) else {
            return Ok(None);
        };
        let part = |from: usize| -> [u8; 16] { std::array::from_fn(|at| body[from + at]) };
        let key = std::array::from_fn(|at| body[16 + at]);
        let opening = u64::from_le_bytes(std::array::from_fn(|at| body[48 + at]));
        Ok(Some(SidecarRecord {
            actor: ActorId(part(0)),
            key,
            opening,
            nonce: part(56),
            previous_nonce: part(72),
        }))
    }

    fn save(&self, record: &SidecarRecord) -> Result<()> {
        let mut bytes = Vec::with_capacity(RECORD_BYTES + 8);
        bytes.extend_from_slice(&record.actor.0);
        bytes.extend_from_slice(&record.key);
        bytes.extend_from_slice(&record.opening.to_le_bytes());
        bytes.extend_from_slice(&record.nonce);
        bytes.extend_from_slice(&record.previous_nonce);
        write_durably(&self.record, &with_checksum(bytes)).map_err(|error| file_error(&self.record, &error))
    }

    fn progress(&self) -> Progress {
        let mut bytes = [0; PROGRESS_BYTES];
        let read = self.progress.read_exact_at(&mut bytes, 0);
        let Some(body) = read.ok().and_then(|()| without_checksum(&bytes)) else {
            return Progress::default();
        };
        std::array::from_fn(|which| u64::from_le_bytes(std::array::from_fn(|at| body[which * 8 + at])))
    }

    fn note(&self, progress: Progress) {
        let bytes = progress.iter().flat_map(|number| number.to_le_bytes()).collect();
        // Not synced on purpose: it must survive a crash of the process, not of the machine (see `Sidecar::note`).
        if let Err(error) = self.progress.write_all_at(&with_checksum(bytes), 0) {
            tracing::warn!(error = %error, "the database's progress could not be noted");
        }
    }
}

/// Replaces a file at once or not at all, readable by its owner alone.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    File::open(folder)?.sync_all()
}

/// A sidecar in memory, for simulations and tests.
#[derive(Debug, Default)]
pub struct MemorySidecar(std::sync::Mutex<(Option<SidecarRecord>, Progress)>);

impl MemorySidecar {
    fn get(&self) -> std::sync::MutexGuard<'_, (Option<SidecarRecord>, Progress)> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A copy, as cloning a whole disk makes one.
    pub fn duplicate(&self) -> Self {
        Self(std::sync::Mutex::new(self.get().clone()))
    }
}

impl Sidecar for MemorySidecar {
    fn load(&self) -> Result<Option<SidecarRecord>> {
        Ok(self.get().0.clone())
    }

    fn save(&self, record: &SidecarRecord) -> Result<()> {
        self.get().0 = Some(record.clone());
        Ok(())
    }

    fn progress(&self) -> Progress {
        self.get().1
    }

    fn note(&self, progress: Progress) {
        self.get().1 = progress;
    }
}
