//! Tokens added or removed while the node runs.

use std::time::Duration;

use tokio::sync::watch;

use super::{Running, blocking, shutdown};
use crate::tokens;

/// A withdrawn token works no longer than this.
const EVERY: Duration = Duration::from_secs(2);

pub(super) async fn run(running: Running, mut stop: watch::Receiver<bool>) {
    let mut was_bad = false;
    while shutdown::sleep(&mut stop, EVERY).await {
        let dir = running.dir.clone();
        match blocking(move || tokens::load(&dir)).await {
            Ok(known) => {
                was_bad = false;
                if running.tokens.replace(known) {
                    tracing::info!("the tokens have changed");
                }
            }
            Err(error) if !was_bad => {
                was_bad = true;
                tracing::warn!(error.code = error.code(), error = %error, "the tokens stay as they were");
            }
            Err(_) => {}
        }
    }
}
