//! Imported lists: one file for each system in a folder, read when it is new.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use holdfast_clinical::codes::{Entry, List, ListError, Shelf, System};

/// When a file was last written, and how long it is: whether it is the one that was read.
type Stamp = Option<(SystemTime, u64)>;

/// The lists of a host: the starter lists, and those that its folder holds.
#[derive(Debug, Default)]
pub struct CodeLists {
    folder: Option<PathBuf>,
    held: RwLock<Held>,
}

#[derive(Debug, Default)]
struct Held {
    shelf: Arc<Shelf>,
    stamps: [Stamp; System::ALL.len()],
}

/// A list that cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum CodeListsError {
    /// The disk.
    #[error("cannot {what} {}: {source}; see to the disk and its rights, then import again", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The file is not a list.
    #[error(transparent)]
    List(#[from] ListError),
}

impl CodeListsError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "code-list-io",
            Self::List(error) => error.code(),
        }
    }
}

impl CodeLists {
    /// The lists in a folder; it need not be there.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), held: RwLock::default() }
    }

    /// The lists as they are now. Looks whether a file has changed, and reads it then: blocks.
    pub fn current(&self) -> Arc<Shelf> {
        let Some(folder) = &self.folder else { return self.held().shelf.clone() };
        let stamps = System::ALL.map(|system| stamp(&file(folder, system)));
        let held = self.held();
        if held.stamps == stamps {
            return held.shelf.clone();
        }
        drop(held);
        self.read_changed(folder, stamps)
    }

    fn held(&self) -> std::sync::RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what has changed. A list that cannot be read is logged, and the starter list serves meanwhile.
    fn read_changed(&self, folder: &Path, stamps: [Stamp; System::ALL.len()]) -> Arc<Shelf> {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let mut shelf = (*held.shelf).clone();
        for (at, system) in System::ALL.into_iter().enumerate() {
            if held.stamps[at] == stamps[at] {
                continue;
            }
            match (stamps[at], read(folder, system)) {
                (Some(_), Ok((version, entries))) => shelf.put(system, &version, entries),
                (Some(_), Err(error)) => {
                    tracing::warn!(
                        error.code = error.code(),
                        system = system.name(),
                        "a code list cannot be read"
                    );
                    shelf.take_back(system);
                }
                (None, _) => shelf.take_back(system),
            }
        }
        *held = Held { shelf: Arc::new(shelf), stamps };
        held.shelf.clone()
    }

    /// Keeps a published list in a folder, in the place of the one before, whole or not at all.
    ///
    /// # Errors
    /// The disk.
    pub fn keep(
        folder: &Path,
        system: System,
        version: &str,
        entries: Vec<Entry>,
    ) -> Result<usize, CodeListsError> {
        let list = List::new(system, version, entries);
        let path = file(folder, system);
        let failed = |what| {
            let path = path.clone();
            move |source| CodeListsError::Io { what, path, source }
        };
        std::fs::create_dir_all(folder).map_err(failed("make the folder of"))?;
        let new = path.with_extension("new");
        std::fs::write(&new, list.to_text()).map_err(failed("write"))?;
        std::fs::File::open(&new).and_then(|file| file.sync_all()).map_err(failed("write"))?;
        std::fs::rename(&new, &path).map_err(failed("put in place"))?;
        Ok(list.len())
    }
}

fn file(folder: &Path, system: System) -> PathBuf {
    folder.join(format!("{}.tsv", system.name()))
}

fn stamp(path: &Path) -> Stamp {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}

fn read(folder: &Path, system: System) -> Result<(String, Vec<Entry>), CodeListsError> {
    let path = file(folder, system);
    let text =
        std::fs::read_to_string(&path).map_err(|source| CodeListsError::Io { what: "read", path, source })?;
    Ok(List::entries_of_text(system, &text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(code: &str, display: &str) -> Entry {
        Entry { code: code.to_owned(), display: display.to_owned(), also: String::new() }
    }

    #[test]
    fn imported_list_is_there_at_the_next_search_and_gone_when_its_file_is() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("codes");
        let lists = CodeLists::in_folder(&folder);
        assert_eq!(lists.current().list(System::Cvx).version(), "starter");
        CodeLists::keep(&folder, System::Cvx, "2026-11", vec![entry("901", "a new vaccine")]).unwrap();
        assert_eq!(lists.current().display(System::Cvx, "901"), Some("a new vaccine"));
        assert_eq!(lists.current().display(System::Cvx, "115"), Some("Tdap"), "starter codes stay");
        std::fs::remove_file(file(&folder, System::Cvx)).unwrap();
        assert_eq!(lists.current().display(System::Cvx, "901"), None);
    }

    #[test]
    fn damaged_file_leaves_the_starter_list() {
        let home = tempfile::tempdir().unwrap();
        CodeLists::keep(home.path(), System::Cvx, "x", vec![entry("901", "a"), entry("902", "b")]).unwrap();
        let path = file(home.path(), System::Cvx);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 3]).unwrap();
        let lists = CodeLists::in_folder(home.path());
        assert_eq!(lists.current().list(System::Cvx).version(), "starter");
    }
}
