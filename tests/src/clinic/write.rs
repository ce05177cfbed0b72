//! A clinic as files for `holdfast-node import`: transaction bundles, one a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::Clinic;
use crate::generate::Resource;

/// Entries of one transaction: a record of 20 years goes in several.
const ENTRIES: usize = 250;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Patients.
    pub patients: usize,
    /// Resources, all in all.
    pub resources: usize,
}

/// Writes the clinic into a folder, which is made: first what patients refer to, then the patients, then today.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write(clinic: &Clinic, folder: &Path) -> Result<Written> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut written = Written { patients: clinic.patients(), resources: 0 };
    let today = clinic.today();
    let records = (0..clinic.patients()).map(|at| clinic.patient(at));
    written.resources += lines(&folder.join("1.facilities.ndjson"), std::iter::once(clinic.facilities()))?;
    written.resources += lines(&folder.join("2.patients.ndjson"), records)?;
    written.resources += lines(&folder.join("3.today.ndjson"), std::iter::once(today))?;
    Ok(written)
}

fn lines(path: &Path, groups: impl Iterator<Item = Vec<Resource>>) -> Result<usize> {
    let failed = || format!("cannot write {}", path.display());
    let mut file = BufWriter::new(File::create(path).with_context(failed)?);
    let mut count = 0;
    for group in groups {
        for part in group.chunks(ENTRIES) {
            writeln!(file, "{}", transaction(part)).with_context(failed)?;
        }
        count += group.len();
    }
    file.flush().with_context(failed)?;
    Ok(count)
}

/// A transaction Bundle that puts each resource under its own id.
fn transaction(resources: &[Resource]) -> String {
    let entries: Vec<String> = resources
        .iter()
        .map(|resource| {
            let (json, url) = (&resource.json, resource.reference());
            format!("{{\"resource\":{json},\"request\":{{\"method\":\"PUT\",\"url\":\"{url}\"}}}}")
        })
        .collect();
    format!("{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{}]}}", entries.join(","))
}
