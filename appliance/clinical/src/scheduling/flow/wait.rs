//! How long somebody waits, and waited.

use serde_json::Value;

use super::step::since;
use super::{Stage, of_encounter, of_status, stage_of, status};
use crate::scheduling::booking::Booked;
use crate::scheduling::span::{Minute, Span};
use crate::scheduling::zone::minute_of_instant;

/// One stretch of a patient's way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stay {
    /// Where.
    pub stage: Stage,
    /// When.
    pub span: Span,
}

/// The stretches of an encounter in order, the last one up to `now` unless the patient is gone. What cannot be read is left out.
pub fn stays(encounter: &Value, now: Minute) -> Vec<Stay> {
    let minute = |of: &Value, end: &str| minute_of_instant(of.get("period")?.get(end)?.as_str()?);
    let history = encounter.get("statusHistory").and_then(Value::as_array);
    let past = history.into_iter().flatten().filter_map(|entry| {
        let span = Span::new(minute(entry, "start")?, minute(entry, "end")?);
        Some(Stay { stage: of_status(status(entry), entry)?, span })
    });
    let present = of_encounter(encounter).filter(|stage| *stage != Stage::Done).and_then(|stage| {
        let begun = minute_of_instant(&since(encounter)?)?;
        Some(Stay { stage, span: Span::new(begun, now.max(begun)) })
    });
    past.chain(present).collect()
}

/// What the board tells of a patient.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Where they are.
    pub stage: Stage,
    /// Since when; of somebody who is not here yet, when they are expected.
    pub since: Minute,
    /// Minutes there; of somebody who is not here yet, how late they are.
    pub minutes: i64,
    /// Minutes in the waiting room in all.
    pub waited_min: i64,
    /// Minutes since they arrived, or from arrival to end.
    pub here_min: i64,
}

/// Where the patient of an appointment is and how long; `None` if nobody is expected, or it has no time that can be read.
pub fn waiting(appointment: &Value, encounter: Option<&Value>, now: Minute) -> Option<Waiting> {
    let stage = stage_of(appointment, encounter)?;
    let stays = encounter.map(|encounter| stays(encounter, now)).unwrap_or_default();
    let waited_min =
        stays.iter().filter(|stay| stay.stage == Stage::Arrived).map(|stay| stay.span.length_min()).sum();
    let here_min = stays.first().zip(stays.last()).map_or(0, |(first, last)| last.span.to - first.span.from);
    let since = match (stage, encounter) {
        (Stage::Booked, _) | (_, None) => Booked::read(appointment).ok()??.span.from,
        (_, Some(encounter)) => minute_of_instant(&since(encounter)?)?,
    };
    let minutes = if stage == Stage::Done { 0 } else { (now - since).max(0) };
    Some(Waiting { stage, since, minutes, waited_min, here_min })
}
