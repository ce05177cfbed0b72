//! The little time that everybody wants, and appointments as FHIR has them.

use anyhow::{Context, Result};
use holdfast_core::hlc::Hlc;
use holdfast_core::rights::span::Span;
use holdfast_core::view::instant;
use serde_json::{Value, json};

use crate::simulation::dice::Dice;

/// Whose time it is.
pub(super) const RESOURCES: [&str; 3] = ["Practitioner/ana", "Practitioner/bo", "Location/2"];
/// The first minute, some weeks after the clocks begin: what is granted comes back before.
const FIRST: i64 = (1_790_000_000 + 30 * 86_400) / 60 / 1_440 * 1_440 + 480;
/// Units of half an hour.
pub(super) const UNITS: usize = 6;
const UNIT_MIN: i64 = 30;

/// Statuses that take time.
const TAKING: [&str; 5] = ["booked", "arrived", "checked-in", "fulfilled", "pending"];

/// What an appointment is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wish {
    pub(super) resources: Vec<String>,
    pub(super) span: Span,
}

/// Some units one after the other.
pub(super) fn units(from: usize, count: usize) -> Span {
    Span::of(FIRST + from as i64 * UNIT_MIN, count as i64 * UNIT_MIN)
}

/// All of it.
pub(super) fn all() -> Span {
    units(0, UNITS)
}

impl Wish {
    /// Something that somebody may want.
    pub(super) fn any(dice: &mut Dice) -> Self {
        let count = 1 + usize::from(dice.chance(25));
        let span = units(dice.below(UNITS + 1 - count), count);
        let first = dice.below(RESOURCES.len());
        let mut resources = vec![RESOURCES[first].to_owned()];
        if dice.chance(40) {
            resources.push(RESOURCES[(first + 1) % RESOURCES.len()].to_owned());
        }
        Self { resources, span }
    }

    /// Whether both want the same time of somebody.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.span, other.span);
        let overlap = ours.from.max(theirs.from) < ours.to.min(theirs.to);
        overlap && self.resources.iter().any(|one| other.resources.contains(one))
    }
}

fn at(minute: i64) -> String {
    instant(Hlc::new(u64::try_from(minute).unwrap_or_default() * 60_000, 0))
}

/// An appointment.
pub(super) fn appointment(id: &str, status: &str, wish: &Wish, is_forced: bool) -> Value {
    let who: Vec<Value> = wish
        .resources
        .iter()
        .map(|who| json!({ "actor": { "reference": who }, "status": "accepted" }))
        .collect();
    let mut out = json!({
        "resourceType": "Appointment", "id": id, "status": status, "participant": who,
        "start": at(wish.span.from), "end": at(wish.span.to),
    });
    if is_forced {
        out["extension"] = json!([{ "url": "urn:holdfast:schedule:overbook", "valueBoolean": true }]);
    }
    out
}

/// Puts an appointment somewhere else.
pub(super) fn moved(mut appointment: Value, wish: &Wish) -> Value {
    let fresh = self::appointment("", "", wish, false);
    for element in ["start", "end", "participant"] {
        appointment[element] = fresh[element].clone();
    }
    appointment
}

/// What an appointment says, read by nothing of the product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Displayed {
    pub(super) wish: Wish,
    pub(super) takes: bool,
    pub(super) is_forced: bool,
}

/// Reads an appointment.
pub(super) fn read(appointment: &Value) -> Result<Displayed> {
    let minute = |element: &str| -> Result<i64> {
        let text = appointment[element].as_str().context("an appointment has a time")?;
        minute_of(text).with_context(|| format!("{text} is a time"))
    };
    let who = appointment["participant"].as_array().cloned().unwrap_or_default();
    let resources =
        who.iter().filter_map(|one| Some(one["actor"]["reference"].as_str()?.to_owned())).collect();
    let span = Span::new(minute("start")?, minute("end")?);
    let status = appointment["status"].as_str().unwrap_or_default();
    let is_forced = appointment["extension"].to_string().contains("overbook");
    Ok(Displayed { wish: Wish { resources, span }, takes: TAKING.contains(&status), is_forced })
}

/// The minute of a time as [`at`] writes it: looked up among those that there are.
fn minute_of(text: &str) -> Option<i64> {
    (0..=UNITS).map(|unit| units(unit, 1).from).find(|minute| at(*minute) == text)
}
