//! While nobody may sign in yet: the one-time code by which the first administrator is made. It stands in the data folder and in
//! the log, where only those get at it who run the machine; there is no default password.

use holdfast_api::SetupCode;
use holdfast_clinical::people::HOLDFAST_USER;
use holdfast_link::keys::{KeyError, read_private, write_private};
use holdfast_store::writer::Writer;

use crate::data_dir::{DataDir, SETUP_CODE_FILE};
use crate::failure::Failure;

/// Letters and digits that are not taken for one another: 32, so that each tells 5 bits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 40 bits: at the pace of wrong guesses (15 minutes each) nobody finds it.
const CHARACTERS: usize = 8;

/// The code, if nobody is here yet.
///
/// # Errors
/// [`Failure`] if the records cannot be read. Without room for the file there is no code until the next start.
pub(super) async fn code(dir: &DataDir, writer: &Writer) -> Result<Option<SetupCode>, Failure> {
    let is_nobody =
        writer.read(|view| Ok(view.search(HOLDFAST_USER, &[], 0, 1)?.resources.is_empty())).await?;
    if !is_nobody {
        forget(dir);
        return Ok(None);
    }
    let code = match kept(dir) {
        Ok(code) => code,
        Err(error) => {
            tracing::warn!(error.code = error.code(), error = %error, "no code for the first administrator could be made");
            return Ok(None);
        }
    };
    let path = dir.setup_code();
    tracing::info!(
        setup.code = code,
        file = %path.display(),
        "nobody may sign in yet: open this node in a browser and make the first administrator with this code"
    );
    let dir = dir.clone();
    Ok(Some(SetupCode::new(&code, move || forget(&dir))))
}

/// The one that was made before, or a new one: a restart changes nothing for whoever has written it down.
fn kept(dir: &DataDir) -> Result<String, Failure> {
    match read_private(&dir.setup_code()) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).trim().to_owned();
            if is_code(&text) { Ok(text) } else { made(dir) }
        }
        Err(KeyError::Missing { .. }) => made(dir),
        Err(error) => Err(Failure::Key(error)),
    }
}

fn made(dir: &DataDir) -> Result<String, Failure> {
    let token = holdfast_api::access::tokens::random_token()
        .map_err(|error| Failure::other("random", error.to_string()))?;
    let code = of_random(blake3::hash(token.as_bytes()).as_bytes());
    write_private(dir.path(), SETUP_CODE_FILE, format!("{code}\n").as_bytes())?;
    Ok(code)
}

/// `ABCD-EFGH`.
fn of_random(bytes: &[u8]) -> String {
    let all: String =
        bytes.iter().take(CHARACTERS).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    format!("{}-{}", &all[..CHARACTERS / 2], &all[CHARACTERS / 2..])
}

fn is_code(text: &str) -> bool {
    let plain = text.bytes().filter(|byte| ALPHABET.contains(byte)).count();
    plain == CHARACTERS && text.len() == CHARACTERS + 1
}

fn forget(dir: &DataDir) {
    match std::fs::remove_file(dir.setup_code()) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            // It opens nothing any more: the API refuses it once somebody is here.
            tracing::warn!(error = %error, "the spent setup code could not be removed");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_made_once_and_kept() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        let _lock = dir.lock().unwrap();
        let code = kept(&dir).unwrap();
        assert!(is_code(&code), "{code}");
        assert_eq!(kept(&dir).unwrap(), code);
        forget(&dir);
        assert_ne!(kept(&dir).unwrap(), code);
    }
}
