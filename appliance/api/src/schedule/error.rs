//! Why something of the schedule is refused.

use holdfast_clinical::scheduling::booking::ChangeError;
use holdfast_clinical::scheduling::fhir::ReadError;
use holdfast_clinical::scheduling::find::FindError;
use holdfast_clinical::scheduling::flow::FlowError;
use holdfast_clinical::scheduling::hours::HoursError;
use holdfast_clinical::scheduling::ical::IcalError;
use holdfast_clinical::scheduling::recur::SeriesError;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::deed::Doing;
use super::free::FreeSlot;
use crate::error::Facts;

/// Why something of the schedule is refused. The text has three parts: what failed, why, what to do.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum ScheduleError {
    /// Somebody else has the time.
    #[error("cannot book: {} is taken at that time; choose another time, or overbook and say why", resource.as_deref().unwrap_or("everybody who could"))]
    SlotTaken {
        /// Whose time it is; none: of nobody in particular.
        resource: Option<String>,
        /// The appointment that has it, if whoever asks may see it.
        by: Option<String>,
    },
    /// The time is kept for somebody who waits.
    #[error(
        "cannot book: the time of {resource} was offered to somebody who waits, until {until}; book it for them, choose another time, or \
         overbook and say why"
    )]
    Offered {
        /// Whose time it is.
        resource: String,
        /// An instant.
        until: String,
    },
    /// Who is to be booked from the waitlist is not on it any more.
    #[error(
        "cannot book from the waitlist: whoever waited was booked, or taken off the list, meanwhile; look at the list again"
    )]
    NotWaiting,
    /// The store refused it: the time is not this database's to give (decision 33).
    #[error("{text}")]
    Refused {
        /// The store's stable code.
        code: &'static str,
        /// What, why, what to do.
        text: String,
        /// Whose the time is, in words, and until when it is sold, an instant.
        owner: Option<(String, Option<String>)>,
    },
    /// Nobody works then.
    #[error(
        "cannot book: {resource} does not work at that time; choose another time, or overbook and say why"
    )]
    OutsideHours {
        /// Who.
        resource: String,
    },
    /// They have time off.
    #[error(
        "cannot book: {resource} has time off at that time; choose another time, or overbook and say why"
    )]
    TimeOff {
        /// Who.
        resource: String,
    },
    /// Nobody is what the type needs.
    #[error(
        "cannot book: nobody and nothing of the schedule is what this type of appointment needs; set up the type, or working hours"
    )]
    NobodyFits,
    /// Somebody was named who is not what the type needs.
    #[error(
        "cannot book: {resource} is not what this type of appointment needs; choose somebody else, or overbook and say why"
    )]
    NotSuitable {
        /// Who, or what.
        resource: String,
    },
    /// It was refused while something else than booking was done.
    #[error("{}", doing.words(source))]
    While {
        /// What.
        doing: Doing,
        /// Why.
        source: Box<ScheduleError>,
    },
    /// One side says that it takes place, another that it does not.
    #[error(
        "cannot change the appointment: it was moved and called off by people who did not know of each other; choose first which counts"
    )]
    Unsettled,
    /// Nobody has to choose.
    #[error("cannot settle the appointment: nothing of it is to be chosen any more; look at it again")]
    NothingToSettle,
    /// Who is named is not booked any more.
    #[error("cannot book: {resource} has left, or is out of use; choose somebody or something else")]
    OutOfUse {
        /// Who.
        resource: String,
    },
    /// The patient is expected at another place at that time.
    #[error(
        "cannot book: the patient has another appointment at that time{}; choose another time, or overbook and say why",
        with.as_ref().map(|with| format!(", with {with}")).unwrap_or_default()
    )]
    Elsewhere {
        /// `Patient/ID`.
        patient: String,
        /// The other appointment, if whoever asks may see it.
        by: Option<String>,
        /// With whom that is.
        with: Option<String>,
        /// When it begins and ends, instants.
        times: Option<(String, String)>,
    },
    /// One patient takes one place of a session.
    #[error("cannot book: the patient has a place in this session already; look at the session")]
    InSession {
        /// The place that they have, if whoever asks may see it.
        by: Option<String>,
    },
    /// The patient has died.
    #[error(
        "cannot book or check in: {name} is recorded as deceased; if that is wrong, correct it in the patient's details first"
    )]
    Deceased {
        /// Who.
        name: String,
    },
    /// The day is over.
    #[error(
        "cannot book: {date} is over, for today is {today}; choose a time from today on, and write what was done before into the chart"
    )]
    DayOver {
        /// The day that was asked for.
        date: String,
        /// What day it is.
        today: String,
    },
    /// They are expected on another day.
    #[error(
        "cannot check in: the appointment is on {date}, and today is {today}; move it to today first, or take the patient in as a walk-in"
    )]
    NotToday {
        /// The day of the appointment.
        date: String,
        /// What day it is.
        today: String,
    },
    /// No place is left.
    #[error(
        "cannot book: all {capacity} places of the session are taken; choose another session, or overbook and say why"
    )]
    Full {
        /// How many there are.
        capacity: u32,
    },
    /// The record was changed since it was looked at.
    #[error("cannot change this: it was changed since you looked ({}); look again", changed.join(", "))]
    Stale {
        /// The version it is at.
        current: String,
        /// Elements that are not as they were.
        changed: Vec<String>,
    },
    /// An appointment that takes more than a resource can give at once.
    #[error(
        "cannot book: an appointment takes a day at the most, with a day before and after it; book several"
    )]
    TooLong,
    /// No such type, or it is not offered any more.
    #[error(
        "cannot book: there is no type of appointment \"{kind}\", or it is not offered any more; choose another"
    )]
    NoSuchType {
        /// As it was sent.
        kind: String,
    },
    /// Something that was sent cannot be used.
    #[error("cannot do this: {what} is not {expected}; correct it")]
    Bad {
        /// What of it.
        what: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A step of a patient's way that is not made.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// A change that is not made.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// A record that is not what the schedule takes it for.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A search that is not made.
    #[error(transparent)]
    Find(#[from] FindError),
    /// Hours that cannot be worked out.
    #[error(transparent)]
    Hours(#[from] HoursError),
    /// A series that is not worked out.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// A calendar that is not taken in.
    #[error("{0}")]
    Calendar(IcalError),
    /// The same, with what is free instead.
    #[error("{source}")]
    Instead {
        /// Why.
        source: Box<ScheduleError>,
        /// What is free near that time.
        instead: Vec<FreeSlot>,
    },
}

impl ScheduleError {
    pub(crate) fn facts(&self) -> Facts {
        let conflict = |code| Facts::new(StatusCode::CONFLICT, code, "conflict");
        let rule = |code| Facts::new(StatusCode::CONFLICT, code, "business-rule");
        let value = |code| Facts::new(StatusCode::UNPROCESSABLE_ENTITY, code, "value");
        match self {
            Self::SlotTaken { .. } => conflict("slot-taken"),
            Self::Offered { .. } => conflict("slot-offered"),
            Self::NotWaiting => conflict("not-waiting"),
            Self::Refused { code, .. } => conflict(code),
            Self::OutsideHours { .. } => rule("outside-hours"),
            Self::TimeOff { .. } => rule("time-off"),
            Self::NobodyFits => rule("nobody-fits"),
            Self::NotSuitable { .. } => rule("resource-not-suitable"),
            Self::Unsettled => conflict("appointment-unsettled"),
            Self::NothingToSettle => conflict("appointment-settled"),
            Self::OutOfUse { .. } => rule("out-of-use"),
            Self::Elsewhere { .. } => conflict("patient-elsewhere"),
            Self::InSession { .. } => conflict("patient-in-session"),
            Self::Deceased { .. } => rule("patient-deceased"),
            Self::DayOver { .. } => rule("day-over"),
            Self::NotToday { .. } => rule("not-today"),
            Self::Full { .. } => conflict("full"),
            Self::Stale { .. } => conflict("stale"),
            Self::TooLong => value("appointment-too-long"),
            Self::NoSuchType { .. } => value("appointment-type-unknown"),
            Self::Bad { .. } => value("schedule-refused"),
            Self::Flow(error) => rule(error.code()),
            Self::Change(error) => rule(error.code()),
            Self::Read(error) => value(error.code()),
            Self::Find(error) => value(error.code()),
            Self::Hours(error) => value(error.code()),
            Self::Series(error) => value(error.code()),
            Self::Calendar(error) => value(error.code()),
            Self::Instead { source, .. } | Self::While { source, .. } => source.facts(),
        }
    }

    /// What else a client's program goes by.
    pub(crate) fn more(&self) -> Map<String, Value> {
        let mut out = Map::new();
        match self {
            Self::SlotTaken { resource, by } => {
                let mut of = Map::new();
                of.extend(resource.clone().map(|resource| ("resource".to_owned(), resource.into())));
                of.extend(by.clone().map(|by| ("appointment".to_owned(), by.into())));
                out.insert("by".to_owned(), of.into());
            }
            Self::Elsewhere { by, with, times, .. } => {
                let mut of = Map::new();
                of.extend(by.clone().map(|by| ("appointment".to_owned(), by.into())));
                of.extend(with.clone().map(|with| ("resource".to_owned(), with.into())));
                if let Some((start, end)) = times {
                    of.insert("start".to_owned(), start.as_str().into());
                    of.insert("end".to_owned(), end.as_str().into());
                }
                out.insert("by".to_owned(), of.into());
            }
            Self::InSession { by: Some(by) } => {
                out.insert("by".to_owned(), json!({ "appointment": by }));
            }
            Self::Refused { owner: Some((owner, until)), .. } => {
                let mut of = Map::from_iter([("owner".to_owned(), Value::from(owner.as_str()))]);
                of.extend(until.clone().map(|until| ("until".to_owned(), until.into())));
                out.insert("by".to_owned(), of.into());
            }
            Self::Stale { current, changed } => {
                out.insert("version".to_owned(), current.as_str().into());
                out.insert("changed".to_owned(), json!(changed));
            }
            Self::While { source, .. } => out = source.more(),
            Self::Instead { source, instead } => {
                out = source.more();
                out.insert("instead".to_owned(), json!(instead));
            }
            _ => {}
        }
        out
    }

    /// Whether another time, or somebody else, may do.
    pub(crate) fn is_about_time(&self) -> bool {
        match self {
            Self::SlotTaken { .. }
            | Self::Offered { .. }
            | Self::Refused { .. }
            | Self::OutsideHours { .. }
            | Self::TimeOff { .. }
            | Self::NotSuitable { .. }
            | Self::OutOfUse { .. }
            | Self::Elsewhere { .. }
            | Self::Full { .. } => true,
            Self::While { source, .. } => source.is_about_time(),
            _ => false,
        }
    }

    /// The patient (`Patient/ID`) who is expected at another place, if that is why.
    pub(super) fn patient_elsewhere(&self) -> Option<&str> {
        match self {
            Self::Elsewhere { patient, .. } => Some(patient),
            Self::While { source, .. } => source.patient_elsewhere(),
            _ => None,
        }
    }
}
