//! The key of the database, wrapped for each person who has signed in on this desktop.
//!
//! ```text
//! argon2id(PIN, salt; secret of the device; 64 MiB, 3 passes) ─▶ AES-256-GCM ─▶ database key
//! ```
//!
//! A wrong PIN and a login that is not here cost the same time and give the same answer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_link::keys::{KeyError, read_private, write_private};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::device::{AnyKeyring, DeviceSecret};
use crate::key::DatabaseKey;
use crate::tries::Tries;

const FILE: &str = "keys.json";
const SALT_BYTES: usize = 16;
/// People whose wrap is kept; more than ever sign in on one desktop.
const MOST_PEOPLE: usize = 500;

/// How dear one try is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// KiB of memory.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// 64 MiB, 3 passes: some 150 ms on a desk.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3 }
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Wrap {
    cost: Cost,
    salt: String,
    nonce: String,
    sealed: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Wraps {
    people: BTreeMap<String, Wrap>,
}

/// The wrapped keys of a data folder.
pub struct Vault {
    folder: PathBuf,
    device: DeviceSecret,
    wraps: Wraps,
    tries: Tries,
    cost: Cost,
}

impl Vault {
    /// The vault of a folder, made there if need be. Blocks, with a keyring for as long as its user takes.
    ///
    /// # Errors
    /// [`VaultError::Key`] if a file cannot be used, [`VaultError::Keyring`].
    pub fn open(folder: &Path, keyring: &AnyKeyring) -> Result<Self, VaultError> {
        Self::with_cost(folder, keyring, Cost::default())
    }

    /// The same, with another cost of new wraps.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn with_cost(folder: &Path, keyring: &AnyKeyring, cost: Cost) -> Result<Self, VaultError> {
        let device = DeviceSecret::load_or_create(folder, keyring)?;
        let path = folder.join(FILE);
        let wraps = match read_private(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| KeyError::Damaged { path })?,
            Err(KeyError::Missing { .. }) => Wraps::default(),
            Err(error) => return Err(error.into()),
        };
        let tries = Tries::load(folder)?;
        Ok(Self { folder: folder.to_owned(), device, wraps, tries, cost })
    }

    /// Whether nobody has signed in here yet.
    pub fn is_empty(&self) -> bool {
        self.wraps.people.is_empty()
    }

    /// Opens the wrap of a person. Blocks for as long as one try costs.
    ///
    /// # Errors
    /// [`VaultError::Wrong`], [`VaultError::Slowed`], [`VaultError::Key`].
    pub fn unlock(&mut self, login: &str, pin: &str, now_ms: u64) -> Result<DatabaseKey, VaultError> {
        let wait_ms = self.tries.wait_ms(login, now_ms);
        if wait_ms > 0 {
            return Err(VaultError::Slowed { retry_after_s: wait_ms.div_ceil(1000) });
        }
        self.tries.begin(login, now_ms)?;
        let opened = match self.wraps.people.get(login) {
            Some(wrap) => self.open_wrap(login, pin, wrap)?,
            None => {
                // As dear as for somebody who is here.
                self.derive(pin, &[0; SALT_BYTES], self.cost)?;
                None
            }
        };
        let Some(key) = opened else { return Err(VaultError::Wrong { tries_left: self.tries.left(login) }) };
        self.tries.succeed(login)?;
        Ok(key)
    }

    /// Wraps the key for a person who has just shown that the PIN is theirs, in the place of an older wrap; durable when it
    /// returns. Blocks.
    ///
    /// # Errors
    /// [`VaultError::Full`], [`VaultError::Random`], [`VaultError::Key`].
    pub fn keep(&mut self, login: &str, pin: &str, key: &DatabaseKey) -> Result<(), VaultError> {
        if !self.wraps.people.contains_key(login) && self.wraps.people.len() >= MOST_PEOPLE {
            return Err(VaultError::Full);
        }
        let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; NONCE_LEN]);
        getrandom::fill(&mut salt).map_err(|_| VaultError::Random)?;
        getrandom::fill(&mut nonce).map_err(|_| VaultError::Random)?;
        let sealing = self.derive(pin, &salt, self.cost)?;
        let mut sealed = Zeroizing::new(key.bytes().to_vec());
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        sealing
            .seal_in_place_append_tag(nonce_used, Aad::from(login.as_bytes()), &mut *sealed)
            .map_err(|_| VaultError::Random)?;
        let wrap = Wrap {
            cost: self.cost,
            salt: URL_SAFE_NO_PAD.encode(salt),
            nonce: URL_SAFE_NO_PAD.encode(nonce),
            sealed: URL_SAFE_NO_PAD.encode(&*sealed),
        };
        let before = self.wraps.people.insert(login.to_owned(), wrap);
        let saved = self.save();
        if saved.is_err() {
            match before {
                Some(before) => self.wraps.people.insert(login.to_owned(), before),
                None => self.wraps.people.remove(login),
            };
        }
        saved
    }

    /// Whether this PIN opens the person's wrap as it stands. Blocks; counts as no try.
    ///
    /// # Errors
    /// [`VaultError::Key`] if the wrap is damaged.
    pub fn fits(&self, login: &str, pin: &str) -> Result<bool, VaultError> {
        match self.wraps.people.get(login) {
            Some(wrap) => Ok(self.open_wrap(login, pin, wrap)?.is_some()),
            None => Ok(false),
        }
    }

    /// Whose wraps there are.
    pub fn logins(&self) -> Vec<String> {
        self.wraps.people.keys().cloned().collect()
    }

    /// Forgets a person's wrap: their PIN opens this desktop no more. The last one stays, for nobody could open it then; whether
    /// one was forgotten.
    ///
    /// # Errors
    /// [`VaultError::Key`] if it cannot be written.
    pub fn forget(&mut self, login: &str) -> Result<bool, VaultError> {
        let is_other = |known: &String| known != login;
        if !self.wraps.people.keys().any(is_other) || self.wraps.people.remove(login).is_none() {
            return Ok(false);
        }
        self.save().map(|()| true)
    }

    fn open_wrap(&self, login: &str, pin: &str, wrap: &Wrap) -> Result<Option<DatabaseKey>, VaultError> {
        let damaged = || VaultError::Key(KeyError::Damaged { path: self.folder.join(FILE) });
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| damaged());
        let nonce: [u8; NONCE_LEN] = decode(&wrap.nonce)?.try_into().map_err(|_| damaged())?;
        let opening = self.derive(pin, &decode(&wrap.salt)?, wrap.cost)?;
        let mut sealed = Zeroizing::new(decode(&wrap.sealed)?);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let Ok(open) = opening.open_in_place(nonce, Aad::from(login.as_bytes()), &mut sealed) else {
            return Ok(None);
        };
        Ok(Some(DatabaseKey::from_bytes(open.try_into().map_err(|_| damaged())?)))
    }

    fn derive(&self, pin: &str, salt: &[u8], cost: Cost) -> Result<LessSafeKey, VaultError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).map_err(|_| VaultError::Cost)?;
        let argon2 =
            Argon2::new_with_secret(self.device.bytes(), Algorithm::Argon2id, Version::V0x13, params)
                .map_err(|_| VaultError::Cost)?;
        let mut out = Zeroizing::new([0; 32]);
        argon2.hash_password_into(pin.as_bytes(), salt, &mut *out).map_err(|_| VaultError::Cost)?;
        let key = UnboundKey::new(&AES_256_GCM, &*out).map_err(|_| VaultError::Cost)?;
        Ok(LessSafeKey::new(key))
    }

    fn save(&self) -> Result<(), VaultError> {
        let text = serde_json::to_vec(&self.wraps).map_err(|_| VaultError::Random)?;
        Ok(write_private(&self.folder, FILE, &text)?)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("people", &self.wraps.people.len()).finish_non_exhaustive()
    }
}

