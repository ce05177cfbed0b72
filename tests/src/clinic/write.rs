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

/// Writes the clinic into a folder, which is made: first what patients refer to, then the patients, then today, and last who works
/// when. Without working hours nothing of a node's time is granted to head office, which would else have a part of the very time
/// that the appointments before take.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write(clinic: &Clinic, folder: &Path) -> Result<Written> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut written = Written { patients: clinic.patients(), resources: 0 };
    let is_of_hours = |one: &Resource| matches!(one.resource_type, "Schedule" | "Slot");
    let (hours, facilities): (Vec<Resource>, _) = clinic.facilities().into_iter().partition(is_of_hours);
    let (slots, today): (Vec<Resource>, _) = clinic.today().into_iter().partition(is_of_hours);
    let hours: Vec<Resource> = hours.into_iter().chain(slots).collect();
    let records = (0..clinic.patients()).map(|at| clinic.patient(at));
    written.resources += lines(&folder.join("1.facilities.ndjson"), std::iter::once(facilities))?;
    written.resources += lines(&folder.join("2.patients.ndjson"), records)?;
    written.resources += lines(&folder.join("3.today.ndjson"), std::iter::once(today))?;
    written.resources += lines(&folder.join("4.hours.ndjson"), std::iter::once(hours))?;
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
