//! Listening to the relay: what it tells goes to the visits that it is about, and that it is gone or back to all of them.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use futures::StreamExt;
use holdfast_api::{ApiState, visits};
use holdfast_media::control::Status;
use holdfast_media::sfu::Event;
use holdfast_visits::session::RelayEvent;
use metrics::{counter, gauge};
use tokio::sync::watch;

use super::client::RelayClient;
use super::events::read;
use crate::serve::shutdown;

/// Between two tries to reach it.
const AGAIN: Duration = Duration::from_millis(250);
/// Between two looks at what it carries.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The longest line: slots of one page.
const LINE: usize = 64 * 1024;

/// Follows the relay until the node stops.
pub(crate) async fn follow(state: ApiState, relay: Arc<RelayClient>, mut stop: watch::Receiver<bool>) {
    match visits::resume(&state).await {
        Ok(count) if count > 0 => tracing::info!(count, "visits that ran are taken up again"),
        Ok(_) => {}
        Err(error) => tracing::error!(error.code = error.code(), "visits that ran cannot be taken up"),
    }
    let mut known = None;
    let mut is_told = false;
    loop {
        match listen(&state, &relay, &mut known, &mut stop).await {
            Ok(()) => return,
            Err(error) => {
                if !std::mem::replace(&mut is_told, true) {
                    tracing::warn!(error = %error.without_url(), "the media relay does not answer; visits go on as far as they can");
                }
                gauge!("holdfast_relay_up").set(0.0);
                visits::relay_is(&state, &RelayEvent::Away);
            }
        }
        if known.is_some() {
            is_told = false;
        }
        if !shutdown::sleep(&mut stop, AGAIN).await {
            return;
        }
    }
}

/// Listens as long as the relay runs; `Ok` once the node stops.
async fn listen(
    state: &ApiState,
    relay: &RelayClient,
    known: &mut Option<String>,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), reqwest::Error> {
    // First the events, then who it is: what happens between the two is not missed.
    let mut lines = relay.events().await?.bytes_stream();
    let status = relay.status().await?;
    // Of one that ran before this process did, nothing is known: what the visits had of it stands. If it is another one after all, it
    // says so to the page that asks it for a restart.
    let is_new = known.as_ref().is_some_and(|known| *known != status.run);
    *known = Some(status.run.clone());
    tracing::info!(is_new, "the media relay answers");
    visits::relay_is(state, &RelayEvent::Back { is_new });
    show(&status);
    let mut buffer = BytesMut::new();
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mut is_full = false;
    loop {
        tokio::select! {
            part = lines.next() => {
                let Some(part) = part.transpose()? else {
                    // It was stopped; the next try says why.
                    return relay.status().await.map(drop);
                };
                buffer.extend_from_slice(&part);
                while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                    tell(state, &buffer[..end]);
                    buffer.advance(end + 1);
                }
                if buffer.len() > LINE {
                    buffer.clear();
                }
            }
            _ = look.tick() => {
                let status = relay.status().await?;
                show(&status);
                if is_full == status.takes_visits {
                    is_full = !status.takes_visits;
                    let event = if is_full { RelayEvent::Full } else { RelayEvent::Back { is_new: false } };
                    visits::relay_is(state, &event);
                }
            }
            () = shutdown::told(stop) => return Ok(()),
        }
    }
}

fn tell(state: &ApiState, line: &[u8]) {
    if line.is_empty() {
        return;
    }
    // A newer relay may tell more.
    let Ok(event) = serde_json::from_slice::<Event>(line) else { return };
    if let Event::Missed { count } = &event {
        tracing::warn!(count, "the relay told more than was listened to");
    }
    if let Event::Degrade { .. } = &event {
        counter!("holdfast_visit_degraded_total").increment(1);
    }
    if let Some((visit, event)) = read(event) {
        visits::relay_event(state, &visit, event);
    }
}

fn show(status: &Status) {
    gauge!("holdfast_relay_up").set(1.0);
    gauge!("holdfast_relay_visits").set(status.visits as f64);
    gauge!("holdfast_relay_members").set(status.members as f64);
    let busiest = status.busy_pct.iter().max().copied().unwrap_or_default();
    gauge!("holdfast_relay_busy_ratio").set(busiest as f64 / 100.0);
    for (name, count) in [
        ("holdfast_relay_received_packets_total", status.received),
        ("holdfast_relay_sent_packets_total", status.sent),
        ("holdfast_relay_forwarded_packets_total", status.forwarded),
        ("holdfast_relay_stray_packets_total", status.stray),
        ("holdfast_relay_unsent_packets_total", status.unsent),
        ("holdfast_relay_refused_total", status.refused),
    ] {
        counter!(name).absolute(count);
    }
}