/// Why the vault does not open, or keeps nothing.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The login or the PIN is wrong.
    #[error(
        "the sign-in is refused: the name or the PIN is wrong, or this person has not signed in on this desktop before; try again, or let somebody sign in who has"
    )]
    Wrong {
        /// Tries that cost no wait.
        tries_left: u32,
    },
    /// Too many wrong PINs.
    #[error("the sign-in has to wait: too many wrong PINs; try again in {retry_after_s} seconds")]
    Slowed {
        /// Seconds until the next try.
        retry_after_s: u64,
    },
    /// Too many people.
    #[error("this desktop keeps no more people: {MOST_PEOPLE} have signed in on it; set it up anew")]
    Full,
    /// A file of the vault cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The keyring has the secret of this device and does not give it.
    #[error(
        "the records stay locked: the system's keyring does not give the secret of this device ({why}); unlock the keyring, then start Holdfast again"
    )]
    Keyring {
        /// Why, in words.
        why: String,
    },
    /// The random source failed.
    #[error("cannot keep the sign-in: the system's random source failed; try again")]
    Random,
    /// The memory for one try is not to be had.
    #[error("cannot check the PIN: there is not enough memory; close other programs and try again")]
    Cost,
}

impl VaultError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Wrong { .. } => "sign-in-wrong",
            Self::Slowed { .. } => "sign-in-slowed",
            Self::Full => "vault-full",
            Self::Key(error) => error.code(),
            Self::Keyring { .. } => "keyring-silent",
            Self::Random => "random-failed",
            Self::Cost => "vault-memory",
        }
    }

    /// Whether the same may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Slowed { .. } | Self::Keyring { .. } | Self::Random | Self::Cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_790_000_000_000;
    /// Little memory, so that a test takes no time.
    const CHEAP: Cost = Cost { memory_kib: 32, passes: 1 };

    fn vault(home: &tempfile::TempDir) -> Vault {
        Vault::with_cost(&home.path().join("vault"), &None, CHEAP).unwrap()
    }

    #[test]
    fn everybody_who_was_kept_opens_it_with_their_own_pin() {
        let home = tempfile::tempdir().unwrap();
        let key = DatabaseKey::random().unwrap();
        let mut first = vault(&home);
        assert!(first.is_empty());
        first.keep("nurse", "482913", &key).unwrap();
        first.keep("doctor", "771204", &key).unwrap();
        let mut again = vault(&home);
        for (login, pin) in [("nurse", "482913"), ("doctor", "771204")] {
            assert_eq!(again.unlock(login, pin, NOW).unwrap().bytes(), key.bytes());
        }
        for (login, pin) in [("nurse", "771204"), ("doctor", "482913"), ("stranger", "482913")] {
            assert_eq!(again.unlock(login, pin, NOW).unwrap_err().code(), "sign-in-wrong", "{login}");
        }
    }

    #[test]
    fn another_device_opens_nothing() {
        let home = tempfile::tempdir().unwrap();
        vault(&home).keep("nurse", "482913", &DatabaseKey::random().unwrap()).unwrap();
        std::fs::remove_file(home.path().join("vault/device-secret")).unwrap();
        assert_eq!(vault(&home).unlock("nurse", "482913", NOW).unwrap_err().code(), "sign-in-wrong");
    }

    #[test]
    fn wraps_cannot_be_swapped_between_people() {
        let home = tempfile::tempdir().unwrap();
        let mut vault = vault(&home);
        vault.keep("nurse", "482913", &DatabaseKey::random().unwrap()).unwrap();
        let wrap = vault.wraps.people["nurse"].clone();
        vault.wraps.people.insert("admin".into(), wrap);
        assert_eq!(vault.unlock("admin", "482913", NOW).unwrap_err().code(), "sign-in-wrong");
    }

    #[test]
    fn guessing_is_slowed_even_over_restarts() {
        let home = tempfile::tempdir().unwrap();
        vault(&home).keep("nurse", "482913", &DatabaseKey::random().unwrap()).unwrap();
        for left in [2, 1, 0] {
            match vault(&home).unlock("nurse", "000000", NOW).unwrap_err() {
                VaultError::Wrong { tries_left } => assert_eq!(tries_left, left),
                other => panic!("{other}"),
            }
        }
        let refused = vault(&home).unlock("nurse", "482913", NOW).unwrap_err();
        assert_eq!(refused.code(), "sign-in-slowed", "not even the right one");
        assert!(vault(&home).unlock("nurse", "482913", NOW + 5_000).is_ok());
    }

    #[test]
    fn new_pin_takes_the_place_of_the_old_one() {
        let home = tempfile::tempdir().unwrap();
        let key = DatabaseKey::random().unwrap();
        let mut vault = vault(&home);
        vault.keep("nurse", "482913", &key).unwrap();
        vault.keep("nurse", "990017", &key).unwrap();
        assert!(vault.fits("nurse", "990017").unwrap() && !vault.fits("nurse", "482913").unwrap());
    }

    #[test]
    fn whoever_is_forgotten_opens_nothing_and_the_last_one_stays() {
        let home = tempfile::tempdir().unwrap();
        let key = DatabaseKey::random().unwrap();
        let mut first = vault(&home);
        first.keep("nurse", "482913", &key).unwrap();
        first.keep("doctor", "771204", &key).unwrap();
        assert!(first.forget("nurse").unwrap() && !first.forget("stranger").unwrap());
        let mut again = vault(&home);
        assert_eq!(again.unlock("nurse", "482913", NOW).unwrap_err().code(), "sign-in-wrong");
        assert!(!again.forget("doctor").unwrap(), "nobody could open it then");
        assert!(again.unlock("doctor", "771204", NOW).is_ok());
    }

    #[test]
    fn nothing_of_key_or_pin_is_on_disk_in_the_clear() {
        let home = tempfile::tempdir().unwrap();
        let key = DatabaseKey::random().unwrap();
        vault(&home).keep("nurse", "482913", &key).unwrap();
        let text = std::fs::read_to_string(home.path().join("vault/keys.json")).unwrap();
        assert!(!text.contains("482913") && !text.contains(&URL_SAFE_NO_PAD.encode(key.bytes())));
    }
}
