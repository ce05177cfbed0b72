//! A patient's way through the clinic: booked → arrived → with nurse → with clinician → to do after → done.
//!
//! | Stage | `Appointment.status` | `Encounter.status` |
//! |---|---|---|
//! | booked | `booked` | none, or `planned` after an arrival was undone |
//! | arrived | `arrived` | `arrived` |
//! | with nurse | `checked-in` | `triaged` |
//! | with clinician | `checked-in` | `in-progress` |
//! | to do after | `checked-in` | `in-progress`, with [`extension::STAGE`] |
//! | done | `fulfilled` | `finished` |
//!
//! FHIR's words say all but one of them; where a client of others changes the status, the status counts. How long each took stands in
//! `Encounter.statusHistory` (<https://hl7.org/fhir/R4/encounter-definitions.html#Encounter.statusHistory>). A step that is undone leaves
//! no entry there: it did not happen.

mod step;
mod wait;

use serde_json::Value;

use super::fhir::extension;

pub use step::{EncounterStep, FlowError, Step, Walk, step_to, undo};
pub use wait::{Stay, Waiting, stays, waiting};

/// Where a patient is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Not here yet.
    Booked,
    /// In the waiting room.
    Arrived,
    /// With the nurse.
    WithNurse,
    /// With the clinician.
    WithClinician,
    /// Something is left to do: blood to draw, a date to make, a paper to sign.
    ToDoAfter,
    /// Gone.
    Done,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 6] =
        [Self::Booked, Self::Arrived, Self::WithNurse, Self::WithClinician, Self::ToDoAfter, Self::Done];

    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Arrived => "arrived",
            Self::WithNurse => "with-nurse",
            Self::WithClinician => "with-clinician",
            Self::ToDoAfter => "to-do-after",
            Self::Done => "done",
        }
    }

    /// The stage of that code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == code)
    }

    fn appointment_status(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Arrived => "arrived",
            Self::WithNurse | Self::WithClinician | Self::ToDoAfter => "checked-in",
            Self::Done => "fulfilled",
        }
    }

    fn encounter_status(self) -> &'static str {
        match self {
            Self::Booked => "planned",
            Self::Arrived => "arrived",
            Self::WithNurse => "triaged",
            Self::WithClinician | Self::ToDoAfter => "in-progress",
            Self::Done => "finished",
        }
    }
}

/// Where the patient of an appointment is; `None` if it is cancelled, not kept, or not booked at all.
pub fn stage_of(appointment: &Value, encounter: Option<&Value>) -> Option<Stage> {
    let own = match status(appointment) {
        "booked" | "pending" => Stage::Booked,
        "arrived" | "checked-in" => Stage::Arrived,
        "fulfilled" => Stage::Done,
        _ => return None,
    };
    Some(encounter.and_then(of_encounter).unwrap_or(own))
}

/// What the encounter says of it; `None` if nothing.
fn of_encounter(encounter: &Value) -> Option<Stage> {
    of_status(status(encounter), encounter)
}

/// The stage of a status, whose marks stand in `marked`.
fn of_status(status: &str, marked: &Value) -> Option<Stage> {
    let is_after = extension::text(marked, extension::STAGE, "valueCode") == Some(Stage::ToDoAfter.as_str());
    match status {
        "arrived" => Some(Stage::Arrived),
        "triaged" => Some(Stage::WithNurse),
        "in-progress" if is_after => Some(Stage::ToDoAfter),
        "in-progress" | "onleave" => Some(Stage::WithClinician),
        "finished" => Some(Stage::Done),
        _ => None,
    }
}

fn status(of: &Value) -> &str {
    of.get("status").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
