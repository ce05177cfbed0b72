//! Where the workspace is, so that no drill depends on the folder it was started from.

use std::path::{Path, PathBuf};

/// The workspace's root folder: `HOLDFAST_WORKSPACE` if set, else the parent of this crate as it was built.
#[must_use]
pub fn root() -> PathBuf {
    match std::env::var_os("HOLDFAST_WORKSPACE") {
        Some(dir) => PathBuf::from(dir),
        None => {
            let built = Path::new(env!("CARGO_MANIFEST_DIR"));
            built.parent().unwrap_or(built).to_path_buf()
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn root_holds_the_workspace_manifest() {
        let manifest = std::fs::read_to_string(super::root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"), "{manifest}");
    }
}
