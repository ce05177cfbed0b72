//! Packages of the staff desktop that IT, or the fleet, has put beside their signatures into a folder of this node: which is the
//! newest that a release key has signed, and why the others are not offered.
//!
//! What came of a file is remembered until file, signature or keys change, so that a question costs a look into the folder, and a file
//! that is still being copied is looked at again once it has grown.

use std::collections::BTreeMap;
use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use holdfast_release::{
    MAX_PART_BYTES, MAX_SIGNATURE_BYTES, Offer, PackageName, PartRequest, ReleaseError, ReleaseKeys,
    SIGNATURE_ENDING,
};
use rustix::fs::OFlags;

/// More files than this are not looked at: a folder of releases holds a handful.
const MAX_FILES: usize = 256;

/// Why a package, or none at all, is offered.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A key, a name, a signature or bytes.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// A package alone.
    #[error(
        "cannot offer the package {name}: its signature is not beside it; copy {name}.minisig there too, or sign it with \
         `minisign -S`"
    )]
    Unsigned {
        /// Its name.
        name: String,
    },
    /// Not a file of its own: a link could lead anywhere.
    #[error(
        "cannot offer the package {name}: it is no plain file; copy the package itself there, not a link"
    )]
    NotAFile {
        /// Its name.
        name: String,
    },
    /// The folder or the keys cannot be read.
    #[error(
        "cannot offer packages to desktops: {} cannot be read ({why}); give the node's user the right to read it", path.display()
    )]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Nobody has said whose signatures count.
    #[error(
        "cannot offer packages to desktops: {} is not there; put the release's minisign.pub there, or name another file \
         (desktops.release_keys)", path.display()
    )]
    NoKeys {
        /// Where they are looked for.
        path: PathBuf,
    },
    /// Asked for something that is not offered, or no more.
    #[error("the package is refused: it is not offered any more; ask again which one is")]
    Gone,
}

impl PackageError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Release(error) => error.code(),
            Self::Unsigned { .. } => "package-unsigned",
            Self::NotAFile { .. } => "package-not-a-file",
            Self::Unreadable { .. } => "packages-unreadable",
            Self::NoKeys { .. } => "release-keys-missing",
            Self::Gone => "package-gone",
        }
    }

    /// Whether the same may succeed later with nothing mended by hand.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Release(error) if error.is_retryable()) || matches!(self, Self::Gone)
    }
}

/// What the folder holds.
#[derive(Debug, Default)]
pub struct Looked {
    /// What is offered, oldest version first.
    pub offered: BTreeMap<PackageName, Offer>,
    /// What is not, and why.
    pub refused: Vec<Arc<PackageError>>,
}

impl Looked {
    /// The newest for an architecture.
    pub fn newest(&self, arch: &str) -> Option<&Offer> {
        self.offered.iter().rev().find(|(name, _)| name.arch == arch).map(|(_, offer)| offer)
    }
}

/// A folder of packages.
#[derive(Debug)]
pub struct Packages {
    folder: PathBuf,
    keys: PathBuf,
    known: Mutex<Known>,
}

/// What came of the files when they were last read. Whoever asks meanwhile waits, and reads none of them again.
#[derive(Debug, Default)]
struct Known {
    /// The text of the keys that they were verified with.
    keys: String,
    files: BTreeMap<PackageName, (Print, Result<Offer, Arc<PackageError>>)>,
}

/// By what a file that has changed is known: whoever copies may keep a file's time, but not the time of its copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Print([[i64; 4]; 2]);

impl Print {
    fn of(package: &Metadata, signature: &Metadata) -> Self {
        Self([package, signature].map(|about| {
            [about.ino().cast_signed(), about.size().cast_signed(), about.ctime(), about.ctime_nsec()]
        }))
    }
}

impl Packages {
    /// Names the folder, and the file of release keys.
    pub fn new(folder: PathBuf, keys: PathBuf) -> Self {
        Self { folder, keys, known: Mutex::default() }
    }

    /// Where they lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Looks at every package. Blocks: one that is new is read to its end.
    pub fn look(&self) -> Looked {
        let (mut looked, mut known) = (Looked::default(), self.known());
        if let Err(error) = self.look_into(&mut looked, &mut known) {
            *known = Known::default();
            looked.refused.push(error.into());
        }
        looked
    }

    fn look_into(&self, looked: &mut Looked, known: &mut Known) -> Result<(), PackageError> {
        let names = self.names(&mut looked.refused)?;
        known.files.retain(|name, _| names.contains(name));
        // A folder that nobody uses needs no keys.
        if names.is_empty() {
            return Ok(());
        }
        let (text, keys) = self.keys()?;
        if known.keys != text {
            *known = Known { keys: text, files: BTreeMap::new() };
        }
        for name in names {
            match self.offer(&name, &keys, known) {
                Ok(offer) => {
                    looked.offered.insert(name, offer);
                }
                Err(error) => looked.refused.push(error),
            }
        }
        Ok(())
    }

