//! What changes of an appointment that is moved, cancelled or not kept.
//!
//! The answer is the elements that are to be saved; whatever else the record holds stays as it is, byte for byte.

use serde_json::{Map, Value, json};

use super::{Booked, Way, buffer, cancel_reason, is_resource, participant};
use crate::lifecycle::{StepError, check_step};
use crate::scheduling::fhir::{ReadError, extension};
use crate::scheduling::span::{Minute, Span};
use crate::scheduling::zone::Zone;

/// A change that is not made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChangeError {
    /// The record cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// The status does not allow it.
    #[error(transparent)]
    Step(#[from] StepError),
    /// It has begun, or is over.
    #[error(
        "cannot move the appointment: it is {status}, and only what has not begun is moved; book another one"
    )]
    NotMovable {
        /// Its status.
        status: String,
    },
    /// It has no time.
    #[error("cannot change the appointment: it has no time yet; book it first")]
    NoTime,
    /// A reason that is not in the value set.
    #[error(
        "cannot cancel the appointment: \"{code}\" is no reason of the list; use one of its codes, such as pat or prov"
    )]
    NoSuchReason {
        /// What was given, cut short.
        code: String,
    },
    /// Nothing was said of why.
    #[error(
        "cannot cancel the appointment: it is not said why; send a reason in words, or one of the list's codes, such as pat or prov"
    )]
    NoReason,
    /// Nobody can fail to come to what has not begun.
    #[error("cannot mark the appointment as not kept: it has not begun yet; wait until it has, or cancel it")]
    NotBegunYet,
    /// It would end before it begins, or take nothing.
    #[error(
        "cannot move the appointment: the new time is empty or nothing is taken; choose a time and who has it"
    )]
    Empty,
}

impl ChangeError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.code(),
            Self::Step(error) => error.code(),
            Self::NotMovable { .. } => "appointment-not-movable",
            Self::NoTime => "appointment-without-time",
            Self::NoSuchReason { .. } => "cancel-reason-unknown",
            Self::NoReason => "cancel-reason-missing",
            Self::NotBegunYet => "appointment-not-begun",
            Self::Empty => "appointment-empty",
        }
    }
}

/// Where an appointment is to stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    /// When, without buffers.
    pub span: Span,
    /// Keys of what it takes there.
    pub resources: Vec<String>,
}

/// What a move changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Move {
    /// Elements that are to be saved.
    pub elements: Map<String, Value>,
    /// Whose time is given back, and which. What it keeps is in both lists' difference: here is only what nobody takes again.
    pub released: Vec<(String, Span)>,
    /// Whose time is taken, and which: whoever confirms must own all of it.
    pub taken: Vec<(String, Span)>,
}

/// Moves an appointment to another time, or to others. Buffers stay as they are, and the status; SEQUENCE of its calendar file goes up.
///
/// # Errors
/// [`ChangeError`] if it has no time, has begun, or would be empty.
pub fn moved(appointment: &Value, to: &Placement, zone: &Zone) -> Result<Move, ChangeError> {
    let old = Booked::read(appointment)?.ok_or(ChangeError::NoTime)?;
    if !matches!(old.status.as_str(), "proposed" | "pending" | "booked") {
        return Err(ChangeError::NotMovable { status: old.status });
    }
    if to.span.is_empty() || to.resources.is_empty() {
        return Err(ChangeError::Empty);
    }
    let (before, after) = (old.span.from - old.taken.from, old.taken.to - old.span.to);
    let taken = to.span.widened(before, after);
    let sequence = extension::one(extension::SEQUENCE, "valueUnsignedInt", old.sequence.saturating_add(1));
    let mut extensions = extension::exchanged(appointment, extension::SEQUENCE, Some(sequence));
    if before + after > 0 && extension::find(appointment, extension::BUFFER).is_none() {
        extensions.push(buffer(before, after));
    }
    let elements = Map::from_iter([
        ("start".to_owned(), zone.instant(to.span.from).into()),
        ("end".to_owned(), zone.instant(to.span.to).into()),
        ("minutesDuration".to_owned(), to.span.length_min().into()),
        ("participant".to_owned(), participants(appointment, &to.resources).into()),
        ("extension".to_owned(), extensions.into()),
    ]);
    let takes = old.takes_time();
    let give = |keys: &[String], span: Span| keys.iter().map(|key| (key.clone(), span)).collect::<Vec<_>>();
    Ok(Move {
        elements,
        released: if takes { released(&old, &to.resources, taken) } else { Vec::new() },
        taken: if takes { give(&to.resources, taken) } else { Vec::new() },
    })
}

