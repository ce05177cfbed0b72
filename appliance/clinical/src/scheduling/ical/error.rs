//! Why a calendar was not read.

use super::{MAX_BYTES, MAX_DEPTH, MAX_EVENTS, MAX_EXCEPTIONS, MAX_LINE_BYTES, MAX_PARAMETERS};
use crate::scheduling::recur::RuleError;

/// The most characters of a calendar's own text that an error repeats.
const MAX_QUOTED: usize = 80;

/// A calendar that was not read; nothing of it counts.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot read the calendar: line {line}: {problem}")]
pub struct IcalError {
    /// The line in the file, from 1; where a folded one begins.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a calendar.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    /// More than [`MAX_BYTES`].
    #[error("it has more than {MAX_BYTES} bytes; export a shorter time")]
    TooLarge,
    /// Not UTF-8.
    #[error("it is not UTF-8; export it as an iCalendar file")]
    NotText,
    /// A line with more than [`MAX_LINE_BYTES`].
    #[error("the line has more than {MAX_LINE_BYTES} bytes; remove what is attached")]
    LineTooLong,
    /// More than [`MAX_EVENTS`].
    #[error("it has more than {MAX_EVENTS} events; export a shorter time")]
    TooManyEvents,
    /// More than [`MAX_DEPTH`] levels.
    #[error("components nest deeper than {MAX_DEPTH} levels; no calendar does")]
    TooDeep,
    /// More than [`MAX_PARAMETERS`].
    #[error("a property has more than {MAX_PARAMETERS} parameters; no calendar does")]
    TooManyParameters,
    /// More than [`MAX_EXCEPTIONS`].
    #[error("more than {MAX_EXCEPTIONS} dates are taken out of a series; end it earlier")]
    TooManyExceptions,
    /// Not a content line.
    #[error("{0}; correct it")]
    Malformed(&'static str),
    /// A component that does not end, or ends another.
    #[error("END:{found} does not end {open}; the file may be cut off")]
    Unbalanced {
        /// What is open there.
        open: String,
        /// What is ended there; empty at the end of the file.
        found: String,
    },
    /// A property that an event must have.
    #[error("the event has no {0}; add it")]
    Missing(&'static str),
    /// A property that may be there once.
    #[error("{0} is there twice; remove one")]
    Twice(&'static str),
    /// A value that is not lawful.
    #[error("{property} {reason}; correct it")]
    Value {
        /// The property.
        property: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// A time zone that the tz database does not have.
    #[error("the time zone \"{0}\" is not known; use one of the tz database, such as Europe/Berlin")]
    UnknownZone(String),
    /// A recurrence rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A lawful property that is not followed.
    #[error("{0} is not followed; write the dates as events of their own")]
    Unsupported(&'static str),
}

impl Problem {
    /// At that line.
    pub(super) fn at(self, line: usize) -> IcalError {
        IcalError { line, problem: self }
    }
}

impl IcalError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        match &self.problem {
            Problem::TooLarge => "calendar-too-large",
            Problem::NotText => "calendar-not-text",
            Problem::LineTooLong => "calendar-line-too-long",
            Problem::TooManyEvents => "calendar-too-many-events",
            Problem::TooDeep => "calendar-too-deep",
            Problem::TooManyParameters => "calendar-too-many-parameters",
            Problem::TooManyExceptions => "calendar-too-many-exceptions",
            Problem::Malformed(_) => "calendar-malformed",
            Problem::Unbalanced { .. } => "calendar-unbalanced",
            Problem::Missing(_) => "calendar-missing",
            Problem::Twice(_) => "calendar-twice",
            Problem::Value { .. } => "calendar-value",
            Problem::UnknownZone(_) => "calendar-zone-unknown",
            Problem::Rule(error) => error.code(),
            Problem::Unsupported(_) => "calendar-unsupported",
        }
    }
}

/// Text of the calendar as an error may repeat it: short, and without what would break a line.
pub(super) fn quoted(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_QUOTED).collect()
}
