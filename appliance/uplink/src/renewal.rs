//! Renewing the replica's certificate long before it ends, and going on under the new one. One that ended while the
//! program was off, or cut off, is renewed as soon as the upstream refuses it: that one lets it in for that alone.

use std::sync::Arc;
use std::time::Duration;

use holdfast_link::enrol::renew;
use tokio::sync::watch;

use crate::enrolment::Enrolment;
use crate::error::UplinkError;
use crate::link::Uplink;

/// How often it is looked at; renewal is due 60 days before the end, so an hour is nothing.
const EVERY: Duration = Duration::from_secs(3600);
/// After a start the link is up first.
const FIRST: Duration = Duration::from_secs(10);
/// From one attempt to the next that a refusal brings about, so that an upstream which renews nothing is not pressed.
const REST: Duration = Duration::from_secs(30);

/// What brings an attempt about.
enum Cause {
    /// The clock: the certificate is renewed if that is due.
    Clock,
    /// The upstream's refusal: it is renewed whatever the clock here says.
    Refused,
}

/// Renews when it is time, until told to stop.
pub async fn run(link: Arc<Uplink>, mut stop: watch::Receiver<bool>) {
    let (mut pause, mut rest) = (FIRST, Duration::ZERO);
    while let Some(cause) = wait(&link, pause, rest, &mut stop).await {
        (pause, rest) = (EVERY, REST);
        match renew_if_due(&link, &cause).await {
            Ok(false) => {}
            Ok(true) => tracing::info!("the certificate is renewed"),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the certificate is not renewed yet");
            }
        }
    }
}

/// `None` when told to stop.
async fn wait(
    link: &Uplink,
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
        () = told(stop) => None,
        () = refused => Some(Cause::Refused),
        () = tokio::time::sleep(pause) => Some(Cause::Clock),
    }
}

async fn renew_if_due(link: &Uplink, cause: &Cause) -> Result<bool, UplinkError> {
    let Some(Enrolment { enrolled, key }) = link.enrolment()? else { return Ok(false) };
    let now_ms = link.now_ms();
    if matches!(cause, Cause::Clock) && !enrolled.is_renewal_due(now_ms) {
        return Ok(false);
    }
    let connection = link.connect().await?;
    let renewed = renew(&connection, &enrolled, &key, now_ms).await?;
    renewed.save(link.folder())?;
    link.reload()?;
    Ok(true)
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means that the program ends.
    let _gone = stop.wait_for(|stop| *stop).await;
}
