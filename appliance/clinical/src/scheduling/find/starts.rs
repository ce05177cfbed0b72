//! When an appointment may begin.

use super::ask::Ask;
use super::free::Free;
use crate::scheduling::span::{DAY_MIN, Minute, Span, Spans, common};
use crate::scheduling::zone::Zone;

/// The minutes of the block at which the resource could begin such an appointment.
pub(super) fn allowed(ask: &Ask, free: &Free, block: Span) -> Spans {
    let working = shrunk(&free.working, 0, ask.duration_min, block);
    let open = shrunk(&free.open, ask.before_min, ask.duration_min + ask.after_min, block);
    Spans::new(common(&working, &open))
}

/// Whether the resource works long enough in the window at all.
pub(super) fn works(ask: &Ask, free: &Free) -> bool {
    !shrunk(&free.working, 0, ask.duration_min, ask.window).is_empty()
}

/// The minutes at which such an appointment would meet another of the patient's.
pub(super) fn forbidden(ask: &Ask) -> Spans {
    ask.patient_busy
        .iter()
        .map(|busy| Span::new(busy.from.saturating_sub(ask.duration_min - 1), busy.to))
        .collect()
}

/// The minutes `t` of the block for which `t - before .. t + after` lies in one of the spans; in order, apart from each other.
fn shrunk(spans: &Spans, before: i64, after: i64, block: Span) -> Vec<Span> {
    let near = spans.touching(block.widened(before, after));
    let starts = near
        .iter()
        .map(|span| Span { from: span.from.saturating_add(before), to: span.to.saturating_sub(after - 1) });
    starts.map(|starts| starts.common(block)).filter(|starts| !starts.is_empty()).collect()
}

/// The first minute from then on at which the local clock shows a multiple of the step since midnight.
pub(in crate::scheduling) fn next_on_grid(zone: &Zone, from: Minute, step_min: i64) -> Minute {
    let past = |at: Minute| (at + zone.offset_min(at)).rem_euclid(DAY_MIN) % step_min;
    let late = past(from);
    if late == 0 {
        return from;
    }
    // Midnight begins the grid anew, and so may a clock change in between.
    let to_midnight = DAY_MIN - (from + zone.offset_min(from)).rem_euclid(DAY_MIN);
    let next = from + (step_min - late).min(to_midnight);
    match past(next) {
        0 => next,
        _ => {
            (from..=next).find(|at| past(*at) == 0).unwrap_or_else(|| next_on_grid(zone, next + 1, step_min))
        }
    }
}
