//! Bookings as `Appointment` (<https://hl7.org/fhir/R4/appointment.html>): made, read, moved, cancelled.
//!
//! Nothing here decides whether a time may be given: whoever owns it does (decision 33), in the transaction that writes what is made here.

mod busy;
mod change;
mod group;
mod reason;
mod reminder;
mod replaces;
mod takes;
mod unsettled;

use serde_json::{Map, Value, json};

use super::fhir::extension;
use super::fhir::read::{needed, span, texts};
use super::fhir::{AppointmentType, ReadError};
use super::span::{Minute, Span};
use super::zone::Zone;

pub use busy::{Clash, busy, clashes, stranded};
pub use change::{ChangeError, Move, Placement, cancelled, granted, moved, no_show};
pub use group::{Places, open_sessions, places, session_of};
pub use reason::{CANCEL_REASONS, CANCEL_SYSTEM, CancelReason, cancel_reason};
pub use reminder::{BEFORE_MIN, reminders, with_reminders};
pub use replaces::{replaced, replaced_by, replaces, successor};
pub(crate) use takes::is_read;
pub use takes::{PLACE_POOL, takes};
pub use unsettled::sides;

const KIND: &str = "Appointment";
/// HL7's table of kinds of appointment (<https://hl7.org/fhir/R4/v2/0276/>).
const KINDS: &str = "http://terminology.hl7.org/CodeSystem/v2-0276";

/// How somebody comes to an appointment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Booked, and confirmed.
    Booked,
    /// Asked for; whoever owns the time will answer. Takes no time.
    Requested,
    /// They stand at the desk.
    WalkIn,
    /// Waits for a time that fits.
    Waiting,
}

impl Way {
    fn status(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Requested => "proposed",
            Self::WalkIn => "arrived",
            Self::Waiting => "waitlist",
        }
    }
}

/// An appointment that is to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Booking<'a> {
    /// The id that the record gets.
    pub id: &'a str,
    /// Of what type.
    pub kind: &'a AppointmentType,
    /// How.
    pub way: Way,
    /// `Patient/ID`; none for the session of a group, in which each patient has a place of their own.
    pub patient: Option<&'a str>,
    /// Keys of what is taken.
    pub resources: &'a [String],
    /// When, without buffers.
    pub span: Span,
    /// When it is made.
    pub now: Minute,
    /// Forced in beside another: needs no right, and is always shown.
    pub is_overbooked: bool,
    /// The `Appointment/ID` of the session in which this is a place; it takes no time of its own.
    pub session: Option<&'a str>,
    /// The series it is of, and its number there.
    pub series: Option<(&'a str, u32)>,
    /// Why, in words.
    pub description: Option<&'a str>,
}

impl Booking<'_> {
    /// The record.
    pub fn resource(&self, zone: &Zone) -> Value {
        let mut participants = Vec::new();
        participants.extend(self.patient.map(|patient| participant(patient, self.way)));
        participants.extend(self.resources.iter().map(|key| participant(key, self.way)));
        let kind = match self.way {
            Way::WalkIn => ("WALKIN", "A previously unscheduled walk-in visit"),
            _ => ("ROUTINE", "Routine appointment"),
        };
        let mut out = Map::from_iter([
            ("resourceType".to_owned(), KIND.into()),
            ("id".to_owned(), self.id.into()),
            ("status".to_owned(), self.way.status().into()),
            ("serviceType".to_owned(), self.kind.service_type()),
            (
                "appointmentType".to_owned(),
                json!({ "coding": [{ "system": KINDS, "code": kind.0, "display": kind.1 }] }),
            ),
            ("created".to_owned(), zone.instant(self.now).into()),
            ("participant".to_owned(), participants.into()),
            ("minutesDuration".to_owned(), self.span.length_min().into()),
        ]);
        // FHIR's app-3: start and end may be left out of what is proposed, cancelled or waits alone.
        if self.way == Way::Waiting {
            let period = json!({ "start": zone.instant(self.span.from), "end": zone.instant(self.span.to) });
            out.insert("requestedPeriod".to_owned(), json!([period]));
            out.insert("minutesDuration".to_owned(), self.kind.duration_min.into());
        } else {
            out.insert("start".to_owned(), zone.instant(self.span.from).into());
            out.insert("end".to_owned(), zone.instant(self.span.to).into());
        }
        if let Some(words) = self.description {
            out.insert("description".to_owned(), words.into());
        }
        let extensions = self.extensions();
        if !extensions.is_empty() {
            out.insert("extension".to_owned(), extensions.into());
        }
        Value::Object(out)
    }

    fn extensions(&self) -> Vec<Value> {
        let mut out = Vec::new();
        if let Some(session) = self.session {
            out.push(extension::one(extension::SESSION, "valueReference", json!({ "reference": session })));
        } else if self.kind.before_min > 0 || self.kind.after_min > 0 {
            out.push(buffer(self.kind.before_min, self.kind.after_min));
        }
        if self.patient.is_none() && self.kind.capacity > 1 {
            out.push(extension::one(extension::CAPACITY, "valuePositiveInt", self.kind.capacity));
        }
        if self.is_overbooked {
            out.push(extension::one(extension::OVERBOOK, "valueBoolean", true));
        }
        if let Some((series, number)) = self.series {
            let parts = vec![
                extension::one("id", "valueId", series),
                extension::one("number", "valuePositiveInt", number),
            ];
            out.push(extension::parts(extension::SERIES, parts));
        }
        out
    }
}

