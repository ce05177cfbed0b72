//! How soon a PIN may be tried again: three tries are free, then each wait is twice the last. Counted by person and for
//! the device as a whole, in a file, so that a restart forgets nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use holdfast_link::keys::{KeyError, read_private, write_private};
use serde::{Deserialize, Serialize};

const FILE: &str = "tries.json";
/// Wrong PINs of one person that cost no wait.
pub const FREE: u32 = 3;
/// Wrong PINs on the device, whoever's, that cost no wait: a shift of people may mistype.
const FREE_FOR_ALL: u32 = 30;
/// The first wait, in milliseconds.
const FIRST_WAIT_MS: u64 = 5_000;
/// The longest, in milliseconds.
const LONGEST_WAIT_MS: u64 = 15 * 60_000;
/// Logins counted: beyond it, strange ones share one count.
const MOST_LOGINS: usize = 1_000;

#[derive(Clone, Copy, Default, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Count {
    wrong: u32,
    /// Not before this time, in Unix milliseconds.
    until_ms: u64,
}

impl Count {
    fn add(&mut self, free: u32, now_ms: u64) {
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong >= free {
            let doublings = (self.wrong - free).min(16);
            self.until_ms = now_ms + (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS);
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Counts {
    device: Count,
    people: BTreeMap<String, Count>,
    /// The latest time seen: a clock that is set back shortens no wait.
    seen_ms: u64,
}

/// The counts of a device.
pub struct Tries {
    folder: PathBuf,
    counts: Counts,
}

impl Tries {
    /// The counts kept in `folder`; none if the file is missing.
    ///
    /// # Errors
    /// [`KeyError`] if it is there and cannot be used.
    pub fn load(folder: &Path) -> Result<Self, KeyError> {
        let counts = match read_private(&folder.join(FILE)) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|_| KeyError::Damaged { path: folder.join(FILE) })?
            }
            Err(KeyError::Missing { .. }) => Counts::default(),
            Err(error) => return Err(error),
        };
        Ok(Self { folder: folder.to_owned(), counts })
    }

    /// How long to wait before the next try, in milliseconds; 0 if there is no wait.
    pub fn wait_ms(&mut self, login: &str, now_ms: u64) -> u64 {
        self.counts.seen_ms = self.counts.seen_ms.max(now_ms);
        let person = self.counts.people.get(login).map_or(0, |count| count.until_ms);
        person.max(self.counts.device.until_ms).saturating_sub(self.counts.seen_ms)
    }

    /// How many free tries a person has left.
    pub fn left(&self, login: &str) -> u32 {
        FREE.saturating_sub(self.counts.people.get(login).map_or(0, |count| count.wrong))
    }

    /// Counts a wrong PIN, durably, before it is tried: a power cut forgives nothing.
    ///
    /// # Errors
    /// [`KeyError`] if it cannot be kept: then nothing may be tried.
    pub fn begin(&mut self, login: &str, now_ms: u64) -> Result<(), KeyError> {
        let now_ms = self.counts.seen_ms.max(now_ms);
        let is_known = self.counts.people.contains_key(login);
        let name = if is_known || self.counts.people.len() < MOST_LOGINS { login } else { "" };
        self.counts.people.entry(name.to_owned()).or_default().add(FREE, now_ms);
        self.counts.device.add(FREE_FOR_ALL, now_ms);
        self.save()
    }

    /// The PIN was right: the person's count ends, and the device's.
    ///
    /// # Errors
    /// [`KeyError`] if it cannot be kept.
    pub fn succeed(&mut self, login: &str) -> Result<(), KeyError> {
        self.counts.people.remove(login);
        self.counts.device = Count::default();
        self.save()
    }

    fn save(&self) -> Result<(), KeyError> {
        let text = serde_json::to_vec(&self.counts).map_err(|error| KeyError::Io {
            what: "write",
            path: self.folder.join(FILE),
            source: std::io::Error::other(error),
        })?;
        write_private(&self.folder, FILE, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_outlive_a_restart() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("vault");
        holdfast_link::keys::ensure_private_dir(&folder).unwrap();
        let mut now = 1_000_000;
        for wait in [0, 0, 5_000, 10_000, 20_000] {
            let mut tries = Tries::load(&folder).unwrap();
            assert_eq!(tries.wait_ms("nurse", now), 0);
            tries.begin("nurse", now).unwrap();
            assert_eq!(Tries::load(&folder).unwrap().wait_ms("nurse", now), wait);
            now += wait;
        }
        let mut tries = Tries::load(&folder).unwrap();
        tries.begin("nurse", now).unwrap();
        assert!(tries.wait_ms("nurse", now - 500_000) > 0, "a clock set back helps nobody");
        assert_eq!(tries.wait_ms("doctor", now), 0, "others are not kept waiting");
        tries.succeed("nurse").unwrap();
        assert_eq!((tries.wait_ms("nurse", now), tries.left("nurse")), (0, FREE));
    }

    #[test]
    fn many_logins_slow_the_device() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("vault");
        holdfast_link::keys::ensure_private_dir(&folder).unwrap();
        let mut tries = Tries::load(&folder).unwrap();
        for n in 0..FREE_FOR_ALL {
            assert_eq!(tries.wait_ms("anybody", 1), 0);
            tries.begin(&format!("guess{n}"), 1).unwrap();
        }
        assert!(tries.wait_ms("anybody", 1) > 0);
    }
}
