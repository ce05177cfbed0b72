//! `holdfast-node codes`: published code lists into the data folder, where a running node finds them at its next search.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use holdfast_api::codes::{CodeLists, CodeListsError};
use holdfast_clinical::codes::published::{FormatError, MAX_LINE_BYTES, Reader};
use holdfast_clinical::codes::{Entry, System, starter};

use crate::data_dir::DataDir;
use crate::failure::Failure;

/// Starter codes that are shown when a published list does not have them.
const MAX_SHOWN: usize = 10;

impl From<CodeListsError> for Failure {
    fn from(error: CodeListsError) -> Self {
        Self::other(error.code(), error.to_string())
    }
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Self {
        Self::other(error.code(), error.to_string())
    }
}

/// Reads a published list and keeps it; what was done, in words. Nothing is changed if a line is at fault.
///
/// # Errors
/// [`Failure::Other`]: no such system, the file does not read, a line is not of that list, the disk.
pub fn import(dir: &DataDir, system: &str, file: &Path, version: Option<&str>) -> Result<String, Failure> {
    let system = System::named(system).ok_or_else(|| {
        let text = format!(
            "cannot import codes of \"{system}\": it is not one of icd10cm, loinc, rxnorm and cvx; name one"
        );
        Failure::other("code-system-unknown", text)
    })?;
    let entries = read(system, file)?;
    let missing = missing(system, &entries);
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let version = version.map_or(name, str::to_owned);
    let folder = dir.codes();
    holdfast_link::keys::ensure_private_dir(dir.path())?;
    let count = CodeLists::keep(&folder, system, &version, entries)?;
    Ok(format!("imported {count} codes of {}, version {version}{missing}", system.name()))
}

/// What lists there are, a line each.
pub fn list(dir: &DataDir) -> String {
    let shelf = CodeLists::in_folder(dir.codes()).current();
    let line = |system| {
        let list = shelf.list(system);
        format!("{:8} {:7} codes  {}", system.name(), list.len(), list.version())
    };
    System::ALL.map(line).join("\n")
}

fn read(system: System, path: &Path) -> Result<Vec<Entry>, Failure> {
    let unreadable = |why: std::io::Error| {
        let text = format!("cannot read {}: {why}; name a file that can be read", path.display());
        Failure::other("code-list-unreadable", text)
    };
    let mut lines = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut reader = Reader::new(system);
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        let most = MAX_LINE_BYTES as u64 + 1;
        if lines.by_ref().take(most).read_until(b'\n', &mut bytes).map_err(unreadable)? == 0 {
            break;
        }
        if bytes.len() > MAX_LINE_BYTES {
            let text = format!(
                "cannot import the {} list: line {number} is longer than {MAX_LINE_BYTES} bytes; give the file as published",
                system.name()
            );
            return Err(Failure::other("code-list-format", text));
        }
        // Older releases of some lists are in Latin-1, in which every byte is a character.
        let line = match std::str::from_utf8(&bytes) {
            Ok(line) => line.to_owned(),
            Err(_) => bytes.iter().copied().map(char::from).collect(),
        };
        reader.line(number, &line)?;
    }
    Ok(reader.finish()?)
}

/// Which starter codes the list lacks: they stay findable, for records have them, but the clinic should know.
fn missing(system: System, entries: &[Entry]) -> String {
    let known: std::collections::BTreeSet<&str> = entries.iter().map(|entry| entry.code.as_str()).collect();
    let missing: Vec<&str> =
        starter(system).entries().map(|entry| entry.code).filter(|code| !known.contains(code)).collect();
    if missing.is_empty() {
        return String::new();
    }
    let shown = missing.iter().take(MAX_SHOWN).copied().collect::<Vec<_>>().join(", ");
    format!("; {} codes of the starter list are not in it and stay: {shown} …", missing.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(system: &str, text: &[u8]) -> (tempfile::TempDir, Result<String, Failure>) {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("list.txt");
        std::fs::write(&file, text).unwrap();
        let done = import(&DataDir::new(home.path().join("data")), system, &file, None);
        (home, done)
    }

    #[test]
    fn published_list_is_kept_and_told() {
        let (home, done) = imported("cvx", b"115|Tdap|tetanus\r\n901|a new one|x\r\n");
        let told = done.unwrap();
        assert!(told.starts_with("imported 2 codes of cvx, version list.txt"), "{told}");
        assert!(told.contains("not in it and stay"), "{told}");
        let dir = DataDir::new(home.path().join("data"));
        assert_eq!(
            CodeLists::in_folder(dir.codes()).current().display(System::Cvx, "901"),
            Some("a new one")
        );
        assert!(list(&dir).contains("list.txt") && list(&dir).contains("starter"), "{}", list(&dir));
    }

    #[test]
    fn a_bad_line_imports_nothing_and_is_named() {
        let (home, done) = imported("cvx", b"115|Tdap|tetanus\nabc|x|y\n");
        let error = done.unwrap_err();
        assert_eq!(error.code(), "code-list-format");
        assert!(error.to_string().contains("line 2"), "{error}");
        assert!(!home.path().join("data/codes").exists());
        let (_, unknown) = imported("snomed", b"");
        assert_eq!(unknown.unwrap_err().code(), "code-system-unknown");
        let (_, long) = imported("icd10cm", &vec![b'A'; MAX_LINE_BYTES + 10]);
        assert!(long.unwrap_err().to_string().contains("line 1 is longer"));
    }

    #[test]
    fn latin_1_is_read_as_such() {
        let (home, done) = imported("icd10cm", b"H8101   M\xe9ni\xe8re's disease, right ear\n");
        done.unwrap();
        let shelf = CodeLists::in_folder(DataDir::new(home.path().join("data")).codes()).current();
        assert_eq!(shelf.display(System::Icd10Cm, "H81.01"), Some("Ménière's disease, right ear"));
        assert_eq!(shelf.search(System::Icd10Cm, "meniere", 3)[0].code, "H81.01");
    }
}
