//! The generated clinic of a first `make run` without DATA: written as FHIR transactions for the node to import.

use super::folder::Folder;
use crate::clinic::{self, Clinic, Colleague, Now};
use anyhow::Result;
use std::path::PathBuf;

/// The seed of the clinic; always the same, so that two people see the same patients.
const SEED: u64 = 20_261_122;
/// The mark that the node has data already.
const DONE: &str = "imported";
/// The folder of the bundles, in the state folder.
const BUNDLES: &str = "clinic";

/// Writes the bundles for that day, unless an earlier run has imported something. Returns their folder, and what they
/// hold in words.
pub(super) fn write_once(folder: &Folder, now: Now, patients: u64) -> Result<Option<(PathBuf, String)>> {
    if folder.has(DONE) {
        return Ok(None);
    }
    let dir = folder.path().join(BUNDLES);
    let written = clinic::write(&Clinic::new(SEED, now.in_opening_hours(), patients), &dir)?;
    let told = format!("a made-up clinic: {} patients, {} resources", written.patients, written.resources);
    Ok(Some((dir, told)))
}

/// Marks that an import is done.
pub(super) fn done(folder: &Folder) -> Result<()> {
    folder.write(DONE, "")
}

/// Who works at the clinic and signs in.
pub(super) fn colleagues() -> Vec<Colleague> {
    Clinic::new(SEED, Now { day: 0, minute: 0, offset_minutes: 0 }, 0).colleagues()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clinic_is_written_once_and_each_line_is_a_transaction() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let now = Now { day: 20_784, minute: 640, offset_minutes: 60 };
        let (bundles, told) = write_once(&folder, now, 12).unwrap().unwrap();
        assert!(told.contains("12 patients"), "{told}");
        let names = ["1.facilities.ndjson", "2.patients.ndjson", "3.today.ndjson", "4.hours.ndjson"];
        for name in names {
            let text = std::fs::read_to_string(bundles.join(name)).unwrap();
            for line in text.lines() {
                let bundle: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(bundle["type"], "transaction");
                assert!((1..=250).contains(&bundle["entry"].as_array().unwrap().len()), "{name}");
            }
        }
        done(&folder).unwrap();
        assert!(write_once(&folder, now, 12).unwrap().is_none());
    }

    #[test]
    fn there_is_somebody_for_each_role() {
        let roles: Vec<&str> = colleagues().iter().map(|colleague| colleague.role).collect();
        assert_eq!(roles, ["clinician", "nurse", "pharmacist", "front-desk", "manager"]);
    }
}