/// What was taken and is not taken again.
fn released(old: &Booked, resources: &[String], taken: Span) -> Vec<(String, Span)> {
    let rest = |key: &String| {
        let stays = if resources.contains(key) { taken } else { Span::new(0, 0) };
        let pieces = if stays.overlaps(old.taken) {
            vec![Span::new(old.taken.from, stays.from), Span::new(stays.to, old.taken.to)]
        } else {
            vec![old.taken]
        };
        let pieces = pieces.into_iter().filter(|span| !span.is_empty());
        pieces.map(|span| (key.clone(), span)).collect::<Vec<_>>()
    };
    old.resources.iter().flat_map(rest).collect()
}

/// The participants with others in the place of the resources; whoever stays is left as they are.
fn participants(appointment: &Value, resources: &[String]) -> Vec<Value> {
    let key_of = |one: &Value| one.get("actor")?.get("reference")?.as_str().map(ToOwned::to_owned);
    let list = appointment.get("participant").and_then(Value::as_array);
    let mut out: Vec<Value> = (list.into_iter().flatten())
        .filter(|one| key_of(one).is_none_or(|key| !is_resource(&key) || resources.contains(&key)))
        .cloned()
        .collect();
    for key in resources {
        if !out.iter().any(|one| key_of(one).as_ref() == Some(key)) {
            out.push(participant(key, Way::Booked));
        }
    }
    out
}

/// Grants a request: it is booked, and everybody takes part, those as well who were chosen beside whoever was asked for. Its time stays.
pub fn granted(request: &Value, at: &Placement) -> Map<String, Value> {
    let mut participants = participants(request, &at.resources);
    for one in &mut participants {
        if one.get("status").and_then(Value::as_str) == Some("needs-action") {
            one["status"] = "accepted".into();
        }
    }
    Map::from_iter([("status".to_owned(), "booked".into()), ("participant".to_owned(), participants.into())])
}

/// Cancels an appointment: the elements that are to be saved.
///
/// # Errors
/// [`ChangeError`] if the reason is not in the value set, or the status does not allow it.
pub fn cancelled(
    appointment: &Value,
    reason: &str,
    words: Option<&str>,
) -> Result<Map<String, Value>, ChangeError> {
    let reason = cancel_reason(reason)
        .ok_or_else(|| ChangeError::NoSuchReason { code: reason.chars().take(32).collect() })?;
    check_step("Appointment", appointment.get("status").and_then(Value::as_str), "cancelled")?;
    let sequence =
        extension::number(appointment, extension::SEQUENCE, "valueUnsignedInt").unwrap_or(0).max(0);
    let sequence = extension::one(extension::SEQUENCE, "valueUnsignedInt", sequence.saturating_add(1));
    let extensions = extension::exchanged(appointment, extension::SEQUENCE, Some(sequence));
    Ok(Map::from_iter([
        ("status".to_owned(), "cancelled".into()),
        ("cancelationReason".to_owned(), reason.concept(words)),
        ("extension".to_owned(), extensions.into()),
    ]))
}

/// Marks an appointment as not kept: the elements that are to be saved.
///
/// # Errors
/// [`ChangeError`] if it has not begun, has no time, or the status does not allow it.
pub fn no_show(appointment: &Value, now: Minute) -> Result<Map<String, Value>, ChangeError> {
    let booked = Booked::read(appointment)?.ok_or(ChangeError::NoTime)?;
    check_step("Appointment", Some(&booked.status), "noshow")?;
    if now < booked.span.from {
        return Err(ChangeError::NotBegunYet);
    }
    Ok(Map::from_iter([("status".to_owned(), json!("noshow"))]))
}
