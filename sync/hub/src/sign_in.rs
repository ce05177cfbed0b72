//! Who may use the hub's API: [`holdfast_api::access::tokens`] in the data folder's file `tokens`, kept hashed, made and
//! withdrawn by `holdfast-hub token` while the hub runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use holdfast_api::access::tokens::{self, KnownToken, Rights, Tokens};
use holdfast_link::keys::{KeyError, ensure_private_dir, read_private, write_private};
use tokio::sync::watch;

/// A withdrawn token works no longer than this.
const EVERY: Duration = Duration::from_secs(2);

/// The tokens of a data folder; none if there is no file.
///
/// # Errors
/// If the file cannot be read, others can read it, or a line is damaged.
pub fn load(data_dir: &Path) -> Result<Vec<KnownToken>> {
    let path = data_dir.join(tokens::TOKENS_FILE);
    match read_private(&path) {
        Ok(bytes) => tokens::parse(&String::from_utf8_lossy(&bytes))
            .with_context(|| format!("cannot use {}", path.display())),
        Err(KeyError::Missing { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn save(data_dir: &Path, list: &[KnownToken]) -> Result<()> {
    Ok(write_private(data_dir, tokens::TOKENS_FILE, tokens::to_text(list).as_bytes())?)
}

/// Makes a token, replacing one of the same name; the token, which is shown nowhere again.
///
/// # Errors
/// If the name cannot be used or the file not be written.
pub fn create(data_dir: &Path, name: &str, rights: Rights) -> Result<String> {
    ensure_private_dir(data_dir)?;
    let mut list = load(data_dir)?;
    let token = tokens::add(&mut list, name, rights)?;
    save(data_dir, &list)?;
    Ok(token)
}

/// Withdraws a token; whether there was one.
///
/// # Errors
/// If the file cannot be read or written.
pub fn revoke(data_dir: &Path, name: &str) -> Result<bool> {
    let mut list = load(data_dir)?;
    let was_there = tokens::remove(&mut list, name);
    if was_there {
        save(data_dir, &list)?;
    }
    Ok(was_there)
}

/// A new token for `--dev`, readable by its owner alone.
///
/// # Errors
/// If it cannot be made or written.
pub(crate) fn dev_token(data_dir: &Path) -> Result<String> {
    let token = tokens::random_token()?;
    write_private(data_dir, tokens::DEV_TOKEN_FILE, token.as_bytes())?;
    Ok(token)
}

/// Puts in force what is made and withdrawn while the hub runs, until told to stop.
pub(crate) async fn run(data_dir: Arc<Path>, held: Arc<Tokens>, mut stop: watch::Receiver<bool>) {
    let mut was_bad = false;
    while tokio::time::timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_err() {
        let folder = data_dir.clone();
        match tokio::task::spawn_blocking(move || load(&folder)).await {
            Ok(Ok(known)) => {
                was_bad = false;
                if held.replace(known) {
                    tracing::info!("the tokens have changed");
                }
            }
            Ok(Err(error)) if !was_bad => {
                was_bad = true;
                tracing::warn!(error = format!("{error:#}"), "the tokens stay as they were");
            }
            Ok(Err(_)) => {}
            Err(_) => return,
        }
    }
}
