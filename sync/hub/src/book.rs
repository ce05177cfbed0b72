//! What patients need to book at the hub: the secret that codes and links are made of, and where codes go.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use holdfast_api::BookParts;
use holdfast_api::book::Limits;
use holdfast_link::keys::{KeyError, read_private, write_private};

use crate::config::Config;

/// The secret's file in the data folder, which all processes on one database share.
const KEY_FILE: &str = "book-key";
const KEY_BYTES: usize = 32;

/// What the API needs; none where codes go nowhere, so that nobody is told that one was sent. With `dev` nobody waits: one machine plays
/// everybody.
///
/// # Errors
/// If the secret can be neither read nor made.
pub(crate) fn parts(config: &Config, dev: bool) -> Result<Option<Arc<BookParts>>> {
    let Some(code_to) = config.booking.code_to.clone() else { return Ok(None) };
    let limits = (!dev).then(Limits::default);
    Ok(Some(Arc::new(BookParts::new(key(&config.hub.data_dir)?, code_to, limits))))
}

fn key(data_dir: &Path) -> Result<[u8; KEY_BYTES]> {
    let path = data_dir.join(KEY_FILE);
    let bytes = match read_private(&path) {
        Err(KeyError::Missing { .. }) => {
            let mut fresh = [0; KEY_BYTES];
            getrandom::fill(&mut fresh).context("this machine gives no random bytes")?;
            write_private(data_dir, KEY_FILE, &fresh)?;
            // Another process may have been first.
            read_private(&path)?
        }
        read => read?,
    };
    let bytes: Option<[u8; KEY_BYTES]> = bytes.as_slice().try_into().ok();
    bytes.with_context(|| {
        format!(
            "{} must hold 32 bytes; remove it, and codes that are on their way are asked for again",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_what_is_no_secret_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = key(folder.path()).unwrap();
        assert_eq!(key(folder.path()).unwrap(), first);
        assert_ne!(first, [0; KEY_BYTES]);
        write_private(folder.path(), KEY_FILE, b"short").unwrap();
        assert!(key(folder.path()).unwrap_err().to_string().contains("32 bytes"));
    }
}
