//! Sharing the clinic's time with head office: the calendar begins as soon as the hub was heard to the end, then it is looked now and then
//! what is to be granted and what comes back. Without a hub there is nobody to share it with.

use std::time::Duration;

use holdfast_clinical::scheduling::zone::Zone;
use holdfast_store::StoreError;
use metrics::{counter, gauge};
use tokio::sync::watch;

use super::{Running, shutdown};
use crate::config::BookingConfig;
use crate::tasks::booking::{self, Standing};

/// Until the calendar has begun: the hub is heard to the end soon after the link is up.
const BEGIN_EVERY: Duration = Duration::from_secs(2);

pub(super) async fn run(
    running: Running,
    config: BookingConfig,
    zone: Zone,
    mut stop: watch::Receiver<bool>,
) {
    let mut told: Option<Standing> = None;
    loop {
        let wait = match look(&running, config, &zone, &mut told).await {
            Ok(true) => config.check_every,
            Ok(false) => BEGIN_EVERY.min(config.check_every),
            Err(error) => {
                tracing::warn!(error.code = error.code(), error = %error, "the clinic's time is not shared");
                config.check_every
            }
        };
        if !shutdown::sleep(&mut stop, wait).await {
            return;
        }
    }
}

/// Whether the calendar has begun.
async fn look(
    running: &Running,
    config: BookingConfig,
    zone: &Zone,
    told: &mut Option<Standing>,
) -> Result<bool, StoreError> {
    let standing = running.writer.call(booking::standing).await?;
    show(&standing, told);
    match standing {
        Standing::NotBegun => {
            let upstream =
                running.link.as_ref().and_then(|link| link.state()).and_then(|state| state.upstream);
            let Some(hub) = upstream else { return Ok(false) };
            let begun = running.writer.call(move |records| booking::begin(records, hub)).await?;
            if begun {
                tracing::info!(peer.id = %hub, "the clinic's calendar has begun: this node holds it");
                running.writer.announce();
            }
            Ok(false)
        }
        Standing::Holds(calendar) => {
            let (zone, days) = (zone.clone(), config.web_days);
            let look =
                move |records: &holdfast_store::Records| booking::look_after(records, &calendar, &zone, days);
            let changed = running.writer.call(look).await?;
            if changed != booking::Changed::default() {
                let (granted_min, taken_back_min) = (changed.granted_min, changed.taken_back_min);
                tracing::info!(granted_min, taken_back_min, "the clinic's time is shared with head office");
                running.writer.announce();
            }
            counter!("booking_granted_minutes_total").increment(changed.granted_min.unsigned_abs());
            counter!("booking_taken_back_minutes_total").increment(changed.taken_back_min.unsigned_abs());
            Ok(true)
        }
        Standing::Another(_) | Standing::Contested => Ok(true),
    }
}

/// The gauge of `/metrics`, and a line in the log when it changes.
fn show(standing: &Standing, told: &mut Option<Standing>) {
    for name in Standing::NAMES {
        let is_it = name == standing.name();
        gauge!("booking_calendar", "standing" => name).set(f64::from(u8::from(is_it)));
    }
    if told.as_ref() == Some(standing) {
        return;
    }
    match standing {
        Standing::Another(holder) => tracing::warn!(
            peer.id = %holder,
            "another database holds the clinic's calendar, so this node files requests; if it is gone for good, run `holdfast-node follow`"
        ),
        Standing::Contested => {
            tracing::warn!("two databases claim the clinic's calendar: nothing is confirmed")
        }
        Standing::NotBegun | Standing::Holds(_) => {}
    }
    *told = Some(standing.clone());
}
