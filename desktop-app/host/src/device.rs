//! The secret of the device: a PIN alone opens nothing on another machine.

use std::path::Path;

use holdfast_link::keys::{KeyError, read_private, write_private};
use zeroize::{Zeroize, ZeroizeOnDrop};

const FILE: &str = "device-secret";
const BYTES: usize = 32;

/// 32 random bytes that never leave the machine. They are in a file of mode 0600.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DeviceSecret([u8; BYTES]);

impl DeviceSecret {
    /// The secret kept in `folder`, made there if there is none.
    ///
    /// # Errors
    /// [`KeyError`]: others can read it, it is damaged, or it cannot be written.
    pub fn load_or_create(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join(FILE);
        match read_private(&path) {
            Ok(bytes) => bytes.try_into().map(Self).map_err(|_| KeyError::Damaged { path }),
            Err(KeyError::Missing { .. }) => {
                let mut bytes = [0; BYTES];
                getrandom::fill(&mut bytes).map_err(|error| KeyError::Io {
                    what: "make a secret for",
                    path,
                    source: std::io::Error::other(error.to_string()),
                })?;
                holdfast_link::keys::ensure_private_dir(folder)?;
                write_private(folder, FILE, &bytes)?;
                Ok(Self(bytes))
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for DeviceSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceSecret(…)")
    }
}
