//! Why a booking, or a change of who owns what, was not made.

use super::act::{BadRecord, MAX_SPAN_MIN};
use super::gap::TooEarly;
use super::ledger::Owner;
use super::span::Span;
use crate::id::ActorId;

/// A refusal, for whoever books. The codes are stable.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// Nobody has begun the clinic's calendar.
    #[error(
        "cannot confirm: the calendar of {clinic} has not begun here; let the node meet its hub, or file a request"
    )]
    NoCalendar {
        /// Whose.
        clinic: String,
    },
    /// The time is another's.
    #[error("cannot confirm: {resource} from minute {} to {} is {owner}; choose another time, or file a request", span.from, span.to)]
    NotOurs {
        /// Whose time.
        resource: String,
        /// Which.
        span: Span,
        /// Whose it is.
        owner: Owner,
    },
    /// It was granted, and is no longer sold.
    #[error(
        "cannot confirm: {resource} from minute {} to {} was granted until {sell_until_ms} (Unix milliseconds), which is over; \
         file a request",
        span.from, span.to
    )]
    Expired {
        /// Whose time.
        resource: String,
        /// Which.
        span: Span,
        /// Until when it was sold.
        sell_until_ms: u64,
    },
    /// It was granted, and what made it free has not come yet.
    #[error(
        "cannot confirm yet: what {giver} saved before it granted the time of {resource} is still on its way; try again, or file a request"
    )]
    NotHeard {
        /// Whose time.
        resource: String,
        /// Who granted it.
        giver: ActorId,
    },
    /// Somebody has it.
    #[error("cannot confirm: {resource} is taken from minute {} to {} by {by}; choose another time", span.from, span.to)]
    Taken {
        /// Whose time.
        resource: String,
        /// What of it is taken.
        span: Span,
        /// By which record.
        by: String,
    },
    /// A place without its number, beyond the last, or of what is no session.
    #[error(
        "cannot confirm a place of {pool}: it has no number that the session has; let the place be given out"
    )]
    NoPlace {
        /// Of what.
        pool: String,
    },
    /// Every place that is owned here is taken.
    #[error(
        "cannot confirm: no place is left that can be given here; choose another session, or file a request"
    )]
    Full {
        /// Of what.
        pool: String,
    },
    /// It was confirmed by another, who may still move it.
    #[error("cannot move {appointment}: {resource} is {owner}, who confirmed it; cancel it and book another")]
    NotOursToMove {
        /// Which appointment.
        appointment: String,
        /// Whose time.
        resource: String,
        /// Whose it is.
        owner: Owner,
    },
    /// The time of a request stays as it was asked for.
    #[error(
        "cannot change the time of {appointment}, which is not confirmed; book another, and withdraw this one"
    )]
    TimeIsFixed {
        /// Which appointment.
        appointment: String,
    },
    /// Whether it was forced in is said when it is made.
    #[error("cannot change whether {appointment} was forced in; cancel it and book another")]
    ForcedIsFixed {
        /// Which appointment.
        appointment: String,
    },
    /// What takes time is not deleted: an edit made elsewhere would bring it back to time that was given away.
    #[error("cannot delete {appointment}, which takes time; cancel it first")]
    CancelFirst {
        /// Which appointment.
        appointment: String,
    },
    /// Longer than anything is booked, before 1970, or empty.
    #[error("cannot confirm minutes {} to {}: empty, before 1970, or longer than {MAX_SPAN_MIN} minutes", span.from, span.to)]
    BadSpan {
        /// Which.
        span: Span,
    },
    /// Written for no clinic, at a database of several.
    #[error("cannot confirm: it is not said at which clinic; book it there")]
    NoClinic,
    /// A record that cannot be.
    #[error("{0}")]
    BadRecord(#[from] BadRecord),
    /// A taker that the calendar does not name, or that is gone.
    #[error("cannot grant to {taker}: the calendar does not name it as a hub in force")]
    UnknownTaker {
        /// To whom.
        taker: ActorId,
    },
    /// It has begun already, under somebody else.
    #[error("cannot begin the calendar of {clinic}: {holder} holds it; ask to follow it")]
    AlreadyBegun {
        /// Whose.
        clinic: String,
        /// Who holds it.
        holder: ActorId,
    },
    /// A hub was not heard yet that may know of a calendar.
    #[error("cannot begin the calendar of {clinic}: {hub} has not been heard to the end; wait for its link")]
    HubNotHeard {
        /// Whose.
        clinic: String,
        /// Which hub.
        hub: ActorId,
    },
    /// The taker may still sell it.
    #[error("{0}")]
    TooEarly(#[from] TooEarly),
    /// A person spoke of a database that is at work.
    #[error("cannot follow {of}: it is this very database")]
    IsHere {
        /// Which.
        of: ActorId,
    },
}

impl Refusal {
    /// Stable code for answers, logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoCalendar { .. } => "calendar-not-begun",
            Self::NotOurs { owner: Owner::Contested, .. } => "time-contested",
            Self::NotOurs { .. } => "time-not-ours",
            Self::Expired { .. } => "right-expired",
            Self::NotHeard { .. } => "grant-incomplete",
            Self::Taken { .. } => "time-taken",
            Self::NoPlace { .. } => "place-unknown",
            Self::Full { .. } => "places-taken",
            Self::NotOursToMove { .. } => "appointment-not-ours",
            Self::TimeIsFixed { .. } => "appointment-time-fixed",
            Self::ForcedIsFixed { .. } => "appointment-overbook-fixed",
            Self::CancelFirst { .. } => "appointment-takes-time",
            Self::BadSpan { .. } => "appointment-span",
            Self::NoClinic => "booking-without-clinic",
            Self::BadRecord(error) => error.code(),
            Self::UnknownTaker { .. } => "taker-unknown",
            Self::AlreadyBegun { .. } => "calendar-begun",
            Self::HubNotHeard { .. } => "hub-not-heard",
            Self::TooEarly(_) => "take-back-too-early",
            Self::IsHere { .. } => "replica-at-work",
        }
    }

    /// Whether filing a request is what to do now: another may confirm it.
    pub fn is_request(&self) -> bool {
        matches!(
            self,
            Self::NoCalendar { .. }
                | Self::NotHeard { .. }
                | Self::NotOurs { .. }
                | Self::Expired { .. }
                | Self::Full { .. }
        )
    }
}