    /// A part of a package that was offered. Blocks.
    ///
    /// # Errors
    /// [`PackageError::Gone`] if it is not as it was offered, or nothing lies there.
    pub fn part(&self, asked: &PartRequest) -> Result<Vec<u8>, PackageError> {
        let found = {
            let known = self.known();
            known.files.iter().find_map(|(name, (print, came_of_it))| match came_of_it {
                Ok(offer) if offer.blake3 == asked.blake3 => Some((name.clone(), *print, offer.size)),
                _ => None,
            })
        };
        let (name, print, size) = found.ok_or(PackageError::Gone)?;
        let (file, _, now) = self.open(&name)?;
        if now != print || asked.from >= size {
            return Err(PackageError::Gone);
        }
        let count = asked.count.min(MAX_PART_BYTES).min(size - asked.from);
        let mut bytes = vec![0; usize::try_from(count).unwrap_or_default()];
        file.read_exact_at(&mut bytes, asked.from).map_err(|_| PackageError::Gone)?;
        Ok(bytes)
    }

    /// The names of packages in the folder; what is called otherwise is refused by name.
    fn names(&self, refused: &mut Vec<Arc<PackageError>>) -> Result<Vec<PackageName>, PackageError> {
        let unreadable = |error: std::io::Error| PackageError::Unreadable {
            path: self.folder.clone(),
            why: error.to_string(),
        };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(unreadable)?.take(MAX_FILES) {
            let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
            // A copy under way is hidden by most programs that copy, and a signature belongs to a package.
            if name.starts_with('.') || name.ends_with(SIGNATURE_ENDING) {
                continue;
            }
            match PackageName::parse(&name) {
                Ok(name) => names.push(name),
                Err(error) => refused.push(PackageError::from(error).into()),
            }
        }
        names.sort();
        Ok(names)
    }

    fn keys(&self) -> Result<(String, ReleaseKeys), PackageError> {
        match std::fs::read_to_string(&self.keys) {
            Ok(text) => {
                let keys = ReleaseKeys::parse(&text)?;
                Ok((text, keys))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(PackageError::NoKeys { path: self.keys.clone() })
            }
            Err(error) => Err(PackageError::Unreadable { path: self.keys.clone(), why: error.to_string() }),
        }
    }

    /// What is known of a package, or comes of it now.
    fn offer(
        &self,
        name: &PackageName,
        keys: &ReleaseKeys,
        known: &mut Known,
    ) -> Result<Offer, Arc<PackageError>> {
        let (package, signature, print) = self.open(name)?;
        if let Some((before, came_of_it)) = known.files.get(name)
            && *before == print
        {
            return came_of_it.clone();
        }
        let came_of_it = verify(name, keys, package, signature).map_err(Arc::new);
        // What a disk refused to give may be read the next time.
        if !came_of_it.as_ref().is_err_and(|error| error.is_retryable()) {
            known.files.insert(name.clone(), (print, came_of_it.clone()));
        }
        came_of_it
    }

    /// The package and its signature, neither by way of a link, and how they now are.
    fn open(&self, name: &PackageName) -> Result<(File, File, Print), PackageError> {
        let package = self.plain(&name.file_name(), name)?;
        let (package, about) = package.ok_or(PackageError::Gone)?;
        let signature = self.plain(&name.signature_name(), name)?;
        let (signature, signed) =
            signature.ok_or_else(|| PackageError::Unsigned { name: name.file_name() })?;
        Ok((package, signature, Print::of(&about, &signed)))
    }

