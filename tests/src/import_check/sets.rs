//! The data sets of the check.

use crate::data;
use anyhow::{Context, Result};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// One set: files that belong together, facilities first.
#[derive(Debug, Clone)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) files: Vec<PathBuf>,
    /// Of the CI-sized share.
    pub(super) is_small: bool,
    /// Whether importing it again must change nothing.
    pub(super) is_stable: bool,
}

/// The sets of CI: a few thousand resources of every kind.
const SMALL: [&str; 4] =
    ["synthea-2020-iris", "carebundle-0.5.0-mixed-30", "ips-2.0.0-examples", "us-core-examples"];
/// Imported again: sets that say one thing of each resource. The IPS examples say several of some, and the facilities of
/// `synthea-2020-iris` say more of an organisation than its patients' bundles.
const AGAIN: [&str; 2] = ["carebundle-0.5.0-mixed-30", "synthea-uscore-2021-condrefs"];
const EXAMPLES: [&str; 3] = ["hl7-r4-examples-instances", "us-core-examples", "ips-2.0.0-examples"];

/// Every set, in the order in which they are imported.
pub(super) fn all(data: &Path) -> Result<Vec<Set>> {
    let mut found = data::sets(&data.join("synthea-develop"))?;
    found.extend(data::sets(&data.join("generated"))?);
    for name in EXAMPLES {
        let file = data.join("fhir-r4").join(format!("{name}.ndjson.zst"));
        found.push(data::Set { name: name.to_owned(), files: vec![file] });
    }
    let set = |set: data::Set| {
        let has = |names: &[&str]| names.contains(&set.name.as_str());
        Set { is_small: has(&SMALL), is_stable: has(&AGAIN), name: set.name, files: set.files }
    };
    Ok(found.into_iter().map(set).collect())
}

/// A folder with links to the set's files: what a person would hand to `import`.
pub(super) fn folder(set: &Set, work: &Path) -> Result<PathBuf> {
    let folder = work.join("sets").join(&set.name);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for file in &set.files {
        let name = file.file_name().context("a data file has a name")?;
        symlink(file.canonicalize()?, folder.join(name))
            .with_context(|| format!("cannot link {}", file.display()))?;
    }
    Ok(folder)
}
