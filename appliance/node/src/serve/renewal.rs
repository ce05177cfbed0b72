//! Renewing the node's certificate long before it ends, and going on under the new one. One that ended while the node
//! was off, or cut off, is renewed as soon as the hub refuses it: the hub lets it in for that alone.

use std::sync::Arc;
use std::time::Duration;

use holdfast_link::enrol::renew;
use tokio::sync::watch;

use super::link::NodeLink;
use super::{Running, shutdown};
use crate::enrolment::Enrolment;
use crate::failure::Failure;

/// How often it is looked at; renewal is due 60 days before the end, so an hour is nothing.
const EVERY: Duration = Duration::from_secs(3600);
/// After a start the link is up first.
const FIRST: Duration = Duration::from_secs(10);
/// From one attempt to the next that a refusal brings about, so that a hub which renews nothing is not pressed.
const REST: Duration = Duration::from_secs(30);

/// What brings an attempt about.
enum Cause {
    /// The clock: the certificate is renewed if that is due.
    Clock,
    /// The hub's refusal: it is renewed whatever this node's clock says.
    Refused,
}

pub(super) async fn run(running: Running, link: Arc<NodeLink>, mut stop: watch::Receiver<bool>) {
    let (mut pause, mut rest) = (FIRST, Duration::ZERO);
    while let Some(cause) = wait(&link, pause, rest, &mut stop).await {
        (pause, rest) = (EVERY, REST);
        match renew_if_due(&running, &link, &cause).await {
            Ok(false) => {}
            Ok(true) => tracing::info!("the node's certificate is renewed"),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the certificate is not renewed yet");
            }
        }
    }
}

/// `None` when the node is told to stop.
async fn wait(
    link: &NodeLink,
    pause: Duration,
    rest: Duration,
    stop: &mut watch::Receiver<bool>,
) -> Option<Cause> {
    let refused = async {
        tokio::time::sleep(rest).await;
        link.told_expired().await;
    };
    tokio::select! {
        biased;
        () = shutdown::told(stop) => None,
        () = refused => Some(Cause::Refused),
        () = tokio::time::sleep(pause) => Some(Cause::Clock),
    }
}

async fn renew_if_due(running: &Running, link: &NodeLink, cause: &Cause) -> Result<bool, Failure> {
    let Some(Enrolment { enrolled, key }) = Enrolment::load(&running.dir)? else { return Ok(false) };
    let now_ms = running.opened.records.now_ms();
    if matches!(cause, Cause::Clock) && !enrolled.is_renewal_due(now_ms) {
        return Ok(false);
    }
    let connection = link.connect().await?;
    let renewed = renew(&connection, &enrolled, &key, now_ms).await?;
    renewed.save(&running.dir.enrolment())?;
    link.reload()?;
    Ok(true)
}
