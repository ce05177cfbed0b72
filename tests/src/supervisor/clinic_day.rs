//! A generated clinic for a first `make run` without DATA: a few patients and their charts as FHIR transactions.

use super::folder::Folder;
use crate::generate::{Generator, Resource};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// A small clinic's day.
const PATIENTS: u64 = 24;
/// Resources beside each patient: two or three visits.
const RESOURCES_PER_PATIENT: usize = 24;
/// The seed of the day; always the same, so that two people see the same clinic.
const SEED: u64 = 20_261_122;
/// The mark that the node has data already.
const DONE: &str = "imported";

/// Writes the bundles, one transaction a line, unless an earlier run imported something. Returns their folder.
pub(super) fn write_once(folder: &Folder) -> Result<Option<PathBuf>> {
    if folder.has(DONE) {
        return Ok(None);
    }
    let made = Generator::new(SEED);
    let lines = (0..PATIENTS).map(|i| transaction(&made.chart(i, RESOURCES_PER_PATIENT)) + "\n");
    let dir = folder.path().join("clinic-day");
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    folder.write("clinic-day/clinic-day.ndjson", &lines.collect::<String>())?;
    Ok(Some(dir))
}

/// Marks that an import is done.
pub(super) fn done(folder: &Folder) -> Result<()> {
    folder.write(DONE, "")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_written_once_and_is_json() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let day = write_once(&folder).unwrap().unwrap();
        let text = std::fs::read_to_string(day.join("clinic-day.ndjson")).unwrap();
        for line in text.lines() {
            let bundle: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(bundle["entry"].as_array().unwrap().len(), RESOURCES_PER_PATIENT + 1);
        }
        assert_eq!(text.lines().count() as u64, PATIENTS);
        done(&folder).unwrap();
        assert!(write_once(&folder).unwrap().is_none());
    }
}
