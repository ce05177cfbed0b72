//! Which files there are, in the order in which they must be imported.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Folders within folders that are looked into.
const MAX_DEPTH: usize = 8;

/// How a file is taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// One bundle or resource.
    Json,
    /// One a line.
    Lines,
    /// The same, compressed by zstd.
    PackedLines,
}

/// One file to import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// As it is named in messages: relative to the folder.
    pub(super) name: String,
    pub(super) format: Format,
    /// What patients refer to (organisations, practitioners, locations): before everything else.
    pub(super) is_facilities: bool,
    pub(super) size_bytes: u64,
}

/// The files of a folder, or the one file: facilities first, then by name.
///
/// # Errors
/// [`Failure::Other`] if there is nothing to import.
pub(super) fn find(from: &Path) -> Result<Vec<Source>, Failure> {
    let mut found = Vec::new();
    let unreadable = |error: std::io::Error| {
        let text =
            format!("cannot import {}: {error}; name a folder or file that can be read", from.display());
        Failure::other("import-unreadable", text)
    };
    let kind = std::fs::metadata(from).map_err(unreadable)?;
    if kind.is_dir() {
        walk(from, from, 0, &mut found).map_err(unreadable)?;
    } else if let Some(source) = source(from.parent().unwrap_or(from), from) {
        found.push(source);
    }
    if found.is_empty() {
        let text = format!(
            "cannot import {}: there is no *.json, *.ndjson or *.ndjson.zst file in it; name the folder that holds the bundles",
            from.display()
        );
        return Err(Failure::other("import-empty", text));
    }
    found.sort_by(|a, b| (!a.is_facilities, &a.name).cmp(&(!b.is_facilities, &b.name)));
    Ok(found)
}

fn walk(root: &Path, folder: &Path, depth: usize, found: &mut Vec<Source>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if depth < MAX_DEPTH {
                walk(root, &path, depth + 1, found)?;
            }
        } else if let Some(source) = source(root, &path) {
            found.push(source);
        }
    }
    Ok(())
}

fn source(root: &Path, path: &Path) -> Option<Source> {
    let file = path.file_name()?.to_str()?;
    let format = [(".ndjson.zst", Format::PackedLines), (".ndjson", Format::Lines), (".json", Format::Json)];
    let (_, format) = format.into_iter().find(|(end, _)| file.ends_with(end))?;
    let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
    let size_bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    Some(Source { path: path.to_owned(), name, format, is_facilities: is_facilities(file), size_bytes })
}

/// `x.facilities.ndjson`, and Synthea's own `hospitalInformation1.json`, `practitionerInformation1.json`.
fn is_facilities(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    ["facilities", "hospitalinformation", "practitionerinformation"].iter().any(|word| file.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facilities_come_first_then_names() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("a")).unwrap();
        let names = [
            "a/z.json",
            "b.ndjson.zst",
            "b.facilities.ndjson.zst",
            "hospitalInformation1.json",
            "b.index.tsv",
            "c.ndjson",
        ];
        names.iter().for_each(|name| std::fs::write(home.path().join(name), "{}").unwrap());
        let found: Vec<String> = find(home.path()).unwrap().into_iter().map(|source| source.name).collect();
        assert_eq!(
            found,
            ["b.facilities.ndjson.zst", "hospitalInformation1.json", "a/z.json", "b.ndjson.zst", "c.ndjson"]
        );
        assert_eq!(find(&home.path().join("a/z.json")).unwrap()[0].name, "z.json");
    }

    #[test]
    fn nothing_to_import_says_so() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(find(home.path()).unwrap_err().code(), "import-empty");
        assert_eq!(find(&home.path().join("gone")).unwrap_err().code(), "import-unreadable");
    }
}
