//! Fetching a package part by part into the data folder. What is there already is not fetched again, whatever cut it short.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use holdfast_link::transport::Connection;
use holdfast_release::{
    MAX_PACKAGE_BYTES, MAX_PART_BYTES, Offer, PART_PATH, PackageName, PartRequest, ReleaseKeys,
};

use super::state::{Stage, Updates};
use super::worker::UpdateError;

/// What is left for records, in bytes: a day of a busy desk, with its log.
const RESERVE_BYTES: u64 = 256 << 20;

/// A package on its way, by its hash: one that is replaced at the node begins anew.
pub(super) struct Download {
    folder: PathBuf,
    path: PathBuf,
}

impl Download {
    /// Names it, and forgets others. Blocks.
    pub(super) fn of(folder: &Path, offer: &Offer) -> Result<Self, UpdateError> {
        let is_hash = offer.blake3.len() == 64 && offer.blake3.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hash || offer.size == 0 || offer.size > MAX_PACKAGE_BYTES {
            return Err(UpdateError::Offer);
        }
        let name = format!("{}.part", offer.blake3);
        holdfast_link::keys::ensure_private_dir(folder)
            .map_err(|error| UpdateError::Disk { path: folder.to_owned(), why: error.to_string() })?;
        let download = Self { folder: folder.to_owned(), path: folder.join(&name) };
        for entry in std::fs::read_dir(folder).map_err(|error| download.disk(&error))?.flatten() {
            if entry.file_name().to_str() != Some(&name) {
                // What cannot be removed now is tried again with the next one.
                let _stays = std::fs::remove_file(entry.path());
            }
        }
        Ok(download)
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that are here.
    pub(super) fn done(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |about| about.len())
    }

    /// Fetches what is missing.
    pub(super) async fn fetch(
        &self,
        connection: &Connection,
        offer: &Offer,
        updates: &Updates,
    ) -> Result<(), UpdateError> {
        if self.done() > offer.size {
            self.forget();
        }
        self.must_have_room(offer.size.saturating_sub(self.done()))?;
        let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path);
        let mut file = opened.map_err(|error| self.disk(&error))?;
        let mut done = self.done();
        while done < offer.size {
            updates.reach(Stage::Downloading {
                version: offer.version.clone(),
                done_bytes: done,
                size_bytes: offer.size,
            });
            let count = MAX_PART_BYTES.min(offer.size - done);
            let asked = PartRequest { blake3: offer.blake3.clone(), from: done, count };
            let body = serde_json::to_vec(&asked).map_err(|_| UpdateError::Offer)?;
            let part = connection.request(PART_PATH, body.into()).await?;
            if part.is_empty() || part.len() as u64 > count {
                return Err(UpdateError::Offer);
            }
            if let Err(error) = file.write_all(&part) {
                // Room for a part of it is of no use here, and may be what a record needs.
                self.forget();
                return Err(self.disk(&error));
            }
            done += part.len() as u64;
        }
        Ok(())
    }

    /// Whether so much may be written here.
    fn must_have_room(&self, bytes: u64) -> Result<(), UpdateError> {
        let disk = rustix::fs::statvfs(&self.folder).map_err(|error| self.disk(&error.into()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free >= bytes.saturating_add(RESERVE_BYTES) {
            return Ok(());
        }
        self.forget();
        Err(UpdateError::Room { path: self.folder.clone() })
    }

    /// Whether it is what was offered, signed by a release key. It is deleted if not. Blocks.
    pub(super) fn verify(
        &self,
        name: &PackageName,
        offer: &Offer,
        keys: &ReleaseKeys,
    ) -> Result<(), UpdateError> {
        let file = File::open(&self.path).map_err(|error| self.disk(&error))?;
        file.sync_all().map_err(|error| self.disk(&error))?;
        let verified = match keys.verify(name, &offer.signature, file) {
            Ok(verified) => verified,
            Err(error) => {
                if !error.is_retryable() {
                    self.forget();
                }
                return Err(error.into());
            }
        };
        if verified.size != offer.size || verified.blake3 != offer.blake3 {
            self.forget();
            return Err(UpdateError::Offer);
        }
        Ok(())
    }

    /// Deletes it.
    pub(super) fn forget(&self) {
        // It was not there, or is deleted with the next one.
        let _absent = std::fs::remove_file(&self.path);
    }

    fn disk(&self, error: &std::io::Error) -> UpdateError {
        UpdateError::Disk { path: self.folder.clone(), why: error.to_string() }
    }
}

/// Deletes whatever was fetched: nothing of it is needed any more.
pub(super) fn forget_all(folder: &Path) {
    // It was not there, or is deleted the next time.
    let _absent = std::fs::remove_dir_all(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(blake3: String, size: u64) -> Offer {
        let (version, arch) = ("0.2.0".to_owned(), "amd64".to_owned());
        Offer { version, arch, size, blake3, signature: String::new() }
    }

    #[test]
    fn what_is_of_another_package_is_forgotten_and_what_is_of_this_one_stays() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("updates");
        let first = Download::of(&folder, &offer("a".repeat(64), 10)).unwrap();
        std::fs::write(first.path(), "12345").unwrap();
        assert_eq!(Download::of(&folder, &offer("a".repeat(64), 10)).unwrap().done(), 5);
        let second = Download::of(&folder, &offer("b".repeat(64), 10)).unwrap();
        assert_eq!((second.done(), first.done()), (0, 0));
        for (hash, size) in
            [("../".repeat(22), 10), ("a".repeat(63), 10), ("a".repeat(64), 0), ("a".repeat(64), u64::MAX)]
        {
            assert!(Download::of(&folder, &offer(hash, size)).is_err());
        }
    }

    #[test]
    fn records_come_before_a_new_version() {
        let home = tempfile::tempdir().unwrap();
        let download = Download::of(&home.path().join("updates"), &offer("a".repeat(64), 10)).unwrap();
        std::fs::write(download.path(), "12345").unwrap();
        assert!(download.must_have_room(1).is_ok());
        let refused = download.must_have_room(u64::MAX).unwrap_err();
        assert!(refused.code() == "update-room" && refused.is_retryable(), "{refused}");
        assert_eq!(download.done(), 0, "what was there gives its room back");
    }
}
