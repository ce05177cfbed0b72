//! The running node's scrubs, by the clock or by order: one at a time, healed over the link, told in the log, the
//! metrics and the status.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{counter, gauge};
use tokio::sync::watch;

use super::healer::Healer;
use super::{Running, blocking, shutdown};
use crate::config::ScrubConfig;
use crate::failure::Failure;
use crate::tasks::{self, ScrubReport, Scrubbed};

/// Pause between two steps of a scrub by the clock, so that the clinic does not feel it.
const BREATH: Duration = Duration::from_millis(5);

/// What is known of damage.
#[derive(Debug, Default)]
pub(crate) struct Health {
    busy: tokio::sync::Mutex<()>,
    last: Mutex<Option<ScrubReport>>,
}

impl Health {
    /// The last scrub.
    pub(crate) fn last(&self) -> Option<ScrubReport> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is damaged and could not be healed, in words.
    pub(crate) fn damage(&self) -> Option<String> {
        self.last()?.remains
    }
}

/// Scrubs now, resting for `breath` between two steps. Waits for one that runs already.
///
/// # Errors
/// [`Failure`] if damage cannot even be looked for.
pub(crate) async fn scrub(
    running: &Running,
    repair: bool,
    breath: Duration,
    mut tell: impl FnMut(&str) + Send + 'static,
) -> Result<Scrubbed, Failure> {
    let health: Arc<Health> = running.health.clone();
    let _alone = health.busy.lock().await;
    gauge!("scrub_running").set(1.0);
    let opened = running.opened.clone();
    let healer = Healer::of(running.link.as_ref());
    let outcome = blocking(move || {
        let upstream = healer.as_ref().map(|healer| healer as &dyn holdfast_store::scrub::Upstream);
        tasks::scrub(&opened, repair, upstream, breath, &mut tell)
    })
    .await;
    gauge!("scrub_running").set(0.0);
    let scrubbed = outcome?;
    note(running, &scrubbed);
    if scrubbed.repair.as_ref().is_some_and(|repair| repair.is_reborn)
        && let Some(link) = &running.link
    {
        link.greet_anew().await?;
    }
    running.writer.announce();
    Ok(scrubbed)
}

fn note(running: &Running, scrubbed: &Scrubbed) {
    for (kind, found) in scrubbed.findings.by_kind() {
        gauge!("scrub_findings", "kind" => kind).set(found as f64);
        counter!("scrub_findings_total", "kind" => kind).increment(found);
    }
    let report = scrubbed.report(running.opened.records.now_ms());
    counter!("scrub_healed_total").increment(report.healed);
    gauge!("scrub_unhealed").set((report.found - report.healed) as f64);
    gauge!("scrub_last_end_seconds").set(report.at_ms as f64 / 1000.0);
    *running.health.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
}

/// Scrubs by the clock, healing what can be healed.
pub(super) async fn run(running: Running, config: ScrubConfig, mut stop: watch::Receiver<bool>) {
    let Some(every) = config.every else { return };
    let mut pause = config.first;
    while shutdown::sleep(&mut stop, pause).await {
        pause = every;
        match scrub(&running, true, BREATH, |_: &str| {}).await {
            Ok(scrubbed) => {
                tracing::info!(
                    checked = scrubbed.findings.checked,
                    found = scrubbed.findings.count(),
                    "scrubbed"
                );
            }
            Err(error) => {
                tracing::error!(error.code = error.code(), error = %error, "the records could not be scrubbed");
            }
        }
    }
}
