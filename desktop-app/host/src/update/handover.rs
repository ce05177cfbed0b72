//! Handing a verified package to the installer. Both files go in one folder, which appears in the incoming folder by one rename: the
//! installer never sees half of it, though this user's data and that folder are on different disks.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use holdfast_release::PackageName;

/// Beside the incoming folder.
const STAGING: &str = "staging";

/// Hands over a package with its signature; false if that was done already and nobody has taken it yet. Blocks.
///
/// # Errors
/// The folders are not there or full; nothing is left behind then.
pub(super) fn hand_over(
    incoming: &Path,
    name: &PackageName,
    package: &Path,
    signature: &str,
    hash: &str,
) -> io::Result<bool> {
    // Of this user alone: the folders are for all who use the machine.
    let bundle = format!("{hash}-{}", rustix::process::getuid().as_raw());
    if incoming.join(&bundle).is_dir() {
        return Ok(false);
    }
    let staged = incoming.with_file_name(STAGING).join(&bundle);
    // Of an earlier try that was cut off.
    let _was_none = std::fs::remove_dir_all(&staged);
    let moved = stage(&staged, name, package, signature)
        .and_then(|()| std::fs::rename(&staged, incoming.join(&bundle)));
    if moved.is_err() {
        let _none = std::fs::remove_dir_all(&staged);
    }
    moved.map(|()| true)
}

fn stage(staged: &Path, name: &PackageName, package: &Path, signature: &str) -> io::Result<()> {
    std::fs::DirBuilder::new().mode(0o755).create(staged)?;
    let to = staged.join(name.file_name());
    std::fs::copy(package, &to)?;
    std::fs::File::open(&to)?.sync_all()?;
    std::fs::write(staged.join(name.signature_name()), signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_appears_whole_and_once() {
        let home = tempfile::tempdir().unwrap();
        let (incoming, package) = (home.path().join("incoming"), home.path().join("fetched"));
        std::fs::write(&package, "bytes").unwrap();
        let name = PackageName::of("0.2.0", "amd64").unwrap();
        let hand = || hand_over(&incoming, &name, &package, "signed", "hash");
        assert!(hand().is_err(), "a machine without the folders");
        std::fs::create_dir(home.path().join("staging")).unwrap();
        assert!(hand().is_err(), "a machine without the incoming folder");
        let staged = || std::fs::read_dir(home.path().join("staging")).unwrap().count();
        assert_eq!(staged(), 0, "nothing is left behind");
        std::fs::create_dir(&incoming).unwrap();
        assert!(hand().unwrap());
        let bundles: Vec<_> = std::fs::read_dir(&incoming).unwrap().map(|one| one.unwrap().path()).collect();
        assert_eq!(bundles.len(), 1);
        let read = |file: &str| std::fs::read_to_string(bundles[0].join(file)).unwrap();
        assert_eq!(
            (read(&name.file_name()), read(&name.signature_name())),
            ("bytes".to_owned(), "signed".to_owned())
        );
        assert!(!hand().unwrap(), "it waits already");
        std::fs::remove_dir_all(&bundles[0]).unwrap();
        assert!(hand().unwrap());
        assert_eq!(staged(), 0);
    }
}
