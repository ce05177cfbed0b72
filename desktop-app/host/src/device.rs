//! The secret of the device: a PIN alone opens nothing on another machine.
//!
//! It is in the system's keyring where there is one when it is made, and else in a file of mode 0600. Where it was put it
//! stays: a keyring that does not answer later is waited for, for a new secret would open nothing.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_link::keys::{KeyError, ensure_private_dir, read_private, write_private};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::vault::VaultError;

const FILE: &str = "device-secret";
/// Names the entry of the keyring, which may hold those of several data folders.
const ENTRY_FILE: &str = "device-secret-entry";
const BYTES: usize = 32;
const ENTRY_BYTES: usize = 12;

/// The system's keyring: secrets of this user of the machine, under names. Every call may wait for the user.
pub trait Keyring: Send + Sync + Debug {
    /// Keeps a secret.
    ///
    /// # Errors
    /// Why not, in words.
    fn keep(&self, entry: &str, secret: &[u8]) -> Result<(), String>;

    /// The secret of this name; `None` if there is none.
    ///
    /// # Errors
    /// Why it cannot be told, in words.
    fn find(&self, entry: &str) -> Result<Option<Vec<u8>>, String>;
}

/// The keyring of a machine, if this program knows how to reach one.
pub type AnyKeyring = Option<Arc<dyn Keyring>>;

/// 32 random bytes that never leave the machine.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DeviceSecret([u8; BYTES]);

impl DeviceSecret {
    /// The secret of the folder, made if there is none. Blocks, with a keyring for as long as its user takes.
    ///
    /// # Errors
    /// [`VaultError::Keyring`]: the keyring has it and does not give it. [`VaultError::Key`]: its file can be read by others,
    /// is damaged, or cannot be written.
    pub fn load_or_create(folder: &Path, keyring: &AnyKeyring) -> Result<Self, VaultError> {
        if let Some(bytes) = read(&folder.join(FILE))? {
            let bytes = Zeroizing::new(bytes);
            warn_of_file("it was made when there was no keyring");
            return Self::whole(&bytes).ok_or_else(|| damaged(&folder.join(FILE)));
        }
        match read(&folder.join(ENTRY_FILE))? {
            Some(entry) => {
                let entry = String::from_utf8(entry).map_err(|_| damaged(&folder.join(ENTRY_FILE)))?;
                Self::from_keyring(keyring, &entry)
            }
            None => Self::create(folder, keyring),
        }
    }

    fn create(folder: &Path, keyring: &AnyKeyring) -> Result<Self, VaultError> {
        ensure_private_dir(folder)?;
        let secret = Self(random()?);
        match keyring.as_ref().map(|keyring| secret.put_into(&**keyring)) {
            Some(Ok(entry)) => {
                write_private(folder, ENTRY_FILE, entry.as_bytes())?;
                tracing::info!("the secret of this device is in the system's keyring");
                return Ok(secret);
            }
            Some(Err(why)) => warn_of_file(&why),
            None => warn_of_file("this program was started without one"),
        }
        write_private(folder, FILE, &secret.0)?;
        Ok(secret)
    }

    /// Puts it there and reads it back; under which name.
    fn put_into(&self, keyring: &dyn Keyring) -> Result<String, String> {
        let entry = random::<ENTRY_BYTES>().map_err(|error| error.to_string())?;
        let entry = URL_SAFE_NO_PAD.encode(entry);
        keyring.keep(&entry, &self.0)?;
        let found = keyring.find(&entry)?.map(Zeroizing::new);
        if found.is_some_and(|found| *found == self.0) {
            Ok(entry)
        } else {
            Err("it did not give back what it was given".to_owned())
        }
    }

    fn from_keyring(keyring: &AnyKeyring, entry: &str) -> Result<Self, VaultError> {
        let failed = |why: &str| VaultError::Keyring { why: why.to_owned() };
        let keyring = keyring.as_ref().ok_or_else(|| failed("this program was started without one"))?;
        let found = keyring.find(entry).map_err(|why| failed(&why))?.map(Zeroizing::new);
        let found = found.ok_or_else(|| failed("its entry is not there"))?;
        Self::whole(&found).ok_or_else(|| failed("its entry is damaged"))
    }

    fn whole(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Debug for DeviceSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceSecret(…)")
    }
}

/// The price of a file is told each time: a copy of the disk then holds all but the PIN.
fn warn_of_file(why: &str) {
    tracing::warn!(
        why,
        "the secret of this device is in a file, not in a keyring: have the clinic's IT encrypt this disk"
    );
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, KeyError> {
    match read_private(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(KeyError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn damaged(path: &Path) -> VaultError {
    KeyError::Damaged { path: path.to_owned() }.into()
}

fn random<const COUNT: usize>() -> Result<[u8; COUNT], VaultError> {
    let mut bytes = [0; COUNT];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug, Default)]
    struct Fake {
        entries: Mutex<BTreeMap<String, Vec<u8>>>,
        is_away: bool,
    }

    impl Keyring for Fake {
        fn keep(&self, entry: &str, secret: &[u8]) -> Result<(), String> {
            if self.is_away {
                return Err("nobody answers".to_owned());
            }
            self.entries.lock().unwrap().insert(entry.to_owned(), secret.to_vec());
            Ok(())
        }

        fn find(&self, entry: &str) -> Result<Option<Vec<u8>>, String> {
            Ok(self.entries.lock().unwrap().get(entry).cloned())
        }
    }

    fn fake(is_away: bool) -> AnyKeyring {
        Some(Arc::new(Fake { is_away, ..Fake::default() }))
    }

    #[test]
    fn with_a_keyring_no_file_has_the_secret() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("vault");
        let keyring = fake(false);
        let made = DeviceSecret::load_or_create(&folder, &keyring).unwrap();
        assert!(!folder.join(FILE).exists());
        for entry in std::fs::read_dir(&folder).unwrap() {
            assert_ne!(std::fs::read(entry.unwrap().path()).unwrap(), made.0);
        }
        let again = DeviceSecret::load_or_create(&folder, &keyring).unwrap();
        assert_eq!(again.0, made.0);
    }

    #[test]
    fn keyring_that_has_gone_is_waited_for_and_nothing_is_made_anew() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("vault");
        DeviceSecret::load_or_create(&folder, &fake(false)).unwrap();
        for gone in [None, fake(false)] {
            let error = DeviceSecret::load_or_create(&folder, &gone).unwrap_err();
            assert!(error.code() == "keyring-silent" && error.is_retryable(), "{error}");
            assert!(!folder.join(FILE).exists());
        }
    }

    #[test]
    fn without_a_keyring_it_is_in_a_file_and_stays_there() {
        for away in [None, fake(true)] {
            let home = tempfile::tempdir().unwrap();
            let folder = home.path().join("vault");
            let made = DeviceSecret::load_or_create(&folder, &away).unwrap();
            let again = DeviceSecret::load_or_create(&folder, &fake(false)).unwrap();
            assert_eq!(again.0, made.0);
            assert_eq!(std::fs::read(folder.join(FILE)).unwrap(), made.0);
        }
    }
}
