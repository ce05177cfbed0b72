//! Renewing the node's certificate long before it ends, and going on under the new one.

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

pub(super) async fn run(running: Running, link: Arc<NodeLink>, mut stop: watch::Receiver<bool>) {
    let mut pause = FIRST;
    while shutdown::sleep(&mut stop, pause).await {
        pause = EVERY;
        match renew_if_due(&running, &link).await {
            Ok(false) => {}
            Ok(true) => tracing::info!("the node's certificate is renewed"),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the certificate is not renewed yet");
            }
        }
    }
}

async fn renew_if_due(running: &Running, link: &NodeLink) -> Result<bool, Failure> {
    let Some(Enrolment { enrolled, key }) = Enrolment::load(&running.dir)? else { return Ok(false) };
    let now_ms = running.opened.records.now_ms();
    if !enrolled.is_renewal_due(now_ms) {
        return Ok(false);
    }
    let connection = link.connect().await?;
    let renewed = renew(&connection, &enrolled, &key, now_ms).await?;
    renewed.save(&running.dir.enrolment())?;
    link.reload()?;
    Ok(true)
}