    /// Opens a file, `None` if it is not there.
    fn plain(&self, file: &str, of: &PackageName) -> Result<Option<(File, Metadata)>, PackageError> {
        let read = |source| ReleaseError::Read { name: file.to_owned(), source };
        // Nonblocking: a pipe that nobody writes must not hold the node up.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        let opened =
            OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(self.folder.join(file));
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
                return Err(PackageError::NotAFile { name: of.file_name() });
            }
            Err(error) => return Err(read(error).into()),
        };
        let about = opened.metadata().map_err(read)?;
        if about.is_file() {
            Ok(Some((opened, about)))
        } else {
            Err(PackageError::NotAFile { name: of.file_name() })
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn verify(
    name: &PackageName,
    keys: &ReleaseKeys,
    package: File,
    signature: File,
) -> Result<Offer, PackageError> {
    let malformed = || ReleaseError::SignatureMalformed { name: name.file_name() };
    let mut text = String::new();
    signature.take(MAX_SIGNATURE_BYTES).read_to_string(&mut text).map_err(|_| malformed())?;
    let verified = keys.verify(name, &text, package)?;
    Ok(Offer {
        version: name.version.to_string(),
        arch: name.arch.clone(),
        size: verified.size,
        blake3: verified.blake3,
        signature: text,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use minisign::KeyPair;

    use super::*;

    struct Folder {
        home: tempfile::TempDir,
        keys: KeyPair,
    }

    impl Folder {
        fn new() -> (Self, Packages) {
            let home = tempfile::tempdir().unwrap();
            let keys = KeyPair::generate_unencrypted_keypair().unwrap();
            let folder = home.path().join("packages");
            std::fs::create_dir(&folder).unwrap();
            let public = home.path().join("release.pub");
            std::fs::write(&public, keys.pk.to_box().unwrap().to_string()).unwrap();
            (Self { home, keys }, Packages::new(folder, public))
        }

        fn path(&self, name: &str) -> PathBuf {
            self.home.path().join("packages").join(name)
        }

        fn put(&self, name: &str, bytes: &[u8]) {
            std::fs::write(self.path(name), bytes).unwrap();
            let signature = minisign::sign(None, &self.keys.sk, Cursor::new(bytes), None, None).unwrap();
            std::fs::write(self.path(&format!("{name}.minisig")), signature.into_string()).unwrap();
        }
    }

    fn codes(looked: &Looked) -> Vec<&'static str> {
        looked.refused.iter().map(|error| error.code()).collect()
    }

    #[test]
    fn newest_that_verifies_is_offered_and_the_others_are_refused_in_words() {
        let (folder, packages) = Folder::new();
        assert!(
            packages.look().offered.is_empty() && packages.look().refused.is_empty(),
            "an empty folder is well"
        );
        folder.put("holdfast-desktop_0.9.0_amd64.deb", b"old");
        folder.put("holdfast-desktop_0.10.0_amd64.deb", b"new");
        folder.put("holdfast-desktop_0.11.0_arm64.deb", b"for another machine");
        folder.put("holdfast-desktop_0.12.0_amd64.deb", b"whole");
        std::fs::write(folder.path("holdfast-desktop_0.12.0_amd64.deb"), b"who").unwrap();
        std::fs::write(folder.path("holdfast-desktop_0.13.0_amd64.deb"), b"unsigned").unwrap();
        folder.put("setup.deb", b"badly named");
        let real = folder.path("holdfast-desktop_0.10.0_amd64.deb");
        folder.put("holdfast-desktop_0.14.0_amd64.deb", b"new");
        std::fs::remove_file(folder.path("holdfast-desktop_0.14.0_amd64.deb")).unwrap();
        std::os::unix::fs::symlink(real, folder.path("holdfast-desktop_0.14.0_amd64.deb")).unwrap();
        let looked = packages.look();
        assert_eq!(looked.newest("amd64").unwrap().version, "0.10.0");
        assert_eq!(looked.newest("arm64").unwrap().version, "0.11.0");
        assert!(looked.newest("i386").is_none());
        let expected = ["package-name", "package-tampered", "package-unsigned", "package-not-a-file"];
        assert_eq!(codes(&looked), expected, "{:?}", looked.refused);
        folder.put("holdfast-desktop_0.12.0_amd64.deb", b"whole");
        assert_eq!(packages.look().newest("amd64").unwrap().version, "0.12.0", "the copy is complete now");
    }

    #[test]
    fn parts_are_of_what_was_offered_and_of_nothing_else() {
        let (folder, packages) = Folder::new();
        folder.put("holdfast-desktop_0.2.0_amd64.deb", b"0123456789");
        let blake3 = packages.look().newest("amd64").unwrap().blake3.clone();
        let part = |from, count| packages.part(&PartRequest { blake3: blake3.clone(), from, count });
        assert_eq!(part(0, 4).unwrap(), b"0123");
        assert_eq!(part(8, 400).unwrap(), b"89");
        assert_eq!(part(10, 1).unwrap_err().code(), "package-gone");
        let other = PartRequest { blake3: "0".repeat(64), from: 0, count: 1 };
        assert_eq!(packages.part(&other).unwrap_err().code(), "package-gone");
        folder.put("holdfast-desktop_0.2.0_amd64.deb", b"something else");
        assert_eq!(part(0, 4).unwrap_err().code(), "package-gone", "it was replaced");
    }

    #[test]
    fn key_that_is_taken_out_opens_nothing_from_then_on() {
        let (folder, packages) = Folder::new();
        folder.put("holdfast-desktop_0.2.0_amd64.deb", b"x");
        let offered = packages.look().newest("amd64").unwrap().clone();
        let others = KeyPair::generate_unencrypted_keypair().unwrap();
        std::fs::write(folder.home.path().join("release.pub"), others.pk.to_box().unwrap().to_string())
            .unwrap();
        let looked = packages.look();
        assert!(looked.offered.is_empty());
        assert_eq!(codes(&looked), ["package-key-unknown"]);
        let asked = PartRequest { blake3: offered.blake3, from: 0, count: 1 };
        assert_eq!(packages.part(&asked).unwrap_err().code(), "package-gone");
    }

    #[test]
    fn without_release_keys_nothing_is_offered() {
        let (folder, packages) = Folder::new();
        folder.put("holdfast-desktop_0.2.0_amd64.deb", b"x");
        std::fs::remove_file(folder.home.path().join("release.pub")).unwrap();
        let looked = packages.look();
        assert!(looked.offered.is_empty());
        assert_eq!(codes(&looked), ["release-keys-missing"]);
    }
}
