//! Being told to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::failure::Failure;

/// Turns true at SIGTERM or SIGINT; a second signal ends the process at once.
///
/// # Errors
/// [`Failure::Other`] if the system lets no handler be set.
pub(crate) fn on_signal() -> Result<watch::Receiver<bool>, Failure> {
    let set = |kind| {
        let text =
            "cannot be told to stop: the system sets no signal handler; run the node as an ordinary process";
        signal(kind).map_err(|error| Failure::other("signals", format!("{text} ({error})")))
    };
    let (mut terminate, mut interrupt) = (set(SignalKind::terminate())?, set(SignalKind::interrupt())?);
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        for is_first in [true, false] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if is_first {
                tracing::info!("stopping");
                tell.send_replace(true);
            }
        }
        tracing::warn!("told to stop twice: ending at once");
        std::process::exit(130);
    });
    Ok(told)
}

/// Returns once the node is told to stop.
pub(crate) async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means that the program ends.
    let _gone = stop.wait_for(|stop| *stop).await;
}

/// Sleeps; false if the node was told to stop meanwhile.
pub(crate) async fn sleep(stop: &mut watch::Receiver<bool>, time: std::time::Duration) -> bool {
    tokio::time::timeout(time, told(stop)).await.is_err()
}
