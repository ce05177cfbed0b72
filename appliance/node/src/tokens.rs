//! The tokens of a data folder: [`holdfast_api::access::tokens`] in the file `tokens`.

use holdfast_api::access::tokens::{self, KnownToken, Rights, TokenError};
use holdfast_link::keys::{KeyError, read_private, write_private};

use crate::data_dir::DataDir;
use crate::failure::Failure;

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self::other(error.code(), error.to_string())
    }
}

/// The tokens of a data folder; none if there is no file.
///
/// # Errors
/// [`Failure::Key`] if the file cannot be read or others can, [`Failure::Other`] if a line is damaged.
pub fn load(dir: &DataDir) -> Result<Vec<KnownToken>, Failure> {
    let bytes = match read_private(&dir.tokens()) {
        Ok(bytes) => bytes,
        Err(KeyError::Missing { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    tokens::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        Failure::with_exit(error.code(), 11, format!("cannot use {}: {error}", dir.tokens().display()))
    })
}

fn save(dir: &DataDir, list: &[KnownToken]) -> Result<(), Failure> {
    Ok(write_private(dir.path(), tokens::TOKENS_FILE, tokens::to_text(list).as_bytes())?)
}

/// Adds a token, replacing one of the same name; the token, which is shown nowhere again.
///
/// # Errors
/// [`Failure`] if the name cannot be used or the file cannot be written.
pub fn add(dir: &DataDir, name: &str, rights: Rights) -> Result<String, Failure> {
    holdfast_link::keys::ensure_private_dir(dir.path())?;
    let mut list = load(dir)?;
    let token = tokens::add(&mut list, name, rights)?;
    save(dir, &list)?;
    Ok(token)
}

/// Removes a token; whether there was one.
///
/// # Errors
/// [`Failure`] if the file cannot be read or written.
pub fn remove(dir: &DataDir, name: &str) -> Result<bool, Failure> {
    let mut list = load(dir)?;
    let was_there = tokens::remove(&mut list, name);
    save(dir, &list)?;
    Ok(was_there)
}

/// The token of `--dev`: the one of the last run, else a new one, readable by its owner alone.
///
/// # Errors
/// [`Failure`] if it cannot be written.
pub fn dev_token(dir: &DataDir) -> Result<String, Failure> {
    let known = read_private(&dir.dev_token()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(token) = known.as_deref().and_then(tokens::whole_token) {
        return Ok(token.to_owned());
    }
    let token = tokens::random_token()?;
    write_private(dir.path(), tokens::DEV_TOKEN_FILE, token.as_bytes())?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use holdfast_api::access::policy::Role;

    use super::*;

    #[test]
    fn tokens_are_kept_in_the_folder() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        add(&dir, "importer", Rights::of([Role::System])).unwrap();
        assert_eq!(load(&dir).unwrap()[0].name, "importer");
        assert!(remove(&dir, "importer").unwrap() && !remove(&dir, "importer").unwrap());
    }

    #[test]
    fn damaged_file_is_refused_by_its_line() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        let _lock = dir.lock().unwrap();
        write_private(dir.path(), "tokens", b"importer system nothex\n").unwrap();
        let refused = load(&dir).unwrap_err();
        assert_eq!((refused.code(), refused.exit_code()), ("tokens-damaged", 11));
        assert!(refused.to_string().contains("line 1"), "{refused}");
    }

    #[test]
    fn dev_token_stays_the_same_over_restarts() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::new(home.path().join("data"));
        let _lock = dir.lock().unwrap();
        let token = dev_token(&dir).unwrap();
        assert_eq!(dev_token(&dir).unwrap(), token);
        assert_eq!(token.len(), 43);
    }
}
