//! Appointments that cannot stay as they are: who or what they take is away, has left, or is there no more. They stay on the sheet, and
//! carry the mark until they are moved or cancelled.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::scheduling::fhir::Exception;
use holdfast_clinical::scheduling::hours::HoursError;
use holdfast_clinical::scheduling::span::{Minute, Span, Spans};
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use serde::Serialize;
use utoipa::ToSchema;

use super::roster::{Roster, entity_of};
use super::shown::{AppointmentShown, FlowStatus};

/// Records of those whom the schedule does not know, in bytes.
const BYTES: usize = 8 << 20;

/// Why an appointment cannot stay as it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct Stranded {
    /// Who or what it is about; none if it is the type.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// `gone` (deleted), `out-of-use` (has left the clinic, or is not used any more), `off` (time off), `holiday`, or `type` (not offered
    /// any more).
    why: &'static str,
}

/// What is known of a day.
pub(super) struct Known<'k> {
    pub(super) roster: &'k Roster,
    pub(super) exceptions: &'k [Exception],
    pub(super) zone: &'k Zone,
    pub(super) window: Span,
    pub(super) now: Minute,
    /// The ids of the types that are offered.
    pub(super) offered: &'k BTreeSet<String>,
}

/// Notes of each appointment that is still to come, or whose patient waits, why it cannot stay. The view must not be narrowed.
pub(super) fn note(
    view: &mut View<'_>,
    known: &Known<'_>,
    all: &mut [AppointmentShown],
) -> Result<(), crate::error::ApiError> {
    let window = known.window;
    let is_open = |one: &&mut AppointmentShown| {
        matches!(one.status, FlowStatus::Booked | FlowStatus::Arrived)
            && window.from + one.to_minute > known.now
    };
    let named: BTreeSet<String> =
        all.iter_mut().filter(is_open).flat_map(|one| one.resources.iter().cloned()).collect();
    let why = whys(view, known, &named)?;
    for one in all.iter_mut().filter(is_open) {
        let span = Span::new(window.from + one.from_minute, window.from + one.to_minute);
        let of = one.resources.iter().filter_map(|key| {
            let why = why.get(key)?.why(span)?;
            Some(Stranded { key: Some(key.clone()), why })
        });
        one.stranded = of.collect();
        if !one.kind.id.is_empty() && !known.offered.contains(&one.kind.id) {
            one.stranded.push(Stranded { key: None, why: "type" });
        }
    }
    Ok(())
}

/// When somebody cannot be had, and why.
enum Away {
    Always(&'static str),
    At { off: Spans, closed: Spans, working: Spans },
}

impl Away {
    fn why(&self, span: Span) -> Option<&'static str> {
        match self {
            Self::Always(why) => Some(why),
            Self::At { off, .. } if off.touches(span) => Some("off"),
            // Extra hours may have been entered for a holiday.
            Self::At { closed, working, .. } if closed.touches(span) && !working.covers(span) => {
                Some("holiday")
            }
            Self::At { .. } => None,
        }
    }
}

fn whys(
    view: &mut View<'_>,
    known: &Known<'_>,
    named: &BTreeSet<String>,
) -> Result<BTreeMap<String, Away>, crate::error::ApiError> {
    let closed = known.roster.closed(known.exceptions);
    let mut out = BTreeMap::new();
    let mut beside: Vec<Entity> = Vec::new();
    for key in named {
        let Some(member) = known.roster.find(key) else {
            beside.extend(entity_of(key));
            continue;
        };
        let away = if member.is_active { at(known, key, &closed)? } else { Away::Always("out-of-use") };
        out.insert(key.clone(), away);
    }
    for key in gone(view, &beside)? {
        out.insert(key, Away::Always("gone"));
    }
    Ok(out)
}

fn at(known: &Known<'_>, key: &str, closed: &Spans) -> Result<Away, super::ScheduleError> {
    let hours = known.roster.hours(key, known.exceptions);
    let is_closed = closed.touches(known.window);
    let working = if is_closed { working(&hours, known)? } else { Spans::default() };
    Ok(Away::At {
        off: hours.off,
        closed: if is_closed { closed.clone() } else { Spans::default() },
        working,
    })
}

fn working(
    hours: &holdfast_clinical::scheduling::hours::Hours,
    known: &Known<'_>,
) -> Result<Spans, HoursError> {
    hours.working(known.zone, known.window)
}

/// Of those whom the schedule does not know: who is there no more. Who was never given hours is there all the same.
fn gone(view: &mut View<'_>, keys: &[Entity]) -> Result<BTreeSet<String>, StoreError> {
    let mut out: BTreeSet<String> = keys.iter().map(ToString::to_string).collect();
    for stored in view.get_all(keys, BYTES)?.resources {
        if !stored.deleted {
            out.remove(&stored.entity.to_string());
        }
    }
    Ok(out)
}
