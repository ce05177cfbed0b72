//! A replica's private key: ECDSA P-256, made on the machine and never sent from it.
//!
//! The file is mode 0600 in a folder of mode 0700. A key that others can read is refused, with the command that
//! mends it, since a loose mode usually means that a copy or a restore went wrong.

mod file;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use rcgen::{CertificateParams, DistinguishedName, KeyPair, PublicKeyData};
use rustls::pki_types::PrivateKeyDer;

pub use file::{ensure_private_dir, read_private, write_private, write_public};

/// The usual name of the key's file.
pub const KEY_FILE: &str = "key.pem";

/// A private key in memory. Its `Debug` shows nothing of it.
pub struct PrivateKey {
    pair: KeyPair,
}

impl PrivateKey {
    /// Makes a new ECDSA P-256 key from the system's random source.
    ///
    /// # Errors
    /// [`KeyError::Generate`] when the random source fails.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(KeyError::Generate)?;
        Ok(Self { pair })
    }

    /// Loads `dir/file`, or makes the key and writes it there durably (temp file, fsync, rename, fsync of the
    /// folder) before it is used.
    ///
    /// # Errors
    /// As [`PrivateKey::load`], and [`KeyError::Io`] when the folder or file cannot be written.
    pub fn load_or_create(dir: &Path, file: &str) -> Result<Self, KeyError> {
        ensure_private_dir(dir)?;
        match Self::load(dir, file) {
            Err(KeyError::Missing { .. }) => {
                let key = Self::generate()?;
                write_private(dir, file, key.pair.serialize_pem().as_bytes())?;
                Ok(key)
            }
            other => other,
        }
    }

    /// Loads `dir/file`.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::TooOpen`] when group or others can reach the file,
    /// [`KeyError::Damaged`] when it holds no usable key, [`KeyError::Io`] otherwise.
    pub fn load(dir: &Path, file: &str) -> Result<Self, KeyError> {
        let path = dir.join(file);
        let pem = read_private(&path)?;
        let damaged = || KeyError::Damaged { path: path.clone() };
        let text = std::str::from_utf8(&pem).map_err(|_| damaged())?;
        let pair = KeyPair::from_pem(text).map_err(|_| damaged())?;
        Ok(Self { pair })
    }

    /// A certificate signing request (PKCS #10, RFC 2986) in PEM. It names nobody: the hub takes the identity
    /// from the enrolment token, or from the certificate that is being renewed.
    ///
    /// # Errors
    /// [`KeyError::Sign`] when signing fails.
    pub fn csr_pem(&self) -> Result<String, KeyError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let csr = params.serialize_request(&self.pair).map_err(KeyError::Sign)?;
        csr.pem().map_err(KeyError::Sign)
    }

    /// SHA-256 of the DER SubjectPublicKeyInfo, as in [`crate::identity::PeerCertificate`].
    pub fn public_key_sha256(&self) -> [u8; 32] {
        crate::tls::sha256(&self.pair.subject_public_key_info())
    }

    /// The key for rcgen, to sign certificates with. Only a CA needs it.
    pub fn into_key_pair(self) -> KeyPair {
        self.pair
    }

    /// The key for rustls.
    pub fn to_rustls(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.pair.serialize_der().into())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// Why a key or another private file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no such file.
    #[error("cannot read {}: it does not exist; enrol this replica to create it", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file or folder can be reached by other users of the machine.
    #[error("cannot use {}: its mode {mode:04o} lets other users reach it; run `chmod {fix:o} {}`, and enrol again if others may have read it", path.display(), path.display())]
    TooOpen {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The permission bits it should have.
        fix: u32,
    },
    /// The file holds no usable private key.
    #[error("cannot use {}: it holds no PKCS #8 private key in PEM; restore it, or remove it and enrol again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {what} {}: the operating system refused; check the disk and the folder's owner", path.display())]
    Io {
        /// What was tried, as a verb.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The refusal.
        #[source]
        source: std::io::Error,
    },
    /// No key could be made.
    #[error("cannot make a private key: the random source failed; try again")]
    Generate(#[source] rcgen::Error),
    /// The signing request could not be signed.
    #[error("cannot make a signing request: the key does not sign; remove the key and enrol again")]
    Sign(#[source] rcgen::Error),
}

impl KeyError {
    /// The stable code of this failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "key-missing",
            Self::TooOpen { .. } => "key-too-open",
            Self::Damaged { .. } => "key-damaged",
            Self::Io { .. } => "key-io",
            Self::Generate(_) => "key-generate",
            Self::Sign(_) => "key-sign",
        }
    }

    /// Whether the same call may succeed later with nothing mended by hand.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Generate(_))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_new_key_is_private_and_is_found_again() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("link");
        let first = PrivateKey::load_or_create(&dir, KEY_FILE).unwrap();
        assert_eq!(mode(&dir), 0o700);
        assert_eq!(mode(&dir.join(KEY_FILE)), 0o600);
        let again = PrivateKey::load_or_create(&dir, KEY_FILE).unwrap();
        assert_eq!(first.public_key_sha256(), again.public_key_sha256());
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn world_readable_key_is_refused_with_its_fix() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("link");
        PrivateKey::load_or_create(&dir, KEY_FILE).unwrap();
        for loose in [0o644, 0o640, 0o604, 0o660] {
            let path = dir.join(KEY_FILE);
            std::fs::set_permissions(&path, PermissionsExt::from_mode(loose)).unwrap();
            let refused = PrivateKey::load_or_create(&dir, KEY_FILE).unwrap_err();
            assert_eq!(refused.code(), "key-too-open");
            assert!(refused.to_string().contains("chmod 600 "), "{refused}");
        }
    }

    #[test]
    fn open_folder_is_refused_with_its_fix() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("link");
        std::fs::create_dir(&dir).unwrap();
        std::fs::set_permissions(&dir, PermissionsExt::from_mode(0o755)).unwrap();
        let refused = PrivateKey::load_or_create(&dir, KEY_FILE).unwrap_err();
        assert_eq!(refused.code(), "key-too-open");
        assert!(refused.to_string().contains("chmod 700 "), "{refused}");
    }

    #[test]
    fn damaged_key_is_refused_and_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("link");
        ensure_private_dir(&dir).unwrap();
        write_private(&dir, KEY_FILE, b"").unwrap();
        assert_eq!(PrivateKey::load_or_create(&dir, KEY_FILE).unwrap_err().code(), "key-damaged");
        assert!(std::fs::read(dir.join(KEY_FILE)).unwrap().is_empty());
    }

    #[test]
    fn debug_shows_nothing_of_the_key() {
        assert_eq!(format!("{:?}", PrivateKey::generate().unwrap()), "PrivateKey(…)");
    }
}
