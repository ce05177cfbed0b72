//! The log of a desktop: a file of bounded size, and one older one beside it, both readable by their owner alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_link::keys::ensure_private_dir;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::failure::Failure;
use crate::settings::Settings;

const FILE: &str = "desktop.log";
const OLDER: &str = "desktop.1.log";

/// Starts the log of this process in a folder, and has panics go there too.
///
/// # Errors
/// [`Failure::System`] if there is a log already or the file cannot be written.
pub fn start(folder: &Path, settings: &Settings) -> Result<(), Failure> {
    let failed = |why: String| Failure::System { what: "the log cannot be written", why };
    ensure_private_dir(folder)?;
    let file = RollingFile::open(folder, settings.log_bytes).map_err(|error| failed(error.to_string()))?;
    let filter = EnvFilter::try_new(&settings.log_filter).map_err(|error| failed(error.to_string()))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(file).json();
    log.flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .try_init()
        .map_err(|error| failed(error.to_string()))?;
    std::panic::set_hook(Box::new(|panic| {
        // The text of a panic may hold part of a record: the place alone is told.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(error.code = "bug", place, "a defect of the program; what it was doing was left out");
    }));
    Ok(())
}

/// A file that is put aside when it is full.
#[derive(Clone)]
pub struct RollingFile(Arc<Mutex<Open>>);

struct Open {
    folder: PathBuf,
    file: File,
    written: u64,
    max_bytes: u64,
}

impl RollingFile {
    /// Goes on writing the file in `folder`.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(folder: &Path, max_bytes: u64) -> io::Result<Self> {
        let file = open(&folder.join(FILE))?;
        let written = file.metadata()?.len();
        Ok(Self(Arc::new(Mutex::new(Open { folder: folder.to_owned(), file, written, max_bytes }))))
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

impl Open {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.written > 0 && self.written + line.len() as u64 > self.max_bytes {
            std::fs::rename(self.folder.join(FILE), self.folder.join(OLDER))?;
            self.file = open(&self.folder.join(FILE))?;
            self.written = 0;
        }
        self.file.write_all(line)?;
        self.written += line.len() as u64;
        Ok(())
    }
}

impl Write for RollingFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.write(line).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).file.flush()
    }
}

impl<'a> MakeWriter<'a> for RollingFile {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_stays_within_its_bound_and_keeps_the_newest() {
        let home = tempfile::tempdir().unwrap();
        let mut log = RollingFile::open(home.path(), 100).unwrap();
        for n in 0..50 {
            log.write_all(format!("line {n:>4}\n").as_bytes()).unwrap();
        }
        let read = |name| std::fs::read_to_string(home.path().join(name)).unwrap();
        assert!(read(FILE).len() <= 100 && read(OLDER).len() <= 100);
        assert!(read(FILE).ends_with("line   49\n"));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 2);
    }
}
