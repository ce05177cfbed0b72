//! Where the workspace's binaries are.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// The path of a workspace binary such as `holdfast-hub`.
///
/// First the environment variable of its name (`HOLDFAST_HUB_BIN`), then `HOLDFAST_BIN_DIR`, then the folder that
/// the running executable was built into: so a release drill starts release binaries and a debug test debug ones.
///
/// # Errors
/// It is in none of these places; the text says how to build it.
pub fn find_binary(name: &str) -> Result<PathBuf> {
    let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
    if let Some(path) = std::env::var_os(&variable) {
        return Ok(PathBuf::from(path));
    }
    let beside = std::env::current_exe().unwrap_or_default();
    let folder = match std::env::var_os("HOLDFAST_BIN_DIR") {
        Some(dir) => PathBuf::from(dir),
        None => profile_folder(&beside),
    };
    let path = folder.join(name);
    if path.is_file() {
        return Ok(path);
    }
    let release = if folder.ends_with("release") { " --release" } else { "" };
    bail!(
        "cannot find {name}: it is not in {}; build it with `cargo build{release} --bin {name}`, or name it in {variable}",
        folder.display()
    )
}

/// `target/PROFILE` of an executable in it, in its `deps` (a test) or in its `examples`.
fn profile_folder(executable: &Path) -> PathBuf {
    let folder = executable.parent().unwrap_or(Path::new("."));
    let nested = folder.ends_with("deps") || folder.ends_with("examples");
    if nested { folder.parent().unwrap_or(folder).to_owned() } else { folder.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_folder_is_found_from_a_binary_and_from_a_test() {
        for executable in ["/t/release/drill", "/t/release/deps/drill-0a1b", "/t/release/examples/x"] {
            assert_eq!(profile_folder(Path::new(executable)), Path::new("/t/release"), "{executable}");
        }
    }

    #[test]
    fn a_missing_binary_says_how_to_build_it() {
        let message = find_binary("holdfast-no-such-thing").unwrap_err().to_string();
        assert!(message.contains("--bin holdfast-no-such-thing"), "{message}");
        assert!(message.contains("HOLDFAST_NO_SUCH_THING_BIN"), "{message}");
    }
}
