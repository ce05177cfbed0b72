//! What meets on a day: two at one time on a resource, and one patient at two places.

use std::collections::BTreeMap;

use holdfast_clinical::scheduling::span::Span;

use super::shown::{AppointmentShown, FlowStatus};

/// Tells each of them which others are at the same time on one of its resources, and at which others its patient is expected then; places
/// of a session tell the latter for themselves. O(n²) of one resource's day, and of one patient's.
pub(super) fn note_overlaps(all: &mut [AppointmentShown]) {
    let takes = |one: &AppointmentShown| !matches!(one.status, FlowStatus::Cancelled | FlowStatus::Requested);
    let mut of_resource: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in all.iter().enumerate().filter(|(_, one)| takes(one)) {
        for key in &one.resources {
            of_resource.entry(key.clone()).or_default().push(at);
        }
    }
    let taken = |one: &AppointmentShown| span(one).widened(one.buffer_before, one.buffer_after);
    for (at, other) in of_resource.values().flat_map(|all| pairs(all)) {
        if !taken(&all[at]).overlaps(taken(&all[other])) {
            continue;
        }
        let (id, other_id) = (all[at].id.clone(), all[other].id.clone());
        for (one, id) in [(at, other_id), (other, id)] {
            if !all[one].overlaps_with.contains(&id) {
                all[one].overlaps_with.push(id);
            }
        }
    }
    note_elsewhere(all);
}

/// An appointment, or a place of a session that stands in it.
fn each(all: &mut [AppointmentShown]) -> impl Iterator<Item = &mut AppointmentShown> {
    all.iter_mut().flat_map(|one| {
        let is_session = one.group.is_some();
        let (own, places) = if is_session {
            (None, one.group.as_mut().map(|group| group.places.iter_mut()))
        } else {
            (Some(one), None)
        };
        own.into_iter().chain(places.into_iter().flatten())
    })
}

fn note_elsewhere(all: &mut [AppointmentShown]) {
    let mut of_patient: BTreeMap<String, Vec<(String, Span)>> = BTreeMap::new();
    for one in each(all).filter(|one| is_awaited(one)) {
        if let Some(patient) = &one.patient {
            of_patient.entry(patient.id.clone()).or_default().push((one.id.clone(), span(one)));
        }
    }
    for one in each(all).filter(|one| is_awaited(one)) {
        let Some(others) = one.patient.as_ref().and_then(|patient| of_patient.get(&patient.id)) else {
            continue;
        };
        let (id, at) = (&one.id, span(one));
        let met = others.iter().filter(|(other, span)| other != id && span.overlaps(at));
        one.elsewhere = met.map(|(other, _)| other.clone()).collect();
    }
}

/// Whether somebody waits for its patient: who has been seen, or did not come, may be anywhere.
fn is_awaited(one: &AppointmentShown) -> bool {
    !matches!(
        one.status,
        FlowStatus::Cancelled | FlowStatus::Requested | FlowStatus::Done | FlowStatus::NoShow
    )
}

fn span(one: &AppointmentShown) -> Span {
    Span::new(one.from_minute, one.to_minute)
}

fn pairs(all: &[usize]) -> Vec<(usize, usize)> {
    let with = |(n, at): (usize, &usize)| all[n + 1..].iter().map(|other| (*at, *other)).collect::<Vec<_>>();
    all.iter().enumerate().flat_map(with).collect()
}
