//! The key by which this clinic's links are known: a file of the node's alone, made when it is first wanted.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use ed25519_dalek::SigningKey;
use holdfast_api::access::tokens::random_bytes;

use crate::failure::Failure;

/// Reads the key; makes it, if there is none.
///
/// # Errors
/// [`Failure`] if the file cannot be read or made, is open to others, or is no key.
pub(crate) fn link_key(path: &Path) -> Result<SigningKey, Failure> {
    let failed = |why: String| {
        Failure::other(
            "visit-key",
            format!(
                "cannot use the key of visit links {}: {why}; give the file to the node's user alone (mode 600), or move it away: links that are out will be of no use then",
                path.display()
            ),
        )
    };
    match std::fs::File::open(path) {
        Ok(file) => {
            let mode = file.metadata().map_err(|error| failed(error.to_string()))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(failed("others can read it".to_owned()));
            }
            let mut bytes = Vec::new();
            file.take(64).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
            let bytes: [u8; 32] = bytes.try_into().map_err(|_| failed("it has not 32 bytes".to_owned()))?;
            Ok(SigningKey::from_bytes(&bytes))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let bytes: [u8; 32] = random_bytes().map_err(|error| failed(error.to_string()))?;
            // Under another name first: half a key would be none, for ever.
            let draft = path.with_extension("draft");
            let _left_over = std::fs::remove_file(&draft);
            let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
            let kept = made.and_then(|mut file| {
                file.write_all(&bytes)?;
                file.sync_all()?;
                std::fs::rename(&draft, path)
            });
            kept.map_err(|error| failed(error.to_string()))?;
            Ok(SigningKey::from_bytes(&bytes))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_made_once_private_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("visit-key");
        let made = link_key(&path).unwrap();
        assert_eq!(link_key(&path).unwrap().to_bytes(), made.to_bytes());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(link_key(&path).unwrap_err().full_text().contains("others can read it"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "short").unwrap();
        assert!(link_key(&path).unwrap_err().full_text().contains("32 bytes"));
    }
}
