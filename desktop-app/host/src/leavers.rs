//! Whoever may no longer sign in can no longer open this desktop either: their wrap of the key goes with the op that
//! deactivates them.
//!
//! The last wrap stays, whoever's it is: without one nobody could ever open the records again, and what the node does not
//! have yet would be lost. That person still is refused by the records themselves.

use std::sync::Arc;
use std::time::Duration;

use holdfast_clinical::people::{HOLDFAST_USER, User, of_login};
use holdfast_store::StoreError;
use holdfast_store::view::View;
use holdfast_store::writer::Writer;
use tokio::sync::{Mutex, watch};

use crate::vault::Vault;

/// Commits come in bursts, and people leave rarely.
const AFTER_COMMIT: Duration = Duration::from_millis(500);

/// Forgets the wraps of people who left, until `stop` turns true.
pub(crate) async fn run(writer: Writer, vault: Arc<Mutex<Vault>>, mut stop: watch::Receiver<bool>) {
    let mut commits = writer.commits();
    loop {
        if let Err(error) = look(&writer, &vault).await {
            tracing::warn!(error.code = error.code(), error = %error, "people who left could not be looked for; it is tried again");
        }
        let next = async {
            let changed = commits.changed().await;
            tokio::time::sleep(AFTER_COMMIT).await;
            changed.is_ok()
        };
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            more = next => if !more { return },
        }
    }
}

async fn look(writer: &Writer, vault: &Mutex<Vault>) -> Result<(), StoreError> {
    let logins = vault.lock().await.logins();
    let left = writer.read(move |view| left(view, &logins)).await?;
    if left.is_empty() {
        return Ok(());
    }
    let mut vault = vault.lock().await;
    for login in left {
        match vault.forget(&login) {
            Ok(true) => {
                tracing::info!("somebody may no longer sign in: their PIN opens this desktop no more")
            }
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error.code = error.code(), error = %error, "a wrapped key could not be removed")
            }
        }
    }
    Ok(())
}

/// Those of the logins whose person is there and may not sign in.
fn left(view: &mut View<'_>, logins: &[String]) -> Result<Vec<String>, StoreError> {
    let mut out = Vec::new();
    for login in logins {
        let found = view.search(HOLDFAST_USER, &[of_login(login)], 0, 2)?;
        let mut people = Vec::new();
        for stored in found.resources {
            people.extend(User::read(&view.state(&stored.entity)?));
        }
        if !people.is_empty() && people.iter().all(|user| !user.is_active) {
            out.push(login.clone());
        }
    }
    Ok(out)
}
