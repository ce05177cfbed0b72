//! Where PostgreSQL's programs are.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Debian keeps one folder a major version here.
const DEBIAN: &str = "/usr/lib/postgresql";
const NEEDED: [&str; 3] = ["initdb", "postgres", "psql"];

/// The folder with `initdb`, `postgres` and `psql`.
#[derive(Debug, Clone)]
pub(super) struct Programs(PathBuf);

impl Programs {
    /// The newest version under Debian's folder, else the first complete folder of the `PATH`.
    pub(super) fn find() -> Result<Self> {
        let on_path: Vec<PathBuf> =
            std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
        match debian(Path::new(DEBIAN)).into_iter().chain(on_path).find(|folder| is_complete(folder)) {
            Some(folder) => Ok(Self(folder)),
            None => bail!(
                "cannot find PostgreSQL: neither {DEBIAN} nor the PATH has initdb, postgres and psql; run `make setup`"
            ),
        }
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

fn is_complete(folder: &Path) -> bool {
    NEEDED.iter().all(|program| folder.join(program).is_file())
}

/// `bin` folders, newest version first.
fn debian(root: &Path) -> Vec<PathBuf> {
    let Ok(versions) = std::fs::read_dir(root) else { return Vec::new() };
    let mut versions: Vec<u32> =
        versions.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|version| root.join(version.to_string()).join("bin")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let root = tempfile::tempdir().unwrap();
        for name in ["9", "15", "17", "common"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let found = debian(root.path());
        assert_eq!(found[0], root.path().join("17/bin"));
        assert_eq!(found.len(), 3);
    }
}