fn buffer(before: i64, after: i64) -> Value {
    extension::parts(
        extension::BUFFER,
        vec![extension::duration("before", before), extension::duration("after", after)],
    )
}

fn participant(key: &str, way: Way) -> Value {
    let status = if matches!(way, Way::Requested | Way::Waiting) { "needs-action" } else { "accepted" };
    json!({ "actor": { "reference": key }, "required": "required", "status": status })
}

/// What the schedule reads off an appointment that has a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Booked {
    /// The record's id.
    pub id: String,
    /// R4's status.
    pub status: String,
    /// When, without buffers.
    pub span: Span,
    /// What its resources are taken for.
    pub taken: Span,
    /// `Patient/ID`, if it names one.
    pub patient: Option<String>,
    /// Keys of the resources.
    pub resources: Vec<String>,
    /// The id of its type.
    pub kind: Option<String>,
    /// Forced in beside another.
    pub is_overbooked: bool,
    /// How many patients it takes, if it is a group's session.
    pub capacity: Option<u32>,
    /// The session in which it is a place.
    pub session: Option<String>,
    /// The series it is of, and its number there.
    pub series: Option<(String, u32)>,
    /// How often it was moved.
    pub sequence: u32,
}

impl Booked {
    /// Reads an appointment; `None` if it has no time, as what is proposed, cancelled or waits may have none.
    ///
    /// # Errors
    /// [`ReadError`] if an element cannot be read.
    pub fn read(appointment: &Value) -> Result<Option<Self>, ReadError> {
        if appointment.get("start").is_none() {
            return Ok(None);
        }
        let span = span(appointment, KIND)?;
        let buffer = extension::find(appointment, extension::BUFFER);
        let minutes = |part| buffer.and_then(|of| extension::minutes(of, part)).unwrap_or(0).max(0);
        let actors = texts(appointment, &["participant", "actor", "reference"]);
        let number =
            |url, name| extension::number(appointment, url, name).and_then(|n| u32::try_from(n).ok());
        let series = extension::find(appointment, extension::SERIES).and_then(|of| {
            let number = extension::number(of, "number", "valuePositiveInt")?;
            Some((extension::text(of, "id", "valueId")?.to_owned(), u32::try_from(number).ok()?))
        });
        let session = extension::find(appointment, extension::SESSION);
        Ok(Some(Self {
            id: needed(appointment, KIND, "id")?.to_owned(),
            status: needed(appointment, KIND, "status")?.to_owned(),
            span,
            taken: span.widened(minutes("before"), minutes("after")),
            patient: actors.iter().find(|key| key.starts_with("Patient/")).cloned(),
            resources: actors.into_iter().filter(|key| is_resource(key)).collect(),
            kind: kind_of(appointment),
            is_overbooked: extension::find(appointment, extension::OVERBOOK)
                .is_some_and(|of| of.get("valueBoolean") == Some(&Value::Bool(true))),
            capacity: number(extension::CAPACITY, "valuePositiveInt"),
            session: session.and_then(|of| texts(of, &["valueReference", "reference"]).into_iter().next()),
            series,
            sequence: number(extension::SEQUENCE, "valueUnsignedInt").unwrap_or(0),
        }))
    }

    /// Whether its resources are taken: not by a request, by what was cancelled, or by one place in a session. Of a
    /// `noshow` the time is gone too.
    pub fn takes_time(&self) -> bool {
        self.session.is_none() && takes_time(&self.status)
    }
}

/// Whether an appointment of that status takes the time of its resources.
pub fn takes_time(status: &str) -> bool {
    matches!(status, "booked" | "arrived" | "checked-in" | "fulfilled" | "noshow" | "pending")
}

/// Whether the reference is to something whose time is given.
fn is_resource(key: &str) -> bool {
    ["Practitioner/", "Location/", "Device/"].iter().any(|kind| key.starts_with(kind))
}

/// The id of an appointment's type.
pub fn kind_of(appointment: &Value) -> Option<String> {
    let codings =
        appointment.get("serviceType")?.as_array()?.iter().filter_map(|one| one.get("coding")?.as_array());
    let ours = codings
        .flatten()
        .find(|coding| coding.get("system").and_then(Value::as_str) == Some(super::fhir::TYPE_SYSTEM))?;
    Some(ours.get("code")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests;
