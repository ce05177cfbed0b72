//! Visits of participants on the `webrtc` crate, as load.

use anyhow::{Context as _, Result};
use holdfast_participant::{Call, CallOptions, ControlPort, Report};

/// So many visits of so many each; joined one after the other, so that joining is no load of its own.
pub async fn visits<'a>(port: &'a ControlPort, visits: usize, members: usize) -> Result<Vec<Call<'a>>> {
    let mut calls = Vec::new();
    for visit in 0..visits {
        for member in 0..members {
            let options = CallOptions { slots: (members - 1).clamp(1, 5), ..CallOptions::default() };
            let call = Call::join(port, &format!("v{visit}"), &format!("m{member}"), options).await;
            calls.push(call.with_context(|| format!("member {member} of visit {visit}"))?);
        }
    }
    Ok(calls)
}

/// Packets that they have received, and lost.
pub fn received(calls: &[Call<'_>]) -> (u64, u64) {
    let reports: Vec<Report> = calls.iter().map(Call::report).collect();
    let slots = reports.iter().flat_map(|report| report.slots.values());
    slots.fold((0, 0), |(packets, lost), slot| (packets + slot.packets, lost + slot.lost))
}
