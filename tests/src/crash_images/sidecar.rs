//! The real sidecar files of a store, with what happens to them taken down.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use holdfast_store::Result;
use holdfast_store::identity::{Progress, Sidecar, SidecarRecord};
use holdfast_store::sidecar::FileSidecar;

use super::log::{Recorder, SIDECAR};

/// A [`FileSidecar`] in `FOLDER/sidecar`.
pub struct RecordedSidecar {
    files: FileSidecar,
    folder: PathBuf,
    recorder: Arc<Recorder>,
}

impl RecordedSidecar {
    /// Opens or creates the sidecar of the store in `folder`.
    ///
    /// # Errors
    /// If its folder cannot be written.
    pub fn open(folder: &Path, recorder: Arc<Recorder>) -> anyhow::Result<Self> {
        let folder = folder.join(SIDECAR);
        std::fs::create_dir_all(&folder)?;
        Ok(Self { files: FileSidecar::open(&folder)?, folder, recorder })
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(name)).unwrap_or_default()
    }
}

impl Sidecar for RecordedSidecar {
    fn load(&self) -> Result<Option<SidecarRecord>> {
        self.files.load()
    }

    fn save(&self, record: &SidecarRecord) -> Result<()> {
        self.files.save(record)?;
        self.recorder.replaced(&format!("{SIDECAR}/replica.id"), &self.bytes("replica.id"));
        Ok(())
    }

    fn progress(&self) -> Progress {
        self.files.progress()
    }

    fn note(&self, progress: Progress) {
        self.files.note(progress);
        self.recorder.overwritten(&format!("{SIDECAR}/replica.seq"), &self.bytes("replica.seq"));
    }
}
