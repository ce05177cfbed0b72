//! Where the workspace is, so that no drill depends on the folder it was started from.

use std::path::{Path, PathBuf};

/// The workspace's root folder: `HOLDFAST_WORKSPACE` if set, else what cargo says of this crate now, else what it
/// said when it was built. The last may be another clone's, as clones share one target folder.
#[must_use]
pub fn root() -> PathBuf {
    if let Some(dir) = std::env::var_os("HOLDFAST_WORKSPACE") {
        return PathBuf::from(dir);
    }
    let now = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let own = now.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    #[test]
    fn root_holds_the_workspace_manifest() {
        let manifest = std::fs::read_to_string(super::root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"), "{manifest}");
    }
}
