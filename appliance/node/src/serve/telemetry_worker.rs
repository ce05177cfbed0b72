//! Taking a sample of how the node does every ten seconds.

use std::time::Duration;

use tokio::sync::watch;

use super::{Running, shutdown};
use crate::telemetry::Sample;

const EVERY: Duration = Duration::from_secs(10);

pub(super) async fn run(running: Running, mut stop: watch::Receiver<bool>) {
    loop {
        let (telemetry, link) = (running.telemetry.clone(), running.link.clone());
        let taken = running.writer.call(move |records| {
            let own = records.continuity()?;
            let state = link.as_ref().and_then(|link| link.state());
            let at_ms = records.now_ms();
            let sample = Sample {
                at_ms,
                link_up: link.as_ref().is_some_and(|link| link.is_up()),
                unsent: own.lanes.iter().map(|lane| lane.unsent).sum(),
                unsent_since_ms: own.lanes.iter().filter_map(|lane| lane.unsent_since_ms).min(),
                waiting_scopes: state.as_ref().map_or(0, |state| state.waiting),
                bytes_out: state.as_ref().map_or(0, |state| state.traffic.bytes_out),
                bytes_in: state.as_ref().map_or(0, |state| state.traffic.bytes_in),
            };
            telemetry.record(&sample);
            Ok(())
        });
        if let Err(error) = taken.await {
            tracing::debug!(error.code = error.code(), "no sample was taken");
        }
        if !shutdown::sleep(&mut stop, EVERY).await {
            return;
        }
    }
}
