//! The third-party bundles of `../shared/data`, one FHIR resource or bundle a line in `*.ndjson.zst`.
//!
//! A set that has a `*.facilities.ndjson.zst` needs it read first: its conditional references
//! (`Practitioner?identifier=…`) point into it. [`Set::files`] is in that order.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The files were packed with `zstd --long=27`; a larger window is refused as a bomb.
const WINDOW_LOG_MAX: u32 = 27;
/// The longest line taken, in bytes: the largest bundle of the sets is about 30 MB.
const LINE_BYTES_MAX: u64 = 256 << 20;

/// One data set: its facilities file (if it has one) before its patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// The file name without `.ndjson.zst`, such as `synthea-2.4.0-2019`.
    pub name: String,
    /// The files in the order in which they must be imported.
    pub files: Vec<PathBuf>,
}

/// The data folder: `HOLDFAST_DATA` if set, else `../shared/data` beside the workspace. When it is absent, says
/// aloud on stderr that `what` is skipped and why, and returns `None`.
#[must_use]
pub fn folder(what: &str) -> Option<PathBuf> {
    let dir = match std::env::var_os("HOLDFAST_DATA") {
        Some(dir) => PathBuf::from(dir),
        None => crate::workspace::root().join("../shared/data"),
    };
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!("{}", skipped_line(what));
    None
}

/// What [`folder`] prints when there is no data.
#[must_use]
pub fn skipped_line(what: &str) -> String {
    format!("SKIPPED: {what} because ../shared/data is not here")
}

/// Every set of one sub-folder (such as `synthea-develop`), sorted by name.
///
/// # Errors
/// The folder cannot be listed.
pub fn sets(folder: &Path) -> Result<Vec<Set>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if let Some(name) = file.strip_suffix(".ndjson.zst")
            && !name.ends_with(".facilities")
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names.into_iter().map(|name| set(folder, name)).collect())
}

fn set(folder: &Path, name: String) -> Set {
    let facilities = folder.join(format!("{name}.facilities.ndjson.zst"));
    let mut files = Vec::new();
    if facilities.is_file() {
        files.push(facilities);
    }
    files.push(folder.join(format!("{name}.ndjson.zst")));
    Set { name, files }
}

/// Opens a `*.ndjson.zst` (or plain `*.ndjson`) file; each item is one line without its newline.
///
/// # Errors
/// The file cannot be opened or is no zstd stream; an item fails when the stream is damaged, a line is no UTF-8 or is
/// longer than 256 MiB.
pub fn lines(path: &Path) -> Result<Lines> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let source: Box<dyn Read + Send> = if path.extension().is_some_and(|ext| ext == "zst") {
        let mut decoder = zstd::stream::read::Decoder::new(file)
            .with_context(|| format!("cannot read {} as zstd", path.display()))?;
        decoder.window_log_max(WINDOW_LOG_MAX)?;
        Box::new(decoder)
    } else {
        Box::new(file)
    };
    Ok(Lines {
        source: BufReader::with_capacity(1 << 20, source),
        path: path.to_owned(),
        line: 0,
        ended: false,
    })
}

/// The lines of one file, read as they are asked for; nothing follows an error.
pub struct Lines {
    source: BufReader<Box<dyn Read + Send>>,
    path: PathBuf,
    line: u64,
    ended: bool,
}

impl Iterator for Lines {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

impl Lines {
    fn read(&mut self) -> Option<Result<String>> {
        let mut text = String::new();
        self.line += 1;
        match self.source.by_ref().take(LINE_BYTES_MAX).read_line(&mut text) {
            Ok(0) => None,
            Ok(_) if !text.ends_with('\n') && text.len() as u64 == LINE_BYTES_MAX => {
                Some(Err(anyhow::anyhow!("{} line {} is too long", self.path.display(), self.line)))
            }
            Ok(_) => {
                text.truncate(text.trim_end_matches(['\n', '\r']).len());
                Some(Ok(text))
            }
            Err(cause) => Some(
                Err(cause).with_context(|| format!("cannot read {} line {}", self.path.display(), self.line)),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_as_they_were_packed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ndjson.zst");
        std::fs::write(&path, zstd::encode_all(&b"{\"a\":1.50}\n{\"b\":\"\xc3\xa9\"}\n"[..], 3).unwrap())
            .unwrap();
        let read: Vec<String> = lines(&path).unwrap().map(|line| line.unwrap()).collect();
        assert_eq!(read, ["{\"a\":1.50}", "{\"b\":\"é\"}"]);
    }

    #[test]
    fn facilities_come_before_patients() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.ndjson.zst", "a.ndjson.zst", "a.facilities.ndjson.zst", "a.index.tsv"] {
            std::fs::write(dir.path().join(name), b"").unwrap();
        }
        let found = sets(dir.path()).unwrap();
        let names: Vec<&str> = found.iter().map(|set| set.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(found[0].files[0].ends_with("a.facilities.ndjson.zst") && found[0].files.len() == 2);
    }

    #[test]
    fn every_develop_bundle_is_read() {
        let Some(dir) = folder("reading the develop bundles") else { return };
        for set in sets(&dir.join("synthea-develop")).unwrap() {
            for file in &set.files {
                let first = lines(file).unwrap().next().unwrap().unwrap();
                assert!(first.starts_with("{\"resourceType\":\"Bundle\""), "{}", file.display());
            }
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_an_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ndjson.zst");
        let mut packed = zstd::encode_all(&b"{\"a\":1}\n".repeat(2000)[..], 3).unwrap();
        packed.truncate(packed.len() - 4);
        std::fs::write(&path, packed).unwrap();
        assert!(lines(&path).unwrap().any(|line| line.is_err()));
    }
}
