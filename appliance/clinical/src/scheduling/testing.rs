//! Made by hand, for unit tests.

use super::fhir::{AppointmentType, Split};
use super::find::{Kind, Need};

/// Half an hour with a nurse who does wounds, in room 2, with time to clean.
pub(super) fn wound_care() -> AppointmentType {
    let nurse =
        Need { role: Some("nurse".into()), skills: vec!["wound".into()], ..Need::any(Kind::Practitioner) };
    AppointmentType {
        id: "wound".into(),
        name: "Wound care".into(),
        is_active: true,
        duration_min: 30,
        before_min: 5,
        after_min: 10,
        step_min: 15,
        needs: vec![nurse, Need { only: vec!["Location/r2".into()], ..Need::any(Kind::Room) }],
        capacity: 1,
        is_remote: false,
        split: Split { web_percent: 30, sell_until_min: 1_440 },
    }
}
