//! Copying what was handed over to where nobody can change it any more, then verifying the copy.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use holdfast_link::keys::ensure_private_dir;
use holdfast_release::{MAX_PACKAGE_BYTES, MAX_SIGNATURE_BYTES, PackageName, ReleaseError, ReleaseKeys};
use rustix::fs::{Dir, Mode, OFlags, openat};

use super::error::InstallError;

/// More is not looked at: a desktop hands one over at a time.
const MAX_ENTRIES: usize = 16;

/// A package in the private folder that a release key has signed.
pub(super) struct Taken {
    pub(super) name: PackageName,
    pub(super) path: PathBuf,
    pub(super) blake3: String,
}

/// What lies in the incoming folder, sorted.
pub(super) fn entries(incoming: &Path) -> Result<Vec<OsString>, InstallError> {
    let unusable = |error: io::Error| InstallError::Folder(format!("{}: {error}", incoming.display()));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(incoming).map_err(unusable)?.take(MAX_ENTRIES) {
        names.push(entry.map_err(unusable)?.file_name());
    }
    names.sort();
    Ok(names)
}

/// Takes one bundle over.
pub(super) fn take(
    incoming: &Path,
    bundle: &OsString,
    private: &Path,
    keys: &ReleaseKeys,
) -> Result<Taken, InstallError> {
    ensure_private_dir(private).map_err(|error| InstallError::Folder(error.to_string()))?;
    let opened =
        rustix::fs::open(incoming, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let opened = opened.map_err(|error| InstallError::Folder(error.to_string()))?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = openat(&opened, bundle.as_os_str(), flags, Mode::empty())
        .map_err(|_| InstallError::Shape { what: "something that is no folder" })?;
    let name = package_in(&folder)?;
    let signature = plain(&folder, &name.signature_name())?;
    let mut text = String::new();
    let read = signature.take(MAX_SIGNATURE_BYTES).read_to_string(&mut text);
    read.map_err(|_| ReleaseError::SignatureMalformed { name: name.file_name() })?;
    let path = private.join(name.file_name());
    copy(plain(&folder, &name.file_name())?, &path, &name)?;
    let copied = File::open(&path).map_err(|source| ReleaseError::Read { name: name.file_name(), source })?;
    let verified = keys.verify(&name, &text, copied)?;
    Ok(Taken { name, path, blake3: verified.blake3 })
}

fn package_in(folder: &OwnedFd) -> Result<PackageName, InstallError> {
    let unreadable = |_| InstallError::Shape { what: "a folder that cannot be read" };
    for entry in Dir::read_from(folder).map_err(unreadable)?.take(MAX_ENTRIES) {
        let entry = entry.map_err(unreadable)?;
        if let Ok(name) = PackageName::parse(&entry.file_name().to_string_lossy()) {
            return Ok(name);
        }
    }
    Err(InstallError::Shape { what: "a folder without a package" })
}

/// A plain file of the folder, not by way of a link; a pipe holds nobody up.
fn plain(folder: &OwnedFd, name: &str) -> Result<File, InstallError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let shape = InstallError::Shape { what: "a folder without a package and its signature as plain files" };
    let Ok(opened) = openat(folder, name, flags, Mode::empty()) else { return Err(shape) };
    let file = File::from(opened);
    if file.metadata().is_ok_and(|about| about.is_file()) { Ok(file) } else { Err(shape) }
}

fn copy(from: File, to: &Path, name: &PackageName) -> Result<(), InstallError> {
    let mut out = File::create_new(to).map_err(|error| InstallError::Folder(error.to_string()))?;
    // One byte more than any package has, so that what is longer is seen to be.
    let copied = io::copy(&mut from.take(MAX_PACKAGE_BYTES + 1), &mut out);
    match copied {
        Ok(count) if count > MAX_PACKAGE_BYTES => {
            Err(ReleaseError::TooLarge { name: name.file_name() }.into())
        }
        Ok(_) => Ok(()),
        Err(error) => Err(InstallError::Folder(error.to_string())),
    }
}
