//! How many visits are expected at once, in `/metrics`: for whoever sizes the relay, and plans who works.

use std::time::{Duration, Instant};

use holdfast_api::{ApiState, ExpectedVisits, expected_visits};
use holdfast_store::writer::Writer;
use metrics::gauge;
use tokio::sync::watch;

use super::shutdown;

const EVERY: Duration = Duration::from_secs(15);
/// Working it out reads weeks of appointments, which hardly change.
const WORKED_OUT_EVERY: Duration = Duration::from_secs(3_600);

pub(super) async fn run(state: ApiState, writer: Writer, mut stop: watch::Receiver<bool>) {
    let mut kept: Option<(Instant, ExpectedVisits)> = None;
    loop {
        let now_ms = writer.records().now_ms();
        let is_fresh = |(since, known): &(Instant, ExpectedVisits)| {
            known.is_known() && since.elapsed() < WORKED_OUT_EVERY && known.at(now_ms, false).is_some()
        };
        if !kept.as_ref().is_some_and(is_fresh) {
            match expected_visits(&state).await {
                Ok(known) => kept = Some((Instant::now(), known)),
                Err(error) => tracing::warn!(error = %error, "it is not known how many visits are expected"),
            }
        }
        if let Some((_, known)) = &kept {
            show(known, now_ms);
        }
        if !shutdown::sleep(&mut stop, EVERY).await {
            return;
        }
    }
}

fn show(known: &ExpectedVisits, now_ms: u64) {
    for (mode, is_remote) in [("in-person", false), ("remote", true)] {
        if let Some(expected) = known.at(now_ms, is_remote) {
            gauge!("schedule_expected_visits", "mode" => mode).set(expected.now);
            gauge!("schedule_expected_visits_peak", "mode" => mode).set(expected.peak);
        }
    }
}
