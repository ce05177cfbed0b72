//! The system's keyring by the Secret Service of the user's session (GNOME Keyring, KWallet, KeePassXC).

use std::collections::HashMap;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use holdfast_desktop_host::device::Keyring;
use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};

/// A keyring may ask its user for a password first.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
const LABEL: &str = "Holdfast: the secret of this device";
const APPLICATION: &str = "org.holdfast.desktop";
const MEDIA: &str = "application/octet-stream";

/// Whatever serves secrets in this session. Each call connects anew, for there are two in the life of a desktop.
#[derive(Debug)]
pub(crate) struct SessionKeyring;

impl Keyring for SessionKeyring {
    fn keep(&self, entry: &str, secret: &[u8]) -> Result<(), String> {
        let (entry, secret) = (entry.to_owned(), secret.to_vec());
        in_time(move || {
            let service = connect()?;
            let collection = service.get_default_collection()?;
            collection.ensure_unlocked().or_else(|_| collection.unlock())?;
            collection.create_item(LABEL, attributes(&entry), &secret, true, MEDIA).map(drop)
        })
    }

    fn find(&self, entry: &str) -> Result<Option<Vec<u8>>, String> {
        let entry = entry.to_owned();
        in_time(move || {
            let service = connect()?;
            let found = service.search_items(attributes(&entry))?;
            if let Some(item) = found.unlocked.first() {
                return item.get_secret().map(Some);
            }
            let Some(item) = found.locked.first() else { return Ok(None) };
            item.unlock()?;
            item.get_secret().map(Some)
        })
    }
}

fn connect<'a>() -> Result<SecretService<'a>, Error> {
    SecretService::connect(EncryptionType::Dh)
}

fn attributes(entry: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", APPLICATION), ("entry", entry)])
}

/// On a thread of its own: a question that nobody answers must not keep the desktop from starting.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, String> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        // Whoever asked may have given up.
        let _gone = tell.send(work());
    });
    match told.recv_timeout(ANSWER_WITHIN) {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(RecvTimeoutError::Timeout) => Err("it did not answer in time".to_owned()),
        Err(RecvTimeoutError::Disconnected) => Err("asking it failed".to_owned()),
    }
}
